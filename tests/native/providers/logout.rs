//! A provider ends the session that it names (`sid`), however long that name is.

use edgegate_core::refusal::Reason;
use serde_json::json;

use super::presets::{shapes, sign_in, site};
use crate::support::jws::Signer;
use crate::support::{NOW, Request, refusal};

#[test]
fn a_long_sid_is_compared_whole() {
    let signer = Signer::new();
    let shape = shapes().into_iter().find(|shape| shape["preset"] == "keycloak").unwrap();
    let site = site(&shape, &signer);
    let long = "s".repeat(300);
    let sids = [format!("{long}1"), format!("{long}2")];
    let sessions = sids.clone().map(|sid| sign_in(&site, &shape, &signer, &json!({"sid": sid})).1);
    let living = || sessions.iter().map(|session| refusal(&site.ask(session)).is_none()).collect::<Vec<_>>();
    let log_out = |sid: &str| {
        let claims = json!({
            "iss": shape["claims"]["iss"], "aud": shape["claims"]["aud"], "iat": NOW, "exp": NOW + 120, "jti": sid, "sid": sid,
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        });
        let token = signer.sign(&json!({"alg": "ES256", "kid": "key-1", "typ": "logout+jwt"}), &claims);
        refusal(&site.ask(&Request::new("POST", "/.edgegate/logout/it").form(&format!("logout_token={token}"))))
    };
    assert_eq!(living(), [true, true]);
    assert_eq!((log_out(&long[..200]), living()), (None, vec![true, true]), "a part of it is another one");
    assert_eq!((log_out(&sids[1]), living()), (None, vec![true, false]));
    assert_eq!(refusal(&site.ask(&sessions[1])), Some(Reason::SessionRevoked));
}

#[test]
fn a_sid_that_is_too_long_to_keep_signs_nobody_in() {
    let signer = Signer::new();
    let shape = shapes().into_iter().find(|shape| shape["preset"] == "keycloak").unwrap();
    let site = site(&shape, &signer);
    let (back, _) = sign_in(&site, &shape, &signer, &json!({"sid": "s".repeat(16_001)}));
    assert_eq!(refusal(&back), Some(Reason::ClaimsTooLarge));
}
