//! Signed redirects: what is signed verifies, and no changed byte of the query does. Host and path are not
//! part of this format.

use std::sync::LazyLock;

use edgegate_core::http::Target;
use edgegate_core::policy::{Boundary, Digest, SignedRedirect};
use edgegate_core::refusal::Reason;
use edgegate_core::secrets::Secrets;
use edgegate_core::signed::redirect::{self, Verified};
use proptest::prelude::*;

use crate::support::{self, NOW};

static KEYRING: LazyLock<Secrets> = LazyLock::new(|| support::secrets(&support::policy(support::POLICY)));
static BASE: LazyLock<SignedRedirect> =
    LazyLock::new(|| (*support::policy(support::POLICY).signed_redirects[0]).clone());

#[derive(Debug, Clone)]
struct Sent {
    profile: SignedRedirect,
    query: String,
}

fn verify(profile: &SignedRedirect, query: &str, now: u64) -> Result<Option<Verified>, Reason> {
    let url = format!("https://h/landing/?{query}");
    let target = Target::read(&url, 8192)?;
    redirect::verify(profile, KEYRING.usable(false), target.query.unwrap(), now)
}

fn holds(sent: &Sent, query: &str) -> bool {
    matches!(verify(&sent.profile, query, NOW), Ok(Some(_)))
}

prop_compose! {
    fn any_redirect()(
        query in "([a-d]{1,3}(=([a-zA-Z0-9%+./?:@!^`{|}\\\\]|%27|%zz){0,8})?(&|&&|;)){0,4}(z=1)?",
        digest in prop::sample::select(vec![Digest::Md5, Digest::Sha1]),
        boundaries in prop::sample::select(vec![
            vec![Boundary::Inclusive], vec![Boundary::Exclusive], vec![Boundary::Inclusive, Boundary::Exclusive],
        ]),
        name in prop::sample::select(vec!["signature", "sig"]),
        off in -5..=5_i64,
    ) -> Sent {
        let profile = SignedRedirect {
            digests: vec![digest],
            boundaries,
            signature: name.to_owned(),
            subject: None,
            ..BASE.clone()
        };
        let secret = support::secret("DIGEST_KEY").unwrap();
        let query = redirect::sign(&profile, &secret, &query, NOW.checked_add_signed(off).unwrap()).unwrap();
        Sent { profile, query }
    }
}

/// What the signature says, whatever the case of its digits.
fn meaning(query: &str) -> (String, String) {
    let (covered, signature) = query.rsplit_once('=').unwrap_or((query, ""));
    (covered.to_owned(), signature.to_ascii_lowercase())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_is_signed_verifies(sent in any_redirect()) {
        let verified = verify(&sent.profile, &sent.query, NOW).unwrap().unwrap();
        prop_assert!(verified.until > NOW);
        let (covered, signature) = sent.query.rsplit_once('=').unwrap();
        let upper = format!("{covered}={}", signature.to_uppercase());
        prop_assert_eq!(verify(&sent.profile, &upper, NOW), Ok(Some(verified)), "one digest, one claim");
    }

    #[test]
    fn a_changed_byte_is_refused(sent in any_redirect(), place in any::<prop::sample::Index>(), byte in 0x20_u8..0x7f) {
        let mut bytes = sent.query.clone().into_bytes();
        bytes[place.index(sent.query.len())] = byte;
        let changed = String::from_utf8(bytes).unwrap();
        prop_assume!(meaning(&changed) != meaning(&sent.query));
        prop_assert!(!holds(&sent, &changed), "{changed} from {}", sent.query);
    }

    #[test]
    fn a_byte_more_or_less_is_refused(sent in any_redirect(), place in any::<prop::sample::Index>(), byte in 0x21_u8..0x7f) {
        let at = place.index(sent.query.len() + 1);
        let mut longer = sent.query.clone();
        longer.insert(at, char::from(byte));
        prop_assert!(!holds(&sent, &longer), "{longer} from {}", sent.query);
        let mut shorter = sent.query.clone();
        shorter.remove(place.index(sent.query.len()));
        prop_assert!(!holds(&sent, &shorter), "{shorter} from {}", sent.query);
    }

    #[test]
    fn parameters_moved_doubled_or_added_are_refused(sent in any_redirect(), from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(), extra in "[a-e]{1,3}=[a-z]{0,3}|ts=1800000000|sig=00|signature=00|Signature=1|utm_source=x|") {
        let pieces: Vec<&str> = sent.query.split('&').collect();
        let (from, to) = (from.index(pieces.len()), to.index(pieces.len()));
        let mut swapped = pieces.clone();
        swapped.swap(from, to);
        let mut doubled = pieces.clone();
        doubled.insert(to, pieces[from]);
        let mut added = pieces.clone();
        added.insert(to, &extra);
        let mut appended = pieces.clone();
        appended.push(&extra);
        for changed in [swapped, doubled, added, appended] {
            prop_assume!(changed != pieces);
            prop_assert!(!holds(&sent, &changed.join("&")), "{} from {}", changed.join("&"), sent.query);
        }
    }

    #[test]
    fn the_window_holds_to_the_second(off in -20..=20_i64) {
        let secret = support::secret("DIGEST_KEY").unwrap();
        let ts = NOW.checked_add_signed(off).unwrap();
        let query = redirect::sign(&BASE, &secret, "cons_id=1", ts).unwrap();
        let expected = match off {
            ..-5 => Err(Reason::RedirectExpired),
            6.. => Err(Reason::RedirectNotYetValid),
            _ => Ok(Some("1".to_owned())),
        };
        prop_assert_eq!(verify(&BASE, &query, NOW).map(|verified| verified.unwrap().subject), expected);
    }
}
