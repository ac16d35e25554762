//! No text passes for a JWT of an issuer but what is one, and nothing in it decides how it is verified.
use edgegate_core::credential::issuer::{jwk, jws, jwt};
use edgegate_core::http::basic;
use edgegate_core::policy::{Issuer, JwsAlgorithm, Policy};

const NOW: u64 = 1_800_000_000;

thread_local! {
    static ISSUER: Issuer = {
        let policy = Policy::read(include_str!("../../fixtures/gate.toml")).expect("valid");
        let issuer = policy.issuers.iter().find(|issuer| issuer.secret().is_none()).expect("one by keys");
        Issuer::clone(issuer)
    };
}

target!(|text: &str| {
    let _ = basic::read(text);
    let Some(jws) = jws::read(text) else { return };
    assert_eq!(text.split('.').count(), 3);
    let pinned = [JwsAlgorithm::Es256];
    if jwt::check_header(&jws, &pinned).is_ok() {
        assert_eq!(jws.text("alg"), Some("ES256"));
        assert!(!jws.header.contains_key("crit"));
    }
    for (_, algorithm) in JwsAlgorithm::ALL {
        if let Some(key) = jws.header.get("jwk").and_then(|key| jwk::public(key, *algorithm)) {
            assert!(!key.contains("\"d\"") && !key.contains("oct"));
        }
    }
    let Some(claims) = jws.claims() else { return };
    ISSUER.with(|issuer| {
        if let Ok(told) = jwt::check_claims(issuer, &claims, NOW) {
            assert!(told.until > NOW && told.identity.subject.is_some());
        }
    });
});
