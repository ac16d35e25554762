//! Where a provider is spoken to: as its document says (OpenID Connect Discovery section 3), or as the policy does.

use serde_json::{Map, Value};

use crate::credential::issuer::{Issuers, fetch};
use crate::policy::{self, Provider};
use crate::ports::{Timer, Upstream};
use crate::refusal::Reason;
use crate::sealed::store::Context;

/// Whole addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// Where browsers are sent.
    pub authorization: String,
    /// Where codes are redeemed.
    pub token: String,
    /// Who somebody is.
    pub userinfo: Option<String>,
    /// Which addresses somebody has shown to be theirs.
    pub emails: Option<String>,
    /// Where browsers go to sign out there (OpenID Connect RP-Initiated Logout).
    pub end_session: Option<String>,
    /// Where requests are pushed (RFC 9126).
    pub pushed: Option<String>,
    /// Its answers say whose they are (RFC 9207 section 3).
    pub says_issuer: bool,
}

/// The provider's endpoints.
///
/// # Errors
/// `ProviderUnavailable`.
pub async fn of<P: Upstream + Timer>(
    ctx: Context<'_, P>,
    memory: &Issuers,
    provider: &Provider,
) -> Result<Endpoints, Reason> {
    match &provider.endpoints {
        policy::Endpoints::Known { authorization, token, userinfo, emails, .. } => Ok(Endpoints {
            authorization: authorization.clone(),
            token: token.clone(),
            userinfo: userinfo.clone(),
            emails: emails.clone(),
            ..Endpoints::default()
        }),
        policy::Endpoints::Discovered => {
            let document = memory.document(ctx, &provider.issuer).await.map_err(|_| Reason::ProviderUnavailable)?;
            discovered(provider, &document).ok_or(Reason::ProviderUnavailable)
        }
    }
}

fn discovered(provider: &Provider, document: &Map<String, Value>) -> Option<Endpoints> {
    let address = |name: &str| {
        let address = document.get(name)?.as_str()?;
        fetch::place(&provider.issuer, address).map(|_| address.to_owned())
    };
    Some(Endpoints {
        authorization: address("authorization_endpoint")?,
        token: address("token_endpoint")?,
        userinfo: address("userinfo_endpoint"),
        emails: None,
        end_session: address("end_session_endpoint"),
        pushed: address("pushed_authorization_request_endpoint"),
        says_issuer: document.get("authorization_response_iss_parameter_supported") == Some(&Value::Bool(true)),
    })
}
