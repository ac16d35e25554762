//! Verifying the signatures of JWTs by ring: another implementation than the Worker's WebCrypto.

use serde_json::Value;

use crate::policy::JwsAlgorithm;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, EcdsaVerificationAlgorithm, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RsaParameters,
    RsaPublicKeyComponents, UnparsedPublicKey,
};

/// Whether a signature is that of a public JWK.
pub fn verifies(algorithm: JwsAlgorithm, jwk: &str, input: &[u8], signature: &[u8]) -> bool {
    let Ok(jwk) = serde_json::from_str::<Value>(jwk) else { return false };
    let member =
        |name: &str| BASE64.decode(jwk.get(name).and_then(Value::as_str).unwrap_or_default()).unwrap_or_default();
    let rsa = |parameters: &'static RsaParameters| {
        RsaPublicKeyComponents { n: member("n"), e: member("e") }.verify(parameters, input, signature).is_ok()
    };
    let ecdsa = |curve: &'static EcdsaVerificationAlgorithm| {
        let point = [[4].as_slice(), &member("x"), &member("y")].concat();
        UnparsedPublicKey::new(curve, point).verify(input, signature).is_ok()
    };
    match algorithm {
        JwsAlgorithm::Rs256 => rsa(&RSA_PKCS1_2048_8192_SHA256),
        JwsAlgorithm::Rs384 => rsa(&RSA_PKCS1_2048_8192_SHA384),
        JwsAlgorithm::Rs512 => rsa(&RSA_PKCS1_2048_8192_SHA512),
        JwsAlgorithm::Ps256 => rsa(&RSA_PSS_2048_8192_SHA256),
        JwsAlgorithm::Es256 => ecdsa(&ECDSA_P256_SHA256_FIXED),
        JwsAlgorithm::Es384 => ecdsa(&ECDSA_P384_SHA384_FIXED),
        JwsAlgorithm::EdDsa => UnparsedPublicKey::new(&ED25519, member("x")).verify(input, signature).is_ok(),
    }
}
