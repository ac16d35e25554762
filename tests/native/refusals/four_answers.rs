//! Gate, explainer and the command-line tool's gate say one thing of an address, or that it is not known here.

use edgegate_core::explain::{Explainer, NOT_KNOWN_HERE};
use edgegate_core::http::query::encode_component;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::{EXAMPLE, World};

use crate::support::story::Story;
use crate::support::{NOW, Request, Site, answer, fixture_json, set_cookies};

/// What only what stands beside an address can show, or only the running gateway knows.
const NOT_IN_ADDRESSES: [Reason; 11] = [
    Reason::LinkReplayed,
    Reason::RedirectReplayed,
    Reason::LinkAddressMismatch,
    Reason::LinkNotUsed,
    Reason::RedirectNotUsed,
    Reason::TransportInsecure,
    Reason::SecretMalformed,
    Reason::NetworkNotAllowed,
    Reason::RateExceeded,
    Reason::UploadWithoutLength,
    Reason::UploadUnsupported,
];

#[test]
fn the_explainer_never_says_another_thing_than_the_gate() {
    let (mut same, mut unknown, mut false_verdicts) = (0, 0, Vec::new());
    for case in fixture_json("refusals.json").as_array().unwrap() {
        let mut story = Story::new();
        case["given"].as_array().into_iter().flatten().for_each(|step| story.step(step.as_str().unwrap()));
        let request = story.request(case["request"].as_str().unwrap());
        let gate = &story.site.gate;
        let now = story.site.ports.world.clock.get();
        let told = Explainer::new(&gate.policy, &gate.secrets, now).explain(&request.method, &request.url);
        let is_told = told.causes.iter().all(|cause| cause != "See the reason's code.");
        assert!(is_told, "{}: crates/core/src/explain/causes.rs has no sentence for it", told.verdict);
        // Asked about the address alone, the gate says this.
        let handled = story.site.ask(&request);
        let said = handled.refused.map_or("ok", Reason::code);
        let late = handled.refused.is_some_and(|reason| NOT_IN_ADDRESSES.contains(&reason));
        let is_fault =
            case["given"].as_array().into_iter().flatten().any(|step| step.as_str().unwrap().starts_with("fault"));
        match told.verdict.as_str() {
            NOT_KNOWN_HERE => unknown += 1,
            verdict if verdict == said => same += 1,
            // No address shows a fault: what the gate says without it is what there is to say.
            verdict if is_fault && verdict == without_faults(case) => same += 1,
            // That it works once is said with it.
            "ok" if late || is_fault => {
                assert!(!told.causes.is_empty() || is_fault || said == "transport_insecure", "{case}")
            }
            verdict => false_verdicts.push(format!("the gate says {said}, the explainer {verdict}: {case}")),
        }
    }
    assert!(false_verdicts.is_empty(), "{false_verdicts:#?}");
    assert!(same > 60 && unknown > 20, "{same} alike, {unknown} not known");
}

/// What the gate says of a case in which nothing fails.
fn without_faults(case: &serde_json::Value) -> &'static str {
    let mut story = Story::new();
    let steps = case["given"].as_array().into_iter().flatten().map(|step| step.as_str().unwrap());
    steps.filter(|step| !step.starts_with("fault")).for_each(|step| story.step(step));
    let request = story.request(case["request"].as_str().unwrap());
    story.site.ask(&request).refused.map_or("ok", Reason::code)
}

#[test]
fn a_nonce_is_explained_as_far_as_it_is_known() {
    let told = |story: &Story, line: &str| {
        let (gate, request) = (&story.site.gate, story.request(line));
        Explainer::new(&gate.policy, &gate.secrets, story.site.ports.world.clock.get()).explain("GET", &request.url)
    };
    let mut story = Story::new();
    story.step("nonce account");
    let fresh = told(&story, "GET /account/?NONCE_TOKEN={nonce}");
    story.step("use GET /account/?NONCE_TOKEN={nonce}");
    assert_eq!(told(&story, "GET /account/?NONCE_TOKEN={nonce}"), fresh, "spent or not, it says the same");
    assert_eq!((fresh.verdict.as_str(), fresh.format.as_deref()), (NOT_KNOWN_HERE, Some("nonce")));
    story.step("nonce confirm");
    let confirm = told(&story, "GET /confirm/?NONCE_TOKEN={nonce}");
    assert_eq!((confirm.verdict.as_str(), confirm.causes.len()), (NOT_KNOWN_HERE, 2));
    story.step("pass 86400");
    assert_eq!(told(&story, "GET /confirm/?NONCE_TOKEN={nonce}").verdict, "nonce_expired");
    assert_eq!(told(&story, "GET /account/?NONCE_TOKEN=x").verdict, "nonce_forged");
}

#[test]
fn what_a_route_would_have_read_is_named() {
    let told = |story: &Story, address: &str| {
        let gate = &story.site.gate;
        let told = Explainer::new(&gate.policy, &gate.secrets, NOW).explain("GET", &story.request(address).url);
        (told.verdict, told.format.unwrap_or_default())
    };
    let mut story = Story::new();
    story.step("luminate login");
    for (address, verdict, format) in [
        ("GET /files/a", "credential_missing", "link:files"),
        ("GET /files/a?eg_kid=demo", "link_malformed", "link:files"),
        ("GET /landing/a", "credential_missing", "signed-redirect:landing"),
        ("GET /site/page?NONCE_TOKEN={nonce-token}", NOT_KNOWN_HERE, "nonce"),
        ("GET /site/page?NONCE_TOKEN=x", "nonce_forged", "nonce"),
        ("GET /site/page", NOT_KNOWN_HERE, ""),
    ] {
        assert_eq!(told(&story, address), (verdict.to_owned(), format.to_owned()), "{address}");
    }
}

/// `/.edgegate/explain`, for programs and for people.
#[test]
fn the_demo_s_page_says_what_the_explainer_does() {
    let issuer = "issuer = \"http://127.0.0.1:8787\"\nexplain = true";
    let policy = EXAMPLE.replacen("issuer = \"https://gate.example.org\"", issuer, 1);
    let site = Site::new(&World::at(NOW), &policy).local();
    let asked = |url: &str, accept: &str| {
        let address = format!("http://127.0.0.1:8787/.edgegate/explain?url={}", encode_component(url));
        let handled = site.ask(&Request::get(&address).with("accept", accept));
        assert_eq!((handled.refused, answer(&handled).status), (None, 200));
        answer(&handled).body.clone()
    };
    let url = "http://127.0.0.1:8787/downloads/a?eg_kid=no&eg_exp=1&eg_sig=AAAA";
    let told = Explainer::new(&site.gate.policy, &site.gate.secrets, NOW).explain("GET", url);
    assert_eq!(told.verdict, "link_key_unknown");
    let said: serde_json::Value = serde_json::from_str(&asked(url, "application/json")).unwrap();
    assert_eq!(said, serde_json::to_value(&told).unwrap());
    let page = asked(url, "text/html");
    assert!(page.contains(&format!("Verdict: <code>{}</code>", told.verdict)), "{page}");
    assert!(page.contains("/downloads/a?eg_kid=no&amp;eg_exp=1"), "{page}");
    assert!(!asked("<b>\"", "text/html").contains("<b>"), "what was asked is no markup");
    assert!(!asked("", "text/html").contains("Verdict"), "nothing was asked yet");
}

fn sign_in(site: &Site, next: &str) -> String {
    site.ports.check.replace((200, "{\"subject\":\"jo\"}".to_owned()));
    let form = format!("account=jo&password=x&next={}", encode_component(next));
    let handled =
        site.ask(&Request::new("POST", "/.edgegate/sign-in").form(&form).with("sec-fetch-site", "same-origin"));
    let location = answer(&handled).headers.iter().find(|(name, _)| *name == "location");
    location.unwrap_or_else(|| panic!("{:?}", handled.refused)).1.clone()
}

#[test]
fn a_fragment_goes_along_and_never_takes_the_target_with_it() {
    for (next, location) in [
        ("/account/a?b=c#part-2", "/account/a?b=c#part-2"),
        ("/account/#", "/account/#"),
        ("/account/a#/route?x=1", "/account/a#/route?x=1"),
        ("/account/a#a\r\nb", "/account/a"),
        ("/account/a#a b", "/account/a"),
        ("/account/a#a#b", "/account/a"),
        ("//evil.example/#a", "/"),
        ("https://evil.example/#a", "/"),
        ("#a", "/"),
    ] {
        assert_eq!(sign_in(&Site::alone(), next), location, "{next:?}");
    }
}

#[test]
fn a_form_that_came_too_late_has_a_way_back() {
    let site = Site::alone();
    let session = site.session();
    site.admin("session/revoke", &serde_json::json!({ "session": session }));
    let request = Request::new("POST", "/account/a?b=c").form("x=1").session(&session).with("accept", "text/html");
    let handled = site.ask(&request.with("sec-fetch-site", "same-origin"));
    assert_eq!(handled.refused, Some(Reason::SessionRevoked));
    let page = &answer(&handled).body;
    assert!(page.contains("/.edgegate/sign-in?next=%2Faccount%2Fa%3Fb%3Dc"), "{page}");
    assert!(page.contains("is not kept"), "{page}");
    assert!(set_cookies(&handled).iter().all(|cookie| cookie.contains("-aside=")));
}
