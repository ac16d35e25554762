//! One secret signs two formats, redirects and answers of a log-in: no text of one is a text of the other.

use edgegate_core::digest::{hex, md5, sha1};
use edgegate_core::policy::{Boundary, Digest, SignedRedirect};
use edgegate_core::refusal::Reason;
use edgegate_core::signed::redirect;
use edgegate_core::testing::World;
use proptest::prelude::*;

use super::redirects::{encoded, location, site, well};
use crate::support::luminate::{client, client_get, everybody_is, granted, login, text};
use crate::support::{NOW, POLICY, Request, Site, secret, set_cookies};

const KEY: &str = "DIGEST_KEY-0123456789abcdef0123456789abcdef";

/// Every pair that a careless verifier of log-in signatures could take a signature for: it concatenates what it is given,
/// and makes numbers of it afterwards, as `atoi` does.
fn as_log_ins(covered: &str) -> Vec<(String, String)> {
    let number = |text: &str| {
        let text = text.trim_start_matches([' ', '\t', '\n', '+', '-']);
        text.chars().take_while(char::is_ascii_digit).collect::<String>()
    };
    let splits = (0..=covered.len()).filter_map(|at| covered.split_at_checked(at));
    splits
        .filter(|(subject, timestamp)| !number(subject).is_empty() && !number(timestamp).is_empty())
        .map(|(subject, timestamp)| (subject.to_owned(), timestamp.to_owned()))
        .collect()
}

fn profiles() -> Vec<SignedRedirect> {
    let base = crate::support::policy(POLICY).signed_redirects[0].as_ref().clone();
    let mut all = Vec::new();
    for digest in [Digest::Md5, Digest::Sha1] {
        for boundary in [Boundary::Inclusive, Boundary::Exclusive] {
            for name in ["signature", "sig"] {
                all.push(SignedRedirect {
                    digests: vec![digest],
                    boundaries: vec![boundary],
                    signature: name.to_owned(),
                    subject: None,
                    ..base.clone()
                });
            }
        }
    }
    all
}

#[test]
fn the_search_for_log_ins_finds_what_was_signed_once() {
    let covered = redirect::hashed_text(&profiles()[2], Boundary::Exclusive, "1001003&ts=1287763970");
    assert!(as_log_ins(&covered).contains(&("1001003&ts=".to_owned(), "1287763970".to_owned())));
    assert!(as_log_ins("cons_id=1001003&ts=1287763970").is_empty());
}

#[test]
fn a_query_begins_with_a_name_or_is_not_signed() {
    for query in [
        "1001003",
        "1001003=",
        "0",
        "%31001003",
        "+1001003",
        "-1",
        "&1001003",
        "&a=1",
        ";a=1",
        "=1001003",
        "?1",
        ".1",
        "~",
        "/",
        "ts=1&1001003",
        "TS=;1001003",
        "sig=x&%31",
        "é=1",
    ] {
        let target = format!("/landing/w?{query}");
        for name in ["redirect", "success_redirect", "error_redirect"] {
            let handled = well(&[("sign_redirects", "true"), (name, &target)]);
            let expected = if query == "?1" { Reason::RedirectIdentity } else { Reason::RedirectQuery };
            assert_eq!((handled.refused, location(&handled)), (Some(expected), None), "{query}");
            assert!(set_cookies(&handled).is_empty());
        }
        assert_eq!(well(&[("redirect", &target)]).refused, None, "{query}: nobody signs it");
    }
    for query in ["", "a", "_=1", "Z&1001003", "a=1001003", "ts=1&a", "ts=1"] {
        let handled = well(&[("sign_redirects", "true"), ("redirect", &format!("/landing/w?{query}"))]);
        assert!(location(&handled).is_some(), "{query}");
    }
    for profile in profiles() {
        let signed = redirect::sign(&profile, &secret("DIGEST_KEY").unwrap(), "1001003", NOW);
        assert_eq!(signed, Err(Reason::RedirectQuery), "nobody signs it, the command line neither");
    }
}

/// Before the key is right nothing is signed, and nobody is sent anywhere.
#[test]
fn without_the_key_no_redirect() {
    let site = site(&[]);
    everybody_is(&site, "1001002");
    for key in ["", "api_key=", "api_key=nope", "api_key=api-key-1&api_key=nope"] {
        for method in ["login", "loginTest", "getLoginUrl", "logout", "getUser", "none"] {
            let fields = encoded(&[
                ("sign_redirects", "true"),
                ("redirect", "/landing/w?a=1"),
                ("user_name", "u"),
                ("password", "p"),
            ]);
            let body = format!("method={method}&v=1.0&{key}&{fields}");
            let handled = site.ask(&Request::new("POST", "/site/CRConsAPI").form(&body));
            assert!(matches!(handled.refused, Some(Reason::ApiKeyUnknown | Reason::ParameterDuplicate)), "{body}");
            assert_eq!((location(&handled), set_cookies(&handled).len()), (None, 0), "{body}");
        }
    }
}

/// The other way round: what a log-in signs is digits alone, and no redirect can be read into it.
#[test]
fn no_signature_of_a_log_in_opens_a_route() {
    let site = Site::alone();
    login(&site, "1001002");
    let answered = granted(&site.ask(&client("login", "user_name=jo&password=x")), "loginResponse");
    let (subject, timestamp, signature) =
        (text(&answered["cons_id"]), text(&answered["timestamp"]), text(&answered["signature"]));
    let parts: [&[u8]; 3] = [subject.as_bytes(), timestamp.as_bytes(), KEY.as_bytes()];
    assert!([hex(&md5(&parts)), hex(&sha1(&parts))].contains(&signature), "it is signed as it is said to be");
    let covered = format!("{subject}{timestamp}");
    for query in [
        format!("{covered}&signature={signature}"),
        format!("{covered}&ts={timestamp}&signature={signature}"),
        format!("{subject}&ts={timestamp}&signature={signature}"),
        format!("cons_id={subject}&ts={timestamp}&signature={signature}"),
        format!("{covered}&sig={signature}"),
        format!("ts={timestamp}&signature={signature}"),
    ] {
        for profile in profiles() {
            let profile = SignedRedirect {
                boundaries: vec![Boundary::Inclusive, Boundary::Exclusive],
                digests: vec![Digest::Md5, Digest::Sha1],
                ..profile
            };
            let secrets = crate::support::secrets(&crate::support::policy(POLICY));
            let verified = redirect::verify(&profile, secrets.usable(false), &query, NOW);
            assert!(!matches!(verified, Ok(Some(_))), "{query}");
        }
    }
}

#[test]
fn a_subject_that_is_not_all_digits_is_not_signed() {
    for subject in ["1001002&ts=", "jo", "1001002 ", "+1", "ts=1800000000&signature="] {
        let site = Site::alone();
        everybody_is(&site, subject);
        let handled = site.ask(&client("login", "user_name=jo&password=x"));
        if handled.refused.is_none() {
            let answered = granted(&handled, "loginResponse");
            assert!(answered["signature"].is_null() && answered["timestamp"].is_null(), "{subject}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4096) })]

    /// Over every digest, boundary and name that a profile can have.
    #[test]
    fn no_text_that_is_signed_is_one_of_a_log_in(
        query in "([0-9+% _&;=?./~-]{0,3}|%3[0-9]|[a-z]{1,3}|ts=[0-9]{1,3}&?|sig=|é)?([0-9]{0,8}(&|=|;|%26)?){0,3}([a-z]{1,3}=[0-9]{1,8})?",
        ts in prop::sample::select(vec![0, 1, NOW, 1_287_763_970]),
    ) {
        for profile in profiles() {
            let Ok(signed) = redirect::sign(&profile, &secret("DIGEST_KEY").unwrap(), &query, ts) else { continue };
            let (covered, signature) = signed.rsplit_once(&format!("&{}=", profile.signature)).unwrap();
            let hashed = redirect::hashed_text(&profile, profile.boundaries[0], covered);
            let parts: [&[u8]; 2] = [hashed.as_bytes(), KEY.as_bytes()];
            let expected = match profile.digests[0] { Digest::Md5 => hex(&md5(&parts)), Digest::Sha1 => hex(&sha1(&parts)) };
            prop_assert_eq!(signature, expected);
            prop_assert_eq!(as_log_ins(&hashed), vec![], "{}", hashed);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    /// The same through the whole gate, whatever a visitor writes as a target.
    #[test]
    fn no_target_makes_the_gate_sign_a_log_in(
        query in "([0-9&;=%+_.?-]{0,2}|%3[0-9]|ts=&?|sig=1;|signature\\[\\]=&)?[0-9]{0,8}(&[a-z]{0,2}=?[0-9]{0,4}|\\$\\{x\\}|=\\$\\{loginResponse/cons_id\\}){0,2}(#1)?",
        x in "[0-9&=%]{0,6}",
        goes_well in any::<bool>(),
    ) {
        static SITE: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| POLICY.replace("form = 512", "form = 65536").replace("url = 1024", "url = 8192"));
        let site = Site::new(&World::at(NOW), &SITE);
        everybody_is(&site, "1001002");
        let target = format!("/landing/w?{query}");
        let method = if goes_well { "login" } else { "loginTest" };
        let fields = encoded(&[("sign_redirects", "true"), ("x", &x), ("user_name", "u"), ("password", "p"), ("redirect", &target)]);
        let handled = site.ask(&client(method, &fields));
        let Some(location) = location(&handled) else { return Ok(()) };
        let query = location.split('#').next().unwrap().split_once('?').unwrap().1;
        let covered = query.rsplit_once("&signature=").unwrap().0;
        for text in [covered.to_owned(), format!("{covered}&signature=")] {
            prop_assert_eq!(as_log_ins(&text), vec![], "{} {}", target, text);
        }
    }
}

/// By GET a link does it, without a session.
#[test]
fn the_target_of_the_report_is_refused_by_get_and_post() {
    for request in [
        client_get("loginTest", "sign_redirects=true&redirect=%2Flanding%2Fw%3F1001003"),
        client("loginTest", "sign_redirects=true&redirect=%2Flanding%2Fw%3F1001003"),
    ] {
        let handled = Site::alone().ask(&request);
        assert_eq!((handled.refused, location(&handled)), (Some(Reason::RedirectQuery), None));
    }
}
