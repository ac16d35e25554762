//! Claims and limits of SECURITY.md that no other test shows.

use core::future::Future;
use core::pin::Pin;
use std::rc::Rc;

use edgegate_core::exchange::{Handled, Moment};
use edgegate_core::gate::answered::{Edit, Said, edits};
use edgegate_core::log;
use edgegate_core::ports::KvStore;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::{Turns, World, finish};
use serde_json::json;

use crate::support::oauth;
use crate::support::schemes::{Browser, basic};
use crate::support::story::Story;
use crate::support::{NOW, POLICY, Request, Site, forwarding, incoming, is_granted};

/// The fixtures' policy with this table in front of its routes.
fn with(table: &str) -> String {
    POLICY.replacen("[[routes]]", &format!("{table}\n[[routes]]"), 1)
}

fn best_effort() -> String {
    with("[storage]\nsingle_use = \"best-effort\"").replace("revocation = \"strict\"\n", "")
}

fn set<'a>(handled: &'a Handled, name: &str) -> Option<&'a str> {
    forwarding(handled).set.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

// A gate of the attacker's own over the same KV and Ledger writes every record that a good credential has.
#[test]
fn write_access_to_storage_makes_no_credential() {
    let world = World::at(NOW);
    let theirs = Site::with_secret(&world, POLICY, "SEAL_KEY", "made-up-by-the-attacker-0123456789abcdef");
    let ours = Site::new(&world, POLICY);
    let (token, session, nonce) = (theirs.token("read"), theirs.session(), theirs.nonce("account"));
    assert!(world.writes().len() >= 3, "their records are there");
    for (request, reason) in [
        (Request::get("/me/").bearer(&token), Reason::TokenForged),
        (Request::get("/strict/").bearer(&token), Reason::TokenForged),
        (Request::get("/account/").session(&session), Reason::SessionForged),
        (Request::get("/strict/").session(&session), Reason::SessionForged),
        (Request::get(&format!("/account/?NONCE_TOKEN={nonce}")), Reason::NonceForged),
    ] {
        let (handled, operations) = ours.cost(&request);
        assert_eq!((handled.refused, operations), (Some(reason), 0), "{}", request.url);
    }
}

#[test]
fn write_access_to_kv_changes_subjects_and_undoes_revocations_where_they_are_cached() {
    let site = Site::alone();
    let world = Rc::clone(&site.ports.world);
    let token = site.token("");
    let (key, live) = world
        .writes()
        .into_iter()
        .find_map(|(key, values)| key.starts_with("egt:").then(|| (key, values[0].clone())))
        .unwrap();
    world.pass(61);
    site.admin("token/revoke", &json!({ "token": token }));
    world.pass(61);
    let elsewhere = || Site::new(&world, POLICY);
    let (relaxed, strict) = (Request::get("/me/").bearer(&token), Request::get("/strict/").bearer(&token));
    assert_eq!(elsewhere().ask(&relaxed).refused, Some(Reason::TokenRevoked));
    let forged = live.replace("\"jo\"", "\"root\"");
    finish(site.ports.put(&key, &forged, NOW + 3600)).unwrap().unwrap();
    assert_eq!(set(&elsewhere().ask(&relaxed), "edgegate-subject"), Some("root"));
    assert_eq!(elsewhere().ask(&strict).refused, Some(Reason::TokenRevoked));
}

#[test]
fn the_origin_hears_which_issuer_named_the_subject() {
    let mut story = Story::new();
    ["jwt", "token"].iter().for_each(|step| story.step(step));
    let ask = |path: &str, token: &str| {
        story.site.ask(&Request::get(path).bearer(&story.fill(token)).with("edgegate-issuer", "https://forged.example"))
    };
    let theirs = ask("/partner/", "{jwt}");
    assert_eq!(set(&theirs, "edgegate-issuer"), Some("https://idp.example"));
    let own = ask("/me/", "{token}");
    assert_eq!(set(&own, "edgegate-issuer"), None);
    for handled in [&theirs, &own] {
        assert!(forwarding(handled).remove.contains(&"edgegate-issuer".to_owned()));
    }
}

#[test]
fn a_page_behind_an_address_with_a_credential_tells_no_other_site_that_address() {
    let mut story = Story::new();
    for step in ["link /files/a", "redirect /landing/", "token read", "session"] {
        story.step(step);
    }
    for (line, is_told) in [
        ("GET {link}", true),
        ("GET {redirect}", true),
        ("GET /read/?access_token={token}", true),
        ("GET /open/", false),
    ] {
        let handled = story.site.ask(&story.request(line));
        let edits = edits(forwarding(&handled), Said::default());
        assert_eq!(edits.contains(&Edit::Set("referrer-policy", "strict-origin".to_owned())), is_told, "{line}");
    }
}

#[test]
fn where_a_credential_is_taken_the_origin_does_not_say_who_may_read() {
    let site = Site::alone();
    let token = site.token("");
    for (request, is_cut) in [
        (Request::get("/me/").bearer(&token), true),
        (Request::get("/shared/").with("origin", "https://app.example.org"), true),
        (Request::get("/shared/"), true),
        (Request::get("/open/"), false),
    ] {
        let handled = site.ask(&request);
        let edits = edits(forwarding(&handled), Said::default());
        for name in ["access-control-allow-origin", "access-control-allow-credentials"] {
            assert_eq!(edits.contains(&Edit::Remove(name)), is_cut, "{name} of {}", request.url);
        }
        let allowed = edits.iter().find_map(|edit| match edit {
            Edit::Set("access-control-allow-origin", value) => Some(value.as_str()),
            _ => None,
        });
        assert_eq!(allowed, request.headers.iter().find_map(|(name, value)| (name == "origin").then_some(&**value)));
    }
}

#[test]
fn an_old_password_works_until_the_cache_ends_and_never_on_a_strict_route() {
    let strict = "[[routes]]\nname = \"vault\"\npath = \"/vault/*\"\naccept = [\"basic\"]\nrevocation = \"strict\"\n\
        forward = { origin = \"site\" }\n";
    let site = Site::new(&World::at(NOW), &with(strict));
    let ask = |path: &str| {
        let request = Request::get(path).with("authorization", &format!("Basic {}", basic("jo", "the old one")));
        site.ask(&request.with("cf-connecting-ip", "192.0.2.1")).refused
    };
    site.ports.check.replace((200, r#"{"subject":"jo"}"#.to_owned()));
    assert_eq!((ask("/password/"), ask("/vault/")), (None, None));
    site.ports.check.replace((401, "{}".to_owned()));
    site.ports.world.pass(59);
    assert_eq!(ask("/password/"), None);
    assert_eq!(ask("/vault/"), Some(Reason::SignInFailed));
    site.ports.world.pass(11);
    assert_eq!(ask("/password/"), Some(Reason::SignInFailed));
}

#[test]
fn what_was_let_through_is_used_up_although_the_origin_failed() {
    let mut story = Story::new();
    story.step("link /once/a");
    let request = story.request("GET {link}");
    let handled = story.site.ask(&request);
    assert!(is_granted(&handled));
    let incoming = incoming("GET", &request.url, Vec::new());
    let moment = Moment { now: NOW, request_id: "request-1" };
    assert_eq!(story.site.gate.refuse(Reason::OriginUnavailable, &incoming, moment, &handled).status, 502);
    assert_eq!(story.site.ask(&request).refused, Some(Reason::LinkReplayed));
}

#[test]
fn without_the_ledger_two_isolates_at_one_moment_or_within_kvs_lag_both_let_it_pass() {
    let text = best_effort();
    let mut story = Story::new();
    story.step("link /once/a");
    let link = story.request("GET {link}");
    let world = World::at(NOW);
    world.lag.set(60);
    let here = Site::new(&world, &text);
    let beside = Site::beside(&here.ports, &text);
    here.ports.steps.set(true);
    let mut turns = Turns::new(
        [&here, &beside].map(|site| -> Pin<Box<dyn Future<Output = Handled> + '_>> { Box::pin(site.check(&link)) }),
    );
    turns.settle();
    assert!(turns.done.iter().flatten().all(is_granted), "two isolates at one moment");
    assert!(is_granted(&Site::new(&world, &text).ask(&link)), "another location, which KV has not told yet");
    for site in [&here, &beside] {
        assert_eq!(site.ask(&link).refused, Some(Reason::LinkReplayed));
    }
}

#[test]
fn two_signed_redirects_of_one_second_and_one_query_are_one_on_any_path() {
    let mut story = Story::new();
    story.step("redirect /landing/");
    let first = story.request("GET {redirect}");
    story.step("redirect /landing/elsewhere");
    let second = story.request("GET {redirect}").with("cf-connecting-ip", "192.0.2.9");
    assert!(is_granted(&story.site.ask(&first)));
    assert_eq!(story.site.ask(&second).refused, Some(Reason::RedirectReplayed));
    story.site.ports.world.pass(1);
    story.step("redirect /landing/elsewhere");
    assert!(is_granted(&story.site.ask(&story.request("GET {redirect}"))), "a second later it is another");
}

#[test]
fn consent_is_asked_for_every_time() {
    let mut story = Story::new();
    story.step("grant shop");
    let address = story.names["authorize"].clone();
    let again = oauth::consent(&story.site, &address, &story.names["session"]);
    assert!(!again.is_empty(), "the question is there again, though the same person said yes to the same");
}

#[test]
fn the_token_of_a_session_holds_on_every_route_of_its_host() {
    let site = Site::alone();
    let browser = Browser::new(&site);
    for (method, path) in [("POST", "/panel/"), ("GET", "/SuperOffice/x"), ("POST", "/SuperOffice/x")] {
        let request = Request::new(method, path).with("cookie", &browser.cookies()).with("x-xsrf-token", &browser.xsrf);
        assert_eq!(site.ask(&request).refused, None, "{method} {path}");
    }
}

#[test]
fn a_subject_in_the_log_is_a_keyed_digest_if_there_is_a_seal_key() {
    let line = |site: &Site, handled: &Handled| {
        log::Entry { state: &site.gate, handled, method: "GET", request_id: "request-1", spent: log::Spent::default() }
            .line(200)
    };
    let subject = |line: &str| line.split("\"subject\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let logged = |value: &str| {
        let site = Site::with_secret(&World::at(NOW), POLICY, "SEAL_KEY", value);
        let token = site.token("");
        let line = line(&site, &site.ask(&Request::get("/me/").bearer(&token)));
        assert!(!line.contains("\"jo\"") && !line.contains(&token), "{line}");
        subject(&line)
    };
    let values = ["one-seal-key-0123456789abcdef0123", "another-seal-key-0123456789abcdef"];
    assert_ne!(logged(values[0]), logged(values[1]));
    // A policy with links alone has no key for it.
    let text = r#"
        version = 1
        [gateway]
        issuer = "https://gate.example.org"
        [origins.site]
        url = "https://origin.example.org"
        [keys.luminate]
        secret = "DIGEST_KEY"
        use = "digest"
        [signed_redirects.landing]
        keys = ["luminate"]
        digests = ["md5"]
        boundary = "inclusive"
        sunset = "2099-12-31"
        subject = "cons_id"
        [[routes]]
        name = "landing"
        path = "/landing/*"
        accept = ["signed-redirect:landing"]
        forward = { origin = "site" }"#;
    let mut story = Story::new();
    story.step("redirect /landing/?cons_id=7");
    let site = Site::new(&World::at(NOW), text);
    let line = line(&site, &site.ask(&story.request("GET {redirect}")));
    assert_eq!(subject(&line), unkeyed("7"), "{line}");
}

// An issuer says what its client is called, and a client what method it wants.
#[test]
fn nobody_writes_into_the_line_but_a_word_of_his_own() {
    let mut story = Story::new();
    for name in ["shop", r#"","subject":"root"#, r"\", r#"\",""#] {
        story.step(&format!("jwt client_id={}", json!(name)));
        let handled = story.site.ask(&story.request("GET /partner/").bearer(&story.names["jwt"]));
        assert_eq!(handled.refused, None);
        for method in ["GET", "\"", "\u{e9}\n\\"] {
            let spent = log::Spent::default();
            let entry =
                log::Entry { state: &story.site.gate, handled: &handled, method, request_id: "request-1", spent };
            let line: serde_json::Value = serde_json::from_str(&entry.line(200)).unwrap();
            assert_eq!((&line["client"], &line["method"]), (&json!(name), &json!(method)), "{line}");
        }
    }
}

/// What anybody can compute for a subject.
fn unkeyed(subject: &str) -> String {
    edgegate_core::digest::base64url(&edgegate_core::digest::sha256(&[b"edgegate log v1\0", subject.as_bytes()])[..9])
}
