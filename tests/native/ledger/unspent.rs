//! What is refused uses nothing up: a credential that works once still opens afterwards, whatever else was wrong.

use edgegate_core::refusal::Reason;
use edgegate_core::testing::{Fault, Faults, World};
use serde_json::Value;

use crate::support::luminate::{COMMON, JO, Person, SAM, client, login, nobody_is_right, sign_on};
use crate::support::story::Story;
use crate::support::{NOW, POLICY, Request, Site, fixture_json, is_granted, set_cookies};

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
            let handled = story.site.ask(&spoiled);
            assert_eq!(handled.refused, Some(spoiler.reason), "{given}");
            assert_eq!(story.site.ports.world.ledger().borrow().len(), rows, "{given}: {:?}", spoiler.reason);
            story.site.ports.faults.set(Faults::default());
            let handled = story.site.ask(&request);
            assert!(is_granted(&handled), "{given} after {:?}: {:?}", spoiler.reason, handled.refused);
            // And it works once.
            let handled = story.site.ask(&request);
            let replayed =
                [Reason::LinkReplayed, Reason::RedirectReplayed, Reason::NonceReplayed, Reason::DpopReplayed];
            assert!(handled.refused.is_some_and(|reason| replayed.contains(&reason)), "{given}: {:?}", handled.refused);
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
        let handled = story.site.ask(&request);
        let Some(reason) = handled.refused else { continue };
        let is_late = matches!(reason, Reason::VaultUnavailable | Reason::EntropyUnavailable);
        if !ENDS_SOMETHING.contains(&reason) && !is_late {
            assert_eq!((world.ledger().borrow().len(), world.writes()), before, "{case}");
        }
    }
}

/// A call with the nonce of a session in its address, which is refused, and why.
struct Call {
    before: fn(&Site, &Person),
    request: Request,
    reason: Reason,
    faults: Faults,
}

fn nothing(_: &Site, _: &Person) {}

/// `fields`: the body's, without the method's.
fn call(method: &str, fields: &str, reason: Reason) -> Call {
    let query = format!("/site/CRConsAPI?method={method}&{COMMON}&NONCE_TOKEN=");
    Call { before: nothing, request: Request::new("POST", &query).form(fields), reason, faults: Faults::default() }
}

/// What can still be wrong with a call once its nonce has been found good. `jo`: whose the nonce is; `vouched`: a
/// partner's word for another person.
fn calls(jo: &Person, vouched: &str) -> Vec<Call> {
    let auth = format!("auth={}", jo.auth);
    let words = format!("sso_auth_token={vouched}");
    let upstream = Faults { upstream: Fault::Fail(Reason::PasswordCheckUnavailable), ..Faults::default() };
    let binding = Faults { binding: Fault::Fail(Reason::BindingMissing), ..Faults::default() };
    let limiter = Faults { ledger: Fault::Fail(Reason::LedgerUnavailable), ..Faults::default() };
    let throttle: fn(&Site, &Person) = |site, jo| {
        for _ in 0..30 {
            site.ask(&client("changePassword", &jo.fields()));
        }
    };
    let guess: fn(&Site, &Person) = |site, _| {
        nobody_is_right(site);
        for _ in 0..30 {
            site.ask(&client("login", "user_name=jo&password=x"));
        }
    };
    let file = "--b\r\ncontent-disposition: form-data; name=\"send_user_name\"\r\n\r\ntrue\r\n--b\r\n\
                content-disposition: form-data; name=\"email\"\r\n\r\na@b\r\n--b\r\n\
                content-disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\nx\r\n--b--\r\n";
    let mut with_file = call("login", "", Reason::FormMalformed);
    with_file.request.body = file.as_bytes().to_vec();
    with_file.request.headers.clear();
    with_file.request = with_file.request.with("content-type", "multipart/form-data; boundary=b");
    let mut all = vec![
        call("login", "user_name=jo", Reason::CallParameterMissing),
        call("login", "password=x", Reason::CallParameterMissing),
        call("authenticateUser", "user_name=jo", Reason::CallParameterMissing),
        call("loginTest", "cons_id=999", Reason::NotSignedIn),
        call("singleSignOn", "", Reason::CallParameterMissing),
        with_file,
        Call { before: throttle, ..call("changePassword", &auth, Reason::Throttled) },
        Call { before: guess, ..call("login", "user_name=jo&password=right", Reason::Throttled) },
        Call { faults: upstream, ..call("login", "user_name=jo&password=right", Reason::PasswordCheckUnavailable) },
        Call { faults: limiter, ..call("login", "user_name=jo&password=right", Reason::LedgerUnavailable) },
        Call { faults: limiter, ..call("login", "send_user_name=true&email=a&passwd=", Reason::LedgerUnavailable) },
        Call { faults: binding, ..call("getUser", &auth, Reason::BindingMissing) },
    ];
    for method in ["login", "authenticateUser"] {
        let wrong = call(method, "user_name=jo&password=wrong", Reason::SignInFailed);
        all.push(Call { before: |site, _| nobody_is_right(site), ..wrong });
    }
    for method in ["singleSignOn", "getUser", "loginTest", "getLoginUrl", "logout", "changePassword"] {
        all.push(call(method, &words, Reason::SessionConflict));
    }
    let elsewhere = "/site/EstablishSession?NEXTURL=https%3A%2F%2Fevil.example%2F&NONCE_TOKEN=";
    let request = Request::get(elsewhere);
    all.push(Call { before: nothing, request, reason: Reason::RedirectTarget, faults: Faults::default() });
    all
}

#[test]
fn whatever_is_wrong_with_a_call_its_nonce_is_unspent() {
    for number in 0..calls(&Person { jsessionid: String::new(), auth: String::new(), nonce: String::new() }, "").len() {
        let site = Site::alone();
        let vouched = sign_on(&site, SAM);
        let jo = login(&site, JO);
        let Call { before, mut request, reason, faults } = calls(&jo, &vouched).remove(number);
        before(&site, &jo);
        request.url.push_str(&jo.nonce);
        let said = format!("{} {}", request.url, String::from_utf8_lossy(&request.body));
        let writes = site.ports.world.writes();
        site.ports.faults.set(faults);
        let handled = site.ask(&request);
        assert_eq!(handled.refused, Some(reason), "{said}");
        assert_eq!((site.ports.world.writes(), set_cookies(&handled).len()), (writes, 0), "{said}: nothing is opened");
        site.ports.faults.set(Faults::default());
        let page = Request::get(&format!("/site/page?NONCE_TOKEN={}", jo.nonce));
        assert_eq!(site.ask(&page).refused, None, "{said}");
        assert_eq!(site.ask(&page).refused, Some(Reason::NonceReplayed), "{said}");
    }
}

#[test]
fn a_partners_word_opens_no_session_for_a_call_that_is_refused() {
    let site = Site::alone();
    let word = sign_on(&site, SAM);
    for (method, fields, reason) in [
        ("loginTest", "cons_id=999", Reason::NotSignedIn),
        ("login", "user_name=jo", Reason::CallParameterMissing),
        ("changePassword", "", Reason::Throttled),
    ] {
        for _ in 0..30 {
            site.ask(&client("changePassword", &format!("sso_auth_token={word}")));
        }
        let writes = site.ports.world.writes();
        let handled = site.ask(&client(method, &format!("sso_auth_token={word}&{fields}")));
        assert_eq!((handled.refused, site.ports.world.writes()), (Some(reason), writes), "{method}");
        assert_eq!(set_cookies(&handled).len(), 0, "{method}");
    }
}
