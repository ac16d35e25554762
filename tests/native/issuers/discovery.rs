//! The address of an issuer's keys, found by its metadata (OpenID Connect Discovery section 4).

use edgegate_core::testing::World;
use serde_json::{Value, json};

use super::presets::policy;
use crate::support::jws::Signer;
use crate::support::{NOW, Request, Site};

const KEYS: &str = "discovery = true\nalgorithms = [\"ES256\"]\naudience = [\"gate\"]";
const ISSUER: &str = "https://found.example/realm";
const METADATA: &str = "https://found.example/realm/.well-known/openid-configuration";

/// What becomes of a good token, and how often the issuer was asked. `more`: documents by their address.
fn ask(issuer: &str, metadata: &Value, at: &str) -> (Option<&'static str>, u32) {
    let signer = Signer::new();
    let site = Site::new(&World::at(NOW), &policy(&format!("issuer = \"{issuer}\"\n{KEYS}")));
    {
        let mut documents = site.ports.documents.borrow_mut();
        documents.insert(METADATA.to_owned(), (200, metadata.to_string()));
        documents.insert(at.to_owned(), (200, json!({"keys": [signer.jwk()]}).to_string()));
    }
    let claims = json!({"iss": issuer, "aud": "gate", "sub": "jo", "exp": NOW + 60});
    let token = signer.sign(&json!({"alg": "ES256"}), &claims);
    let handled = site.ask(&Request::get("/it/a").bearer(&token));
    if handled.refused.is_none() {
        assert_eq!(site.ask(&Request::get("/it/b").bearer(&token)).refused, None, "from memory");
    }
    (handled.refused.map(|reason| reason.code()), site.ports.spent.get().upstream)
}

fn metadata(issuer: &str, jwks_uri: &str) -> Value {
    json!({"issuer": issuer, "jwks_uri": jwks_uri, "authorization_endpoint": "https://found.example/authorize"})
}

#[test]
fn keys_are_found_at_the_issuer_or_at_another_host() {
    for jwks in ["https://found.example/keys", "https://keys.example.net:8443/a/b?v=1"] {
        assert_eq!(ask(ISSUER, &metadata(ISSUER, jwks), jwks), (None, 2), "{jwks}");
    }
    let with_slash = format!("{ISSUER}/");
    let jwks = "https://found.example/keys";
    assert_eq!(ask(&with_slash, &metadata(&with_slash, jwks), jwks), (None, 2), "the slash is taken off (section 4)");
}

#[test]
fn a_document_of_another_issuer_or_another_address_counts_for_nothing() {
    let jwks = "https://found.example/keys";
    for issuer in [
        "https://found.example/realm/",
        "https://found.example",
        "https://FOUND.example/realm",
        "https://evil.example/",
        "",
    ] {
        assert_eq!(ask(ISSUER, &metadata(issuer, jwks), jwks), (Some("keys_unavailable"), 1), "{issuer}");
    }
    for wrong in [
        json!({}),
        json!([]),
        json!({"issuer": ISSUER}),
        json!({"issuer": ISSUER, "jwks_uri": [jwks]}),
        json!({"jwks_uri": jwks}),
    ] {
        assert_eq!(ask(ISSUER, &wrong, jwks), (Some("keys_unavailable"), 1), "{wrong}");
    }
    for address in [
        "http://found.example/keys",
        "HTTPS://found.example/keys",
        "//found.example/keys",
        "/keys",
        "file:///keys",
        "https://found.example",
        "https://u@found.example/keys",
        "https://found.example:443/keys",
        "https://found.example:0/keys",
        "https://Found.example/keys",
        "https:///keys",
        "https://found.example/ke ys",
        "https://found.example/keys#a",
        "https://found.example\\@evil.example/keys",
        "https://found.example/\\keys",
        "https://2130706433/keys",
        "",
    ] {
        assert_eq!(ask(ISSUER, &metadata(ISSUER, address), address), (Some("keys_unavailable"), 1), "{address}");
    }
}

/// The origin that the policy names is asked for what is at the issuer's own host.
#[test]
fn an_origin_of_the_policy_stands_for_the_issuers_host() {
    let signer = Signer::new();
    let text = policy(&format!("issuer = \"{ISSUER}\"\norigin = \"site\"\n{KEYS}"));
    let site = Site::new(&World::at(NOW), &text);
    {
        let mut documents = site.ports.documents.borrow_mut();
        let document = metadata(ISSUER, "https://found.example/keys").to_string();
        documents
            .insert("https://origin.example.org/realm/.well-known/openid-configuration".to_owned(), (200, document));
        let keys = json!({"keys": [signer.jwk()]}).to_string();
        documents.insert("https://origin.example.org/keys".to_owned(), (200, keys));
    }
    let claims = json!({"iss": ISSUER, "aud": "gate", "sub": "jo", "exp": NOW + 60});
    let token = signer.sign(&json!({"alg": "ES256"}), &claims);
    assert_eq!(site.ask(&Request::get("/it/a").bearer(&token)).refused, None);
}
