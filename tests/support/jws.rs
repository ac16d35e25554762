//! Verifying and making the signatures of JWTs, by ring: another implementation than the Worker's WebCrypto.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, KeyPair,
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::{Value, json};

use super::house::policy::JwsAlgorithm;

/// Whether a signature is that of a public JWK.
pub fn verifies(algorithm: JwsAlgorithm, jwk: &str, input: &[u8], signature: &[u8]) -> bool {
    let jwk: Value = serde_json::from_str(jwk).expect("a JWK that the core wrote");
    let member = |name: &str| BASE64.decode(jwk[name].as_str().unwrap_or_default()).unwrap_or_default();
    let rsa = |parameters: &'static RsaParameters| {
        RsaPublicKeyComponents { n: member("n"), e: member("e") }.verify(parameters, input, signature).is_ok()
    };
    match algorithm {
        JwsAlgorithm::Rs256 => rsa(&RSA_PKCS1_2048_8192_SHA256),
        JwsAlgorithm::Ps256 => rsa(&RSA_PSS_2048_8192_SHA256),
        JwsAlgorithm::Es256 => {
            let point = [&[4][..], &member("x"), &member("y")].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(input, signature).is_ok()
        }
        JwsAlgorithm::EdDsa => UnparsedPublicKey::new(&ED25519, member("x")).verify(input, signature).is_ok(),
    }
}

/// A P-256 key pair that signs JWTs.
pub struct Signer {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

impl Signer {
    pub fn new() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
        Self { pair, random }
    }

    /// The public half.
    pub fn jwk(&self) -> Value {
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        json!({"kty": "EC", "crv": "P-256", "x": BASE64.encode(x), "y": BASE64.encode(y)})
    }

    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let input = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
        let signature = self.pair.sign(&self.random, input.as_bytes()).unwrap();
        format!("{input}.{}", BASE64.encode(signature))
    }
}
