//! Two consecutive redirects: a session at the http host, and what it is not good for.

use edgegate_core::exchange::Handled;
use edgegate_core::exchange::decision::Decision;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;

use crate::support::luminate::{JO, Person, client, everybody_is, login, subject};
use crate::support::{NOW, POLICY, Request, Site, answer, forwarding, set_cookies};

const OLD: &str = "http://old.example.org";

fn site() -> Site {
    let text = POLICY
        .replace("form = 512", "form = 4096")
        .replace("redirects =", "http_host = \"old.example.org\"\nredirects =");
    let route = |name: &str, accept: &str| {
        format!(
            "[[routes]]\nname = \"{name}\"\npath = \"/{name}/*\"\naccept = {accept}\nforward = {{ origin = \"site\" }}\n"
        )
    };
    let (first, rest) = text.split_once("[[routes]]").unwrap();
    let routes = route("old", "[\"http-session\"]") + &route("both", "[\"http-session\", \"none\"]");
    Site::new(&World::at(NOW), &format!("{first}{routes}[[routes]]{rest}"))
}

fn header<'j>(handled: &'j Handled, name: &str) -> Option<&'j str> {
    let Decision::Answer(answer) = &handled.decision else { return None };
    answer.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

fn location(handled: &Handled) -> &str {
    header(handled, "location").unwrap_or_else(|| panic!("{handled:?}"))
}

/// A log-in that leads to `target`.
fn log_in(site: &Site, target: &str) -> Handled {
    everybody_is(site, JO);
    site.ask(&client("login", &format!("user_name=u&password=p&success_redirect={target}")))
}

/// Name and value of a cookie that an answer sets.
fn cookie(handled: &Handled, name: &str) -> String {
    let cookies = set_cookies(handled);
    let found = cookies.iter().find(|cookie| cookie.starts_with(&format!("{name}=")));
    found.unwrap_or_else(|| panic!("no {name} in {cookies:?}")).split(';').next().unwrap().to_owned()
}

/// The http session of somebody who logged in.
fn http_session(site: &Site) -> String {
    let hop = location(&log_in(site, "https%3A%2F%2Fp.example%2Fw")).to_owned();
    cookie(&site.ask(&Request::get(&hop)), "edgegate-http")
}

fn old(site: &Site, cookie: &str) -> Handled {
    site.ask(&Request::get(&format!("{OLD}/old/page")).with("cookie", cookie))
}

#[test]
fn the_first_hop_hands_it_over_and_the_second_leads_on() {
    let site = site();
    let logged_in = log_in(&site, "https%3A%2F%2Fp.example%2Fw%3Fa%3D1%26b%3D2");
    let hop = location(&logged_in);
    assert!(hop.starts_with("http://old.example.org/.edgegate/http-session?eg_passage=egn_"), "{hop}");
    assert!(hop.ends_with("&next=https%3A%2F%2Fp.example%2Fw%3Fa%3D1%26b%3D2"), "{hop}");
    let second = site.ask(&Request::get(hop));
    assert_eq!((answer(&second).status, location(&second)), (302, "https://p.example/w?a=1&b=2"));
    assert_eq!(header(&second, "referrer-policy"), Some("strict-origin"));
    let line = set_cookies(&second)[0].clone();
    assert!(line.contains("; HttpOnly; SameSite=Lax") && !line.contains("Secure"), "{line}");
    let page = old(&site, &cookie(&second, "edgegate-http"));
    assert_eq!((subject(&page), page.identity.as_ref().unwrap().kind), (Some(JO), "http-session"));
    assert!(forwarding(&page).remove.iter().any(|name| name == "cookie"));
    assert_eq!(site.ask(&Request::get(hop)).refused, Some(Reason::NonceReplayed));
}

#[test]
fn who_has_been_there_is_not_sent_again() {
    let site = site();
    let target = "success_redirect=https%3A%2F%2Fp.example%2Fw";
    let logged_in = log_in(&site, "https%3A%2F%2Fp.example%2Fw");
    let (session, mark) = (cookie(&logged_in, "JSESSIONID"), cookie(&logged_in, "edgegate-http-handed"));
    assert!(set_cookies(&logged_in).iter().any(|line| line.starts_with(&mark) && line.ends_with("; Secure")));
    let test = |cookies: &str| {
        let handled = site.ask(&client("loginTest", target).with("cookie", cookies));
        location(&handled).to_owned()
    };
    assert_eq!(test(&format!("{session}; {mark}")), "https://p.example/w");
    assert!(test(&session).starts_with(OLD));
    // Another session has been nowhere.
    let another = cookie(&log_in(&site, "/"), "JSESSIONID");
    assert!(test(&format!("{another}; {mark}")).starts_with(OLD));
}

#[test]
fn only_who_goes_elsewhere_and_is_somebody_makes_the_detour() {
    let site = site();
    for target in ["/site/page", "https://gate.example.org/x"] {
        assert!(!location(&log_in(&site, target)).starts_with(OLD), "{target}");
    }
    let anonymous = site.ask(&client("getLoginUrl", "redirect=https%3A%2F%2Fp.example%2F"));
    assert_eq!(location(&anonymous), "https://p.example/");
    let jo = login(&site, JO);
    let out = site.ask(&client("logout", "redirect=https%3A%2F%2Fp.example%2F").of(&jo));
    assert_eq!(location(&out), "https://p.example/");
    everybody_is(&site, JO);
    let fields = "user_name=u&password=p&redirect=https%3A%2F%2Fp.example%2F";
    let scripted =
        site.ask(&client("login", fields).with("sec-fetch-mode", "cors").with("sec-fetch-site", "same-origin"));
    assert_eq!(location(&scripted), "https://p.example/");
    let without = Site::alone();
    assert_eq!(location(&log_in(&without, "https%3A%2F%2Fp.example%2F")), "https://p.example/");
}

#[test]
fn it_is_no_session_anywhere_else() {
    let site = site();
    let held = http_session(&site);
    let value = held.split_once('=').unwrap().1;
    let refused = |request: Request| site.ask(&request).refused;
    for request in [
        Request::get("https://old.example.org/old/page").with("cookie", &held),
        Request::get("/old/page").with("cookie", &held),
        Request::get("http://older.example.org/old/page").with("cookie", &held),
        Request::get("/account/").session(value),
        Request::get("/account/").with("cookie", &held),
        Request::get("/me/").bearer(value),
    ] {
        assert!(refused(request.clone()).is_some(), "{request:?}");
    }
    for more in [format!("JSESSIONID={value}"), format!("sso_auth_token={value}")] {
        let handled = site.ask(&client("loginTest", &more));
        assert_ne!(subject(&handled), Some(JO), "{more}");
    }
    let handled = site.ask(&client("loginTest", "").with("cookie", &format!("JSESSIONID={value}; {held}")));
    assert_eq!(handled.refused, Some(Reason::NotSignedIn));
    // And no other credential is one there.
    let jo = login(&site, JO);
    for other in [
        format!("edgegate-http={}", jo.jsessionid),
        format!("JSESSIONID={}", jo.jsessionid),
        "edgegate-http=egh_seal-1_AAAA".to_owned(),
    ] {
        assert!(old(&site, &other).refused.is_some(), "{other}");
    }
    assert_eq!(old(&site, &format!("{held}; {held}")).refused, Some(Reason::SessionDuplicate));
    let open = site.ask(&Request::get(&format!("{OLD}/both/page")).with("cookie", &held));
    assert_eq!(subject(&open), Some(JO));
    let secure = site.ask(&Request::get("https://old.example.org/both/page").with("cookie", &held));
    assert_eq!((subject(&secure), secure.refused), (None, None));
}

#[test]
fn a_handoff_is_good_for_nothing_else_and_nothing_else_for_it() {
    let site = site();
    let hop = location(&log_in(&site, "https%3A%2F%2Fp.example%2Fw")).to_owned();
    let handoff = hop.split(['=', '&']).nth(1).unwrap();
    for path in
        [format!("/account/?NONCE_TOKEN={handoff}"), format!("/site/EstablishSession?NONCE_TOKEN={handoff}&NEXTURL=/")]
    {
        let refused = site.ask(&Request::get(&path)).refused;
        assert!(matches!(refused, Some(Reason::NonceForged | Reason::NonceWrongRoute)), "{path}: {refused:?}");
    }
    let jo = login(&site, JO);
    let at = |nonce: &str, next: &str| {
        site.ask(&Request::get(&format!("{OLD}/.edgegate/http-session?eg_passage={nonce}&next={next}")))
    };
    for nonce in [jo.nonce.as_str(), &site.nonce("account"), "", "egn_seal-1_AAAA"] {
        assert_eq!(at(nonce, "/").refused, Some(Reason::NonceForged), "{nonce}");
    }
    for next in ["https%3A%2F%2Fevil.example%2F", "%2F%2Fevil.example", "", "javascript:x"] {
        assert!(at(handoff, next).refused.is_some(), "{next}");
    }
    assert_eq!(site.ask(&Request::get(&hop).with("sec-purpose", "prefetch")).refused, Some(Reason::NonceNotUsed));
    assert_eq!(site.ask(&Request::get(&hop)).refused, None, "none of this used it up");
    let late = location(&log_in(&site, "https%3A%2F%2Fp.example%2Fw")).to_owned();
    site.ports.world.pass(31);
    assert_eq!(site.ask(&Request::get(&late)).refused, Some(Reason::NonceExpired));
    // A browser that takes https by itself goes on without.
    let secure = site.ask(&Request::get(&late.replace("http://old", "https://old")));
    assert_eq!((location(&secure), set_cookies(&secure).len()), ("https://p.example/w", 0));
    for url in ["http://gate.example.org", "https://gate.example.org", "http://old.example.org:8080"] {
        assert!(site.ask(&Request::get(&late.replace(OLD, url))).refused.is_some(), "{url}");
    }
}

#[test]
fn it_dies_with_its_session() {
    let out = |site: &Site, jo: &Person| site.ask(&client("logout", "").of(jo));
    let site = site();
    let logged_in = log_in(&site, "https%3A%2F%2Fp.example%2Fw");
    let jsessionid = cookie(&logged_in, "JSESSIONID").split_once('=').unwrap().1.to_owned();
    let held = cookie(&site.ask(&Request::get(location(&logged_in))), "edgegate-http");
    assert_eq!(old(&site, &held).refused, None);
    out(&site, &Person { jsessionid, auth: String::new(), nonce: String::new() });
    assert_eq!(old(&site, &held).refused, Some(Reason::SessionRevoked));
    let held = http_session(&site);
    site.ports.world.pass(901);
    assert_eq!(old(&site, &held).refused, Some(Reason::SessionIdle));
}

#[test]
fn it_costs_what_a_nonce_and_its_session_cost() {
    let site = site();
    everybody_is(&site, JO);
    let plain = site.cost(&client("login", "user_name=u&password=p&success_redirect=/")).1;
    let (logged_in, storage) =
        site.cost(&client("login", "user_name=u&password=p&success_redirect=https://p.example/"));
    assert_eq!(storage, plain, "a detour is planned without storage");
    let (second, storage) = site.cost(&Request::get(location(&logged_in)));
    assert_eq!(storage, 1, "the Ledger, once");
    let held = cookie(&second, "edgegate-http");
    let page = Request::get(&format!("{OLD}/old/page")).with("cookie", &held);
    assert_eq!(site.cost(&page).1, 0, "the isolate knows the session");
    let forged = page.with("cookie", "edgegate-http=egh_seal-1_AAAA");
    assert_eq!(site.cost(&Request { headers: forged.headers[1..].to_vec(), ..forged }).1, 0);
}

#[test]
fn nothing_else_is_taken_by_http() {
    let site = site();
    for path in ["/site/CRConsAPI", "/me/", "/account/", "/.edgegate/health", "/.edgegate/sign-in"] {
        assert_eq!(site.ask(&Request::get(&format!("{OLD}{path}"))).refused, Some(Reason::TransportInsecure), "{path}");
    }
    assert_eq!(old(&site, "a=b").refused, Some(Reason::CredentialMissing));
}
