//! Arbitrary requests through the whole gate: nothing panics, and what is forwarded is what was checked.

use edgegate_core::digest::standard_base64;
use edgegate_core::exchange::Handled;
use edgegate_core::exchange::decision::Decision;
use edgegate_core::forward::headers;
use edgegate_core::http::{Headers, accept, cookie, fetch_metadata, query};
use edgegate_core::http::{authorization, basic};
use edgegate_core::policy::{NamePattern, Network, PathPattern, Policy};
use edgegate_core::sealed::record::Record;
use edgegate_core::signed::{link, redirect};
use proptest::prelude::*;

use crate::support::story::Story;
use crate::support::{self, HOST, POLICY, Request, fixture_json};

const NAMES: [&str; 26] = [
    "authorization",
    "so-apptoken",
    "so_apptoken",
    "x-xsrf-token",
    "upgrade",
    "cookie",
    "accept",
    "origin",
    "referer",
    "connection",
    "content-type",
    "content-length",
    "cf-connecting-ip",
    "sec-fetch-site",
    "sec-fetch-mode",
    "sec-purpose",
    "purpose",
    "x-moz",
    "access-control-request-method",
    "access-control-request-headers",
    "edgegate-subject",
    "edgegate_subject",
    "x.forwarded.user",
    "x-auth-request-email",
    "x_original_url",
    "x-plain",
];

fn pieces() -> impl Strategy<Value = String> {
    let words = "Bearer |Basic |SOTicket |NTLM |\\{ticket\\}|\\{robot\\}|\\{app-token\\}|\\{xsrf\\}|\\{cookies\\}|XSRF-TOKEN=|\\{token\\}|\\{session\\}|\\{nonce\\}|\\{admin\\}|__Host-edgegate=|; |, |text/html|application/json|application/x-www-form-urlencoded|;q=|https://app.example.org|GET|10.1.2.3|close|navigate|same-origin|prefetch";
    prop::collection::vec(prop_oneof![3 => words, 1 => "\\PC{0,6}", 1 => "[ -~]{0,12}"], 0..4)
        .prop_map(|words| words.concat())
}

fn paths() -> impl Strategy<Value = String> {
    let known = "/(landing|files|bound|once|me|read|strict|account|confirm|either|shared|open|SuperOffice|Cust12345|password|panel|inside|\\.edgegate/(health|jwks\\.json|sign-in|sign-out|explain|admin/(nonce|token|token/show|token/revoke|session/(list|revoke)|grant/(list|revoke))|me))(/[a-z.;%/]{0,6})?";
    let query = "(\\?|\\?((eg_kid=demo|eg_exp=18000000[0-9]{2}|eg_sig=[A-Za-z0-9_-]{0,43}|eg_ip=10\\.0\\.0\\.0/8|ts=1800000000|signature=[0-9a-f]{32}|NONCE_TOKEN=\\{nonce\\}|access_token=\\{token\\}|eg_confirm=1|next=/[a-z/]{0,4}|[ -~]{0,6})&){0,5})?";
    prop_oneof![
        6 => (known, query).prop_map(|(path, query)| format!("{path}{query}")),
        1 => Just("{link}".to_owned()), 1 => Just("{redirect}".to_owned()),
        1 => "\\PC{0,30}",
    ]
}

prop_compose! {
    fn requests()(
        method in prop_oneof![4 => "GET|HEAD|POST|PUT|OPTIONS", 1 => "[A-Za-z]{0,7}", 1 => "\\PC{0,5}"],
        path in paths(),
        whole in prop::option::weighted(0.1, "\\PC{0,20}"),
        headers in prop::collection::btree_map(prop::sample::select(NAMES.to_vec()), pieces(), 0..6),
        body in prop_oneof![Just(Vec::new()), "access_token=\\{token\\}|account=jo&password=x|\\{\"subject\":\"jo\"\\}".prop_map(String::into_bytes), prop::collection::vec(any::<u8>(), 0..40)],
    ) -> (Request, Vec<(&'static str, String)>) {
        let url = whole.unwrap_or_else(|| format!("{HOST}{path}"));
        (Request { method, url, headers: Vec::new(), body }, headers.into_iter().collect())
    }
}

/// What has to hold for every decision.
fn check(request: &Request, handled: &Handled) -> Result<(), TestCaseError> {
    let Decision::Forward(forwarding) = &handled.decision else {
        let Decision::Answer(answer) = &handled.decision else { unreachable!() };
        prop_assert!((200..600).contains(&answer.status));
        let printable = |value: &String| !value.bytes().any(|byte| byte.is_ascii_control());
        prop_assert!(answer.headers.iter().all(|(_, value)| printable(value)), "{:?}", answer.headers);
        return Ok(());
    };
    prop_assert_eq!(handled.refused, None);
    let route = handled.route.as_ref().unwrap();
    prop_assert_eq!(route.takes_credentials(), forwarding.private);
    prop_assert!(route.methods.contains(&request.method));
    let identity = handled.identity.as_ref().unwrap();
    let shows_password = identity.kind == "basic" && identity.subject.as_deref() == Some("robot-1");
    let is_authentic = identity.key_id.is_some() || shows_password;
    prop_assert!(!route.is_guarded() || is_authentic, "a guarded route opens by an authentic credential");
    let (path, query) =
        request.url.strip_prefix(HOST).map_or(("", ""), |rest| rest.split_once('?').unwrap_or((rest, "")));
    let (to, to_query) = forwarding
        .url
        .strip_prefix("https://origin.example.org")
        .unwrap()
        .split_once('?')
        .unwrap_or((&forwarding.url[26..], ""));
    prop_assert_eq!(path, to, "the path checked is the path forwarded");
    let query = query::escaped(query);
    let given: Vec<&str> = query.split('&').collect();
    prop_assert!(
        to_query.is_empty() || to_query.split('&').all(|piece| given.contains(&piece)),
        "{} from {}",
        to_query,
        query
    );
    for (name, _) in &request.headers {
        let is_proof = matches!(&*headers::fold(name), "so-apptoken" | "x-xsrf-token");
        let is_kept_back = headers::is_reserved(name) || is_proof;
        prop_assert!(!is_kept_back || forwarding.remove.contains(name), "{name} went through");
    }
    // `signature` is a name that an origin may use for itself where no signed redirect is taken.
    for secret in ["=egt_", "=egs_", "=egn_", "eg_sig="] {
        prop_assert!(!forwarding.url.contains(secret), "{}", forwarding.url);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn any_request_is_decided((request, headers) in requests(), again in any::<bool>()) {
        let mut story = Story::new();
        ["token read", "session", "ticket", "browser", "nonce account", "link /files/a?x=1", "redirect /landing/?cons_id=1"].iter().for_each(|step| story.step(step));
        let mut request = Request { url: story.fill(&request.url), ..request };
        request.body = String::from_utf8(request.body.clone()).map_or(request.body, |body| story.fill(&body).into_bytes());
        request.headers = headers.iter().map(|(name, value)| ((*name).to_owned(), story.fill(value))).collect();
        for _ in 0..=usize::from(again) {
            check(&request, &story.site.ask(&request))?;
        }
    }

    #[test]
    fn any_text_is_parsed(text in "\\PC{0,40}|[ -~]{0,40}", other in "\\PC{0,10}") {
        let policy = support::policy(POLICY);
        let _ = (query::sole(&text, &other), query::decode(&text), query::fold(&text), query::cut(&text, |param| param.name == other));
        let _ = (cookie::sole(&text, &other), cookie::cut(&text, |name, _| name == other), accept::prefers_html(Some(&text)));
        let headers = Headers::new(vec![("authorization", text.as_str()), ("sec-purpose", &text), ("origin", &text)]);
        let _ = (authorization::read(&headers), fetch_metadata::looks_ahead(&text, &headers), fetch_metadata::is_own_form(&headers, &other));
        let _ = basic::read_login(&text);
        let encoded = standard_base64(text.as_bytes());
        let login = basic::read_login(&encoded).ok();
        let expected = text.split_once(':').filter(|_| !text.contains(char::is_control));
        let read = login.as_ref().map(|login| (login.name.as_str(), login.password.expose_text().unwrap()));
        prop_assert_eq!(read, expected, "any text with a colon is a name and a password");
        let _ = (link::parse(&policy.links[0], &text), redirect::parse(&policy.signed_redirects[0], &text), link::read_seconds(&text));
        let _ = (Record::from_json(&text), Network::parse(&text), NamePattern::parse(&text), Policy::read(&text));
        if let Ok(pattern) = PathPattern::parse(&text) {
            let _ = (pattern.matches(&other), pattern.matches_ignoring_case(&other), pattern.rewrite(&other, &pattern));
        }
        let _ = edgegate_core::explain::Explainer::new(&policy, &support::secrets(&policy), support::NOW).explain(&other, &text);
    }
}

#[test]
fn every_refused_request_is_decided_at_any_time() {
    for case in fixture_json("refusals.json").as_array().unwrap() {
        for now in [0, 1, u64::from(u32::MAX), 1 << 40] {
            let mut story = Story::new();
            case["given"].as_array().into_iter().flatten().for_each(|step| story.step(step.as_str().unwrap()));
            story.site.ports.world.clock.set(now);
            let _ = story.site.ask(&story.request(case["request"].as_str().unwrap()));
        }
    }
}
