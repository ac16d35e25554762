//! What Edgegate issues: minted opens, changed does not, and no kind opens as another; with a payload and without, in
//! its own text and in a vendor's.

mod own;
mod vendors;

use std::cell::Cell;
use std::sync::{Arc, LazyLock};

use edgegate_core::policy::{Key, Policy};
use edgegate_core::ports::Entropy;
use edgegate_core::refusal::Reason;
use edgegate_core::sealed::seal::{self, Kind, Sealed, Terms};
use edgegate_core::secrets::{Secrets, SigningKey};
use proptest::prelude::*;

use crate::support;

static POLICY: LazyLock<Policy> = LazyLock::new(|| support::policy(support::POLICY));
static KEYRING: LazyLock<Secrets> = LazyLock::new(|| support::secrets(&POLICY));

struct Fixed(Cell<u8>);

impl Entropy for Fixed {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Reason> {
        bytes.fill(self.0.get());
        Ok(())
    }
}

fn keys() -> &'static [Arc<Key>] {
    &POLICY.bearer.as_ref().unwrap().keys
}

fn signing(key: &Arc<Key>) -> SigningKey<'_> {
    KEYRING.usable(false).key(key).unwrap()
}

fn open(kind: Kind, keys: &[Arc<Key>], text: &str) -> Option<Sealed> {
    seal::open(kind, keys, KEYRING.usable(false), text).unwrap()
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop::sample::select(KINDS.to_vec())
}

#[derive(Debug, Clone)]
struct Minted {
    kind: Kind,
    audience: String,
    text: String,
    sealed: Sealed,
}

prop_compose! {
    fn minted()(
        kind in kinds(),
        key in 0..2_usize,
        issued in 0..1_u64 << 40,
        expires in 0..1_u64 << 40,
        audience in "[a-z0-9-]{0,20}",
        random in any::<u8>(),
    ) -> Minted {
        let key = &keys()[key];
        let terms = Terms { kind, issued, expires, audience: &audience, payload: &[] };
        let sealed = seal::seal(&terms, signing(key), &Fixed(Cell::new(random))).unwrap();
        let text = sealed.text();
        assert_eq!((sealed.issued, sealed.expires), (issued, expires));
        Minted { kind, audience, text: String::from_utf8(text.expose().to_vec()).unwrap(), sealed }
    }
}

/// A credential that carries something, by its bytes.
#[derive(Debug, Clone)]
struct Carrying {
    kind: Kind,
    key: usize,
    payload: Vec<u8>,
    sealed: Sealed,
}

prop_compose! {
    fn carrying()(
        kind in kinds(),
        key in 0..2_usize,
        issued in 0..1_u64 << 40,
        expires in 0..1_u64 << 40,
        payload in prop::collection::vec(any::<u8>(), 0..=seal::PAYLOAD),
        random in any::<u8>(),
    ) -> Carrying {
        let terms = Terms { kind, issued, expires, audience: "a", payload: &payload };
        let sealed = seal::seal(&terms, signing(&keys()[key]), &Fixed(Cell::new(random))).unwrap();
        Carrying { kind, key, payload, sealed }
    }
}

fn read(kind: Kind, keys: &[Arc<Key>], bytes: &[u8]) -> Option<Sealed> {
    seal::read(kind, keys, KEYRING.usable(false), bytes).unwrap()
}

fn ascii(secret: &edgegate_core::secret::Secret) -> String {
    String::from_utf8(secret.expose().to_vec()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_it_carries_comes_back_and_nobody_else_reads_it(carrying in carrying()) {
        let Carrying { kind, key, payload, sealed } = carrying;
        prop_assert_eq!(sealed.bytes().len(), seal::BARE + payload.len());
        let opened = read(kind, keys(), sealed.bytes()).unwrap();
        prop_assert_eq!(opened.payload.expose(), &payload[..]);
        prop_assert_eq!((&opened, &opened.key_id), (&sealed, &keys()[key].id));
        let is_seen = payload.len() >= 8 && sealed.bytes().windows(payload.len()).any(|window| window == payload);
        prop_assert!(!is_seen, "the payload is masked");
        prop_assert_eq!(open(kind, keys(), &ascii(&sealed.text())), Some(sealed), "in its own text too");
    }

    #[test]
    fn a_changed_cut_or_longer_one_carries_nothing(
        carrying in carrying(), at in any::<prop::sample::Index>(), bit in 0..8_u32, more in any::<u8>(),
    ) {
        let Carrying { kind, sealed, .. } = carrying;
        let at = at.index(sealed.bytes().len());
        let mut changed = sealed.bytes().to_vec();
        changed[at] ^= 1 << bit;
        prop_assert_eq!(read(kind, keys(), &changed), None, "byte {}", at);
        prop_assert_eq!(read(kind, keys(), &sealed.bytes()[..at]), None);
        prop_assert_eq!(read(kind, keys(), &[sealed.bytes(), &[more]].concat()), None);
        prop_assert_eq!(read(kind, keys(), &[&[more], sealed.bytes()].concat()), None);
    }

    #[test]
    fn neither_another_kind_nor_another_key_reads_it(carrying in carrying(), other in kinds()) {
        let Carrying { kind, key, sealed, .. } = carrying;
        prop_assert_eq!(read(other, keys(), sealed.bytes()).is_some(), other == kind);
        prop_assert_eq!(read(kind, &[Arc::clone(&keys()[1 - key])], sealed.bytes()), None);
    }

    #[test]
    fn one_payload_is_never_masked_alike(carrying in carrying(), random in any::<u8>()) {
        prop_assume!(carrying.payload.len() >= 8);
        let Carrying { kind, key, payload, sealed } = carrying;
        let terms = Terms { kind, issued: sealed.issued, expires: sealed.expires, audience: "a", payload: &payload };
        let again = seal::seal(&terms, signing(&keys()[key]), &Fixed(Cell::new(random))).unwrap();
        prop_assume!(again.bytes()[14..30] != sealed.bytes()[14..30]);
        prop_assert_ne!(&again.bytes()[30..30 + payload.len()], &sealed.bytes()[30..30 + payload.len()]);
    }
}

#[test]
fn a_payload_has_a_longest() {
    let payload = vec![7; seal::PAYLOAD + 1];
    let terms = Terms { kind: Kind::SignOn, issued: 1, expires: 2, audience: "", payload: &payload };
    assert_eq!(seal::seal(&terms, signing(&keys()[0]), &Fixed(Cell::new(1))), Err(Reason::Internal));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_is_minted_opens(minted in minted()) {
        let opened = open(minted.kind, keys(), &minted.text).unwrap();
        prop_assert!(opened.is_for(&minted.audience));
        prop_assert_eq!(&opened, &minted.sealed);
        prop_assert!(!opened.record_key().contains(&minted.text[5..]), "the record's key holds no credential");
    }

    #[test]
    fn no_kind_opens_as_another(minted in minted(), other in kinds()) {
        prop_assume!(other != minted.kind);
        prop_assert_eq!(open(other, keys(), &minted.text), None);
        let renamed = minted.text.replacen(minted.kind.prefix(), other.prefix(), 1);
        prop_assert_eq!(open(other, keys(), &renamed), None);
    }

    #[test]
    fn no_other_key_opens_it(minted in minted()) {
        let others: Vec<Arc<Key>> = keys().iter().filter(|key| key.id != minted.sealed.key_id).cloned().collect();
        prop_assert_eq!(open(minted.kind, &others, &minted.text), None);
        let renamed = minted.text.replacen(&minted.sealed.key_id, &others[0].id, 1);
        prop_assert_eq!(open(minted.kind, keys(), &renamed), None);
    }

    #[test]
    fn another_audience_is_seen(minted in minted(), other in "[a-z0-9-]{0,20}") {
        prop_assume!(other != minted.audience);
        prop_assert!(!minted.sealed.is_for(&other));
    }

    #[test]
    fn a_changed_character_is_refused(minted in minted(), place in any::<prop::sample::Index>(), put in any::<char>()) {
        let at = place.index(minted.text.len());
        prop_assume!(minted.text[at..=at] != *put.to_string());
        let changed = format!("{}{put}{}", &minted.text[..at], &minted.text[at + 1..]);
        prop_assert_eq!(open(minted.kind, keys(), &changed), None, "{}", changed);
    }

    #[test]
    fn a_cut_or_longer_text_is_refused(minted in minted(), place in any::<prop::sample::Index>(), more in "[A-Za-z0-9_=-]{1,4}") {
        let cut = &minted.text[..place.index(minted.text.len())];
        prop_assert_eq!(open(minted.kind, keys(), cut), None);
        prop_assert_eq!(open(minted.kind, keys(), &format!("{}{more}", minted.text)), None);
        prop_assert_eq!(open(minted.kind, keys(), &format!("{more}{}", minted.text)), None);
    }

    #[test]
    fn two_credentials_share_no_storage_key(one in minted(), two in minted()) {
        prop_assume!(one.text != two.text);
        prop_assert_ne!(one.sealed.record_key(), two.sealed.record_key());
        for what in ["record", "minted", "revoked", "redeemed"] {
            prop_assert_ne!(one.sealed.claim_key(what), two.sealed.claim_key(what));
        }
        prop_assert_ne!(one.sealed.claim_key("revoked"), one.sealed.claim_key("redeemed"));
    }

    #[test]
    fn anything_at_all_is_refused(kind in kinds(), text in ".{0,90}", body in "[A-Za-z0-9_-]{62}") {
        prop_assert_eq!(open(kind, keys(), &text), None);
        prop_assert_eq!(open(kind, keys(), &format!("{}_seal-1_{body}", kind.prefix())), None);
    }
}

#[test]
fn every_bit_of_a_credential_counts() {
    let key = &keys()[0];
    let terms = Terms { kind: Kind::Token, issued: 1, expires: 2, audience: "", payload: &[] };
    let text = seal::seal(&terms, signing(key), &Fixed(Cell::new(9))).unwrap().text();
    let text = String::from_utf8(text.expose().to_vec()).unwrap();
    let (head, body) = text.split_at(text.len() - 62);
    let bytes = edgegate_core::digest::from_base64url(body.as_bytes()).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(
            open(Kind::Token, keys(), &format!("{head}{}", edgegate_core::digest::base64url(&changed))),
            None,
            "{bit}"
        );
    }
}

#[test]
fn the_form_is_the_documented_one() {
    for kind in KINDS {
        let key = &keys()[0];
        let secret = KEYRING.usable(false).secret(&key.secret).unwrap();
        let terms = Terms { kind, issued: 1, expires: 2, audience: "", payload: &[] };
        let text = seal::seal(&terms, signing(key), &Fixed(Cell::new(9))).unwrap().text();
        let text = String::from_utf8(text.expose().to_vec()).unwrap();
        let body = text.strip_prefix(&format!("{}_seal-1_", kind.prefix())).unwrap();
        assert_eq!(body.len(), 62);
        let bytes = edgegate_core::digest::from_base64url(body.as_bytes()).unwrap();
        assert_eq!(bytes[..10], [0, 0, 0, 0, 1, 0, 0, 0, 0, 2]);
        let mut covered = b"edgegate seal v1\0".to_vec();
        covered.extend(format!("{}\0seal-1\0", kind.prefix()).as_bytes());
        covered.extend(&bytes[..30]);
        assert_eq!(bytes[30..], edgegate_core::digest::hmac_sha256(secret, &[&covered])[..16]);
    }
}

const KINDS: [Kind; 10] = Kind::ALL;
