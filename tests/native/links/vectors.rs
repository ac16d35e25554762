//! Published and constructed vectors, each set a data file in `fixtures/vectors/`.

use std::sync::Arc;

use edgegate_core::digest::{base64url, hex, hmac_sha1, hmac_sha256};
use edgegate_core::policy::{Boundary, Digest, Link, SignedRedirect};
use edgegate_core::refusal::Reason;
use edgegate_core::secret::Secret;
use edgegate_core::secrets::Secrets;
use edgegate_core::signed::link::{self, Arrival, Signed, Terms};
use edgegate_core::signed::redirect;
use serde_json::Value;

use crate::support::{self, fixture_json, policy};

/// One test for a file of HMAC cases; a MAC shorter than the function's own is a truncated one.
macro_rules! hmac_set {
    ($name:ident, $file:literal, $function:path) => {
        #[test]
        fn $name() {
            let set = fixture_json(concat!("vectors/", $file));
            let cases = set["cases"].as_array().unwrap();
            assert!(cases.len() >= 7);
            for case in cases {
                let (key, data) = (hex::decode(text(case, "key")).unwrap(), hex::decode(text(case, "data")).unwrap());
                let mac = hex(&$function(&Secret::new(key.clone()), &[&data]));
                assert!(mac.starts_with(text(case, "mac")) && text(case, "mac").len() >= 32, "{case}: {mac}");
                let (start, end) = data.split_at(data.len() / 3);
                assert_eq!(hex(&$function(&Secret::new(key), &[start, b"", end])), mac, "{case} in parts");
            }
        }
    };
}

hmac_set!(rfc_2202_hmac_sha1, "rfc2202_hmac_sha1.json", hmac_sha1);
hmac_set!(rfc_4231_hmac_sha256, "rfc4231_hmac_sha256.json", hmac_sha256);

#[test]
fn the_worked_example_of_the_demo_is_made_and_read() {
    let case = fixture_json("vectors/link.json");
    let profile = link_profile();
    let secrets = secrets(&case);
    let (method, host, path) = (text(&case, "method"), text(&case, "host"), text(&case, "path"));
    let signed = Signed { method, host, path, query: text(&case, "query") };
    let expires = case["expires"].as_u64().unwrap();
    let key = link::find_key(&profile, text(&case, "key_id")).unwrap();
    let key = secrets.usable(true).key(key).unwrap();
    let terms = Terms { expires, ..Terms::default() };
    let made = link::sign(&profile, key, signed, terms).unwrap();
    assert_eq!(made, text(&case, "signed"));

    let parts = link::parse(&profile, &made).unwrap().unwrap();
    assert_eq!(link::string_to_sign(&profile, Signed { query: parts.covered, ..signed }), text(&case, "text"));
    assert_eq!(base64url(&parts.mac), text(&case, "signature"));
    let arrival = Arrival { client: None, now: expires - 60 };
    let received = Signed { query: &made, ..signed };
    assert!(link::verify(&profile, secrets.usable(true), received, arrival).unwrap().is_some());
    let head = Signed { method: "HEAD", ..received };
    assert!(link::verify(&profile, secrets.usable(true), head, arrival).unwrap().is_some());
}

#[test]
fn every_column_of_the_signed_redirect_table_is_made_and_read() {
    let set = fixture_json("vectors/signed_redirects.json");
    let secrets = secrets(&set);
    for case in set["cases"].as_array().unwrap() {
        for (column, digest, boundary) in COLUMNS {
            let profile = redirect_profile(digest, boundary);
            let covered = text(case, "covered");
            let (before, ts) = covered.rsplit_once("ts=").unwrap();
            let ts: u64 = ts.parse().unwrap();
            let secret = Secret::new(text(&set, "secret"));
            let made = redirect::sign(&profile, &secret, before.trim_end_matches('&'), ts).unwrap();
            assert_eq!(made, format!("{covered}&signature={}", text(case, column)), "{case} {column}");
            let verified = redirect::verify(&profile, secrets.usable(true), &made, ts).unwrap().unwrap();
            assert_eq!(hex(&verified.digest), text(case, column));
            let other = redirect_profile(digest, opposite(boundary));
            let refused = redirect::verify(&other, secrets.usable(true), &made, ts);
            assert_eq!(refused, Err(Reason::RedirectSignatureMismatch), "{case} {column}");
        }
    }
}

#[test]
fn a_planted_pair_is_never_signed_and_never_read() {
    let set = fixture_json("vectors/signed_redirects.json");
    let planted = &set["planted"];
    let profile = redirect_profile(Digest::Md5, Boundary::Inclusive);
    let secret = Secret::new(text(&set, "secret"));
    let hashed = redirect::hashed_text(&profile, Boundary::Inclusive, text(planted, "covered_at_first_mark"));
    let wrong = redirect::compute(Digest::Md5, &hashed, &secret);
    assert_eq!(hex(&wrong), text(planted, "md5_inclusive"));
    let query = text(planted, "query");
    assert_eq!(redirect::parse(&profile, query).unwrap_err(), Reason::ParameterDuplicate);
    for target in ["a=1&signature=zzz", "ts=1", "sig=1", "a=1&Signature=zzz", "a=1&t%73=1", "signature[]=1"] {
        assert_eq!(redirect::sign(&profile, &secret, target, 1), Err(Reason::ParameterDuplicate), "{target}");
    }
}

#[test]
fn the_window_is_five_seconds_to_both_sides() {
    let set = fixture_json("vectors/signed_redirects.json");
    let profile = redirect_profile(Digest::Md5, Boundary::Inclusive);
    let secrets = secrets(&set);
    let case = &set["cases"][0];
    let query = format!("{}&signature={}", text(case, "covered"), text(case, "md5_inclusive"));
    let at = |offset: &Value| {
        let now = 1_287_763_970_u64.checked_add_signed(offset.as_i64().unwrap()).unwrap();
        redirect::verify(&profile, secrets.usable(true), &query, now)
    };
    for offset in set["window"]["accepted_offsets"].as_array().unwrap() {
        assert!(at(offset).is_ok_and(|verified| verified.is_some()), "{offset}");
    }
    let refused: Vec<_> = set["window"]["refused_offsets"].as_array().unwrap().iter().map(at).collect();
    assert_eq!(refused, [Err(Reason::RedirectExpired), Err(Reason::RedirectNotYetValid)]);
}

const COLUMNS: [(&str, Digest, Boundary); 4] = [
    ("md5_inclusive", Digest::Md5, Boundary::Inclusive),
    ("md5_exclusive", Digest::Md5, Boundary::Exclusive),
    ("sha1_inclusive", Digest::Sha1, Boundary::Inclusive),
    ("sha1_exclusive", Digest::Sha1, Boundary::Exclusive),
];

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}"))
}

fn secrets(set: &Value) -> Secrets {
    Secrets::new(&policy(support::POLICY), "", |_| Some(Secret::new(text(set, "secret"))))
}

fn link_profile() -> Arc<Link> {
    Arc::clone(&policy(support::POLICY).links[0])
}

fn redirect_profile(digest: Digest, boundary: Boundary) -> SignedRedirect {
    let policy = policy(support::POLICY);
    SignedRedirect { digests: vec![digest], boundaries: vec![boundary], ..(*policy.signed_redirects[0]).clone() }
}

fn opposite(boundary: Boundary) -> Boundary {
    match boundary {
        Boundary::Inclusive => Boundary::Exclusive,
        Boundary::Exclusive => Boundary::Inclusive,
    }
}
