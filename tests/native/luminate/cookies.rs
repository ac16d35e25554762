//! Cookies and origins: what a browser is given, and which pages elsewhere may make it call.

use edgegate_core::exchange::Handled;
use edgegate_core::refusal::Reason;

use crate::support::luminate::{COMMON, JO, client, client_get, everybody_is, login, refused, subject};
use crate::support::story::Story;
use crate::support::{Request, Site, answer, forwarding, set_cookies};

const TRUSTED: [&str; 3] = ["https://app.example.org", "https://www.partner.example", "https://a.b.partner.example"];

fn cors(handled: &Handled) -> Vec<(&'static str, String)> {
    answer(handled).headers.iter().filter(|(name, _)| name.starts_with("access-control")).cloned().collect()
}

fn attributes(handled: &Handled) -> Vec<String> {
    set_cookies(handled).iter().map(|cookie| cookie.split_once("; ").unwrap().1.to_owned()).collect()
}

const LAX: &str = "Path=/; Max-Age=43200; Secure; HttpOnly; SameSite=Lax";
const EMBEDDED: &str = "Path=/; Max-Age=43200; Secure; HttpOnly; SameSite=None; Partitioned";

#[test]
fn the_cookie_of_the_site_itself() {
    let site = Site::alone();
    let jo = login(&site, JO);
    let own =
        |request: Request| request.with("origin", "https://gate.example.org").with("sec-fetch-site", "same-origin");
    for request in [
        client("login", "user_name=jo&password=x"),
        own(client("login", "user_name=jo&password=x")),
        client_get("getLoginUrl", ""),
        own(client("getLoginUrl", "")),
        Request::get(&format!("/site/page?NONCE_TOKEN={}", jo.nonce)),
    ] {
        let handled = site.ask(&request);
        assert_eq!(attributes(&handled), [LAX], "{request:?}");
        assert!(set_cookies(&handled)[0].starts_with("JSESSIONID="));
    }
}

#[test]
fn on_plain_http_there_is_only_loopback() {
    let here = Request::get(&format!("http://127.0.0.1:8787/site/CRConsAPI?method=getLoginUrl&{COMMON}"));
    assert_eq!(Site::alone().ask(&here).refused, Some(Reason::TransportInsecure), "a Host shows nothing");
    let site = Site::alone().local();
    let handled = site.ask(&here);
    assert_eq!(attributes(&handled), ["Path=/; Max-Age=43200; HttpOnly; SameSite=Lax"]);
    let handled =
        site.ask(&Request::get(&format!("http://gate.example.org/site/CRConsAPI?method=getLoginUrl&{COMMON}")));
    assert_eq!((handled.refused, set_cookies(&handled).len()), (Some(Reason::TransportInsecure), 0));
}

#[test]
fn a_trusted_page_elsewhere_gets_a_cookie_of_its_own_partition() {
    let site = Site::alone();
    everybody_is(&site, JO);
    for origin in TRUSTED {
        for request in [client("login", "user_name=jo&password=x"), client_get("getLoginUrl", "")] {
            for fetch in [&[][..], &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "cors")]] {
                let request = fetch.iter().fold(request.clone(), |request, (name, value)| request.with(name, value));
                let handled = site.ask(&request.with("origin", origin));
                assert_eq!((handled.refused, attributes(&handled)), (None, vec![EMBEDDED.to_owned()]), "{origin}");
                assert_eq!(
                    cors(&handled),
                    [
                        ("access-control-allow-origin", origin.to_owned()),
                        ("access-control-allow-credentials", "true".to_owned())
                    ]
                );
                assert!(answer(&handled).headers.contains(&("vary", "Origin".to_owned())));
            }
        }
    }
}

// Another host of the same site is trusted by the same list, and its cookie is the site's own.
#[test]
fn a_trusted_page_of_the_same_site_gets_the_sites_cookie() {
    let site = Site::alone();
    let request = client_get("getLoginUrl", "").with("origin", TRUSTED[0]);
    let handled = site.ask(&request.with("sec-fetch-site", "same-site").with("sec-fetch-mode", "cors"));
    assert_eq!(attributes(&handled), [LAX]);
}

#[test]
fn logging_out_takes_back_both() {
    let site = Site::alone();
    let jo = login(&site, JO);
    let handled = site.ask(&client("logout", &jo.field()).with("origin", TRUSTED[0]));
    assert_eq!(
        set_cookies(&handled),
        [
            "JSESSIONID=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax",
            "JSESSIONID=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=None; Partitioned",
        ]
    );
}

// Another deployment may know its key: it is set aside for a minute, where it lives, and stays.
#[test]
fn a_cookie_of_an_unknown_key_is_set_aside_and_never_taken_back() {
    let mut story = Story::new();
    story.step("sealed jsessionid foreign");
    let cookie = story.fill("JSESSIONID={jsessionid}");
    let request = client("loginTest", "").with("cookie", &cookie);
    let aside = |request: &Request| {
        let handled = story.site.ask(request);
        assert_eq!(handled.refused, Some(Reason::SessionForged));
        assert!(set_cookies(&handled).iter().all(|cookie| cookie.starts_with("JSESSIONID-aside=")));
        (set_cookies(&handled)[0].split(';').next().unwrap().to_owned(), attributes(&handled))
    };
    let (lax, embedded) = (LAX.replace("43200", "60"), EMBEDDED.replace("43200", "60"));
    assert_eq!(aside(&request.clone().with("origin", TRUSTED[0])).1, [embedded]);
    let (mark, attributes) = aside(&request);
    assert_eq!(attributes, [lax]);
    // With its mark it is as if it were not there.
    let request = client("loginTest", "").with("cookie", &format!("{mark}; {cookie}"));
    assert_eq!(refused(&story.site.ask(&request)).2, "204");
}

// Answers overtake each other: whichever way an old cookie is refused, the new session stays.
#[test]
fn a_late_answer_to_an_old_cookie_leaves_the_newer_session() {
    let site = Site::alone();
    let old = login(&site, JO);
    crate::support::luminate::granted(&site.ask(&client("logout", &old.field())), "loginResponse");
    let late = [
        client("loginTest", "").of(&old),
        client_get("getLoginUrl", "").of(&old),
        Request::get("/site/page").of(&old),
        Request::get("/site/PixelServer").of(&old),
    ];
    for request in late {
        let answer = set_cookies(&site.ask(&request));
        let new = login(&site, JO);
        let jar: Vec<String> = answer.iter().map(|cookie| cookie.split(';').next().unwrap().to_owned()).collect();
        assert!(answer.iter().all(|cookie| !cookie.starts_with("JSESSIONID=")), "{request:?}: {answer:?}");
        let cookies = format!("{}; {}", new.field(), jar.join("; "));
        let handled = site.ask(&client("loginTest", "").with("cookie", cookies.trim_end_matches("; ")));
        assert_eq!(subject(&handled), Some(JO), "{request:?}");
    }
}

#[test]
fn a_forwarded_call_of_a_trusted_page_can_be_read_by_it_too() {
    let site = Site::alone();
    let handled = site.ask(&client("listUserFields", "").with("origin", TRUSTED[1]));
    let sent = forwarding(&handled);
    assert!(sent.answer.contains(&("access-control-allow-origin", TRUSTED[1].to_owned())));
    assert!(sent.owns_cors && sent.varies_by_origin);
    assert!(sent.answer.iter().all(|(name, value)| *name != "access-control-allow-origin" || value != "*"));
}

#[test]
fn even_a_refusal_can_be_read_by_a_trusted_page() {
    let handled = Site::alone().ask(&client("loginTest", "").with("origin", TRUSTED[0]));
    assert_eq!(refused(&handled).2, "204");
    assert_eq!(cors(&handled).len(), 2);
}

#[test]
fn every_other_origin_gets_nothing() {
    for origin in [
        "https://evil.example",
        "null",
        "",
        "http://app.example.org",
        "https://app.example.org:8443",
        "https://app.example.org.evil.example",
        "https://partner.example",
        "https://evilpartner.example",
        "http://gate.example.org",
        "https://www.partner.example, https://app.example.org",
        "https://APP.example.org",
        "*",
    ] {
        let site = Site::alone();
        let jo = login(&site, JO);
        for request in [
            client("login", "user_name=jo&password=x"),
            client_get("getLoginUrl", ""),
            client_get("getLoginUrl", &format!("NONCE_TOKEN={}", jo.nonce)),
            client("loginTest", "").of(&jo),
            client("logout", "").of(&jo),
            client("getUser", &jo.fields()),
            client("listUserFields", ""),
        ] {
            let (handled, storage) = site.cost(&request.with("origin", origin));
            assert_eq!(refused(&handled), (Some(Reason::CrossSite), 403, "5".to_owned()), "{origin}");
            assert_eq!((set_cookies(&handled).len(), cors(&handled).len(), storage), (0, 0, 0), "{origin}");
        }
        assert_eq!(subject(&site.ask(&client("loginTest", &jo.field()))), Some(JO), "{origin}: nothing happened");
    }
}

// A picture, a script or a form of another site carries no Origin in some browsers, but it says where it comes from.
#[test]
fn a_browser_that_says_where_a_call_comes_from_is_believed() {
    let site = Site::alone();
    for (fetch_site, mode, expected) in [
        ("same-origin", "cors", None),
        ("none", "navigate", None),
        ("cross-site", "navigate", None),
        ("same-site", "navigate", None),
        ("cross-site", "no-cors", Some(Reason::CrossSite)),
        ("same-site", "no-cors", Some(Reason::CrossSite)),
        ("cross-site", "cors", Some(Reason::CrossSite)),
        ("", "no-cors", Some(Reason::CrossSite)),
    ] {
        let request = client_get("getLoginUrl", "").with("sec-fetch-site", fetch_site).with("sec-fetch-mode", mode);
        assert_eq!(site.ask(&request).refused, expected, "{fetch_site} {mode}");
    }
}

#[test]
fn a_preflight_is_answered_for_trusted_pages_alone() {
    let site = Site::alone();
    let preflight = |origin: &str| {
        let request = Request::new("OPTIONS", "/site/CRConsAPI").with("origin", origin);
        site.ask(&request.with("access-control-request-method", "POST"))
    };
    let handled = preflight(TRUSTED[0]);
    assert_eq!((handled.refused, answer(&handled).status), (None, 204));
    assert!(cors(&handled).contains(&("access-control-allow-origin", TRUSTED[0].to_owned())));
    let handled = preflight("https://evil.example");
    assert_eq!((handled.refused, cors(&handled).len()), (Some(Reason::PreflightDenied), 0));
}
