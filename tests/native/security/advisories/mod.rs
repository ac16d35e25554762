//! Attacks that a hostile reading of this gate found once, each with what has to happen now.

mod peers;

use edgegate_core::gate::answered::{Edit, Said, edits};
use edgegate_core::policy::Policy;
use edgegate_core::refusal::Reason;
use edgegate_core::secret::Secret;
use edgegate_core::secrets::Secrets;
use edgegate_core::testing::{Fault, Faults, World};

use crate::support::story::Story;
use crate::support::{HOST, NOW, POLICY, PUBLISHED, Request, Site, forwarding};

/// The fixtures' policy with these routes in front of its own.
fn with_routes(routes: &str) -> Site {
    let (head, own) = POLICY.split_once("[[routes]]").unwrap();
    Site::new(&World::at(NOW), &format!("{head}{routes}\n[[routes]]{own}"))
}

fn refused(site: &Site, request: &Request) -> Option<Reason> {
    site.ask(request).refused
}

#[test]
fn a_port_or_another_spelling_of_the_host_opens_no_other_route() {
    let site = with_routes(
        r#"
        [[routes]]
        name = "inner"
        host = "admin.example.org"
        path = "/vhost/*"
        accept = ["session"]
        forward = { origin = "site" }
        [[routes]]
        name = "outer"
        path = "/vhost/*"
        accept = ["none"]
        forward = { origin = "site" }"#,
    );
    for (host, reason) in [
        ("admin.example.org", Some(Reason::CredentialMissing)),
        ("ADMIN.example.org", Some(Reason::CredentialMissing)),
        ("admin.example.org:8443", Some(Reason::CredentialMissing)),
        ("admin.example.org:443", Some(Reason::UrlMalformed)),
        ("admin.example.org:0443", Some(Reason::UrlMalformed)),
        ("admin.example.org:", Some(Reason::UrlMalformed)),
        ("admin.example.org.", Some(Reason::UrlMalformed)),
        ("www.example.org", None),
    ] {
        assert_eq!(refused(&site, &Request::get(&format!("https://{host}/vhost/x"))), reason, "{host}");
    }
}

#[test]
fn an_answer_that_depends_on_who_asks_is_never_shared() {
    let site = with_routes(
        r#"
        [[routes]]
        name = "mixed"
        path = "/mixed/*"
        accept = ["bearer", "none"]
        forward = { origin = "site" }"#,
    );
    let handled = site.ask(&Request::get("/mixed/me.js"));
    let forwarding = forwarding(&handled);
    assert!(forwarding.private, "the anonymous answer has the same cache key as a person's");
    let edits = edits(forwarding, Said { cache_control: "public, max-age=60", ..Said::default() });
    assert!(edits.contains(&Edit::Set("cache-control", "private, max-age=60".to_owned())));
    for name in ["cdn-cache-control", "cloudflare-cdn-cache-control", "surrogate-control"] {
        assert!(edits.contains(&Edit::Remove(name)), "{name}");
    }
}

#[test]
fn path_parameters_of_a_wide_route_do_not_open_a_guarded_one() {
    let site = with_routes(
        r#"
        [[routes]]
        name = "inner"
        path = "/tc/admin/*"
        accept = ["bearer"]
        forward = { origin = "site" }
        [[routes]]
        name = "outer"
        path = "/tc/*"
        accept = ["none"]
        path_parameters = true
        forward = { origin = "site" }"#,
    );
    for path in ["/tc/admin;a=1/x", "/tc/Admin;a/x", "/tc/admin;/x", "/tc/admin;a"] {
        assert_eq!(refused(&site, &Request::get(path)), Some(Reason::PathCaseAmbiguous), "{path}");
    }
    assert_eq!(refused(&site, &Request::get("/tc/admin%3bx/y")), Some(Reason::PathAmbiguous));
    assert_eq!(refused(&site, &Request::get("/tc/shop;a=1/x")), None);
}

#[test]
fn a_session_in_a_second_cookie_header_reaches_no_origin_and_is_signed_out() {
    let mut story = Story::new();
    story.step("session");
    let request = story.request("GET /open/");
    let session = story.fill("{session}");
    for cookie in
        [format!("x, __Host-edgegate={session}"), format!("a=\"z, __Host-edgegate=1\"; __Host-edgegate={session}")]
    {
        let handled = story.site.ask(&request.clone().with("cookie", &cookie));
        let forwarding = forwarding(&handled);
        let forwarded = forwarding.set.iter().find(|(name, _)| *name == "cookie");
        assert!(forwarding.remove.contains(&"cookie".to_owned()) && forwarded.is_none(), "{cookie}");
    }
    let tossed = format!("a=\"z, __Host-edgegate=1\"; __Host-edgegate={session}");
    let out = story.request("POST /.edgegate/sign-out").with("cookie", &tossed);
    assert_eq!(story.site.ask(&out).refused, None);
    let again = Request::get("/account/").session(&session);
    assert_eq!(story.site.ask(&again).refused, Some(Reason::SessionRevoked));
}

#[test]
fn a_limiter_that_fails_stops_guessing_too() {
    let site = Site::alone();
    let with_key = |key: &str| {
        Request::new("POST", &format!("{HOST}/.edgegate/admin/token"))
            .with("authorization", &format!("Bearer {key}"))
            .with("cf-connecting-ip", "10.1.2.3")
    };
    site.ports.faults.set(Faults { limiter: Fault::Fail(Reason::LimiterUnavailable), ..Faults::default() });
    assert_eq!(refused(&site, &with_key("a-wrong-guess-at-the-key")), Some(Reason::LimiterUnavailable));
    assert_eq!(refused(&site, &with_key("another-guess-at-the-key")), Some(Reason::Throttled));
    let right = Story::new().fill("{admin}");
    assert_eq!(refused(&site, &with_key(&right)), Some(Reason::Throttled));
}

#[test]
fn a_preflight_asks_the_route_of_the_method_that_it_announces() {
    let site = with_routes(
        r#"
        [[routes]]
        name = "twin-read"
        path = "/twin/*"
        accept = ["none"]
        forward = { origin = "site" }
        [[routes]]
        name = "twin-write"
        path = "/twin/*"
        methods = ["POST"]
        accept = ["bearer"]
        forward = { origin = "site" }
        cors = { origins = ["https://app.example.org"] }"#,
    );
    let preflight = |method: &str| {
        Request::new("OPTIONS", "/twin/x")
            .with("origin", "https://app.example.org")
            .with("access-control-request-method", method)
    };
    assert_eq!(refused(&site, &preflight("POST")), None);
    assert_eq!(refused(&site, &preflight("GET")), Some(Reason::MethodNotAllowed));
}

#[test]
fn a_guessable_or_published_secret_is_a_missing_one() {
    let policy = Policy::read(POLICY).unwrap();
    let with = |value: &'static str| Secrets::new(&policy, PUBLISHED, move |_| Some(Secret::new(value)));
    let name = &policy.keys[0].secret;
    assert!(with("a long enough secret").usable(false).secret(name).is_ok());
    assert_eq!(with("short").usable(false).secret(name).err(), Some(Reason::SecretMissing));
    let published = with("demo-link-key-0123456789abcdef0123456789\n");
    assert!(published.usable(true).secret(name).is_ok());
    assert_eq!(published.usable(false).secret(name).err(), Some(Reason::SecretMissing));
}
