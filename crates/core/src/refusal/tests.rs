//! What holds for every reason.

use super::Reason;

#[test]
fn codes_are_unique_and_spelled_like_codes() {
    let mut seen = std::collections::BTreeSet::new();
    for reason in Reason::ALL {
        assert!(seen.insert(reason.code()), "{} twice", reason.code());
        assert!(reason.code().bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
    }
}

#[test]
fn every_public_answer_is_a_client_or_server_error() {
    for reason in Reason::ALL {
        let public = reason.public();
        assert!((400..600).contains(&public.status()));
        assert!(!public.title().is_empty() && !public.advice().is_empty());
    }
}
