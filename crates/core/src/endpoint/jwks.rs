//! `/.edgegate/jwks.json`: the public halves of the identity keys (RFC 7517).

use serde_json::{Value, json};

use crate::http::answer::Answer;
use crate::refusal::Reason;
use crate::state::State;

/// The keys that sign or will sign, in the policy's order. May be cached for a few minutes, so that a second
/// key is known everywhere before it signs.
///
/// # Errors
/// `NoRoute` if the policy has no identity key; `SecretMissing` if a key has no usable value.
pub fn answer(state: &State, loopback: bool) -> Result<Answer, Reason> {
    let keys = &state.policy.identity.keys;
    if keys.is_empty() {
        return Err(Reason::NoRoute);
    }
    let mut public = Vec::with_capacity(keys.len());
    for key in keys {
        let secret = state.secrets.usable(loopback).secret(&key.secret)?;
        public.push(public_half(secret.expose(), &key.id).ok_or(Reason::SecretMissing)?);
    }
    Ok(Answer::json(200, &json!({ "keys": public })).kept())
}

/// The members of an EC key that anybody may see, picked by name.
fn public_half(private: &[u8], key_id: &str) -> Option<Value> {
    let jwk: Value = serde_json::from_slice(private).ok()?;
    let (x, y) = (jwk.get("x")?.as_str()?, jwk.get("y")?.as_str()?);
    let is_p256 = jwk.get("kty")?.as_str()? == "EC" && jwk.get("crv")?.as_str()? == "P-256";
    is_p256.then(|| json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": key_id, "use": "sig", "alg": "ES256"}))
}
