//! The userinfo endpoint (OpenID Connect Core section 5.3), and what plain OAuth 2 has in its place.

use serde_json::{Map, Value};

use crate::credential::provider::client;
use crate::credential::provider::endpoints::Endpoints;
use crate::policy::Provider;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::sealed::store::Context;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    /// Where.
    pub(super) endpoints: &'a Endpoints,
    /// With this access token.
    pub(super) access: &'a str,
    /// Who its holder has to be.
    pub(super) holder: Option<&'a str>,
}

/// What it says of the holder of an access token.
///
/// # Errors
/// `ProviderUnavailable`, `IdTokenInvalid` if it speaks of somebody else than the id_token.
pub(super) async fn ask<P: Ports>(
    ctx: Context<'_, P>,
    provider: &Provider,
    question: Question<'_>,
) -> Result<Map<String, Value>, Reason> {
    let Question { endpoints, access, holder } = question;
    let endpoint = endpoints.userinfo.as_deref().ok_or(Reason::ProviderUnavailable)?;
    let Value::Object(mut said) = client::get(ctx, provider, endpoint, access).await? else {
        return Err(Reason::ProviderUnavailable);
    };
    // Section 5.3.2: a token of one person could otherwise bring the claims of another.
    if holder.is_some_and(|holder| said.get("sub").and_then(Value::as_str) != Some(holder)) {
        return Err(Reason::IdTokenInvalid);
    }
    if let Some(emails) = &endpoints.emails {
        said.remove("email");
        said.remove("email_verified");
        if let Some(address) = primary(&client::get(ctx, provider, emails, access).await?) {
            said.insert(String::from("email"), Value::String(address));
            said.insert(String::from("email_verified"), Value::Bool(true));
        }
    }
    Ok(said)
}

/// The address that is verified and the first of somebody's, in a list of `{email, primary, verified}`.
fn primary(list: &Value) -> Option<String> {
    let is = |entry: &Value, name: &str| entry.get(name) == Some(&Value::Bool(true));
    let mut entries = list.as_array()?.iter();
    let entry = entries.find(|entry| is(entry, "primary") && is(entry, "verified"))?;
    entry.get("email")?.as_str().map(str::to_owned)
}
