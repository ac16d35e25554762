//! `NONCE_TOKEN`: connects a browser to one session, once, from an address. `tests/native/ledger/once.rs` tries it under every
//! interleaving.

use core::future::Future;
use core::pin::Pin;

use edgegate_core::exchange::Handled;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::Turns;
use proptest::prelude::*;

use crate::support::luminate::{
    COMMON, JO, Person, SAM, client, client_get, cookie_of, granted, login, nonce, refused, subject, visitor,
};
use crate::support::{POLICY, Request, Site, answer, forwarding, set_cookies};

fn page(nonce: &str) -> Request {
    Request::get(&format!("/site/page?a=%2f;&NONCE_TOKEN={nonce}&b"))
}

/// Every place that redeems one.
fn places(nonce: &str) -> Vec<Request> {
    vec![
        page(nonce),
        Request::new("POST", &format!("/site/page?NONCE_TOKEN={nonce}")).form("a=1"),
        Request::get(&format!("/site/EstablishSession?NONCE_TOKEN={nonce}&NEXTURL=/")),
        client_get("getLoginUrl", &format!("NONCE_TOKEN={nonce}")),
        client_get("loginTest", &format!("NONCE_TOKEN={nonce}")),
        client_get("listUserFields", &format!("NONCE_TOKEN={nonce}")),
        Request::new("POST", &format!("/site/CRConsAPI?NONCE_TOKEN={nonce}"))
            .form(&format!("method=loginTest&{COMMON}")),
    ]
}

#[test]
fn it_works_once_wherever_it_is_used() {
    for which in 0..places("").len() {
        let site = Site::alone();
        let jo = login(&site, JO);
        let first = site.ask(&places(&jo.nonce)[which]);
        assert_eq!((first.refused, subject(&first)), (None, Some(JO)), "place {which}");
        assert_eq!(cookie_of(&first).as_deref(), Some(jo.jsessionid.as_str()), "the session itself, and no copy");
        for again in places(&jo.nonce) {
            let handled = site.ask(&again);
            assert_eq!((handled.refused, set_cookies(&handled).len()), (Some(Reason::NonceReplayed), 0), "{again:?}");
        }
    }
}

#[test]
fn many_at_one_moment_and_one_succeeds() {
    let site = Site::alone();
    let jo = login(&site, JO);
    let elsewhere = Site::new(&site.ports.world, POLICY);
    let requests = places(&jo.nonce);
    for site in [&site, &elsewhere] {
        site.ports.steps.set(true);
    }
    let attempt = |number: usize| -> Pin<Box<dyn Future<Output = Handled> + '_>> {
        Box::pin([&site, &elsewhere][number % 2].check(&requests[number % requests.len()]))
    };
    let mut turns = Turns::new((0..50).map(attempt));
    turns.settle();
    let reasons: Vec<Option<Reason>> = turns.done.iter().map(|handled| handled.as_ref().unwrap().refused).collect();
    assert_eq!(reasons.iter().filter(|reason| reason.is_none()).count(), 1);
    assert!(reasons.iter().flatten().all(|reason| *reason == Reason::NonceReplayed), "{reasons:?}");
}

#[test]
fn on_a_page_the_address_is_cleaned_by_a_redirect() {
    let site = Site::alone();
    let jo = login(&site, JO);
    let handled = site.ask(&page(&jo.nonce));
    assert_eq!(answer(&handled).status, 303);
    assert!(answer(&handled).headers.contains(&("location", "/site/page?a=%2f;&b".to_owned())));
    let handled = site.ask(&Request::new("POST", &format!("/site/page?NONCE_TOKEN={}", nonce(&site, &jo))).form("a=1"));
    assert_eq!(forwarding(&handled).url, "https://origin.example.org/site/page", "a form is not lost on the way");
}

#[test]
fn a_call_is_answered_in_place() {
    let site = Site::alone();
    let jo = login(&site, JO);
    let handled = site.ask(&client_get("getLoginUrl", &format!("NONCE_TOKEN={}", jo.nonce)));
    let told = granted(&handled, "getLoginUrlResponse");
    assert_eq!((&told["JSESSIONID"], &told["token"]), (&jo.jsessionid.clone().into(), &jo.auth.clone().into()));
    let handled = site.ask(&client_get("listUserFields", &format!("a=1&NONCE_TOKEN={}&b=2", nonce(&site, &jo))));
    let sent = forwarding(&handled);
    assert_eq!(sent.url, format!("https://origin.example.org/site/CRConsAPI?method=listUserFields&{COMMON}&a=1&b=2"));
    assert_eq!(sent.cookies.len(), 1);
}

#[test]
fn who_only_looks_ahead_uses_nothing_up() {
    let site = Site::alone();
    let jo = login(&site, JO);
    let establish = format!("/site/EstablishSession?NONCE_TOKEN={}", jo.nonce);
    let call = format!("/site/CRConsAPI?method=getLoginUrl&{COMMON}&NONCE_TOKEN={}", jo.nonce);
    for (path, expected) in [
        (establish.as_str(), Reason::NonceNotUsed),
        (&call, Reason::MethodNotAllowed),
        (&page(&jo.nonce).url, Reason::NonceNotUsed),
    ] {
        let (handled, storage) = site.cost(&Request::new("HEAD", path));
        assert_eq!((handled.refused, storage, set_cookies(&handled).len()), (Some(expected), 0, 0), "HEAD {path}");
    }
    for (name, value) in [
        ("sec-purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
        ("x-moz", "prefetch"),
        ("x-purpose", "preview"),
    ] {
        for path in [&establish, &call, &page(&jo.nonce).url] {
            let (handled, storage) = site.cost(&Request::get(path).with(name, value));
            assert_eq!((handled.refused, storage), (Some(Reason::NonceNotUsed), 0), "{name}: {path}");
        }
    }
    // A picture or a script of another site makes a browser ask too.
    for (mode, to) in [("no-cors", "image"), ("no-cors", "script"), ("navigate", "iframe")] {
        for path in [&establish, &page(&jo.nonce).url] {
            let request = Request::get(path).with("sec-fetch-site", "cross-site").with("sec-fetch-mode", mode);
            assert_eq!(
                site.ask(&request.with("sec-fetch-dest", to)).refused,
                Some(Reason::NonceNotUsed),
                "{mode} {to}"
            );
        }
    }
    assert_eq!(site.ask(&page(&jo.nonce)).refused, None, "it is still good");
}

#[test]
fn a_call_that_is_refused_anyway_uses_nothing_up() {
    let site = Site::alone();
    let jo = login(&site, JO);
    let query = |method: &str, rest: &str| format!("/site/CRConsAPI?method={method}&NONCE_TOKEN={}&{rest}", jo.nonce);
    for (request, expected) in [
        (Request::get(&query("getLoginUrl", "v=1.0&response_format=json&api_key=x")), Reason::ApiKeyUnknown),
        (Request::get(&query("getLoginUrl", "v=2.0&response_format=json&api_key=api-key-1")), Reason::CallVersion),
        (Request::get(&query("nothing", COMMON)), Reason::CallMethodUnknown),
        (Request::get(&query("login", COMMON)), Reason::MethodNotAllowed),
        (Request::get(&query("getUser", COMMON)), Reason::BoundTokenMissing),
        (Request::get(&query("getUser", &format!("{COMMON}&auth={}", jo.auth))), Reason::CredentialMisplaced),
        (Request::get(&query("getLoginUrl", COMMON)).with("origin", "https://evil.example"), Reason::CrossSite),
        (Request::new("POST", &query("singleSignOn", COMMON)).form("sso_auth_token=x"), Reason::SignOnForged),
        (
            Request::new("POST", &query("loginTest", COMMON)).form("JSESSIONID=a&JSESSIONID=b"),
            Reason::ParameterDuplicate,
        ),
    ] {
        let (handled, storage) = site.cost(&request);
        assert_eq!((handled.refused, storage), (Some(expected), 0), "{}", request.url);
    }
    assert_eq!(site.ask(&page(&jo.nonce)).refused, None, "it is still good");
}

#[test]
fn a_browser_with_two_sessions_loses_no_nonce() {
    let site = Site::alone();
    let (jo, one, two) = (login(&site, JO), visitor(&site), visitor(&site));
    let (handled, storage) = site.cost(&page(&jo.nonce).with("cookie", &format!("{}; {}", one.field(), two.field())));
    assert_eq!((handled.refused, storage), (Some(Reason::SessionDuplicate), 0));
    assert_eq!(site.ask(&page(&jo.nonce)).refused, None, "it is still good");
}

#[test]
fn a_body_is_no_place_for_it() {
    let site = Site::alone();
    let jo = login(&site, JO);
    let (handled, storage) = site.cost(&client("loginTest", &format!("NONCE_TOKEN={}", jo.nonce)));
    assert_eq!(refused(&handled), (Some(Reason::CredentialMisplaced), 403, "5".to_owned()));
    assert_eq!(storage, 0);
    assert_eq!(site.ask(&page(&jo.nonce)).refused, None, "it is still good");
}

#[test]
fn it_dies_with_its_session() {
    type End = fn(&Site, &Person);
    let endings: [(&str, End); 3] = [
        ("logout", |site, jo| assert_eq!(site.ask(&client("logout", &jo.field())).refused, None)),
        ("idle", |site, _| site.ports.world.pass(900)),
        ("another's sign-in", |site, jo| {
            site.ask(&client("login", &format!("user_name=sam&password=x&{}", jo.field())));
        }),
    ];
    for (name, end) in endings {
        let site = Site::alone();
        let jo = login(&site, JO);
        site.ports.world.pass(1);
        end(&site, &jo);
        for request in places(&jo.nonce) {
            let handled = site.ask(&request);
            assert!(
                matches!(handled.refused, Some(Reason::SessionRevoked | Reason::NonceExpired)),
                "{name}: {:?}",
                handled.refused
            );
            assert_eq!(cookie_of(&handled), None, "{name}");
        }
    }
}

#[test]
fn it_lives_for_fifteen_minutes() {
    let site = Site::alone();
    let jo = login(&site, JO);
    for (seconds, expected) in [(800, None), (99, None), (1, Some(Reason::NonceExpired))] {
        site.ports.world.pass(seconds);
        site.ask(&Request::get("/site/PixelServer").of(&jo));
        if expected.is_some() {
            let (handled, storage) = site.cost(&page(&jo.nonce));
            assert_eq!((handled.refused, storage), (expected, 0));
        }
    }
}

#[test]
fn another_persons_session_in_the_browser_ends() {
    let site = Site::alone();
    let (sam, jo) = (login(&site, SAM), login(&site, JO));
    site.ports.world.pass(1);
    let handled = site.ask(&page(&jo.nonce).of(&sam));
    assert_eq!(cookie_of(&handled).as_deref(), Some(jo.jsessionid.as_str()));
    assert_eq!(refused(&site.ask(&client("loginTest", &sam.field()))).2, "204");
    assert_eq!(subject(&site.ask(&client("loginTest", &jo.field()))), Some(JO));
    // One's own goes on.
    let handled = site.ask(&page(&nonce(&site, &jo)).of(&jo));
    assert_eq!(handled.refused, None);
    assert_eq!(subject(&site.ask(&client("loginTest", &jo.field()))), Some(JO));
}

#[test]
fn another_persons_session_that_is_over_is_not_ended_again() {
    for (left, claims) in [(1, 2), (0, 1)] {
        let site = Site::alone();
        let sam = login(&site, SAM);
        site.ports.world.pass(12 * 3600 - left);
        let jo = login(&site, JO);
        let before = site.ports.spent.get().claims;
        assert_eq!(site.ask(&page(&jo.nonce).of(&sam)).refused, None);
        assert_eq!(site.ports.spent.get().claims - before, claims, "{left} s before its end");
    }
}

#[test]
fn a_visitors_session_moves_too() {
    let site = Site::alone();
    let visitor = visitor(&site);
    let nonce = nonce(&site, &visitor);
    let handled = site.ask(&page(&nonce));
    assert_eq!((handled.refused, cookie_of(&handled)), (None, Some(visitor.jsessionid)));
    assert_eq!(site.ask(&page(&nonce)).refused, Some(Reason::NonceReplayed));
}

#[test]
fn no_other_credential_is_one() {
    let site = Site::alone();
    let jo = login(&site, JO);
    let of_a_route = site.nonce("account");
    for text in [
        jo.auth.as_str(),
        jo.jsessionid.as_str(),
        of_a_route.as_str(),
        &jo.nonce.to_lowercase(),
        "F7CF073193F494C0D53A16EE367C367D",
        "x",
    ] {
        for request in places(text) {
            let (handled, storage) = site.cost(&request);
            assert_eq!((handled.refused, storage), (Some(Reason::NonceForged), 0), "{text}");
        }
    }
    let elsewhere = Request::get(&format!("/account/?NONCE_TOKEN={}", jo.nonce));
    assert_eq!(site.ask(&elsewhere).refused, Some(Reason::NonceForged), "it opens no other route");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_changed_nonce_is_refused_and_costs_nothing(at in any::<prop::sample::Index>(), put in "[0-9A-Z]") {
        let site = Site::alone();
        let nonce = login(&site, JO).nonce;
        let at = at.index(nonce.len());
        let changed = format!("{}{put}{}", &nonce[..at], &nonce[at + 1..]);
        prop_assume!(changed != nonce);
        let (handled, storage) = site.cost(&page(&changed));
        prop_assert_eq!((handled.refused, storage), (Some(Reason::NonceForged), 0));
    }
}
