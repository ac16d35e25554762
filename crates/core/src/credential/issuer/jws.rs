//! JSON Web Signatures (RFC 7515) in compact serialisation: taken apart strictly, nothing believed.

use serde_json::{Map, Value};

use crate::digest::from_base64url;
use crate::policy::JwsAlgorithm;
use crate::ports::Verifier;
use crate::refusal::Reason;

/// A signature over something, not verified yet.
#[derive(Debug)]
pub struct Jws<'a> {
    /// The protected header.
    pub header: Map<String, Value>,
    /// What is signed.
    pub payload: Vec<u8>,
    input: &'a str,
    signature: Vec<u8>,
}

/// Takes a text apart; None unless it is three parts in the one spelling of base64url, the first a JSON object.
///
/// # Example
/// ```
/// use edgegate_core::credential::issuer::jws;
///
/// let token = jws::read("eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJqbyJ9.AAAA").unwrap();
/// assert_eq!(token.text("alg"), Some("ES256"));
/// assert_eq!(token.claims().unwrap()["sub"], "jo"); // not verified yet
/// assert!(jws::read("eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJqbyJ9").is_none());
/// ```
pub fn read(text: &str) -> Option<Jws<'_>> {
    let (input, signature) = text.rsplit_once('.')?;
    let (header, payload) = input.split_once('.')?;
    if payload.contains('.') || signature.is_empty() {
        return None;
    }
    Some(Jws {
        header: object(&from_base64url(header.as_bytes())?)?,
        payload: from_base64url(payload.as_bytes())?,
        input,
        signature: from_base64url(signature.as_bytes())?,
    })
}

impl Jws<'_> {
    /// A member of the header that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.header.get(name).and_then(Value::as_str)
    }

    /// The algorithm that the header names, if it is one of those that are allowed and the header asks for nothing that
    /// has to be understood (`crit`).
    pub fn algorithm(&self, allowed: impl Fn(JwsAlgorithm) -> bool) -> Option<JwsAlgorithm> {
        let algorithm = JwsAlgorithm::of(self.text("alg")?).filter(|one| allowed(*one))?;
        (!self.header.contains_key("crit")).then_some(algorithm)
    }

    /// What is signed, if it is a JSON object.
    pub fn claims(&self) -> Option<Map<String, Value>> {
        object(&self.payload)
    }

    /// Whether the signature is that of a public key (the text of [`crate::credential::issuer::jwk::public`]).
    ///
    /// # Errors
    /// The runtime's own reason.
    pub async fn is_signed_by(
        &self,
        verifier: &impl Verifier,
        algorithm: JwsAlgorithm,
        key: &str,
    ) -> Result<bool, Reason> {
        verifier.verify(algorithm, key, self.input.as_bytes(), &self.signature).await
    }
}

fn object(bytes: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice(bytes).ok()? {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

/// A NumericDate (RFC 7519 section 2) in whole seconds.
pub(crate) fn seconds(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_f64().filter(|number| (0.0..1e15).contains(number)).map(|number| number as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_parts_in_one_spelling() {
        assert_eq!(read("e30.e30.AA").unwrap().payload, b"{}");
        for text in [
            "",
            "e30",
            "e30.e30",
            "e30.e30.",
            "e30.e30.AA.AA",
            ".e30.AA",
            "e30=.e30.AA",
            "W10.e30.AA",
            "e30.e30.AB",
            "e30.e30.A+",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_token_does_not_choose_its_algorithm() {
        // {"alg":"none"}, {"alg":"RS256","crit":[]}, {"alg":"RS256"}
        let of = |header: &str| read(&format!("{header}.e30.AA")).unwrap().algorithm(|one| one == JwsAlgorithm::Rs256);
        assert_eq!(of("eyJhbGciOiJub25lIn0"), None);
        assert_eq!(of("eyJhbGciOiJSUzI1NiIsImNyaXQiOltdfQ"), None);
        assert_eq!(of("eyJhbGciOiJSUzI1NiJ9"), Some(JwsAlgorithm::Rs256));
    }
}
