//! An id_token, validated to the letter of OpenID Connect Core section 3.1.3.7.

use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

use crate::credential::issuer::jws;
use crate::credential::issuer::jwt;
use crate::credential::issuer::keys::Named;
use crate::credential::provider::Talk;
use crate::digest::{base64url, sha256};
use crate::policy::{JwsAlgorithm, Provider, Verification};
use crate::ports::{Timer, Upstream, Verifier};
use crate::refusal::Reason;
use crate::secret::Secret;

/// What belongs to an id_token.
#[derive(Debug, Clone, Copy)]
pub struct Beside<'a> {
    /// What it has to repeat; None for a refreshed one, which need not.
    pub nonce: Option<&'a str>,
    /// The access token that came with it.
    pub access: Option<&'a Secret>,
}

/// Its claims.
///
/// # Errors
/// `IdTokenInvalid`, and the reasons of [`jwt`]: `JwtMalformed`, `JwtAlgorithm`, `JwtIssuer`, `JwtAudience`, `JwtClaim`,
/// `JwtExpired`, `JwtNotYetValid`, `JwtSubject`, `JwtKeyUnknown`, `JwtSignature`; `ProviderUnavailable`.
pub async fn verify<P: Upstream + Timer + Verifier>(
    talk: Talk<'_, P>,
    token: &str,
    beside: Beside<'_>,
) -> Result<Map<String, Value>, Reason> {
    let Talk { ctx, memory, provider } = talk;
    let issuer = &provider.issuer;
    let Verification::Jwks { algorithms, .. } = &issuer.verification else { return Err(Reason::Internal) };
    let jws = jws::read(token).ok_or(Reason::JwtMalformed)?;
    let claims = jws.claims().ok_or(Reason::JwtMalformed)?;
    let algorithm = jwt::check_header(&jws, algorithms)?; // 6, 7
    if jws.text("typ").is_some_and(|typ| typ.to_ascii_lowercase().ends_with("at+jwt")) {
        return Err(Reason::JwtMalformed); // an access token
    }
    let iss = claims.get("iss").and_then(Value::as_str).filter(|iss| issuer.is_of(iss)).ok_or(Reason::JwtIssuer)?; // 2
    jwt::check_claims(issuer, &claims, ctx.now)?; // 3, 9, 10
    check(provider, &claims, beside, algorithm)?;
    let key = memory.key(ctx, Named { issuer, iss, id: jws.text("kid"), algorithm: Some(algorithm) }).await;
    let key =
        key.map_err(|reason| if reason == Reason::KeysUnavailable { Reason::ProviderUnavailable } else { reason })?;
    match jws.is_signed_by(ctx.ports, algorithm, &key).await? {
        true => Ok(claims),
        false => Err(Reason::JwtSignature),
    }
}

/// What an id_token has to say beyond what every token of an issuer has to.
fn check(
    provider: &Provider,
    claims: &Map<String, Value>,
    beside: Beside<'_>,
    algorithm: JwsAlgorithm,
) -> Result<(), Reason> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let has_all = ["sub", "iat", "exp", "aud"].iter().all(|name| claims.contains_key(*name));
    let has_party = match claims.get("azp") {
        Some(party) => party.as_str() == Some(&provider.client_id), // 5
        None => claims.get("aud").and_then(Value::as_array).is_none_or(|audience| audience.len() <= 1), // 4
    };
    let is_same =
        |said: Option<&str>, wanted: &str| said.is_some_and(|said| said.as_bytes().ct_eq(wanted.as_bytes()).into());
    let has_nonce = beside.nonce.is_none_or(|nonce| is_same(text("nonce"), nonce)); // 11
    // Section 3.1.3.8, where the digest is SHA-256.
    let is_sha256 = matches!(algorithm, JwsAlgorithm::Rs256 | JwsAlgorithm::Ps256 | JwsAlgorithm::Es256);
    let has_hash = match (claims.get("at_hash"), beside.access) {
        (Some(said), Some(access)) if is_sha256 => {
            let half = sha256(&[access.expose()]).first_chunk::<16>().map(|half| base64url(half)).unwrap_or_default();
            is_same(said.as_str(), &half)
        }
        _ => true,
    };
    match has_all && has_party && has_nonce && has_hash {
        true => Ok(()),
        false => Err(Reason::IdTokenInvalid),
    }
}
