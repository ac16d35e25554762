//! Which place a path names, and what pages are.

use edgegate_core::exchange::decision::Decision;
use edgegate_core::refusal::Reason;

use crate::support::luminate::{COMMON, JO, client, client_get, cookie_of, login, refused};
use crate::support::{Request, Site, forwarding};

fn login_test(path: &str) -> Request {
    Request::get(&format!("{path}?method=loginTest&{COMMON}"))
}

#[test]
fn a_servlet_has_a_slash_or_a_routing_id_or_neither() {
    for path in [
        "/site/CRConsAPI",
        "/site/CRConsAPI/",
        "/site/CRConsAPI;jsessionid=00000000.app337b",
        "/site/CRConsAPI;jsessionid=00000000.app1/",
        "/site/CRConsAPI;jsessionid=",
    ] {
        let handled = Site::alone().ask(&login_test(path));
        assert_eq!(refused(&handled), (Some(Reason::NotSignedIn), 403, "204".to_owned()), "{path}");
    }
}

#[test]
fn what_only_looks_like_a_servlet_is_none() {
    for path in [
        "/site/crconsapi",
        "/site/CRCONSAPI",
        "/site/CRConsApi;jsessionid=00000000.app1",
        "/site/CRNothingAPI",
        "/site/SRNothingAPI/",
        "/site/CRConsAPI/more",
        "/site/CRConsAPI;jsessionid=a/more",
    ] {
        let (handled, storage) = Site::alone().cost(&login_test(path));
        assert_eq!(refused(&handled), (Some(Reason::CallMethodUnknown), 403, "17".to_owned()), "{path}");
        assert_eq!(storage, 0, "{path}");
    }
    for path in ["/site/establishsession", "/site/PIXELSERVER", "/site/PixelServer/x", "/Site/CRConsAPI"] {
        assert_eq!(Site::alone().ask(&Request::get(path)).refused, Some(Reason::PathCaseAmbiguous), "{path}");
    }
}

#[test]
fn any_other_path_parameter_is_refused() {
    for path in [
        "/site/CRConsAPI;x=1",
        "/site/CRConsAPI;jsessionid=a;b",
        "/site/CRConsAPI;JSESSIONID=a",
        "/site/page;jsessionid=a%20b",
        "/site/page;jsessionid=a,b",
        "/site/a;b/c",
    ] {
        assert_eq!(Site::alone().ask(&login_test(path)).refused, Some(Reason::PathParameter), "{path}");
    }
}

// An origin cuts parameters, and runs of slashes with them: wherever one stands, the servlet behind it is the servlet.
#[test]
fn no_path_parameter_hides_a_servlet() {
    for path in [
        "/site;jsessionid=00000000.app1/CRConsAPI",
        "/site/;jsessionid=00000000.app1/CRConsAPI",
        "/site;jsessionid=a/;jsessionid=b/SRConsAPI",
        "/;jsessionid=a/site/CRConsAPI",
    ] {
        let form = format!("method=getUser&{COMMON}");
        for request in [Request::new("POST", path).form(&form), Request::get(&format!("{path}?{form}"))] {
            assert!(Site::alone().ask(&request).refused.is_some(), "{} {path} was let through", request.method);
        }
    }
    for path in ["/site;jsessionid=a/EstablishSession", "/site/;jsessionid=a/PixelServer"] {
        let handled = Site::alone().ask(&Request::get(path));
        assert!(!matches!(handled.decision, Decision::Forward(_)), "{path}");
    }
}

/// Whatever stands around a servlet's name, an origin that cuts parameters and slashes never gets a call that was not
/// checked as one.
#[test]
fn no_spelling_of_a_servlet_is_forwarded_as_a_page() {
    const MARKS: [&str; 6] = ["", ";jsessionid=a", ";", "/", ".", "%2f"];
    let site = Site::alone();
    for number in 0..MARKS.len().pow(5) {
        let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|place| MARKS[number / MARKS.len().pow(place) % MARKS.len()]);
        for servlet in ["CRConsAPI", "srconsapi"] {
            let path = format!("/{a}site{b}/{c}{servlet}{d}/{e}").trim_end_matches('/').to_owned();
            let Decision::Forward(sent) = &site.ask(&Request::get(&path)).decision else { continue };
            let is_servlet = |name: &str| name.eq_ignore_ascii_case(servlet);
            let path_sent = sent.url.strip_prefix("https://origin.example.org").unwrap();
            assert!(!path_sent.split('/').any(is_servlet) && !path_sent.contains(';'), "{path}: {path_sent}");
        }
    }
}

#[test]
fn the_routing_id_of_a_page_is_cut_and_nothing_else() {
    let site = Site::alone();
    for (path, to) in [
        ("/site/TR;jsessionid=00000000.app202a/?a=1", "/site/TR/?a=1"),
        ("/site/TR/X/TourAdmin;jsessionid=00000000.app202a?a=%2f;b", "/site/TR/X/TourAdmin?a=%2f;b"),
        ("/site/SPageServer", "/site/SPageServer"),
        ("/site/", "/site/"),
    ] {
        let handled = site.ask(&Request::get(path));
        assert_eq!(forwarding(&handled).url, format!("https://origin.example.org{to}"), "{path}");
    }
}

// `/site/TR/;jsessionid=00000000.app202a` is in the public record (`protocols.md` A2).
#[test]
fn a_routing_id_behind_a_slash_is_cut() {
    let handled = Site::alone().ask(&Request::get("/site/TR/;jsessionid=00000000.app202a?a=1"));
    assert_eq!(forwarding(&handled).url, "https://origin.example.org/site/TR/?a=1");
    let handled = Site::alone().ask(&login_test("/site/CRConsAPI/;jsessionid=00000000.app337b"));
    assert_eq!(refused(&handled).2, "204");
}

#[test]
fn pages_are_open_and_told_who_is_signed_in() {
    let site = Site::alone();
    let jo = login(&site, JO);
    let told = |request: &Request| {
        let handled = site.ask(request);
        let forwarding = forwarding(&handled);
        assert!(forwarding.private);
        let told = forwarding.set.iter().find(|(name, _)| *name == "edgegate-subject").map(|(_, value)| value.clone());
        (told, forwarding.remove.contains(&"edgegate-subject".to_owned()))
    };
    assert_eq!(told(&Request::get("/site/page").of(&jo)).0.as_deref(), Some(JO));
    assert_eq!(told(&Request::get("/site/page").with("edgegate-subject", "1")), (None, true), "nobody says so himself");
    assert_eq!(told(&Request::new("POST", "/site/page").form("a=1")).0, None);
    // In an address or a body of a page a session is nothing.
    assert_eq!(told(&Request::get(&format!("/site/page?{}", jo.field()))).0, None);
    assert_eq!(told(&Request::new("POST", "/site/page").form(&jo.field())).0, None);
}

#[test]
fn who_is_nobody_costs_nothing() {
    let site = Site::alone();
    let (handled, storage) = site.cost(&client_get("getLoginUrl", ""));
    let cookie = cookie_of(&handled).unwrap();
    assert_eq!((handled.refused, storage), (None, 0));
    let with_cookie = |request: Request| request.with("cookie", &format!("a=b; JSESSIONID={cookie}"));
    for request in [
        Request::get("/site/page"),
        with_cookie(Request::get("/site/page")),
        with_cookie(client_get("getLoginUrl", "")),
        with_cookie(client("loginTest", "")),
        client("logout", &format!("JSESSIONID={cookie}")),
        with_cookie(client("listUserFields", "")),
        with_cookie(Request::get("/site/PixelServer")),
        with_cookie(Request::get("/site/EstablishSession")),
    ] {
        assert_eq!(site.cost(&request).1, 0, "{request:?}");
    }
}
