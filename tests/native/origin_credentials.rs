//! What an origin is shown and what it is not: values of secrets in place of the client's Authorization, with every request
//! and with the gateway's own calls; the client's Authorization only where the route says so.

use edgegate_core::exchange::decision::Forwarding;
use edgegate_core::refusal::Reason;
use edgegate_core::secret::Secret;
use edgegate_core::secrets::Secrets;
use edgegate_core::state::State;
use edgegate_core::testing::{Memory, World};

use crate::support::story::Story;
use crate::support::{NOW, POLICY, Request, Site, answer, forwarding, oauth, policy, schemes, secret};

const LOCK: &str = "set_secret = { X-Origin-Key = \"ORIGIN_KEY\" }\nauthorization = { basic = \"ORIGIN_LOGIN\" }\n";

/// The fixture's policy with more for its origin `site`, and other options for its route `open`.
fn policy_with(origin: &str, forward: &str) -> String {
    let text = POLICY.replacen(
        "url = \"https://origin.example.org\"\n",
        &format!("url = \"https://origin.example.org\"\n{origin}"),
        1,
    );
    let (before, after) = text.rsplit_once("forward = { origin = \"site\" }").unwrap();
    format!("{before}forward = {{ origin = \"site\", {forward} }}{after}")
}

/// A gate where these secrets have these values.
fn site(text: &str, values: &[(&str, &str)]) -> Site {
    let policy = policy(text);
    let value = |name: &str| match values.iter().find(|(known, _)| *known == name) {
        Some((_, "")) => None,
        Some((_, value)) => Some(Secret::new(*value)),
        None => secret(name),
    };
    let secrets = Secrets::new(&policy, "", value);
    Site { gate: State::new(policy, secrets), ports: Memory::new(&World::at(NOW)) }
}

fn shown(got: &Forwarding) -> Vec<(String, String)> {
    let text = |value: &Secret| value.expose_text().unwrap().to_owned();
    got.shown.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn an_origin_is_shown_its_secrets_on_every_route() {
    let values = [("ORIGIN_KEY", " key one\n"), ("ORIGIN_LOGIN", "gate:pass:word")];
    let site = site(
        &policy_with(
            LOCK,
            "authorization = { bearer = \"FEED_TOKEN\" }, set_secret = { x_origin_key = \"FEED_KEY\", X-Feed = \"FEED_KEY\" }",
        ),
        &values,
    );
    let bearer = site.token("read");
    let guarded = site.ask(&Request::get("/me/").bearer(&bearer));
    let login = "Basic Z2F0ZTpwYXNzOndvcmQ=";
    assert_eq!(shown(forwarding(&guarded)), pairs(&[("authorization", login), ("X-Origin-Key", "key one")]));
    assert!(forwarding(&guarded).remove.contains(&"authorization".to_owned()), "the caller's own goes nowhere");
    let feed = "FEED_KEY-0123456789abcdef0123456789abcdef";
    let token = "Bearer FEED_TOKEN-0123456789abcdef0123456789abcdef";
    let open = site.ask(&Request::get("/open/"));
    let expected = pairs(&[("authorization", token), ("x_origin_key", feed), ("X-Feed", feed)]);
    assert_eq!(shown(forwarding(&open)), expected, "the route's in place of the origin's");
    assert!(!format!("{:?}", open.decision).contains("0123456789abcdef"), "and nothing of it can be printed");
}

#[test]
fn no_client_writes_such_a_field() {
    let site = site(&policy_with(LOCK, ""), &[("ORIGIN_LOGIN", "a:b")]);
    let request = Request::get("/open/").with("x-origin-key", "1").with("X_Origin.Key", "2").with("x-origin-keys", "3");
    let got = site.ask(&request);
    let removed = &forwarding(&got).remove;
    assert!(removed.contains(&"x-origin-key".to_owned()) && removed.contains(&"X_Origin.Key".to_owned()));
    assert!(!removed.contains(&"x-origin-keys".to_owned()));
}

#[test]
fn a_secret_that_cannot_be_sent_is_a_503_and_nothing_is_used_up() {
    let header = "set_secret = { X-Origin-Key = \"ORIGIN_KEY\" }\n";
    let basic = "authorization = { basic = \"ORIGIN_KEY\" }\n";
    let bearer = "authorization = { bearer = \"ORIGIN_KEY\" }\n";
    for (lock, value, reason) in [
        (header, "", Reason::SecretMissing),
        (header, "a\nSet-Cookie: b", Reason::SecretMalformed),
        (header, "a\rb", Reason::SecretMalformed),
        (header, "a\0b", Reason::SecretMalformed),
        (header, "schl\u{fc}ssel", Reason::SecretMalformed),
        (basic, "", Reason::SecretMissing),
        (basic, "no pair", Reason::SecretMalformed),
        (basic, "a:b\nc", Reason::SecretMalformed),
        (bearer, "", Reason::SecretMissing),
        (bearer, "two words", Reason::SecretMalformed),
        (bearer, "a,b", Reason::SecretMalformed),
    ] {
        let mut story = Story::new();
        story.step("link /once/a");
        let locked = site(&policy_with(lock, ""), &[("ORIGIN_KEY", value)]);
        story.site.gate = locked.gate;
        let request = story.request("GET {link}");
        let (handled, storage) = story.site.cost(&request);
        assert_eq!((handled.refused, answer(&handled).status, storage), (Some(reason), 503, 0), "{lock}{value:?}");
        let open = story.site.ask(&Request::get("/open/"));
        assert_eq!(open.refused, Some(reason));
        story.site.gate =
            site(&policy_with(lock, ""), &[("ORIGIN_KEY", if lock == basic { "a:b" } else { "ab" })]).gate;
        assert_eq!(story.site.ask(&request).refused, None, "the link still works once: {lock}{value:?}");
        assert_eq!(story.site.ask(&request).refused, Some(Reason::LinkReplayed));
    }
}

/// A closed origin answers the gateway's own calls too.
#[test]
fn own_calls_show_the_origin_its_secrets() {
    let values = [("ORIGIN_KEY", "key-1"), ("ORIGIN_LOGIN", "gate:word")];
    let locked = site(&policy_with(LOCK, ""), &values);
    locked.ports.check.replace((200, r#"{"subject":"jo"}"#.to_owned()));
    let sign_in =
        Request::new("POST", "/.edgegate/sign-in").form("account=jo&password=x").with("sec-fetch-site", "same-origin");
    assert_eq!(locked.ask(&sign_in).refused, None);
    let asked = locked.ports.shown.borrow().last().cloned().unwrap();
    assert!(asked.contains(&("X-Origin-Key".to_owned(), "key-1".to_owned())), "{asked:?}");
    assert!(asked.contains(&("authorization".to_owned(), "Basic Z2F0ZTp3b3Jk".to_owned())), "{asked:?}");
    let missing = site(&policy_with(LOCK, ""), &[("ORIGIN_KEY", ""), ("ORIGIN_LOGIN", "a:b")]);
    let spent = missing.ports.spent.get().upstream;
    assert_eq!(missing.ask(&sign_in).refused, Some(Reason::SecretMissing));
    assert_eq!(missing.ports.spent.get().upstream, spent, "and the origin is not asked without it");
}

#[test]
fn an_authorization_goes_on_where_the_route_says_so() {
    let site = site(&policy_with("", "authorization = \"pass\""), &[]);
    for field in
        ["Basic am86eA==", "Bearer abc", "Digest username=\"a\", realm=\"b, c\"", "Custom", "AWS4-HMAC-SHA256 a=b, c=d"]
    {
        let got = site.ask(&Request::get("/open/").with("authorization", field));
        let got = forwarding(&got);
        assert!(!got.remove.contains(&"authorization".to_owned()) && got.private, "{field}");
        assert!(!got.owns_cors, "the origin's own CORS fields stay");
        let elsewhere = Request::get("/shared/").with("authorization", field);
        assert!(forwarding(&site.ask(&elsewhere)).remove.contains(&"authorization".to_owned()), "{field}");
    }
    assert!(!forwarding(&site.ask(&Request::get("/open/"))).private, "nobody in particular");
    let request =
        Request::get("/open/").with("authorization", "Basic am86eA==").with("proxy-authorization", "Basic am86eA==");
    let got = site.ask(&request.with("authorization_", "Basic am86eA=="));
    assert_eq!(forwarding(&got).remove, ["proxy-authorization"]);
}

#[test]
fn no_connection_and_nothing_of_the_gateways_own_goes_on() {
    let mut story = Story::new();
    ["token read", "session", "ticket jo"].iter().for_each(|step| story.step(step));
    let site = Site::beside(&story.site.ports, &policy_with("", "authorization = \"pass\""));
    let (client, _) = oauth::CLIENTS[0];
    let key = secret("SEAL_KEY").unwrap();
    let basic = |name: &str, password: &str| format!("Basic {}", schemes::basic(name, password));
    for field in [
        "Negotiate YII=".to_owned(),
        "ntlm TlRM".to_owned(),
        "Basic am86eA==, NTLM TlRM".to_owned(),
        "Basic am86eA==,Negotiate YII=".to_owned(),
        story.fill("Bearer {token}"),
        story.fill("DPoP {token}"),
        story.fill("Basic am86eA==, Bearer {token}"),
        story.fill("Anything {session}"),
        story.fill("SOTicket {ticket}"),
        format!("Bearer {}", key.expose_text().unwrap()),
        basic(client, "whatever"),
        basic("robot", schemes::ROBOT),
        basic("Robot", schemes::ROBOT),
        key.expose_text().unwrap().to_owned(),
        format!("Bearer\t{}", key.expose_text().unwrap()),
        basic("ops", key.expose_text().unwrap()),
        "NTLM\tTlRM".to_owned(),
        basic("egi_clients-1_AAAA", "x"),
        basic("x", &story.fill("{token}")),
        basic(&story.fill("{session}"), "x-oauth-basic"),
    ] {
        let got = site.ask(&Request::get("/open/").with("authorization", &field));
        let got = forwarding(&got);
        assert!(got.remove.contains(&"authorization".to_owned()) && !got.private, "{field}");
    }
}
