//! What a provider gives for a code or a refresh token (RFC 6749 sections 5.1 and 6, OpenID Connect Core sections 3.1.3.3
//! and 12.2).

use serde_json::{Map, Value};

use crate::credential::provider::endpoints::Endpoints;
use crate::credential::provider::{Code, client};
use crate::policy::Provider;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::sealed::store::Context;
use crate::secret::Secret;

/// Tokens of one answer.
#[derive(Debug)]
pub(super) struct Tokens {
    /// None of plain OAuth 2, and perhaps none for a refresh token.
    pub(super) id: Option<String>,
    /// For the userinfo endpoint.
    pub(super) access: Option<Secret>,
    /// A new one, if there is one.
    pub(super) refresh: Option<Secret>,
}

/// For a code.
///
/// # Errors
/// As [`client::post`].
pub(super) async fn of_code<P: Ports>(
    ctx: Context<'_, P>,
    provider: &Provider,
    endpoints: &Endpoints,
    code: Code<'_>,
) -> Result<Tokens, Reason> {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.code),
        ("redirect_uri", code.redirect_uri),
        ("code_verifier", code.bound.verifier.expose_text()?),
    ];
    Ok(read(client::post(ctx, provider, &endpoints.token, &fields).await?))
}

/// For a refresh token.
///
/// # Errors
/// As [`client::post`].
pub(super) async fn of_refresh<P: Ports>(
    ctx: Context<'_, P>,
    provider: &Provider,
    endpoints: &Endpoints,
    refresh: &Secret,
) -> Result<Tokens, Reason> {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.expose_text()?)];
    Ok(read(client::post(ctx, provider, &endpoints.token, &fields).await?))
}

fn read(mut answer: Map<String, Value>) -> Tokens {
    let mut text = |name: &str| match answer.remove(name) {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    };
    let (id, access) = (text("id_token"), text("access_token").map(Secret::new));
    Tokens { id, access, refresh: text("refresh_token").filter(|token| token.len() <= LONGEST).map(Secret::new) }
}

/// Bytes of a refresh token that is kept: one of Microsoft has some 1,500.
const LONGEST: usize = 4096;
