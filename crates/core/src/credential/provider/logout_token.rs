//! A logout token (OpenID Connect Back-Channel Logout section 2.4): the provider says that somebody has signed out.

use serde_json::{Map, Value};

use crate::credential::issuer::jws::seconds;
use crate::credential::issuer::keys::Named;
use crate::credential::issuer::{Issuers, jws};
use crate::digest::sha256;
use crate::policy::{Provider, Verification};
use crate::ports::{ClaimKey, Ports};
use crate::refusal::Reason;
use crate::sealed::once;
use crate::sealed::store::Context;

/// Whose sessions end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The issuer.
    pub issuer: String,
    /// Who; None: whoever has the session `sid`.
    pub subject: Option<String>,
    /// Which of the provider's sessions; None: all of that person.
    pub sid: Option<String>,
}

/// Verifies a logout token (section 2.6). It works once.
///
/// # Errors
/// `LogoutToken`, `ProviderUnavailable`, and storage's own.
pub async fn verify<P: Ports>(
    ctx: Context<'_, P>,
    memory: &Issuers,
    provider: &Provider,
    token: &str,
) -> Result<Ended, Reason> {
    let issuer = &provider.issuer;
    let Verification::Jwks { algorithms, .. } = &issuer.verification else { return Err(Reason::Internal) };
    let jws = jws::read(token).ok_or(Reason::LogoutToken)?;
    let claims = jws.claims().ok_or(Reason::LogoutToken)?;
    let algorithm = jws.algorithm(|one| algorithms.contains(&one)).ok_or(Reason::LogoutToken)?;
    let is_typed = jws.text("typ").is_none_or(|typ| {
        let typ = typ.to_ascii_lowercase();
        matches!(typ.strip_prefix("application/").unwrap_or(&typ), "logout+jwt" | "jwt")
    });
    let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let iss = text("iss").filter(|iss| issuer.is_of(iss)).filter(|_| is_typed).ok_or(Reason::LogoutToken)?;
    let (subject, sid, jti) = (text("sub"), text("sid"), text("jti").ok_or(Reason::LogoutToken)?);
    let expires = check(provider, &claims, ctx.now)?;
    if subject.is_none() && sid.is_none() {
        return Err(Reason::LogoutToken);
    }
    let key = match memory.key(ctx, Named { issuer, iss, id: jws.text("kid"), algorithm: Some(algorithm) }).await {
        Err(Reason::KeysUnavailable) => return Err(Reason::ProviderUnavailable),
        key => key.map_err(|_| Reason::LogoutToken)?,
    };
    if !jws.is_signed_by(ctx.ports, algorithm, &key).await? {
        return Err(Reason::LogoutToken);
    }
    let seen = ClaimKey::new(sha256(&[b"edgegate logout v1\0", iss.as_bytes(), b"\0", jti.as_bytes()]));
    once::claim(ctx, &seen, expires, Reason::LogoutToken).await?;
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Ok(Ended { issuer: iss.to_owned(), subject: owned(subject), sid: owned(sid) })
}

/// Checks what it says of itself, and returns until when (Unix seconds) it could come again.
fn check(provider: &Provider, claims: &Map<String, Value>, now: u64) -> Result<u64, Reason> {
    let is_own = |audience: &Value| audience.as_str() == Some(&provider.client_id);
    let is_for = match claims.get("aud") {
        Some(Value::Array(all)) => all.iter().any(is_own),
        Some(one) => is_own(one),
        None => false,
    };
    let is_logout = claims.get("events").and_then(|events| events.get(EVENT)).is_some_and(Value::is_object);
    let issued = claims.get("iat").and_then(seconds).ok_or(Reason::LogoutToken)?;
    let skew = provider.issuer.skew;
    // Early versions of the specification had no `exp`.
    let expires = match claims.get("exp") {
        Some(said) => seconds(said).ok_or(Reason::LogoutToken)?.min(issued.saturating_add(LONGEST)),
        None => issued.saturating_add(LONGEST),
    };
    let expires = expires.saturating_add(skew);
    let is_now = issued <= now + skew && now < expires;
    // An id_token is none, whatever else it says.
    match is_for && is_logout && is_now && !claims.contains_key("nonce") {
        true => Ok(expires),
        false => Err(Reason::LogoutToken),
    }
}

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Seconds that such a token is taken at most.
const LONGEST: u64 = 600;
