//! Asking an issuer whether a token is active (RFC 7662).

use serde_json::Value;

use crate::credential::issuer::jws::seconds;
use crate::credential::issuer::jwt::{self, Told};
use crate::digest::standard_base64;
use crate::http::query::encode_component;
use crate::identity::claims::Claims;
use crate::policy::{Issuer, Verification};
use crate::ports::{Call, Upstream};
use crate::refusal::Reason;
use crate::sealed::store::Context;

/// Asks. What is told is kept for no longer than the issuer's `cache`.
///
/// # Errors
/// `TokenInactive`, `JwtAudience`, `JwtClaim`, `JwtSubject`, `TokenBinding`, `IntrospectionUnavailable`, `SecretMissing`.
pub async fn ask(ctx: Context<'_, impl Upstream>, issuer: &Issuer, token: &str) -> Result<Told, Reason> {
    let Verification::Introspection { path, client_id, secret } = &issuer.verification else {
        return Err(Reason::Internal);
    };
    let secret = ctx.secrets.secret(secret)?;
    // Form-encoded first (RFC 6749 section 2.3.1).
    let pair = format!("{}:{}", encode_component(client_id), encode_component(secret.expose()));
    let authorization = format!("Basic {}", standard_base64(pair.as_bytes()));
    let headers = [("authorization", &*authorization), ("content-type", "application/x-www-form-urlencoded")];
    let body = format!("token={}&token_type_hint=access_token", encode_component(token));
    let call = Call { path, headers: &headers, body: Some(&body) };
    let (status, answer) = ctx.call(&issuer.origin, &call, Reason::IntrospectionUnavailable).await?;
    let Some(Value::Object(claims)) = serde_json::from_slice(answer.as_bytes()).ok().filter(|_| status == 200) else {
        return Err(Reason::IntrospectionUnavailable);
    };
    let is_active = claims.get("active") == Some(&Value::Bool(true));
    let expires = claims.get("exp").map_or(u64::MAX, |said| seconds(said).unwrap_or(0));
    let is_of_issuer = claims.get("iss").is_none_or(|said| said == issuer.issuer.as_str());
    // Some servers tell of refresh tokens and id_tokens too, which are the client's alone (RFC 6749 section 1.5).
    if !is_active || expires <= ctx.now || !is_of_issuer || jwt::is_of_another_purpose(issuer, &claims) {
        return Err(Reason::TokenInactive);
    }
    if !issuer.audience.is_empty() && !jwt::is_for(issuer, &claims) {
        return Err(Reason::JwtAudience);
    }
    if !jwt::has_required(issuer, &claims) {
        return Err(Reason::JwtClaim);
    }
    let mut told = jwt::told(issuer, "introspection", &claims, expires.min(ctx.now + issuer.cache))?;
    told.identity.claims = Claims::read(&ctx.policy.claims.paths, &claims);
    Ok(told)
}
