//! Authorization codes.

use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;
use serde_json::json;

use super::flow::*;
use crate::support::{NOW, Request, Site, answer, refusal};

#[test]
fn a_code_is_good_for_a_minute_and_once() {
    let site = site("10s");
    let early = shops_code(&site);
    let late = shops_code(&site);
    site.ports.world.pass(59);
    let handled = site.ask(&redeem(&early));
    assert_eq!(json(&handled)["expires_in"], 14000);
    assert_eq!(json(&handled)["token_type"], "Bearer");
    assert_eq!(json(&handled)["scope"], "read write pay");
    site.ports.world.pass(2);
    assert_eq!(refusal(&site.ask(&redeem(&late))), Some(Reason::CodeExpired));
}

#[test]
fn a_code_that_its_own_client_uses_twice_takes_back_what_it_gave() {
    let site = site("10s");
    let code = shops_code(&site);
    let first = pair(&site.ask(&redeem(&code)));
    assert_eq!(call(&site, "/me/", &first.access), None);
    let second = site.ask(&redeem(&code));
    assert_eq!(second.refused, Some(Reason::CodeReplayed));
    assert_eq!(json(&second)["error"], "invalid_grant");
    assert_eq!(call(&site, "/me/", &first.access), Some(Reason::TokenRevoked));
    assert_eq!(refusal(&site.ask(&refresh(&first.refresh))), Some(Reason::RefreshRevoked));
}

#[test]
fn a_thief_can_neither_spend_a_code_nor_have_it_revoked() {
    let site = site("10s");
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let challenge = "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
    let asked = format!("response_type=code&client_id=shop&redirect_uri=https%3A%2F%2Fshop.example%2Fcb&{challenge}");
    let code = code(&site, &asked);
    let with =
        |client: &str, rest: &str| post("token", client, &format!("grant_type=authorization_code&code={code}{rest}"));
    let address = "&redirect_uri=https%3A%2F%2Fshop.example%2Fcb";
    let proof = format!("&code_verifier={verifier}");
    for (request, reason) in [
        (with("other", &format!("{address}{proof}")), Reason::CodeMisdirected),
        (with("app", &format!("{address}{proof}")), Reason::CodeMisdirected),
        (with("shop", &proof), Reason::CodeMisdirected),
        (with("shop", &format!("&redirect_uri=https%3A%2F%2Fshop.example%2Fcb%2F{proof}")), Reason::CodeMisdirected),
        (with("shop", address), Reason::PkceMismatch),
        (with("shop", &format!("{address}&code_verifier={verifier}x")), Reason::PkceMismatch),
        (with("shop", &format!("{address}{proof}&resource=https%3A%2F%2Felsewhere.example")), Reason::ResourceRefused),
    ] {
        for _ in 0..2 {
            assert_eq!(refusal(&site.ask(&request)), Some(reason));
        }
    }
    let pair = pair(&site.ask(&with("shop", &format!("{address}{proof}"))));
    assert_eq!(call(&site, "/me/", &pair.access), None);
}

/// RFC 9700 section 2.1.1: somebody took the challenge out of the request.
/// Nothing but the code shows who redeems it, so a second use would count as a theft.
#[test]
fn a_code_that_is_refused_for_what_else_is_asked_is_not_used_up() {
    for single_use in ["ledger", "best-effort"] {
        let site = Site::new(&World::at(NOW), &policy_with("10s", single_use, ""));
        let code = shops_code(&site);
        let form = format!("grant_type=authorization_code&code={code}&resource=https%3A%2F%2Felsewhere.example");
        for _ in 0..2 {
            assert_eq!(
                refusal(&site.ask(&post("token", "shop", &form))),
                Some(Reason::ResourceRefused),
                "{single_use}"
            );
        }
        let pair = pair(&site.ask(&redeem(&code)));
        assert_eq!(call(&site, "/me/", &pair.access), None, "{single_use}");
        assert_eq!(refusal(&site.ask(&redeem(&code))), Some(Reason::CodeReplayed), "{single_use}");
    }
}

#[test]
fn a_verifier_without_a_challenge_is_refused() {
    let site = site("10s");
    let code = shops_code(&site);
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let form = format!("grant_type=authorization_code&code={code}&code_verifier={verifier}");
    assert_eq!(refusal(&site.ask(&post("token", "shop", &form))), Some(Reason::PkceMismatch));
}

#[test]
fn without_an_address_the_only_registered_one_is_taken_and_may_be_named_later() {
    let site = site("10s");
    for rest in ["", "&redirect_uri=https%3A%2F%2Fshop.example%2Fcb"] {
        let form = format!("grant_type=authorization_code&code={}{rest}", shops_code(&site));
        assert_eq!(refusal(&site.ask(&post("token", "shop", &form))), None, "{rest}");
    }
    // Two are registered, so one has to be named.
    let session = site.session();
    let challenge = "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
    let address = format!("/oauth/authorize?response_type=code&client_id=app&{challenge}");
    let handled = site.ask(&Request::get(&address).session(&session));
    assert_eq!((answer(&handled).status, handled.refused), (400, Some(Reason::RedirectUnregistered)));
}

#[test]
fn resources_narrow_where_a_token_opens() {
    let site = site("10s");
    let both = "&resource=https%3A%2F%2Fgate.example.org%2Fme&resource=https%3A%2F%2Fgate.example.org%2Fstrict";
    let code = code(&site, &format!("response_type=code&client_id=shop{both}"));
    let first = pair(&site.ask(&redeem(&code)));
    assert_eq!((call(&site, "/me/", &first.access), call(&site, "/strict/", &first.access)), (None, None));
    assert_eq!(call(&site, "/pay/", &first.access), Some(Reason::TokenResource));
    let narrow = format!(
        "grant_type=refresh_token&refresh_token={}&resource=https%3A%2F%2Fgate.example.org%2Fme",
        first.refresh
    );
    let second = pair(&site.ask(&post("token", "shop", &narrow)));
    assert_eq!(
        (call(&site, "/me/x", &second.access), call(&site, "/strict/", &second.access)),
        (None, Some(Reason::TokenResource))
    );
    // The refresh token keeps what was granted.
    let third = pair(&site.ask(&refresh(&second.refresh)));
    assert_eq!(call(&site, "/strict/", &third.access), None);
    let told = json(&site.ask(&post("introspect", "shop", &format!("token={}", third.access))));
    assert_eq!(told["aud"], json!(["https://gate.example.org/me", "https://gate.example.org/strict"]));
}
