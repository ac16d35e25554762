//! Isolates of two deployments side by side, of which one does not know the other's key: what it refuses is not lost.

use std::rc::Rc;

use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;
use serde_json::json;

use crate::support::luminate::{JO, client, login, subject};
use crate::support::oauth::fields;
use crate::support::{self, NOW, POLICY, Request, Site, is_granted, set_cookies};

const OLD: &str = "keys = [\"seal-1\"]";
const NEW: &str = "keys = [\"seal-3\", \"seal-1\"]";

/// An isolate of the deployment before, and one in which a new key is the first at once.
fn both() -> (Site, Site) {
    let old = POLICY.replace("keys = [\"seal-1\", \"seal-2\"]", OLD);
    let new = old.replace(OLD, NEW).replacen(
        "[keys.seal-2]",
        "[keys.seal-3]\nsecret = \"SEAL_KEY_3\"\nuse = \"seal\"\n\n[keys.seal-2]",
        1,
    );
    let world = World::at(NOW);
    (Site::new(&world, &old), Site::new(&world, &new))
}

/// What a browser sends that got these cookies beside those that it had.
fn jar(had: &str, got: &[String]) -> String {
    let got: Vec<&str> = got.iter().map(|cookie| cookie.split(';').next().unwrap()).collect();
    let name = |cookie: &str| cookie.split('=').next().unwrap().to_owned();
    let kept = had.split("; ").filter(|had| got.iter().all(|got| name(got) != name(had)));
    kept.chain(got.iter().copied()).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_session_of_an_unknown_key_is_refused_there_and_lives_on_elsewhere() {
    let (old, new) = both();
    let session = format!("__Host-edgegate={}", new.session());
    assert!(session.contains("egs_seal-3_"));
    let visit = |cookies: &str| Request::get("/account/").with("cookie", cookies);
    let refused = old.ask(&visit(&session));
    assert_eq!(refused.refused, Some(Reason::SessionForged));
    let cookies = jar(&session, &set_cookies(&refused));
    assert!(cookies.contains(&session), "{cookies}");
    let (again, storage) = old.cost(&visit(&cookies));
    assert_eq!((again.refused, storage), (Some(Reason::CredentialMissing), 0), "there it is as if it were not");
    assert!(set_cookies(&again).is_empty());
    assert!(is_granted(&new.ask(&visit(&cookies))), "its mark does not hold where the key is known");
    // Somebody who signs in where it is not known gets another.
    let nonce = old.nonce("account");
    let signed_in = old.ask(&Request::get(&format!("/account/?NONCE_TOKEN={nonce}")).with("cookie", &cookies));
    let cookies = jar(&cookies, &set_cookies(&signed_in));
    for site in [&old, &new] {
        assert!(is_granted(&site.ask(&visit(&cookies))), "{cookies}");
    }
}

#[test]
fn one_that_has_ended_stays_aside_wherever_its_key_is_known() {
    let (_, new) = both();
    let session = new.session();
    new.admin("session/revoke", &json!({ "session": session }));
    let cookie = format!("__Host-edgegate={session}");
    let refused = new.ask(&Request::get("/account/").with("cookie", &cookie));
    let cookies = jar(&cookie, &set_cookies(&refused));
    let (again, storage) = new.cost(&Request::get("/account/").with("cookie", &cookies));
    assert_eq!((again.refused, storage), (Some(Reason::CredentialMissing), 0));
}

#[test]
fn the_same_for_a_jsessionid() {
    let (old, new) = both();
    let jo = login(&new, JO);
    let call = |cookies: &str| client("loginTest", "").with("cookie", cookies);
    let refused = old.ask(&call(&jo.field()));
    assert_eq!(refused.refused, Some(Reason::SessionForged));
    let cookies = jar(&jo.field(), &set_cookies(&refused));
    // A visitor there, and who asks for a log-in gets a cookie beside it.
    assert_eq!(old.ask(&call(&cookies)).refused, Some(Reason::NotSignedIn));
    let visitor = old.ask(&client("getLoginUrl", "").with("cookie", &cookies));
    let cookies = jar(&cookies, &set_cookies(&visitor));
    assert!(cookies.contains(&jo.field()) && cookies.contains("JSESSIONID-visitor="), "{cookies}");
    assert_eq!(subject(&new.ask(&call(&cookies))), Some(JO));
    let page = new.ask(&Request::get("/site/page").with("cookie", &cookies));
    assert_eq!(subject(&page), Some(JO));
}

#[test]
fn the_cookie_of_a_browser_on_its_way_to_a_broker_stays() {
    let (old, new) = both();
    let ask = |site: &Site, cookies: &str| {
        let request = Request::get("/inside/").with("accept", "text/html");
        set_cookies(&site.ask(&if cookies.is_empty() { request } else { request.with("cookie", cookies) }))
    };
    let first = ask(&new, "");
    let cookies = jar("", &first).trim_start_matches("; ").to_owned();
    assert!(cookies.contains("ege_seal-3_"), "{cookies}");
    assert_eq!(ask(&old, &cookies), Vec::<String>::new());
    let forged = cookies.replace("seal-3", "seal-1");
    assert!(ask(&old, &forged)[0].starts_with("__Host-edgegate-broker=ege_seal-1_"), "one that is forged is replaced");
}

#[test]
fn a_token_of_an_unknown_key_is_refused_and_nothing_more() {
    let (old, new) = both();
    let token = new.token("read");
    let before = Rc::clone(&old.ports.world).ledger().borrow().len();
    let (handled, storage) = old.cost(&Request::get("/me/").bearer(&token));
    assert_eq!((handled.refused, storage), (Some(Reason::TokenForged), 0));
    assert_eq!(old.ports.world.ledger().borrow().len(), before);
    assert!(is_granted(&new.ask(&Request::get("/me/").bearer(&token))));
}

// 200 would say that it is revoked, and it lives wherever the key has a value.
#[test]
fn what_is_under_a_key_without_a_value_is_not_said_to_be_revoked() {
    let (_, new) = both();
    let (token, session) = (new.token("read"), new.session());
    let without = POLICY.replace("keys = [\"seal-1\", \"seal-2\"]", NEW);
    let without = without.replacen(
        "[keys.seal-2]",
        "[keys.seal-3]\nsecret = \"ABSENT_KEY_2\"\nuse = \"seal\"\n\n[keys.seal-2]",
        1,
    );
    let policy = support::policy(&without);
    let secrets = edgegate_core::secrets::Secrets::new(&policy, "", |name| {
        (name != "ABSENT_KEY_2").then(|| support::secret(name)).flatten()
    });
    let here = Site { gate: edgegate_core::state::State::new(policy, secrets), ports: new.ports.clone() };
    let revoke = Request::new("POST", "/oauth/revoke").form(&format!("{}&token={token}", fields("shop")));
    assert_eq!(here.ask(&revoke).refused, Some(Reason::SecretMissing));
    let sign_out = Request::new("POST", "/.edgegate/sign-out").session(&session).with("sec-fetch-site", "same-origin");
    let handled = here.ask(&sign_out);
    assert_eq!((handled.refused, set_cookies(&handled)), (Some(Reason::SecretMissing), vec![]));
    assert!(is_granted(&new.ask(&Request::get("/account/").session(&session))));
}
