//! What is written in a vendor's alphabets: sessions, the nonces and tokens that belong to them, and a partner's word.

use std::cell::Cell;
use std::sync::LazyLock;

use edgegate_core::credential::session::{self, handoff};
use edgegate_core::luminate::sso_token;
use edgegate_core::policy::Luminate;
use edgegate_core::ports::Entropy;
use edgegate_core::refusal::Reason;
use edgegate_core::sealed::cache::Recent;
use edgegate_core::sealed::encoding::Encoding;
use edgegate_core::sealed::seal::{self, Kind, Sealed};
use edgegate_core::sealed::session_token;
use edgegate_core::sealed::store::Context;
use edgegate_core::secret::Secret;
use edgegate_core::secrets::Secrets;
use proptest::prelude::*;

use super::{KEYRING, POLICY, ascii, carrying, keys, read};
use crate::support::NOW;

const SPELLINGS: [Encoding; 3] = [Encoding::Servlet, Encoding::UpperHex, Encoding::Dotted];

fn spellings() -> impl Strategy<Value = Encoding> {
    prop::sample::select(SPELLINGS.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_vendors_text_is_one_and_reads_back(carrying in carrying(), spelling in spellings()) {
        let text = ascii(&spelling.write(carrying.sealed.bytes()));
        prop_assert_eq!(spelling.read(&text), Some(carrying.sealed.bytes().to_vec()));
        prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_')), "{}", text);
    }

    #[test]
    fn a_changed_vendors_text_is_none_or_another(
        carrying in carrying(), spelling in spellings(), place in any::<prop::sample::Index>(), put in any::<char>(), more in "[0-9a-zA-Z.=_-]{1,3}",
    ) {
        let text = ascii(&spelling.write(carrying.sealed.bytes()));
        let at = place.index(text.len());
        let changed = format!("{}{put}{}", &text[..at], &text[at + 1..]);
        let opens = |text: &str| spelling.read(text).and_then(|bytes| read(carrying.kind, keys(), &bytes)).is_some();
        prop_assert!(changed == text || !opens(&changed), "{}", changed);
        for other in [text[..at].to_owned(), format!("{text}{more}"), format!("{more}{text}")] {
            prop_assert!(!opens(&other), "{}", other);
        }
    }

    #[test]
    fn no_text_makes_a_spelling_panic_and_each_has_one(text in "\\PC{0,40}|([0-9a-f]{2}){0,20}\\.app1|([0-9a-fA-F]{2}){0,3}(\\.app1)?|([0-9A-F]{2}){0,20}|[A-Za-z0-9_-]{0,40}\\.{0,3}") {
        for spelling in SPELLINGS {
            if let Some(bytes) = spelling.read(&text) {
                prop_assert_eq!(ascii(&spelling.write(&bytes)), text.as_str(), "{:?}", spelling);
            }
        }
    }
}

/// One house under the usual keys, and one whose keys are others'.
fn luminate() -> &'static Luminate {
    POLICY.luminate.as_ref().unwrap()
}

static FOREIGN: LazyLock<Secrets> = LazyLock::new(|| {
    let other = |name: &str| Some(Secret::new(format!("{name} of somebody else entirely")));
    Secrets::new(&POLICY, "", other)
});

/// An isolate's memory and randomness.
struct House {
    recent: Recent,
    entropy: Counting,
}

impl House {
    fn new(seed: u64) -> Self {
        Self { recent: Recent::default(), entropy: Counting(Cell::new(seed)) }
    }

    fn at<'a>(&'a self, secrets: &'a Secrets, now: u64) -> Context<'a, Counting> {
        Context { ports: &self.entropy, policy: &POLICY, recent: &self.recent, secrets: secrets.usable(false), now }
    }
}

/// Different bytes each time.
struct Counting(Cell<u64>);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Reason> {
        self.0.set(self.0.get().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
        let state = self.0.get().to_be_bytes();
        bytes.iter_mut().enumerate().for_each(|(at, byte)| *byte = state[at % 5] ^ at as u8);
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_handoff_carries_its_session_and_holds_under_its_own_key(seed in any::<u64>(), lifetime in 10..3600_u64, late in 0..4000_u64) {
        let (house, policy) = (House::new(seed), &luminate().session);
        let ctx = house.at(&KEYRING, NOW);
        let one = session::start_anonymous(ctx, policy).unwrap();
        let text = ascii(&handoff::mint(ctx, policy, &one, lifetime).unwrap());
        let opened = handoff::open(house.at(&KEYRING, NOW + late), policy, &text);
        prop_assert_eq!(opened.is_ok(), late < lifetime, "{:?}", opened);
        for (late, is_alive) in [(lifetime - 1, true), (lifetime, false)] {
            prop_assert_eq!(handoff::open(house.at(&KEYRING, NOW + late), policy, &text).is_ok(), is_alive);
        }
        let nonce = handoff::open(ctx, policy, &text).unwrap();
        prop_assert_eq!(session::reopen(ctx, policy, nonce.payload.expose()), Ok(one.clone()));
        prop_assert_eq!(handoff::open(house.at(&FOREIGN, NOW), policy, &text), Err(Reason::NonceForged));
        prop_assert_eq!(session::reopen(house.at(&FOREIGN, NOW), policy, nonce.payload.expose()), Err(Reason::SessionForged));
        // No session outlives itself by way of a nonce.
        let late = house.at(&KEYRING, one.expires - 1);
        let last = ascii(&handoff::mint(late, policy, &one, lifetime).unwrap());
        prop_assert_eq!(handoff::open(house.at(&KEYRING, one.expires), policy, &last), Err(Reason::NonceExpired));
    }

    #[test]
    fn a_sign_on_token_says_its_subject_under_its_own_key(seed in any::<u64>(), subject in "[!-~]{1,255}", lifetime in 10..3600_u64, late in 0..4000_u64) {
        let (house, policy) = (House::new(seed), &luminate().session);
        let ctx = house.at(&KEYRING, NOW);
        let text = ascii(&sso_token::mint(ctx, policy, &subject, lifetime).unwrap());
        let verified = sso_token::verify(house.at(&KEYRING, NOW + late), policy, &text);
        let expected = if late < lifetime { Ok(subject.clone()) } else { Err(Reason::SignOnExpired) };
        prop_assert_eq!(verified, expected);
        for (late, is_alive) in [(lifetime - 1, true), (lifetime, false)] {
            prop_assert_eq!(sso_token::verify(house.at(&KEYRING, NOW + late), policy, &text).is_ok(), is_alive);
        }
        prop_assert_eq!(sso_token::verify(house.at(&FOREIGN, NOW), policy, &text), Err(Reason::SignOnForged));
        prop_assert!(subject.len() < 8 || !text.contains(&subject), "the subject is masked");
    }

    #[test]
    fn a_bound_token_holds_for_one_session_one_purpose_and_one_key(seed in any::<u64>(), place in any::<prop::sample::Index>(), put in "[0-9a-zA-Z_.-]") {
        let (house, policy) = (House::new(seed), &luminate().session);
        let ctx = house.at(&KEYRING, NOW);
        let (one, other) = (session::start_anonymous(ctx, policy).unwrap(), session::start_anonymous(ctx, policy).unwrap());
        prop_assert_ne!(&one, &other);
        let text = ascii(&session_token::token(ctx, policy, &one, "purpose").unwrap());
        let holds = |ctx, session: &Sealed, purpose: &str, text: &str| session_token::is_token(ctx, policy, session, purpose, text).unwrap();
        prop_assert!(holds(ctx, &one, "purpose", &text));
        prop_assert!(!holds(ctx, &other, "purpose", &text), "another session");
        prop_assert!(!holds(ctx, &one, "another", &text), "another purpose");
        prop_assert!(!holds(house.at(&FOREIGN, NOW), &one, "purpose", &text), "another key");
        let at = place.index(text.len());
        let changed = format!("{}{put}{}", &text[..at], &text[at + 1..]);
        prop_assert!(changed == text || !holds(ctx, &one, "purpose", &changed), "{}", changed);
        for text in [text[..at].to_owned(), format!("{text}{put}")] {
            prop_assert!(!holds(ctx, &one, "purpose", &text), "{}", text);
        }
    }

    #[test]
    fn none_of_the_three_is_another(seed in any::<u64>()) {
        let (house, policy) = (House::new(seed), &luminate().session);
        let ctx = house.at(&KEYRING, NOW);
        let one = session::start_anonymous(ctx, policy).unwrap();
        let id = ascii(&session::text(policy, &one));
        let nonce = ascii(&handoff::mint(ctx, policy, &one, 60).unwrap());
        let sso = ascii(&sso_token::mint(ctx, policy, "1001002", 60).unwrap());
        let auth = ascii(&session_token::token(ctx, policy, &one, "purpose").unwrap());
        for text in [&id, &nonce, &sso, &auth] {
            prop_assert_eq!(session::open(ctx, policy, text).is_ok(), text == &id);
            prop_assert_eq!(handoff::open(ctx, policy, text).is_ok(), text == &nonce);
            prop_assert_eq!(sso_token::verify(ctx, policy, text).is_ok(), text == &sso);
            prop_assert_eq!(session_token::is_token(ctx, policy, &one, "purpose", text), Ok(text == &auth));
        }
        // A session of one form is none of the other.
        let plain = POLICY.session.as_ref().unwrap();
        prop_assert_eq!(session::open(ctx, plain, &ascii(&one.text())), Err(Reason::SessionForged));
        let terms = seal::Terms { kind: Kind::Session, issued: NOW, expires: NOW + 60, audience: "", payload: &[] };
        let other = seal::seal(&terms, KEYRING.usable(false).key(&plain.keys[0]).unwrap(), &house.entropy).unwrap();
        prop_assert_eq!(session::open(ctx, policy, &ascii(&Encoding::Servlet.write(other.bytes()))), Err(Reason::SessionForged));
    }
}
