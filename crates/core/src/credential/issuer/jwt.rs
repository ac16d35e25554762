//! JSON Web Tokens (RFC 7519) of an issuer that the policy names: what can be checked without its keys.

use serde_json::{Map, Value};

use crate::credential::dpop::Thumbprint;
use crate::credential::issuer::jws::{Jws, seconds};
use crate::identity::Identity;
use crate::identity::claims::{at, subject};
use crate::policy::{Issuer, JwsAlgorithm};
use crate::refusal::Reason;
use crate::sealed::record::{is_name, is_scope};

/// Who somebody else's token is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// As whom it lets through.
    pub identity: Identity,
    /// Unix seconds until which it holds, tolerance included.
    pub until: u64,
    /// The key that it is bound to (RFC 9449 section 6.1).
    pub bound: Option<Thumbprint>,
}

/// Whether the header is that of an access token, and its algorithm, which has to be one of the policy's.
///
/// # Errors
/// `JwtAlgorithm`; `JwtMalformed` for a JWT that was made for another purpose, or a key id that is no text.
pub fn check_header(jws: &Jws<'_>, algorithms: &[JwsAlgorithm]) -> Result<JwsAlgorithm, Reason> {
    let algorithm = jws.algorithm(|one| algorithms.contains(&one)).ok_or(Reason::JwtAlgorithm)?;
    if jws.header.get("kid").is_some_and(|id| !id.is_string()) {
        return Err(Reason::JwtMalformed);
    }
    // RFC 8725 section 3.11: a logout token or a proof of possession is no access token.
    let is_access_token = jws.header.get("typ").is_none_or(|typ| {
        let typ = typ.as_str().unwrap_or("?").to_ascii_lowercase();
        matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "at+jwt")
    });
    if is_access_token { Ok(algorithm) } else { Err(Reason::JwtMalformed) }
}

/// Validates the claims (RFC 7519 section 4.1, RFC 9068 section 4), except that of the issuer.
///
/// # Errors
/// `JwtMalformed`, `JwtAudience`, `JwtClaim`, `JwtExpired`, `JwtNotYetValid`, `JwtSubject`, `TokenBinding`.
pub fn check_claims(issuer: &Issuer, claims: &Map<String, Value>, now: u64) -> Result<Told, Reason> {
    if is_of_another_purpose(issuer, claims) {
        return Err(Reason::JwtMalformed);
    }
    let time = |name: &str| claims.get(name).map(|value| seconds(value).ok_or(Reason::JwtMalformed)).transpose();
    if !is_for(issuer, claims) {
        return Err(Reason::JwtAudience);
    }
    if !has_required(issuer, claims) {
        return Err(Reason::JwtClaim);
    }
    let expires = time("exp")?.ok_or(Reason::JwtMalformed)?.saturating_add(issuer.skew);
    if expires <= now {
        return Err(Reason::JwtExpired);
    }
    let begins = time("nbf")?.unwrap_or(0).max(time("iat")?.unwrap_or(0));
    if begins > now + issuer.skew {
        return Err(Reason::JwtNotYetValid);
    }
    told(issuer, "jwt", claims, expires)
}

/// Whether claims are those of a token that was made for something else, and opens nothing: an id_token (OpenID Connect
/// Core sections 2 and 3.3.2.11; `token_use` as Amazon Cognito has it, `typ` as Keycloak), a refresh token, a security event
/// or the sign-out of one (RFC 8417 section 2.2, OpenID Connect Back-Channel Logout section 2.4). An id_token passes where the
/// policy takes those of the issuer.
pub(crate) fn is_of_another_purpose(issuer: &Issuer, claims: &Map<String, Value>) -> bool {
    let is_of_sign_in = || !issuer.id_tokens && OF_SIGN_IN.iter().any(|name| claims.contains_key(*name));
    let says_other = |name: &&str| match claims.get(*name) {
        None | Some(Value::Null) => false,
        Some(Value::String(said)) => {
            let said = said.to_ascii_lowercase();
            let mut words = said.split(|c: char| !c.is_ascii_alphanumeric());
            ["refresh", "offline", "logout", "secevent"].iter().any(|kind| said.contains(kind))
                || (!issuer.id_tokens && words.any(|word| matches!(word, "id" | "idtoken")))
        }
        Some(_) => *name == "token_use",
    };
    claims.contains_key("events") || is_of_sign_in() || SAY_WHICH.iter().any(says_other)
}

/// Reads who a token is about.
///
/// # Errors
/// `JwtSubject`, `TokenBinding`.
pub fn told(issuer: &Issuer, kind: &'static str, claims: &Map<String, Value>, until: u64) -> Result<Told, Reason> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let subject = subject(&issuer.subject, claims).filter(|subject| is_name(subject)).ok_or(Reason::JwtSubject)?;
    let client = match &issuer.client {
        Some(claim) => text(claim),
        None => text("client_id").or_else(|| text("azp")),
    };
    let bound = match claims.get("cnf") {
        None => None,
        // A token that is bound in a way that is not checked here must not pass as one that is not.
        Some(cnf) => {
            Some(cnf.get("jkt").and_then(Value::as_str).and_then(Thumbprint::read).ok_or(Reason::TokenBinding)?)
        }
    };
    let identity = Identity {
        // Which of the tenants it is.
        issuer: Some(text("iss").unwrap_or(&issuer.issuer).to_owned()),
        subject: Some(subject),
        client: client.filter(|client| is_name(client)).map(str::to_owned),
        scope: scopes(issuer, claims),
        ..Identity::by_key(kind, &issuer.name)
    };
    Ok(Told { identity, until, bound })
}

/// Whether a token names one of those that the policy has. What stands in `aud` counts wherever it stands (RFC 7519 section
/// 4.1.3), and an id_token is for nobody else besides (OpenID Connect Core section 3.1.3.7).
pub(crate) fn is_for(issuer: &Issuer, claims: &Map<String, Value>) -> bool {
    let is_own = |audience: &str| issuer.audience.iter().any(|own| own == audience);
    let names_own = |claim: &str| names(claims.get(claim)).any(is_own);
    names_own(&issuer.audience_claim)
        && (!claims.contains_key("aud") || names_own("aud"))
        && (!issuer.id_tokens || names(claims.get("aud")).all(is_own))
}

/// Whether the claims that the policy requires are there, and `tid` is the tenant of `iss`.
pub(crate) fn has_required(issuer: &Issuer, claims: &Map<String, Value>) -> bool {
    let has = |(path, values): &(String, Vec<String>)| {
        names(at(claims, path)).any(|said| match values.as_slice() {
            [] => !said.is_empty(),
            values => values.iter().any(|value| value == said),
        })
    };
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let is_of_tenant = || text("iss").and_then(|iss| issuer.tenant_of(iss)) == text("tid");
    issuer.require.iter().all(has) && (issuer.tenants.is_empty() || is_of_tenant())
}

/// The scopes of a token. In a list that the policy names each text is one, and one with a space is none:
/// of the role `not admin` no `admin` may remain.
fn scopes(issuer: &Issuer, claims: &Map<String, Value>) -> Vec<String> {
    let words = |value: Option<&Value>| -> Vec<String> {
        let is_whole = value.is_some_and(Value::is_array) && !issuer.scopes.is_empty();
        let texts = names(value).filter(|text| !is_whole || !text.contains(' '));
        let words = texts.flat_map(|text| text.split(' '));
        words.filter(|word| !word.is_empty() && is_scope(word)).map(str::to_owned).collect()
    };
    if issuer.scopes.is_empty() {
        // `scope` is RFC 9068's; `scp` what some issuers call it.
        return words(claims.get("scope").or_else(|| claims.get("scp")));
    }
    let mut scopes: Vec<String> = issuer.scopes.iter().flat_map(|path| words(at(claims, path))).collect();
    // Some issuers say one in two claims.
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

/// Claims that no access token has: a token with one is the answer to a sign-in.
const OF_SIGN_IN: [&str; 4] = ["nonce", "at_hash", "c_hash", "s_hash"];
/// Claims by which issuers tell their kinds of token apart.
const SAY_WHICH: [&str; 3] = ["token_use", "token_type", "typ"];

/// A text, or a list of texts.
fn names(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let (one, many) = match value {
        Some(Value::Array(items)) => (None, items.as_slice()),
        Some(value) => (value.as_str(), Default::default()),
        None => (None, Default::default()),
    };
    one.into_iter().chain(many.iter().filter_map(Value::as_str))
}
