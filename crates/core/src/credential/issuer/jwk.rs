//! Public keys as JSON (RFC 7517, 7518 section 6, 8037 section 2).

use serde_json::Value;

use crate::digest::from_base64url;
use crate::policy::JwsAlgorithm;

/// The members that make the key, in the order of RFC 7638, so that the text is also what a thumbprint is made of. None
/// unless the key is a public one for that algorithm: by its type, its size, and what it says of its use.
pub fn public(jwk: &Value, algorithm: JwsAlgorithm) -> Option<String> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let is_private = ["d", "k", "p", "q"].iter().any(|name| jwk.get(name).is_some());
    let is_for_signatures = jwk.get("use").is_none_or(|usage| usage == "sig");
    let may_verify = jwk.get("key_ops").is_none_or(|operations| {
        operations.as_array().is_some_and(|operations| operations.iter().any(|one| one == "verify"))
    });
    let fits = jwk.get("alg").is_none_or(|named| named == algorithm.name());
    if is_private || !is_for_signatures || !may_verify || !fits {
        return None;
    }
    let sized = |name: &str, sizes: core::ops::RangeInclusive<usize>| {
        let value = text(name)?;
        let bytes = from_base64url(value.as_bytes())?;
        sizes.contains(&bytes.len()).then_some((value, bytes))
    };
    match algorithm {
        JwsAlgorithm::Rs256 | JwsAlgorithm::Rs384 | JwsAlgorithm::Rs512 | JwsAlgorithm::Ps256
            if text("kty") == Some("RSA") =>
        {
            // 2048 bits or more (RFC 7518 section 3.3), and no more than anybody uses.
            let (modulus, bytes) = sized("n", 256..=1024)?;
            let (exponent, power) = sized("e", 1..=4)?;
            let is_whole = bytes.first().is_some_and(|first| *first != 0);
            let is_odd = power.last().is_some_and(|last| last & 1 == 1) && power != [1];
            (is_whole && is_odd).then(|| format!(r#"{{"e":"{exponent}","kty":"RSA","n":"{modulus}"}}"#))
        }
        JwsAlgorithm::Es256 | JwsAlgorithm::Es384 if text("kty") == Some("EC") => {
            // Each has one curve (RFC 7518 section 3.4).
            let (curve, size) = if algorithm == JwsAlgorithm::Es256 { ("P-256", 32) } else { ("P-384", 48) };
            let ((x, _), (y, _)) = (sized("x", size..=size)?, sized("y", size..=size)?);
            let is_of_curve = text("crv") == Some(curve);
            is_of_curve.then(|| format!(r#"{{"crv":"{curve}","kty":"EC","x":"{x}","y":"{y}"}}"#))
        }
        JwsAlgorithm::EdDsa if text("kty") == Some("OKP") && text("crv") == Some("Ed25519") => {
            let (x, _) = sized("x", 32..=32)?;
            Some(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#))
        }
        _ => None,
    }
}

/// Whether a key may sign for an issuer. Where one list has the keys of several tenants, Microsoft says in the member `issuer`
/// of which a key is, or `{tenantid}` for all of them.
pub fn is_of(jwk: &Value, iss: &str) -> bool {
    match jwk.get("issuer") {
        None => true,
        Some(Value::String(said)) => match said.split_once("{tenantid}") {
            Some((before, after)) => iss.starts_with(before) && iss.ends_with(after),
            None => said == iss,
        },
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::digest::{base64url, sha256};

    #[test]
    fn the_thumbprint_of_rfc_7638() {
        let jwk = json!({"kty": "RSA", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"});
        let text = public(&jwk, JwsAlgorithm::Rs256).unwrap();
        assert_eq!(base64url(&sha256(&[text.as_bytes()])), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        assert_eq!(public(&jwk, JwsAlgorithm::Ps256), None, "its own `alg` says otherwise");
    }

    #[test]
    fn keys_that_are_none() {
        let x = base64url(&[1; 32]);
        let good = json!({"kty": "EC", "crv": "P-256", "x": x, "y": x});
        assert!(public(&good, JwsAlgorithm::Es256).is_some());
        for (name, value) in [
            ("kty", json!("oct")),
            ("crv", json!("P-384")),
            ("x", json!("AA")),
            ("d", json!(x)),
            ("use", json!("enc")),
            ("key_ops", json!(["sign"])),
            ("alg", json!("HS256")),
        ] {
            let mut jwk = good.clone();
            jwk[name] = value;
            assert_eq!(public(&jwk, JwsAlgorithm::Es256), None, "{name}");
        }
        // An algorithm of ECDSA has one curve (RFC 7518 section 3.4), and RSA keys are for RSA's algorithms alone.
        let long = base64url(&[1; 48]);
        let bigger = json!({"kty": "EC", "crv": "P-384", "x": long, "y": long});
        assert!(public(&bigger, JwsAlgorithm::Es384).is_some());
        assert_eq!(public(&bigger, JwsAlgorithm::Es256), None);
        assert_eq!(public(&good, JwsAlgorithm::Es384), None);
        let mislabelled = json!({"kty": "EC", "crv": "P-384", "x": x, "y": x});
        assert_eq!(public(&mislabelled, JwsAlgorithm::Es384), None);
        for algorithm in [JwsAlgorithm::Rs384, JwsAlgorithm::Rs512, JwsAlgorithm::EdDsa] {
            assert_eq!(public(&bigger, algorithm), None);
        }
        let rsa = json!({"kty": "RSA", "e": "AQAB", "n": base64url(&[255; 256])});
        for (name, algorithm) in JwsAlgorithm::ALL {
            let is_rsa = name.starts_with("RS") || name.starts_with("PS");
            assert_eq!(public(&rsa, *algorithm).is_some(), is_rsa, "{name}");
        }
        let small = json!({"kty": "RSA", "e": "AQAB", "n": base64url(&[255; 128])});
        assert_eq!(public(&small, JwsAlgorithm::Rs256), None, "1024 bits");
    }
}
