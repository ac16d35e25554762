//! What is refused uses nothing up: a credential that works once still opens afterwards, whatever else was wrong.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod support;

use edgegate::refusal::Reason;
use serde_json::Value;
use support::memory::{Fault, Faults, World};
use support::story::Story;
use support::{NOW, POLICY, Site, fixture_json, is_granted};

/// The fixture's policy with routes in front whose request can still be refused once a credential has been found.
fn site(text: &str) -> Site {
    let (head, own) = POLICY.split_once("[[routes]]").unwrap();
    Site::new(&World::at(NOW), &format!("{head}{text}\n[[routes]]{own}"))
}

/// Each kind that works once, with the path of its route and how a request shows it.
const KINDS: [(&str, &str, &str); 4] = [
    ("link /odd-link/a", "link:once", "{link}"),
    ("redirect /odd-redirect/a?cons_id=1", "signed-redirect:once", "{redirect}"),
    ("nonce odd-nonce", "nonce", "/odd-nonce/?NONCE_TOKEN={nonce}"),
    ("bound shop", "bearer", "/odd-bearer/a"),
];

fn routes(more: &str, forward: &str) -> String {
    let route = |(given, accept, _): &(&str, &str, &str)| {
        let name = match *accept {
            "nonce" => "odd-nonce",
            "bearer" => "odd-bearer",
            _ if given.starts_with("link") => "odd-link",
            _ => "odd-redirect",
        };
        format!(
            "[[routes]]\nname = \"{name}\"\npath = \"/{name}/*\"\naccept = [\"{accept}\"]\n{more}\nforward = {{ origin = \"site\"{forward} }}\n"
        )
    };
    KINDS
        .iter()
        .filter(|(_, accept, _)| *accept != "signed-redirect:once" || POLICY.contains("[signed_redirects.once]"))
        .map(route)
        .collect()
}

struct Spoiler {
    reason: Reason,
    more: &'static str,
    forward: &'static str,
    headers: &'static [(&'static str, &'static str)],
    faults: Faults,
}

fn spoilers() -> Vec<Spoiler> {
    let plain = || Spoiler { reason: Reason::Internal, more: "", forward: "", headers: &[], faults: Faults::default() };
    let fault = |faults: Faults, reason, forward| Spoiler { reason, forward, faults, ..plain() };
    let signer = Faults { signer: Fault::Fail(Reason::SignerUnavailable), ..Faults::default() };
    let binding = Faults { binding: Fault::Fail(Reason::BindingMissing), ..Faults::default() };
    vec![
        Spoiler {
            reason: Reason::OnBehalf,
            more: "dialect = \"checkfront\"",
            headers: &[("x-on-behalf", "7")],
            ..plain()
        },
        fault(signer, Reason::SignerUnavailable, ", jwt_audience = \"site\""),
        fault(binding, Reason::BindingMissing, ""),
        Spoiler { reason: Reason::BodyUnexpected, headers: &[("content-length", "5")], ..plain() },
        Spoiler { reason: Reason::BodyUnexpected, headers: &[("transfer-encoding", "chunked")], ..plain() },
    ]
}

#[test]
fn whatever_else_is_wrong_a_credential_that_works_once_is_unspent() {
    let mut walked = 0;
    for spoiler in spoilers() {
        for (given, accept, path) in KINDS {
            if accept == "signed-redirect:once" && !POLICY.contains("[signed_redirects.once]") {
                continue;
            }
            // Where the JWT is about nobody it is not signed.
            if spoiler.reason == Reason::SignerUnavailable && accept.starts_with("link") {
                continue;
            }
            let mut story = Story::new();
            story.site = site(&routes(spoiler.more, spoiler.forward));
            story.step(given);
            if accept == "bearer" {
                story.step("proof GET /odd-bearer/a");
            }
            let mut request = story.request(&format!("GET {path}")).with("accept", "application/json");
            if accept == "bearer" {
                request =
                    request.with("authorization", &story.fill("DPoP {access}")).with("dpop", &story.names["proof"]);
            }
            let spoiled =
                spoiler.headers.iter().fold(request.clone(), |request, (name, value)| request.with(name, value));
            let rows = story.site.ports.world.ledger().borrow().len();
            story.site.ports.faults.set(spoiler.faults);
            let judged = story.site.ask(&spoiled);
            assert_eq!(judged.refused, Some(spoiler.reason), "{given}");
            assert_eq!(story.site.ports.world.ledger().borrow().len(), rows, "{given}: {:?}", spoiler.reason);
            story.site.ports.faults.set(Faults::default());
            let judged = story.site.ask(&request);
            assert!(is_granted(&judged), "{given} after {:?}: {:?}", spoiler.reason, judged.refused);
            // And it works once.
            let judged = story.site.ask(&request);
            let replayed =
                [Reason::LinkReplayed, Reason::RedirectReplayed, Reason::NonceReplayed, Reason::DpopReplayed];
            assert!(judged.refused.is_some_and(|reason| replayed.contains(&reason)), "{given}: {:?}", judged.refused);
            walked += 1;
        }
    }
    assert!(walked >= 14, "{walked}");
}

/// Refusals that are said because something was used up, or end it on purpose.
const ENDS_SOMETHING: [Reason; 3] = [Reason::CodeReplayed, Reason::RefreshReused, Reason::BrokerBrowser];

#[test]
fn no_refusal_of_the_fixtures_claims_or_stores_anything() {
    let cases = fixture_json("refusals.json");
    for case in cases.as_array().unwrap() {
        let mut story = Story::new();
        case["given"].as_array().into_iter().flatten().for_each(|step| story.step(step.as_str().unwrap()));
        let mut request = story.request(case["request"].as_str().unwrap());
        for (name, value) in case["headers"].as_object().into_iter().flatten() {
            request = request.with(name, &story.fill(value.as_str().unwrap()));
        }
        if let Value::String(form) = &case["form"] {
            request = request.form(&story.fill(form));
        }
        let world = &story.site.ports.world;
        let before = (world.ledger().borrow().len(), world.writes());
        let judged = story.site.ask(&request);
        let Some(reason) = judged.refused else { continue };
        let is_late = matches!(reason, Reason::VaultUnavailable | Reason::EntropyUnavailable);
        if !ENDS_SOMETHING.contains(&reason) && !is_late {
            assert_eq!((world.ledger().borrow().len(), world.writes()), before, "{case}");
        }
    }
}
