//! What the origin gets: the bytes that were checked, without a credential and without a forged identity.

use edgegate_core::exchange::body::NewBody;
use edgegate_core::exchange::decision::{Decision, Forwarding};
use edgegate_core::forward::reserved::ROWS;
use edgegate_core::http::query;
use edgegate_core::policy::{Carrier, Facts};
use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;
use proptest::prelude::*;

use crate::support::story::Story;
use crate::support::{NOW, POLICY, Request, Site, forwarding};

fn forwarded(site: &Site, request: &Request) -> Forwarding {
    forwarding(&site.ask(request)).clone()
}

/// The fixture's policy with other options for its route `open`.
fn with_open(forward: &str) -> Site {
    let (before, after) = POLICY.rsplit_once("forward = { origin = \"site\" }").unwrap();
    Site::new(&World::at(NOW), &format!("{before}forward = {{ origin = \"site\", {forward} }}{after}"))
}

#[test]
fn a_credential_in_the_query_is_cut_and_nothing_else() {
    let mut story = Story::new();
    ["link /files/a%20b;?q=1", "token read", "redirect /landing/x?cons_id=7&&m=%zz"]
        .iter()
        .for_each(|step| story.step(step));
    story.step("link /files/a%20b?v=%27&&w=+");
    for (line, query) in [
        ("GET {link}", Some("v=%27&&w=+")),
        ("GET {link}&utm_source=x&fbclid", Some("v=%27&&w=+&utm_source=x&fbclid")),
        ("GET {redirect}", Some("cons_id=7&&m=%zz")),
        ("GET /read/?a=1&access_token={token}&b=", Some("a=1&b=")),
        ("GET /read/?access_token={token}", None),
        ("GET /open/?", Some("")),
        ("GET /open/?eg_sig=1&ts=2&signature=3", Some("ts=2&signature=3")),
        ("GET /open/?$filter=name%20eq%20'O''Neil'&é='", Some("$filter=name%20eq%20%27O%27%27Neil%27&%C3%A9=%27")),
        ("GET /open/?ts'=1&'ts=2&'eg_sig=3&signature'", Some("ts%27=1&%27ts=2&%27eg_sig=3&signature%27")),
        ("GET /read/?a='&access_token={token}&b=é", Some("a=%27&b=%C3%A9")),
    ] {
        let request = story.request(line);
        let url = forwarded(&story.site, &request).url;
        let (path, rest) = url.split_once('?').map_or((url.as_str(), None), |(path, rest)| (path, Some(rest)));
        assert_eq!(rest, query, "{line}");
        let expected = request.url.split('?').next().unwrap().replace("gate.example.org", "origin.example.org");
        assert_eq!(path, expected, "{line}");
    }
}

/// Found by tests/origins: how PHP reads a bracket that nothing closes, and Rack a semicolon; PHP and nginx names of cookies.
#[test]
fn what_an_origin_takes_for_a_credential_is_cut() {
    let story = Story::new();
    for query in [
        "eg[sig=1",
        "eg%5Bkid=1",
        "a;eg_sig=1",
        "a=1;EG_EXP=2",
        "amp;eg_ip=1",
        "Eg.Confirm=1",
        "eg[confirm",
        "NONCE[TOKEN=1",
        "x;NONCE_TOKEN=1",
        "?eg_sig=1",
    ] {
        let got = forwarded(&story.site, &Request::get(&format!("/open/?p=1&{query}&q=2")));
        assert!(got.url.ends_with("/open/?p=1&q=2"), "{query}: {}", got.url);
    }
    for query in ["eg[x=1", "a[b=1", "a;b=1", "eg=1", "_eg_sig=1"] {
        let got = forwarded(&story.site, &Request::get(&format!("/open/?{query}")));
        assert!(got.url.ends_with(&format!("/open/?{query}")) || query == "eg[x=1", "{query}: {}", got.url);
    }
    for name in ["edgegate", "Edgegate", "EDGEGATE", "__host-edgegate", "edgegate[x]", "edgegate[", "._Host-EdgeGate"] {
        let got = forwarded(&story.site, &Request::get("/open/").with("cookie", &format!("a=1; {name}=x; b=2")));
        assert!(got.set.contains(&("cookie", "a=1; b=2".to_owned())), "{name}: {:?}", got.set);
    }
}

/// Each kind's row says where requests carry it, and on a route that accepts none of them nothing of it goes through.
/// Origins fold names, so the names of the policy fold as well.
#[test]
fn what_the_policy_strips_removes_and_sets_has_no_alias() {
    let policy = POLICY
        .replacen("[identity]\n", "[identity]\nstrip = [\"X_Staff.User\", \"X_Legacy-*\"]\n", 1)
        .replacen(
            "name = \"open\"\npath = \"/open/*\"\nmethods = [\"GET\", \"HEAD\", \"POST\"]\naccept = [\"none\"]\nforward = { origin = \"site\" }",
            "name = \"open\"\npath = \"/open/*\"\naccept = [\"none\"]\nforward = { origin = \"site\", remove = [\"X_Debug-*\"], set = { X-Tenant = \"one\" } }",
            1,
        );
    assert!(policy.contains("X_Legacy") && policy.contains("X-Tenant"), "the fixture has another form");
    let site = Site::new(&World::at(NOW), &policy);
    for name in [
        "x-staff-user",
        "X_Staff_User",
        "x.staff-user",
        "x-legacy-a",
        "X.Legacy_b",
        "x_debug_on",
        "X-Debug.On",
        "x_tenant",
        "X-Tenant",
    ] {
        assert!(
            forwarded(&site, &Request::get("/open/").with(name, "root")).remove.contains(&name.to_owned()),
            "{name}"
        );
    }
    assert!(
        !forwarded(&site, &Request::get("/open/").with("x-debugger", "1")).remove.contains(&"x-debugger".to_owned())
    );
}

#[test]
fn what_a_kind_is_carried_in_is_cut_on_every_route() {
    let policy = POLICY.replace("[luminate]\n", "[luminate]\nhttp_host = \"old.example.org\"\n");
    let team = "[issuers.team]\npreset = \"cloudflare-access\"\nissuer = \"https://team.cloudflareaccess.com\"\n\
        audience = [\"tag\"]\n\n[luminate]\n";
    let policy = policy.replace("[luminate]\n", team);
    let site = Site::new(&World::at(NOW), &policy);
    let policy = &site.gate.policy;
    let in_query = |name: &str| {
        let got = forwarded(&site, &Request::get(&format!("/open/?p=1&{name}=x&q=2")));
        got.url.rsplit_once('?').unwrap().1.to_owned()
    };
    for facts in Facts::ALL {
        assert!(facts.word == "none" || (facts.is_known)(policy), "the fixture has no {}", facts.word);
        for carrier in facts.carriers {
            let field = |name: &str| {
                forwarded(&site, &Request::get("/open/").with(name, "x")).remove.contains(&name.to_owned())
            };
            let is_cut = match carrier {
                Carrier::Authorization => field("authorization"),
                Carrier::Header(name) => field(name),
                Carrier::Cookie(name) => {
                    let header = format!("a=1; {}=x; b=2", name.of(policy).unwrap());
                    let got = forwarded(&site, &Request::get("/open/").with("cookie", &header));
                    got.set.contains(&("cookie", "a=1; b=2".to_owned()))
                }
                Carrier::Parameter(name) => in_query(&name.of(policy).unwrap()) == "p=1&q=2",
                Carrier::Prefix(prefix) => in_query(&format!("{prefix}any")) == "p=1&q=2",
                // Elsewhere it belongs to the origin.
                Carrier::OfRoute(name) => in_query(name) == format!("p=1&{name}=x&q=2"),
                Carrier::OfProfile => true,
            };
            assert!(is_cut, "{}: {carrier:?}", facts.word);
        }
    }
}

#[test]
fn a_token_in_a_form_is_cut_and_nothing_else() {
    let site = Site::alone();
    let token = site.token("read");
    for (form, left) in
        [("a=1&access_token={}&b=%zz", "a=1&b=%zz"), ("access_token={}", ""), ("access_token={}&&c", "&c")]
    {
        let got = forwarded(&site, &Request::new("POST", "/read/").form(&form.replace("{}", &token)));
        let Some(NewBody::Whole(body)) = &got.body else { panic!("{form}: {:?}", got.body) };
        assert_eq!(body, left.as_bytes(), "{form}");
    }
    let untouched = forwarded(&site, &Request::new("POST", "/open/").form("access_token=x"));
    let is_untouched = matches!(&untouched.body, Some(NewBody::Head(body, _)) if body == b"access_token=x");
    assert!(is_untouched, "a form that no credential can be in goes on as it is: {:?}", untouched.body);
}

#[test]
fn the_identity_is_the_gateways_word_alone() {
    let site = Site::alone();
    let token = site.token("read write");
    let forged = [
        "edgegate-subject",
        "edgegate_subject",
        "edgegate.client",
        "x-auth-request-email",
        "x_remote_user",
        "x-forwarded-user",
        "cf-access-jwt-assertion",
        "forwarded",
        "x-consumer-id",
        "authorization",
    ];
    let request = forged.iter().fold(Request::get("/me/"), |request, name| match *name {
        "authorization" => request.bearer(&token),
        other => request.with(other, "root"),
    });
    let got = forwarded(&site, &request.with("x-plain", "1"));
    for name in forged {
        assert!(got.remove.contains(&name.to_owned()), "{name}");
    }
    assert!(!got.remove.contains(&"x-plain".to_owned()));
    for (name, value) in [
        ("edgegate-subject", "jo"),
        ("edgegate-client", "app"),
        ("edgegate-scope", "read write"),
        ("edgegate-route", "me"),
        ("edgegate-request-id", "request-1"),
    ] {
        assert!(got.set.contains(&(name, value.to_owned())), "{name}: {:?}", got.set);
    }
    assert!(got.set.iter().any(|(name, value)| *name == "edgegate-jwt" && value.split('.').count() == 3));
    assert!(got.private);
}

#[test]
fn an_identity_token_is_signed_once_per_half_life() {
    let site = Site::alone();
    let token = site.token("");
    for (wait, signed) in [(0, 1), (29, 1), (1, 2), (29, 2), (1, 3)] {
        site.ports.world.pass(wait);
        forwarded(&site, &Request::get("/me/").bearer(&token));
        assert_eq!(site.ports.spent.get().signatures, signed, "after {wait} s more");
    }
}

#[test]
fn an_open_route_says_nobody() {
    let got = forwarded(&Site::alone(), &Request::get("/open/").with("edgegate-subject", "root").with("cookie", "a=1"));
    assert!(!got.private && got.set.iter().all(|(name, _)| *name != "edgegate-subject" && *name != "edgegate-jwt"));
    assert!(got.set.iter().all(|(name, _)| *name != "cookie") && !got.remove.contains(&"cookie".to_owned()));
}

#[test]
fn a_referer_or_connection_that_betrays_is_dropped() {
    let site = Site::alone();
    for (name, value, stays) in [
        ("referer", "https://gate.example.org/account/?NONCE_TOKEN=x", false),
        ("referer", "https://gate.example.org/files/?eg_sig=x", false),
        ("referer", "https://gate.example.org/read/?a=1&access_token=x", false),
        ("referer", "https://gate.example.org/read/?a=1", true),
        ("connection", "close, edgegate-subject", false),
        ("connection", "keep-alive", true),
    ] {
        let got = forwarded(&site, &Request::get("/open/").with(name, value));
        assert_eq!(!got.remove.contains(&name.to_owned()), stays, "{name}: {value}");
    }
}

#[test]
fn the_policys_own_edits_are_made() {
    let site = with_open("path = \"/inner/*\", set = { X-Tenant = \"one\" }, remove = [\"X-Debug-*\"]");
    let got = forwarded(&site, &Request::get("/open/a?b").with("x-debug-level", "9").with("x-plain", "1"));
    assert_eq!(got.url, "https://origin.example.org/inner/a?b");
    assert!(got.remove.contains(&"x-debug-level".to_owned()) && !got.remove.contains(&"x-plain".to_owned()));
    assert_eq!(got.set_by_policy, [("X-Tenant".to_owned(), "one".to_owned())]);
}

/// A text with some of its bytes escaped, so many times over.
fn escaped(text: &str, which: &[bool], times: usize) -> String {
    let layer = |text: String, offset: usize| -> String {
        let escape = |(at, byte): (usize, u8)| match which[(at + offset) % which.len()] {
            true if at % 2 == 0 => format!("%{byte:02x}"),
            true => format!("%{byte:02X}"),
            false => char::from(byte).to_string(),
        };
        text.bytes().enumerate().map(escape).collect()
    };
    (0..times).fold(text.to_owned(), layer)
}

/// Everything of a request that reaches the origin, decoded as often as anybody would.
fn arrives(request: &Request, got: &Forwarding) -> String {
    let kept = request.headers.iter().filter(|(name, _)| !got.remove.iter().any(|removed| removed == name));
    let kept = kept.filter(|(name, _)| !got.set.iter().any(|(set, _)| set == name)).map(|(_, value)| value.clone());
    let set = got.set.iter().map(|(_, value)| value.clone());
    let all = kept.chain(set).chain([got.url.clone()]).collect::<Vec<_>>().join("\n");
    let decoded = |text: String| String::from_utf8_lossy(&query::decode(&text.replace('+', "%2B"))).into_owned();
    (0..5).fold(all, |text, _| decoded(text))
}

proptest! {
    /// Any spelling of any name of the list, beside others, twice, on an open and on a guarded route.
    #[test]
    fn no_alias_of_a_reserved_field_goes_through(
        at in any::<prop::sample::Index>(),
        more in "[a-z0-9]{1,8}",
        signs in prop::collection::vec(prop::sample::select(b"-_.!#$%&'*+^`|~".to_vec()), 4),
        upper in any::<u64>(),
        guarded in any::<bool>(),
    ) {
        let name = at.get(ROWS).name;
        let whole = if name.ends_with('-') { format!("{name}{more}") } else { name.to_owned() };
        let alias: String = whole.char_indices().map(|(at, c)| match c {
            '-' => char::from(signs[at % 4]),
            _ if upper >> (at % 64) & 1 == 1 => c.to_ascii_uppercase(),
            _ => c,
        }).collect();
        let site = Site::alone();
        let request = if guarded { Request::get("/me/").bearer(&site.token("read")) } else { Request::get("/open/") };
        // The gate itself speaks of these where they are spelled so; any other spelling is nothing to it.
        prop_assume!(!["authorization", "dpop"].contains(&alias.as_str()));
        let got = forwarded(&site, &request.with(&alias, "root").with("x-plain", "1").with(&alias, "root"));
        prop_assert!(got.remove.contains(&alias), "{alias}");
        prop_assert!(!got.remove.contains(&"x-plain".to_owned()));
    }

    #[test]
    fn no_credential_arrives_under_any_name_in_any_spelling(
        which in prop::collection::vec(any::<bool>(), 1..40),
        times in 0..4_usize,
        around in prop::sample::select(&[("", ""), ("s:", ".c2ln"), ("Bearer ", ""), ("{\"a\":\"", "\"}"), ("https://h/?a=", "&b=c"), ("x", "x")][..]),
        place in 0..6_usize,
        kind in 0..3_usize,
    ) {
        let site = Site::alone();
        let credential = [site.session(), site.token("read"), format!("{}.app1", "0f".repeat(46))][kind].clone();
        let value = format!("{}{}{}", around.0, credential, around.1);
        let value = escaped(&value, &which, times);
        let in_address = query::encode_component(&value);
        let request = match place {
            0 => Request::get("/open/").with("cookie", &format!("a=1; other={value}; b=2")),
            1 => Request::get("/open/").with("cookie", &format!("other=\"{value}\"")),
            2 => Request::get("/open/").with("x-anything", &value),
            3 => Request::get("/open/").with("referer", &format!("https://gate.example.org/open/?a={in_address}")),
            4 => Request::get(&format!("/open/?x={}&y=1", query::encode_component(&value))),
            _ => Request::get(&format!("/open/?{in_address}")),
        };
        // What an address holds is escaped once more than was asked for.
        prop_assume!(times < 3 || place < 3);
        let handled = site.ask(&request);
        let Decision::Forward(got) = &handled.decision else {
            prop_assert_eq!(handled.refused, Some(Reason::UrlTooLong));
            return Ok(());
        };
        prop_assert!(!arrives(&request, got).contains(&credential), "{:?}", got.url);
        if place == 4 {
            prop_assert!(got.url.ends_with("?y=1"));
        }
    }

    #[test]
    fn what_holds_no_credential_is_not_touched(cookie in "[a-z]{1,4}=[a-zA-Z0-9_%\\\\\".=-]{0,40}", value in "[ -~]{0,40}") {
        let request = Request::get("/open/?a=egs&b=eg_s").with("cookie", &cookie).with("x-anything", &value);
        let got = forwarded(&Site::alone(), &request);
        prop_assert!(got.remove.is_empty() && got.set.iter().all(|(name, _)| *name != "cookie"), "{:?}", got);
        prop_assert_eq!(got.url, "https://origin.example.org/open/?a=egs&b=eg_s");
    }

    #[test]
    fn the_session_cookie_is_cut_wherever_it_stands(others in prop::collection::vec("[a-z]{1,5}=[a-z0-9]{0,5}", 0..4), at in any::<prop::sample::Index>()) {
        let site = Site::alone();
        let session = site.session();
        let mut pieces = others.clone();
        pieces.insert(at.index(others.len() + 1), format!("__Host-edgegate={session}"));
        let got = forwarded(&site, &Request::get("/account/").with("cookie", &pieces.join("; ")));
        let left = got.set.iter().find(|(name, _)| *name == "cookie").map(|(_, value)| value.clone());
        match others.is_empty() {
            true => prop_assert!(left.is_none() && got.remove.contains(&"cookie".to_owned())),
            false => prop_assert_eq!(left, Some(others.join("; "))),
        }
    }
}
