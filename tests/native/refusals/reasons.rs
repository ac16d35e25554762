//! Every reason, produced by at least one request of `fixtures/refusals.json`, with the status that the caller
//! sees; and what refuses early takes no storage operation.

use std::collections::BTreeSet;

use edgegate_core::exchange::decision::Decision;
use edgegate_core::exchange::format::ErrorFormat;
use edgegate_core::exchange::{Handled, Moment};
use edgegate_core::http::answer::Answer;
use edgegate_core::page::{escape, refusal_key};
use edgegate_core::policy::texts::{ENGLISH, find};
use edgegate_core::refusal::Reason;
use edgegate_core::testing::finish;
use serde_json::Value;

use crate::support::story::{Story, reason};
use crate::support::{NOW, Request, answer, fixture_json, forwarding, incoming};

/// Reasons that no request to the core can produce, and where they are shown.
const ELSEWHERE: &[Reason] = &[
    Reason::ClaimsTooLarge,    // the fixture takes no document so large: tests/native/issuers/rules.rs
    Reason::RedirectTooLong,   // the fixture takes no request so long: tests/native/luminate/redirects.rs
    Reason::PolicyInvalid,     // the Worker's start: end-to-end tests
    Reason::BucketUnavailable, // the same: tests/e2e/forwarding/bucket.test.mjs
    Reason::OriginUnavailable, // the Worker's fetch: `an_origin_that_does_not_answer`, below
    Reason::OriginTimeout,     // the same: end-to-end tests
    Reason::Internal,          // what the types already exclude
    // The fixture has no provider that answers: tests/e2e/providers/.
    Reason::ProviderUnavailable,
    Reason::ProviderClient,
    Reason::LogoutToken,
    Reason::ProviderRefused,
    Reason::ProviderDenied,
    Reason::ProviderAnswer,
    Reason::ProviderReplayed,
    Reason::IdTokenInvalid,
    Reason::SignInLoop,
    Reason::SessionProvider,
    Reason::SessionRemoved,
];

fn cases() -> Vec<Value> {
    fixture_json("refusals.json").as_array().unwrap().clone()
}

fn request(story: &Story, case: &Value) -> Request {
    let mut request = story.request(case["request"].as_str().unwrap());
    for (name, value) in case["headers"].as_object().into_iter().flatten() {
        request = request.with(name, &story.fill(value.as_str().unwrap()));
    }
    if let Some(form) = case["form"].as_str() {
        request = request.form(&story.fill(form));
    }
    if let Some(body) = case["body"].as_str() {
        request.body = if body == "\\xff" { vec![0xff] } else { story.fill(body).into_bytes() };
    }
    request
}

/// Runs a case; the mistakes in it.
fn run(case: &Value) -> Vec<String> {
    let mut story = Story::new();
    for step in case["given"].as_array().into_iter().flatten() {
        story.step(step.as_str().unwrap());
    }
    let request = request(&story, case);
    let (handled, storage) = story.site.cost(&request);
    let mut wrong = Vec::new();
    let expected = reason(case["reason"].as_str().unwrap());
    if handled.refused != Some(expected) {
        wrong.push(format!("{case}\n    was {:?}", handled.refused));
    }
    match &handled.decision {
        Decision::Forward(forwarding) => wrong.push(format!("{case}\n    was forwarded to {}", forwarding.url)),
        Decision::Answer(answer) if u64::from(answer.status) != case["status"].as_u64().unwrap() => {
            wrong.push(format!("{case}\n    was answered {}", answer.status));
        }
        Decision::Answer(_) => {}
    }
    if case["storage"].as_u64().is_some_and(|limit| u64::from(storage) > limit) {
        wrong.push(format!("{case}\n    took {storage} storage operations"));
    }
    wrong
}

#[test]
fn every_case_is_refused_for_its_reason() {
    let wrong: Vec<String> = cases().iter().flat_map(run).collect();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases().len(), wrong.join("\n"));
}

#[test]
fn every_reason_has_a_case() {
    let shown: BTreeSet<String> = cases().iter().map(|case| case["reason"].as_str().unwrap().to_owned()).collect();
    for reason in Reason::ALL {
        let [is_shown, is_elsewhere] = [shown.contains(reason.code()), ELSEWHERE.contains(reason)];
        let hint = "give it a case in fixtures/refusals.json, or name it in ELSEWHERE here, and not both";
        assert!(is_shown != is_elsewhere, "{}: {hint}", reason.code());
    }
}

#[test]
fn no_case_stands_there_twice() {
    let cases = cases();
    let mut seen = BTreeSet::new();
    for case in &cases {
        assert!(seen.insert((case["reason"].to_string(), case["name"].to_string())), "{case}");
    }
}

#[test]
fn every_refusal_keeps_its_reason_to_itself() {
    for case in cases() {
        let mut story = Story::new();
        case["given"].as_array().into_iter().flatten().for_each(|step| story.step(step.as_str().unwrap()));
        for accept in ["application/json", "text/html"] {
            let handled = story.site.ask(&request(&story, &case).with("accept", accept));
            let Some(reason) = handled.refused else { continue };
            let answer = answer(&handled);
            let is_sent = handled.route.as_ref().is_some_and(|route| route.broker.is_some()) && answer.status == 303;
            if is_sent {
                assert!(answer.body.is_empty(), "{case}: on the way to a broker nothing is said");
                continue;
            }
            match told(&handled) {
                Told::ByRoute(ErrorFormat::Generic)
                    if handled.endpoint == Some("/oauth/authorize") && answer.status < 403 =>
                {
                    check_authorization(&case, reason, answer);
                }
                Told::ByRoute(ErrorFormat::Generic) if answer.body.starts_with("<!doctype html>") => {
                    check_page(&case, reason, &answer.body);
                }
                Told::ByRoute(ErrorFormat::Generic) => {
                    assert_ne!(accept, "text/html", "{case}: no page");
                    let code = reason.public().code();
                    assert!(answer.body.contains(code), "{case}: {}", answer.body);
                    let says_more = answer.body.contains(reason.code()) && !code.contains(reason.code());
                    assert!(!says_more, "{case}: {}", answer.body);
                }
                Told::ByRoute(ErrorFormat::Checkfront) | Told::OAuth => {
                    let body: Value = serde_json::from_str(&answer.body).unwrap();
                    let members: Vec<&String> = body.as_object().unwrap().keys().collect();
                    assert_eq!(members, ["error", "error_description"], "{case}: {body}");
                    assert!(!answer.body.contains(reason.code()) || is_told(reason), "{case}: {body}");
                }
                Told::ByRoute(ErrorFormat::SuperOffice) => {
                    let is_told = reason.public().code() == reason.code();
                    assert!(!answer.body.contains(reason.code()) || is_told, "{case}: {}", answer.body);
                    let is_page = answer.body.starts_with("<!doctype html>");
                    assert_eq!(is_page, accept == "text/html", "{case}: {}", answer.body);
                    assert!(is_page || answer.body.starts_with("{\"Message\":"), "{case}: {}", answer.body);
                }
                Told::ByRoute(ErrorFormat::Luminate(_)) => panic!("{case}: no route alone says so"),
                Told::Envelope { json } => {
                    let (code, message) = envelope(json, &answer.body);
                    assert!(
                        (1..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit()),
                        "{case}: {code}"
                    );
                    let is_sentence = message.ends_with('.');
                    assert!(is_sentence && message.starts_with(|c: char| c.is_ascii_uppercase()), "{case}: {message}");
                    assert!(!answer.body.contains(reason.code()), "{case}: {}", answer.body);
                }
            }
            assert!(answer.headers.contains(&("cache-control", "no-store".to_owned())), "{case}");
        }
    }
}

/// In which words a refusal is told.
enum Told {
    /// Those of the route.
    ByRoute(ErrorFormat),
    /// Those of an endpoint that clients call.
    OAuth,
    /// The envelope of Luminate's API.
    Envelope { json: bool },
}

fn told(handled: &Handled) -> Told {
    let body = match &handled.decision {
        Decision::Answer(answer) => &answer.body,
        Decision::Forward(_) => return Told::ByRoute(handled.format),
    };
    let is_luminates = handled.route.as_ref().is_some_and(|route| route.luminate().is_some());
    match handled.endpoint {
        // Before the endpoint is asked.
        _ if handled.refused == Some(Reason::TransportInsecure) => Told::ByRoute(handled.format),
        Some("/oauth/token" | "/oauth/revoke" | "/oauth/introspect") => Told::OAuth,
        _ if is_luminates && body.contains("errorResponse") => Told::Envelope { json: body.starts_with('{') },
        _ => Told::ByRoute(handled.format),
    }
}

/// The code of an answer can be that of the reason, and its text can name a parameter that is called as the reason is.
fn is_told(reason: Reason) -> bool {
    reason.public().code() == reason.code() || reason == Reason::GrantType
}

/// A person's browser goes back to the client with a code of RFC 6749 section 4.1.2.1 or RFC 8707; where that cannot be,
/// the person is told what the makers of the client have to know.
fn check_authorization(case: &Value, reason: Reason, answer: &Answer) {
    let location = answer.headers.iter().find(|(name, _)| *name == "location").map(|(_, location)| location);
    let Some(location) = location else {
        let about_the_client = matches!(
            reason,
            Reason::ClientUnknown
                | Reason::ClientKind
                | Reason::RedirectUnregistered
                | Reason::OAuthParameter
                | Reason::ParameterDuplicate
                | Reason::ParameterShadowed
        );
        let said = match reason {
            Reason::ClientUnknown | Reason::ClientKind => "lost_unknown",
            Reason::RedirectUnregistered => "lost_address",
            _ => "lost_unreadable",
        };
        assert!(about_the_client && answer.body.contains(&escape(english(said))), "{case}: {}", answer.body);
        return;
    };
    let (address, query) = location.split_once('?').unwrap();
    assert_eq!(address, "https://shop.example/cb", "{case}");
    let members: Vec<(&str, &str)> = query.split('&').map(|pair| pair.split_once('=').unwrap()).collect();
    let names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["error", "error_description", "iss"], "{case}: {location}");
    let known = ["access_denied", "invalid_request", "invalid_scope", "invalid_target", "unsupported_response_type"];
    assert!(known.contains(&members[0].1), "{case}: {location}");
}

/// A page says in plain words what happened and by which id its request is found; no code, and nothing of the reason.
fn check_page(case: &Value, reason: Reason, page: &str) {
    let public = reason.public();
    if reason == Reason::SignInFailed && page.contains("name=\"password\"") {
        // The form asks again.
        assert!(
            page.contains(&format!("<p role=\"alert\" class=\"alert\">{}</p>", english("sign_in_failed"))),
            "{page}"
        );
        assert!(!page.contains(reason.code()), "{page}");
        return;
    }
    let titles = [refusal_key(public), "please_sign_in"].map(|key| escape(english(&format!("{key}_title"))));
    assert!(titles.iter().any(|title| page.contains(&format!("<h1>{title}</h1>"))), "{case}: {page}");
    for code in [reason.code(), public.code()].iter().filter(|code| code.contains('_')) {
        assert!(!page.contains(code), "{case}: {code} in {page}");
    }
    assert!(
        page.contains("<p class=\"small\">Request ID <code dir=\"ltr\">request-1</code></p></main>"),
        "{case}: {page}"
    );
    assert!(page.contains("<a class=\"button"), "{case}: no way on in {page}");
}

fn english(key: &str) -> &'static str {
    find(ENGLISH, key).unwrap()
}

/// Code and message of a vendor's envelope, and nothing else in it.
fn envelope(is_json: bool, body: &str) -> (String, String) {
    if is_json {
        let body: Value = serde_json::from_str(body).unwrap();
        let members = body["errorResponse"].as_object().unwrap();
        assert_eq!((body.as_object().unwrap().len(), members.len()), (1, 2), "{body}");
        return (members["code"].as_str().unwrap().to_owned(), members["message"].as_str().unwrap().to_owned());
    }
    let (_, inner) = body.split_once("<code>").unwrap_or_else(|| panic!("{body}"));
    let (code, rest) = inner.split_once("</code><message>").unwrap();
    let message = rest.strip_suffix("</message></errorResponse>").unwrap_or_else(|| panic!("{body}"));
    (code.to_owned(), message.to_owned())
}

// The same of codes, refresh tokens and clients.
#[test]
fn refusals_of_different_grants_and_clients_are_alike() {
    let mut seen = BTreeSet::new();
    for case in cases() {
        let mut story = Story::new();
        case["given"].as_array().into_iter().flatten().for_each(|step| story.step(step.as_str().unwrap()));
        let handled = story.site.ask(&request(&story, &case));
        let (Some(reason), Told::OAuth) = (handled.refused, told(&handled)) else { continue };
        let kind = match reason {
            Reason::ClientUnknown | Reason::ClientSecret => "client",
            Reason::CodeForged
            | Reason::CodeExpired
            | Reason::CodeUnknown
            | Reason::CodeMisdirected
            | Reason::CodeReplayed
            | Reason::PkceMismatch
            | Reason::RefreshForged
            | Reason::RefreshExpired
            | Reason::RefreshRevoked
            | Reason::RefreshMisdirected
            | Reason::RefreshReused => "grant",
            _ => continue,
        };
        let answer = answer(&handled);
        seen.insert((kind, answer.status, answer.headers.clone(), answer.body.clone()));
    }
    assert_eq!(seen.len(), 2, "{seen:?}");
}

// No answer tells how close a forgery came: the envelopes of everything that is about trust are alike.
#[test]
fn envelopes_of_different_forgeries_are_alike() {
    let mut seen = BTreeSet::new();
    for case in cases() {
        let mut story = Story::new();
        case["given"].as_array().into_iter().flatten().for_each(|step| story.step(step.as_str().unwrap()));
        let handled = story.site.ask(&request(&story, &case));
        let Some(reason) = handled.refused else { continue };
        let Told::Envelope { json } = told(&handled) else { continue };
        let is_trust = matches!(
            reason,
            Reason::BoundTokenMissing
                | Reason::BoundTokenMismatch
                | Reason::CredentialMisplaced
                | Reason::SessionConflict
                | Reason::SessionForged
                | Reason::SessionDuplicate
                | Reason::SignOnForged
                | Reason::SignOnExpired
                | Reason::NonceForged
                | Reason::NonceReplayed
                | Reason::NonceExpired
                | Reason::NonceNotUsed
                | Reason::SessionRevoked
                | Reason::CrossSite
        );
        let said = envelope(json, &answer(&handled).body);
        assert_eq!(said.0 == "5", is_trust, "{case}");
        if is_trust {
            seen.insert(said);
        }
    }
    assert_eq!(seen.len(), 1, "{seen:?}");
}

#[test]
fn a_401_always_has_a_challenge() {
    for case in cases() {
        let mut story = Story::new();
        case["given"].as_array().into_iter().flatten().for_each(|step| story.step(step.as_str().unwrap()));
        let handled = story.site.ask(&request(&story, &case));
        let Decision::Answer(answer) = &handled.decision else { continue };
        let has_challenge = answer.headers.iter().any(|(name, _)| *name == "www-authenticate");
        // The sign-in page asks in its own form.
        let is_page = case["request"].as_str().unwrap().ends_with("/.edgegate/sign-in");
        assert!(answer.status != 401 || has_challenge || is_page, "{case}");
    }
}

#[test]
fn a_port_that_hangs_lets_nothing_through() {
    use edgegate_core::testing::{Fault, Faults};
    let hang = Fault::Hang;
    for (given, line, faults) in [
        ("link /once/a", "GET {link}", Faults { ledger: hang, ..Faults::default() }),
        ("nonce account", "GET /account/?NONCE_TOKEN={nonce}", Faults { ledger: hang, ..Faults::default() }),
        ("nonce account", "GET /account/?NONCE_TOKEN={nonce}", Faults { put: hang, ..Faults::default() }),
    ] {
        let mut story = Story::new();
        story.step(given);
        story.site.ports.faults.set(faults);
        let request = story.request(line);
        assert!(finish(story.site.check(&request)).is_none(), "{line} with {faults:?}");
    }
}

// A nonce works once: the session that it opened is handed over even if the origin then does not answer.
#[test]
fn an_origin_that_does_not_answer() {
    let mut story = Story::new();
    story.step("nonce account");
    let request = story.request("GET /account/?NONCE_TOKEN={nonce}").with("accept", "application/json");
    let handled = story.site.ask(&request);
    assert_eq!(
        forwarding(&handled).cookies.len(),
        2,
        "a program is forwarded at once, with its session and the token of it"
    );
    let incoming = incoming("GET", &request.url, vec![("accept", "application/json")]);
    let moment = Moment { now: NOW, request_id: "request-1" };
    let answer = story.site.gate.refuse(Reason::OriginUnavailable, &incoming, moment, &handled);
    assert_eq!(answer.status, 502);
    let cookies = answer.headers.iter().filter(|(name, _)| *name == "set-cookie").count();
    assert_eq!(cookies, 2, "the nonce is used up, so the session that it opened is handed over");
}
