//! `sso_auth_token`: a partner's word for one constituent, in a body, as often as it likes while it lives.

use edgegate_core::refusal::Reason;
use proptest::prelude::*;

use crate::support::luminate::{
    COMMON, JO, SAM, client, client_get, cookie_of, granted, login, refused, sign_on, subject, visitor,
};
use crate::support::{Request, Site, forwarding, set_cookies};

fn with_token(method: &str, token: &str, more: &str) -> Request {
    client(method, &format!("sso_auth_token={token}{more}"))
}

#[test]
fn it_signs_a_visitor_in_and_can_be_used_again() {
    let site = Site::alone();
    let token = sign_on(&site, JO);
    let mut sessions = Vec::new();
    for request in [
        with_token("singleSignOn", &token, ""),
        with_token("singleSignOn", &token, &format!("&{}", visitor(&site).field())),
        with_token("singleSignOn", &token, "").of(&visitor(&site)),
    ] {
        let handled = site.ask(&request);
        let id = granted(&handled, "singleSignOnMethodResponse").as_str().unwrap().to_owned();
        assert_eq!((subject(&handled), cookie_of(&handled).as_deref()), (Some(JO), Some(id.as_str())));
        let test = site.ask(&client("loginTest", &format!("JSESSIONID={id}")));
        assert_eq!(granted(&test, "loginResponse")["cons_id"], JO);
        sessions.push(id);
    }
    sessions.dedup();
    assert_eq!(sessions.len(), 3, "each a session of its own");
}

#[test]
fn it_stands_for_the_token_of_a_page() {
    let site = Site::alone();
    let token = sign_on(&site, JO);
    let handled = site.ask(&with_token("getUser", &token, "&a=1"));
    assert_eq!((handled.refused, subject(&handled)), (None, Some(JO)));
    let sent = forwarding(&handled);
    assert_eq!(sent.cookies.len(), 1, "the session that it opened");
    let jo = login(&site, JO);
    let handled = site.ask(&with_token("getUser", &token, &format!("&{}", jo.field())));
    assert_eq!((subject(&handled), set_cookies(&handled).len()), (Some(JO), 0), "the session that was there");
}

#[test]
fn it_never_touches_somebody_elses_session() {
    let site = Site::alone();
    let (token, sam) = (sign_on(&site, JO), login(&site, SAM));
    for request in [
        with_token("singleSignOn", &token, "").of(&sam),
        with_token("getUser", &token, &format!("&{}", sam.field())),
        with_token("getUser", &token, &format!("&{}", sam.fields())),
    ] {
        let handled = site.ask(&request);
        assert_eq!(refused(&handled), (Some(Reason::SessionConflict), 403, "5".to_owned()));
        assert!(set_cookies(&handled).is_empty());
    }
    assert_eq!(subject(&site.ask(&client("loginTest", &sam.field()))), Some(SAM), "which goes on");
}

#[test]
fn an_address_is_no_place_for_it() {
    let site = Site::alone();
    let token = sign_on(&site, JO);
    let field = format!("sso_auth_token={token}");
    for request in [
        client_get("loginTest", &field),
        client_get("getLoginUrl", &field),
        Request::new("POST", &format!("/site/CRConsAPI?{field}")).form(&format!("method=singleSignOn&{COMMON}")),
    ] {
        let (handled, storage) = site.cost(&request);
        assert_eq!(refused(&handled), (Some(Reason::CredentialMisplaced), 403, "5".to_owned()));
        assert_eq!((storage, set_cookies(&handled).len()), (0, 0));
    }
}

#[test]
fn it_lives_for_fifteen_minutes() {
    let site = Site::alone();
    let token = sign_on(&site, JO);
    site.ports.world.pass(899);
    assert_eq!(site.ask(&with_token("singleSignOn", &token, "")).refused, None);
    site.ports.world.pass(1);
    let jo = login(&site, JO);
    for more in [String::new(), format!("&{}", jo.fields())] {
        let (handled, storage) = site.cost(&with_token("getUser", &token, &more));
        assert_eq!(refused(&handled), (Some(Reason::SignOnExpired), 403, "5".to_owned()));
        assert_eq!(storage, 0);
    }
}

#[test]
fn no_other_credential_is_one() {
    let site = Site::alone();
    let (jo, token) = (login(&site, JO), sign_on(&site, JO));
    for text in [
        jo.auth.as_str(),
        jo.nonce.as_str(),
        jo.jsessionid.as_str(),
        &token[1..],
        &token.to_uppercase(),
        "x",
        &site.token(""),
    ] {
        let (handled, storage) = site.cost(&with_token("singleSignOn", text, ""));
        assert_eq!(refused(&handled), (Some(Reason::SignOnForged), 403, "5".to_owned()), "{text}");
        assert_eq!(storage, 0);
    }
    // And it is none of the others.
    assert_eq!(refused(&site.ask(&client("loginTest", &format!("JSESSIONID={token}")))).2, "204");
    let as_nonce = Request::get(&format!("/site/page?NONCE_TOKEN={token}"));
    assert_eq!(site.ask(&as_nonce).refused, Some(Reason::NonceForged));
    assert_eq!(site.ask(&Request::get("/me/").bearer(&token)).refused, Some(Reason::TokenForged));
}

#[test]
fn a_sign_on_without_a_token_lacks_a_field() {
    let site = Site::alone();
    for request in [
        client("singleSignOn", ""),
        client("singleSignOn", "sso_auth_token="),
        client("singleSignOn", "").of(&login(&site, JO)),
    ] {
        assert_eq!(refused(&site.ask(&request)), (Some(Reason::CallParameterMissing), 403, "10".to_owned()));
    }
    assert_eq!(
        refused(&site.ask(&client_get("singleSignOn", ""))),
        (Some(Reason::MethodNotAllowed), 405, "405".to_owned())
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_changed_token_is_refused_and_costs_nothing(at in any::<prop::sample::Index>(), put in "[0-9a-zA-Z_.-]") {
        let site = Site::alone();
        let (token, jo) = (sign_on(&site, JO), login(&site, JO));
        let at = at.index(token.len());
        let changed = format!("{}{put}{}", &token[..at], &token[at + 1..]);
        prop_assume!(changed != token);
        // The session is not even looked at.
        let other = Site::new(&site.ports.world, crate::support::POLICY);
        let (handled, storage) = other.cost(&with_token("getUser", &changed, "").of(&jo));
        prop_assert_eq!((handled.refused, storage), (Some(Reason::SignOnForged), 0));
    }
}
