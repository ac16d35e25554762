//! Proofs of possession (RFC 9449): a token is bound to a key, and each request shows that the caller holds it.

use serde_json::Value;

use crate::credential::issuer::jwk;
use crate::credential::issuer::jws::{self, seconds};
use crate::digest::{base64url, from_base64url, sha256};
use crate::http::Headers;
use crate::policy::JwsAlgorithm;
use crate::ports::{ClaimKey, KvStore, Ledger, Verifier};
use crate::refusal::Reason;
use crate::sealed::store::Context;
use crate::sealed::{claim_key, once};

/// SHA-256 of a public key (RFC 7638).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thumbprint(pub [u8; 32]);

impl Thumbprint {
    /// From base64url.
    pub fn read(text: &str) -> Option<Self> {
        from_base64url(text.as_bytes())?.try_into().ok().map(Self)
    }

    /// In base64url: `jkt`.
    pub fn text(&self) -> String {
        base64url(&self.0)
    }
}

/// What a proof has to be for.
#[derive(Debug, Clone, Copy)]
pub struct Demand<'a> {
    /// The request's method.
    pub method: &'a str,
    /// The request's address without query.
    pub address: &'a str,
    /// The token that comes with it, if one does.
    pub token: Option<&'a str>,
}

/// A proof that holds, and was not used up yet.
#[derive(Debug, Clone, Copy)]
pub struct Proof {
    /// The key that made it.
    pub key: Thumbprint,
    /// What is claimed for it.
    pub claim: ClaimKey,
    /// Unix seconds until which it could come again.
    pub until: u64,
}

impl Proof {
    /// Uses it up.
    ///
    /// # Errors
    /// `DpopReplayed`, and storage's own reasons.
    pub async fn claim<P: KvStore + Ledger>(&self, ctx: Context<'_, P>) -> Result<(), Reason> {
        once::claim(ctx, &self.claim, self.until, Reason::DpopReplayed).await
    }
}

/// A request's proof; None if there is none. It is not used up by that.
///
/// # Errors
/// `DpopMalformed`, `DpopMismatch`, `DpopStale`, and the runtime's own.
pub async fn prove<P: Verifier>(
    ctx: Context<'_, P>,
    headers: &Headers<'_>,
    demand: Demand<'_>,
) -> Result<Option<Proof>, Reason> {
    let Some(proof) = headers.get("dpop") else { return Ok(None) };
    let jws = jws::read(proof).filter(|_| proof.len() <= LONGEST).ok_or(Reason::DpopMalformed)?;
    let algorithm = jws.algorithm(|_| true).ok_or(Reason::DpopMalformed)?;
    let key = jws.header.get("jwk").and_then(|key| jwk::public(key, algorithm)).ok_or(Reason::DpopMalformed)?;
    let claims = jws.claims().filter(|_| jws.text("typ") == Some("dpop+jwt")).ok_or(Reason::DpopMalformed)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let id = text("jti").filter(|id| (1..=512).contains(&id.len())).ok_or(Reason::DpopMalformed)?;
    let issued = claims.get("iat").and_then(seconds).ok_or(Reason::DpopMalformed)?;
    let of_token = demand.token.map(|token| base64url(&sha256(&[token.as_bytes()])));
    let is_of_token = of_token.is_none_or(|digest| text("ath") == Some(&digest));
    let is_of_address = text("htu").is_some_and(|address| is_same_address(address, demand.address));
    if text("htm") != Some(demand.method) || !is_of_address || !is_of_token {
        return Err(Reason::DpopMismatch);
    }
    if issued.saturating_add(WINDOW) < ctx.now || issued > ctx.now + WINDOW {
        return Err(Reason::DpopStale);
    }
    if !jws.is_signed_by(ctx.ports, algorithm, &key).await? {
        return Err(Reason::DpopMalformed);
    }
    let thumbprint = Thumbprint(sha256(&[key.as_bytes()]));
    // The proof's key is the client's, and says nothing of where its claims are.
    let claim = ClaimKey::new(claim_key("dpop", &thumbprint.text(), id.as_bytes()).0);
    Ok(Some(Proof { key: thumbprint, claim, until: issued + 2 * WINDOW }))
}

/// `alg` values of proofs that are understood.
pub fn algorithms() -> impl Iterator<Item = &'static str> {
    JwsAlgorithm::ALL.iter().map(|(name, _)| *name)
}

/// Compares `htu` with the address of the request: without query and fragment, scheme and host without case, and without the
/// scheme's own port (RFC 3986 section 6.2.3).
fn is_same_address(claimed: &str, requested: &str) -> bool {
    let claimed = claimed.split(['?', '#']).next().unwrap_or_default();
    let parts = |address: &str| {
        let (scheme, rest) = address.split_once("://")?;
        let (host, path) = rest.find('/').and_then(|at| rest.split_at_checked(at)).unwrap_or((rest, "/"));
        let scheme = scheme.to_ascii_lowercase();
        let own = if scheme == "https" { ":443" } else { ":80" };
        let host = host.to_ascii_lowercase();
        Some((scheme, host.strip_suffix(own).unwrap_or(&host).to_owned(), path.to_owned()))
    };
    parts(claimed).is_some_and(|claimed| Some(claimed) == parts(requested))
}

/// Seconds before and after now at which a proof may have been made.
const WINDOW: u64 = 60;
/// Bytes of a proof, an RSA key of 4096 bits included.
const LONGEST: usize = 4096;

#[cfg(test)]
mod tests {
    use super::is_same_address;

    #[test]
    fn one_address_in_its_spellings() {
        let requested = "https://gate.example/api/x";
        for same in [requested, "https://gate.example/api/x?a=b#c", "HTTPS://Gate.Example:443/api/x"] {
            assert!(is_same_address(same, requested), "{same}");
        }
        for other in
            ["https://gate.example/api/X", "https://gate.example/api/x/", "http://gate.example/api/x", "/api/x", ""]
        {
            assert!(!is_same_address(other, requested), "{other}");
        }
    }
}
