//! Where a request comes from that a session opens by itself: pages of the origin, and what the gate answers beside them.

use edgegate_core::exchange::Handled;
use edgegate_core::exchange::body::NewBody;
use edgegate_core::exchange::decision::Decision;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;
use proptest::prelude::*;

use crate::support::luminate::{COMMON, JO, Person, client, login, subject, visitor};
use crate::support::{NOW, POLICY, Request, Site, forwarding};

const OWN: &str = "https://gate.example.org";
const LISTED: &str = "https://app.example.org";

/// What a browser says of a page on another site, the neighbouring port and the other scheme among them.
const ELSEWHERE: [&[(&str, &str)]; 9] = [
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site")],
    &[("sec-fetch-site", "same-site"), ("origin", OWN)],
    &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("origin", "https://evil.example")],
    &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")],
    &[("origin", "https://evil.example")],
    &[("origin", "https://gate.example.org:8443")],
    &[("origin", "http://gate.example.org")],
    &[("origin", "null")],
];

const AT_HOME: [&[(&str, &str)]; 4] = [
    &[],
    &[("origin", OWN)],
    &[("sec-fetch-site", "same-origin"), ("origin", OWN)],
    &[("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")],
];

/// The fixture's policy, with more of the route of pages.
fn policy(more: &str) -> String {
    let changed = POLICY.replace("accept = [\"luminate\"]\n", &format!("accept = [\"luminate\"]\n{more}\n"));
    assert_ne!(changed, POLICY);
    changed.replace(
        "methods = [\"GET\", \"HEAD\", \"POST\"]\naccept = [\"luminate\"]",
        "methods = [\"GET\", \"HEAD\", \"OPTIONS\", \"POST\", \"PUT\", \"DELETE\"]\naccept = [\"luminate\"]",
    )
}

fn site(more: &str) -> Site {
    Site::new(&World::at(NOW), &policy(more))
}

fn with(request: Request, headers: &[(&str, &str)]) -> Request {
    headers.iter().fold(request, |request, (name, value)| request.with(name, value))
}

fn post(person: &Person) -> Request {
    Request::new("POST", "/site/page").form("a=1").of(person)
}

fn socket(person: &Person) -> Request {
    Request::get("/site/page").with("upgrade", "websocket").with("connection", "Upgrade").of(person)
}

#[test]
fn no_page_elsewhere_changes_anything_as_its_visitor() {
    let site = site("");
    let (jo, nobody) = (login(&site, JO), visitor(&site));
    let cookies = [("JSESSIONID", &jo), ("JSESSIONID", &nobody), ("JSESSIONID-visitor", &nobody)];
    for cookie in cookies.map(|(name, person)| format!("{name}={}", person.jsessionid)) {
        let bare = Request::get("/site/page").with("upgrade", "websocket").with("connection", "Upgrade");
        let mut requests = vec![Request::new("POST", "/site/page").form("a=1"), bare];
        requests.extend(["PUT", "DELETE"].map(|method| Request::new(method, "/site/page")));
        let requests = requests.into_iter().map(|request| request.with("cookie", &cookie)).collect::<Vec<_>>();
        for request in &requests {
            for headers in ELSEWHERE {
                let (handled, cost) = site.cost(&with(request.clone(), headers));
                assert_eq!((handled.refused, cost), (Some(Reason::CrossSite), 0), "{request:?} {headers:?}");
            }
            for headers in AT_HOME {
                assert_eq!(site.ask(&with(request.clone(), headers)).refused, None, "{request:?} {headers:?}");
            }
        }
    }
}

#[test]
fn what_only_reads_and_who_has_no_session_passes_from_anywhere() {
    let site = site("");
    let jo = login(&site, JO);
    for headers in ELSEWHERE {
        for method in ["GET", "HEAD", "OPTIONS"] {
            let handled = site.ask(&with(Request::new(method, "/site/page").of(&jo), headers));
            assert_eq!((handled.refused, subject(&handled)), (None, Some(JO)), "{method} {headers:?}");
        }
        for cookie in ["other=1", "JSESSIONID=node0of-a-container"] {
            let request = Request::new("POST", "/site/page").form("a=1").with("cookie", cookie);
            let handled = site.ask(&with(request, headers));
            assert_eq!((handled.refused, subject(&handled)), (None, None), "{cookie} {headers:?}");
        }
    }
    // Its end is no reason to refuse the request: it goes through as anonymous, and the cookie is taken back.
    site.ports.world.pass(43_201);
    let handled = site.ask(&with(post(&jo), ELSEWHERE[0]));
    assert_eq!((handled.refused, subject(&handled)), (None, None));
}

#[test]
fn a_page_that_the_route_grants_credentials_is_trusted() {
    for (credentials, expected) in [(true, None), (false, Some(Reason::CrossSite))] {
        let text = policy("").replace("credentials = true", &format!("credentials = {credentials}"));
        let site = Site::new(&World::at(NOW), &text);
        let jo = login(&site, JO);
        for request in [post(&jo), socket(&jo)] {
            let request = request.with("origin", LISTED).with("sec-fetch-site", "same-site");
            assert_eq!(site.ask(&request).refused, expected, "{credentials} {request:?}");
        }
        // A call of the API acts by the cookie too, if no field says who calls.
        let call =
            |request: Request| site.ask(&request.with("origin", LISTED).with("sec-fetch-site", "cross-site")).refused;
        assert_eq!(call(client("listUserFields", "").of(&jo)), expected);
        assert_eq!(call(client("listUserFields", &jo.field())), None);
    }
}

#[test]
fn a_call_is_opened_by_a_link_alone_from_elsewhere() {
    let site = Site::alone();
    let jo = login(&site, JO);
    let navigates = |request: Request| request.with("sec-fetch-site", "cross-site").with("sec-fetch-mode", "navigate");
    let address = format!("/site/CRConsAPI?method=listUserFields&{COMMON}");
    let link = || Request::get(&address).of(&jo);
    assert_eq!(site.ask(&navigates(link())).refused, None, "a link that somebody followed");
    for request in [
        navigates(client("listUserFields", "").of(&jo)),
        navigates(link()).with("upgrade", "websocket"),
        navigates(link()).with("origin", "null"),
        link().with("sec-fetch-site", "cross-site").with("sec-fetch-mode", "no-cors"),
        link().with("sec-fetch-site", "same-site").with("sec-fetch-mode", "websocket").with("upgrade", "websocket"),
    ] {
        assert_eq!(site.ask(&request).refused, Some(Reason::CrossSite), "{request:?}");
    }
}

#[test]
fn a_nonce_opens_no_connection_for_a_page_elsewhere() {
    let site = Site::alone();
    let jo = login(&site, JO);
    // An old browser says nothing but Origin.
    let request = Request::get(&format!("/site/page?NONCE_TOKEN={}", jo.nonce)).with("upgrade", "websocket");
    let refused = |request: &Request| site.cost(request);
    let (handled, cost) = refused(&request.clone().with("origin", "https://evil.example"));
    assert_eq!((handled.refused, cost), (Some(Reason::CrossSite), 0));
    assert_eq!(site.ask(&request.with("origin", OWN)).refused, None, "it was not used up");
}

#[test]
fn the_policy_says_how_much_is_asked_of_pages() {
    let off = site("xsrf = \"off\"");
    let jo = login(&off, JO);
    for headers in ELSEWHERE {
        assert_eq!(off.ask(&with(post(&jo), headers)).refused, None, "{headers:?}");
    }
    // Calls have rules of their own, which it does not switch off.
    assert_eq!(off.ask(&with(client("listUserFields", "").of(&jo), ELSEWHERE[0])).refused, Some(Reason::CrossSite));

    let token = site("xsrf = \"token\"");
    let (jo, other) = (login(&token, JO), visitor(&token));
    let form = |fields: &str| Request::new("POST", "/site/page").form(fields).of(&jo);
    let missing = Some(Reason::BoundTokenMissing);
    for (request, expected) in [
        (form("a=1"), missing),
        (form("a=1&auth="), Some(Reason::BoundTokenMismatch)),
        (form(&format!("a=1&auth={}", other.auth)), Some(Reason::BoundTokenMismatch)),
        (form(&format!("auth={0}&auth={0}", jo.auth)), Some(Reason::ParameterDuplicate)),
        (form(&format!("AUTH={}", jo.auth)), Some(Reason::ParameterShadowed)),
        (Request::new("POST", &format!("/site/page?auth={}", jo.auth)).form("a=1").of(&jo), missing),
        (Request::new("DELETE", "/site/page").of(&jo), missing),
        (form("a=1").with("x-xsrf-token", &other.auth), Some(Reason::BoundTokenMismatch)),
        (form(&format!("auth={}", jo.auth)).with("origin", "null"), Some(Reason::CrossSite)),
        (form("a=1").with("x-xsrf-token", &jo.auth), None),
        (Request::new("DELETE", "/site/page").of(&jo).with("x-xsrf-token", &jo.auth), None),
        (Request::get("/site/page").of(&jo), None),
        (Request::new("POST", "/site/page").form("a=1"), None),
    ] {
        let handled = token.ask(&request);
        assert_eq!(handled.refused, expected, "{request:?}");
        if let (Decision::Forward(sent), true) =
            (&handled.decision, request.headers.iter().any(|(name, _)| name == "x-xsrf-token"))
        {
            assert!(sent.remove.contains(&"x-xsrf-token".to_owned()), "no origin needs it");
        }
    }
    let handled = token.ask(&form(&format!("a=%2f&auth={}&b", jo.auth)));
    assert_eq!((handled.refused, subject(&handled)), (None, Some(JO)));
    assert!(matches!(&forwarding(&handled).body, Some(NewBody::Whole(body)) if body == b"a=%2f&b"));

    let always = site("xsrf = \"always\"");
    let jo = login(&always, JO);
    assert_eq!(always.ask(&Request::get("/site/page").of(&jo)).refused, missing);
    assert_eq!(always.ask(&Request::get("/site/page").of(&jo).with("x-xsrf-token", &jo.auth)).refused, None);
    for place in ["PixelServer", "EstablishSession?NEXTURL=%2Fsite%2F"] {
        assert_eq!(
            always.ask(&Request::get(&format!("/site/{place}")).of(&jo)).refused,
            None,
            "the same for everybody"
        );
    }
}

fn acts(request: &Request, handled: &Handled) -> bool {
    let has = |name: &str| request.headers.iter().any(|(known, _)| known == name);
    let changes = !matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS") || has("upgrade");
    changes && handled.refused.is_none() && subject(handled).is_some()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    /// Whatever the place, the method and what the browser says: a change as the visitor is the site's own, or a page's
    /// that the route grants credentials.
    #[test]
    fn a_change_as_the_visitor_comes_from_the_sites_own_pages(
        place in prop::sample::select(vec![
            "page", "", "a/b", "PixelServer", "EstablishSession?NEXTURL=%2F", "CRConsAPI", "CRConsAPI/", "CRDonationAPI",
            "CRTeamraiserAPI;jsessionid=a.b", "SPageServer?pagename=x", "page;jsessionid=x",
        ]),
        call in prop::sample::select(vec!["", "method=listUserFields", "method=getUser", "method=loginTest", "method=logout", "method=ownMethod"]),
        method in prop::sample::select(vec!["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"]),
        upgrade in any::<bool>(),
        fetch_site in prop::option::of(prop::sample::select(vec!["cross-site", "same-site", "same-origin", "none", "other"])),
        mode in prop::option::of(prop::sample::select(vec!["navigate", "cors", "no-cors", "websocket"])),
        origin in prop::option::of(prop::sample::select(vec![OWN, "null", LISTED, "https://evil.example", "https://gate.example.org:444"])),
    ) {
        let site = site("");
        let jo = login(&site, JO);
        let body = format!("{call}&{COMMON}");
        let bare = Request::new(method, &format!("/site/{place}")).of(&jo);
        let bare = match method {
            "POST" | "PUT" => bare.form(&body),
            _ => Request { url: format!("{}{}{body}", bare.url, if bare.url.contains('?') { "&" } else { "?" }), ..bare },
        };
        let said = [("sec-fetch-site", fetch_site), ("sec-fetch-mode", mode), ("origin", origin), ("upgrade", upgrade.then_some("websocket"))];
        let request = said.iter().fold(bare, |request, (name, value)| value.iter().fold(request, |request, value| request.with(name, value)));
        let handled = site.ask(&request);
        if acts(&request, &handled) {
            let is_own = match fetch_site {
                Some(site) => matches!(site, "same-origin" | "none"),
                None => origin.is_none_or(|origin| origin == OWN),
            };
            prop_assert!(is_own || origin == Some(LISTED), "{request:?}");
        }
    }
}
