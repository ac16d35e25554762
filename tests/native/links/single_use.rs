//! Links that work once: the page that asks first, and the same client's second request.

use core::future::Future;
use core::pin::Pin;

use edgegate_core::digest::base64url;
use edgegate_core::exchange::Handled;
use edgegate_core::exchange::decision::Decision;
use edgegate_core::refusal::Reason;
use edgegate_core::signed::link::{Signed, compute};
use edgegate_core::testing::{Turns, World};

use crate::support::story::Story;
use crate::support::{NOW, POLICY, Request, Site, answer, is_granted};

fn from(request: Request, address: &str, agent: &str) -> Request {
    request.with("cf-connecting-ip", address).with("user-agent", agent)
}

#[test]
fn a_page_asks_and_only_its_button_uses_the_link_up() {
    let mut story = Story::new();
    story.step("link /pressed/a?v=1 profile=once");
    let get = story.request("GET {link}");
    for _ in 0..3 {
        let (asked, storage) = story.site.cost(&get);
        assert_eq!((asked.refused, answer(&asked).status, storage), (None, 200, 0));
        let body = &answer(&asked).body;
        assert!(body.contains("<form method=\"post\" action=\"/pressed/a?v=1&amp;eg_kid=demo"), "{body}");
        assert!(body.contains("&amp;eg_confirm=1\">"), "{body}");
    }
    let pressed = story.request("POST {link}&eg_confirm=1").with("sec-fetch-site", "same-origin");
    let (pressed, storage) = story.site.cost(&pressed);
    let location = answer(&pressed).headers.iter().find(|(name, _)| *name == "location").unwrap().1.clone();
    assert_eq!((answer(&pressed).status, storage), (303, 0));
    assert!(location.starts_with("/pressed/a?v=1&eg_kid=demo&eg_exp="), "{location}");
    let followed = story.site.ask(&Request::get(&location));
    assert!(is_granted(&followed), "{:?}", followed.refused);
    let Decision::Forward(forwarding) = &followed.decision else { unreachable!() };
    assert!(forwarding.url.ends_with("/pressed/a?v=1"), "{}", forwarding.url);
    assert_eq!(story.site.ask(&Request::get(&location)).refused, Some(Reason::LinkReplayed));
}

#[test]
fn a_proof_is_good_for_its_link_and_a_minute() {
    let mut story = Story::new();
    let proof = |story: &mut Story, path: &str| {
        story.step(&format!("link {path} profile=once exp=600"));
        let pressed = story.site.ask(&story.request("POST {link}&eg_confirm=1"));
        answer(&pressed).headers.iter().find(|(name, _)| *name == "location").unwrap().1.clone()
    };
    let (a, b) = (proof(&mut story, "/pressed/a"), proof(&mut story, "/pressed/b"));
    let split = |address: &str| {
        address.rsplit_once("&eg_confirm=").map(|(link, value)| (link.to_owned(), value.to_owned())).unwrap()
    };
    let ((link, value), (_, other)) = (split(&a), split(&b));
    let late = value.replacen(value.split('.').next().unwrap(), "1900000000", 1);
    for wrong in ["", "1", "x", &other, &late, &format!("{value}="), &value.to_uppercase()] {
        let handled = story.site.ask(&Request::get(&format!("{link}&eg_confirm={wrong}")));
        assert!(handled.refused.is_none() && answer(&handled).body.contains("Press the button"), "{wrong}");
    }
    let before = story.site.ask(&Request::get(&link.replacen('?', &format!("?eg_confirm={value}&"), 1)));
    assert_eq!(before.refused, Some(Reason::ParameterShadowed), "it stands last");
    story.step("pass 59");
    assert!(is_granted(&story.site.ask(&Request::get(&b))));
    story.step("pass 1");
    assert!(answer(&story.site.ask(&Request::get(&a))).body.contains("Press the button"), "the minute is over");
}

#[test]
fn a_route_without_confirm_does_not_know_the_parameter() {
    let mut story = Story::new();
    story.step("link /once/a profile=once");
    for value in ["1", "1800000060.AAAA"] {
        let handled = story.site.ask(&story.request(&format!("GET {{link}}&eg_confirm={value}")));
        assert_eq!(handled.refused, Some(Reason::ParameterShadowed));
    }
}

#[test]
fn a_nonce_on_the_same_route_is_confirmed_as_ever() {
    let story = Story::new();
    let nonce = story.site.nonce("pressed");
    let address = format!("/pressed/a?NONCE_TOKEN={nonce}");
    let asked = story.site.ask(&Request::get(&address));
    assert!(answer(&asked).body.contains("Press the button"), "{:?}", asked.refused);
    let pressed =
        story.site.ask(&Request::new("POST", &format!("{address}&eg_confirm=1")).with("sec-fetch-site", "same-origin"));
    assert_eq!((pressed.refused, answer(&pressed).status), (None, 303));
}

#[test]
fn in_its_grace_the_same_client_may_come_again_and_nobody_else() {
    let mut story = Story::new();
    story.step("link /graced/a profile=graced exp=600");
    let link = || story.request("GET {link}");
    let probe = from(link().with("range", "bytes=0-1"), "192.0.2.7", "Phone/1");
    assert!(is_granted(&story.site.ask(&probe)));
    let rest = from(link().with("range", "bytes=2-"), "192.0.2.7", "Phone/1");
    for _ in 0..3 {
        assert!(is_granted(&story.site.ask(&rest)));
    }
    for (address, agent) in
        [("192.0.2.8", "Phone/1"), ("192.0.2.7", "Phone/2"), ("192.0.2.7", ""), ("2001:db8::7", "Phone/1")]
    {
        let handled = story.site.ask(&from(link(), address, agent));
        assert_eq!(handled.refused, Some(Reason::LinkReplayed), "{address} {agent}");
    }
    assert_eq!(story.site.ask(&link()).refused, Some(Reason::LinkReplayed), "an unknown address is nobody's");
    story.step("pass 29");
    assert!(is_granted(&story.site.ask(&rest)), "the others did not end it");
    story.step("pass 1");
    assert_eq!(story.site.ask(&rest).refused, Some(Reason::LinkReplayed));
}

#[test]
fn grace_counts_from_the_first_use_and_an_ipv6_network_is_one_client() {
    let mut story = Story::new();
    story.step("link /graced/a profile=graced exp=600");
    let ask = |story: &Story, address: &str| story.site.ask(&from(story.request("GET {link}"), address, "a")).refused;
    assert_eq!(ask(&story, "2001:db8:1:2::7"), None);
    story.step("pass 20");
    assert_eq!(ask(&story, "2001:db8:1:2:ffff::8"), None);
    assert_eq!(ask(&story, "2001:db8:1:3::7"), Some(Reason::LinkReplayed));
    story.step("pass 20");
    assert_eq!(ask(&story, "2001:db8:1:2::7"), Some(Reason::LinkReplayed), "it was used 40 s ago");
}

/// The policy of the fixtures without the Ledger.
fn best_effort() -> String {
    let text = POLICY.replace("revocation = \"strict\"", "revocation = \"cached\"");
    text.replacen("[limits]", "[storage]\nsingle_use = \"best-effort\"\n\n[limits]", 1)
}

#[test]
fn kv_alone_knows_the_grace_too() {
    let text = POLICY.replace("revocation = \"strict\"", "revocation = \"cached\"");
    let text = text.replacen("[limits]", "[storage]\nsingle_use = \"best-effort\"\n\n[limits]", 1);
    let mut story = Story::new();
    story.step("link /graced/a profile=graced exp=600");
    let site = Site::beside(&story.site.ports, &text);
    let ask = |address: &str| site.ask(&from(story.request("GET {link}"), address, "a")).refused;
    assert_eq!(ask("192.0.2.7"), None);
    assert_eq!(ask("192.0.2.7"), None);
    assert_eq!(ask("192.0.2.8"), Some(Reason::LinkReplayed));
    story.site.ports.world.clock.set(story.site.ports.world.clock.get() + 30);
    assert_eq!(ask("192.0.2.7"), Some(Reason::LinkReplayed));
}

/// A route that asks, with every kind of link.
fn mixed() -> Site {
    let given = "accept = [\"link:once\", \"nonce\"]";
    let every = "accept = [\"nonce\", \"link:once\", \"link:files\", \"link:folder\", \"session\"]";
    Site::new(&World::at(NOW), &POLICY.replace(given, every))
}

#[test]
fn the_button_opens_no_link_for_get_to_a_post() {
    let mut story = Story::new();
    let site = mixed();
    for (profile, own) in [("files", ""), ("folder", ""), ("once", "")] {
        story.step(&format!("link /pressed/a{own} profile={profile}"));
        let request = story.request("POST {link}&eg_confirm=1").with("sec-fetch-site", "same-origin");
        let handled = site.ask(&request);
        assert!(!matches!(handled.decision, Decision::Forward(_)), "{profile}");
    }
    story.step("link /pressed/a profile=folder");
    let cookie = format!("edgegate-link={}", base64url(story.fill("{link-query}").as_bytes()));
    for query in ["?eg_confirm=1", "?_HLS_a=1&eg_confirm=1", ""] {
        let handled = site.ask(&Request::new("POST", &format!("/pressed/a{query}")).with("cookie", &cookie));
        assert!(!matches!(handled.decision, Decision::Forward(_)), "{query}");
    }
}

#[test]
fn a_nonce_is_confirmed_on_a_route_with_links_of_every_kind() {
    let site = mixed();
    let address = format!("/pressed/a?NONCE_TOKEN={}", site.nonce("pressed"));
    assert!(answer(&site.ask(&Request::get(&address))).body.contains("Press the button"));
    let pressed =
        site.ask(&Request::new("POST", &format!("{address}&eg_confirm=1")).with("sec-fetch-site", "same-origin"));
    assert_eq!((pressed.refused, answer(&pressed).status), (None, 303));
}

#[test]
fn only_the_button_uses_up_a_link_that_is_for_any_method() {
    let mut story = Story::new();
    let text = POLICY.replace("[links.once]\n", "[links.once]\ncover_method = false\n");
    let site = Site::new(&World::at(NOW), &text);
    story.step("link /pressed/a profile=once");
    let (path, query) =
        story.fill("{link}").split_once('?').map(|(path, query)| (path.to_owned(), query.to_owned())).unwrap();
    let profile = site.gate.policy.links.iter().find(|one| one.name == "once").unwrap();
    let covered = query.split_once("&eg_sig=").unwrap().0;
    let key = site.gate.policy.key("demo").unwrap();
    let signing = site.gate.secrets.usable(false).key(key).unwrap();
    let signed = Signed { method: "GET", host: "gate.example.org", path: &path, query: covered };
    let link = format!("{path}?{covered}&eg_sig={}", base64url(&compute(profile, signing, signed)));
    let handled = site.ask(&Request::new("POST", &link));
    assert_eq!(handled.refused, Some(Reason::LinkNotUsed));
    assert!(answer(&site.ask(&Request::get(&link))).body.contains("Press the button"));
}

#[test]
fn who_confirmed_a_link_with_a_grace_comes_again_by_the_same_address() {
    let text = POLICY.replace(
        "accept = [\"link:graced\"]\n",
        "accept = [\"link:graced\"]\nmethods = [\"GET\", \"POST\"]\nconfirm = true\n",
    );
    let text = text.replace("grace = \"30s\"", "grace = \"10m\"");
    let world = World::at(NOW);
    let site = Site::new(&world, &text);
    let mut story = Story::new();
    story.step("link /graced/a profile=graced exp=6000");
    let client = |request: Request| from(request, "192.0.2.7", "Phone/1");
    let pressed = site.ask(&client(story.request("POST {link}&eg_confirm=1")));
    let back = answer(&pressed).headers.iter().find(|(name, _)| *name == "location").unwrap().1.clone();
    assert!(is_granted(&site.ask(&client(Request::get(&back)))));
    world.pass(61);
    assert!(is_granted(&site.ask(&client(Request::get(&back)))), "a part of the file, a minute later");
    assert_eq!(site.ask(&from(Request::get(&back), "192.0.2.8", "Phone/1")).refused, Some(Reason::LinkReplayed));
    world.pass(599);
    let late = site.ask(&client(Request::get(&back)));
    assert!(!matches!(late.decision, Decision::Forward(_)), "{:?}", late.refused);
}

/// The link's request by two clients.
fn two(story: &Story) -> [Request; 2] {
    let by = |address, agent| from(story.request("GET {link}"), address, agent);
    [by("192.0.2.7", "Phone/1"), by("198.51.100.9", "Thief/1")]
}

#[test]
fn who_comes_second_in_another_isolate_is_no_first_client_there() {
    let mut story = Story::new();
    story.step("link /graced/a profile=graced exp=600");
    let [a, b] = [(); 2].map(|()| Site::beside(&story.site.ports, &best_effort()));
    let [victim, thief] = two(&story);
    assert_eq!(a.ask(&victim).refused, None);
    for _ in 0..3 {
        assert_eq!(b.ask(&thief).refused, Some(Reason::LinkReplayed));
    }
    assert_eq!(b.ask(&victim).refused, None, "it is the first client's grace");
    story.site.ports.world.pass(30);
    for site in [&a, &b] {
        assert_eq!(site.ask(&victim).refused, Some(Reason::LinkReplayed));
    }
}

#[test]
fn nor_are_two_who_come_second_at_once() {
    let mut story = Story::new();
    story.step("link /graced/a profile=graced exp=600");
    let [a, b] = [(); 2].map(|()| Site::beside(&story.site.ports, &best_effort()));
    let [victim, thief] = two(&story);
    assert_eq!(a.ask(&victim).refused, None);
    b.ports.steps.set(true);
    let at_once = |request: [&Request; 3]| {
        let attempt = |request| -> Pin<Box<dyn Future<Output = Handled> + '_>> { Box::pin(b.check(request)) };
        let mut turns = Turns::new(request.map(attempt));
        (0..3).for_each(|which| turns.step(which));
        turns.settle();
        turns.done.into_iter().map(|handled| handled.unwrap().refused).collect::<Vec<_>>()
    };
    let stolen = Some(Reason::LinkReplayed);
    assert_eq!(at_once([&thief, &thief, &victim]), [stolen, stolen, None]);
    story.step("link /graced/b profile=graced exp=600");
    let [victim, thief] = two(&story);
    assert_eq!(at_once([&victim, &victim, &thief]), [None, None, stolen], "parts of a file are asked for at once");
}
