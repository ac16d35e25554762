//! The form of everything that Edgegate issues itself: it authenticates itself before storage is read.
//!
//! `<prefix>_<key id>_<base64url>` of: issued (5 bytes, Unix seconds) ‖ expires (5) ‖ audience tag (4) ‖ random (16)
//! ‖ payload (mostly none) ‖ MAC (16). MAC = the first 16 bytes of HMAC-SHA-256(key, "edgegate seal v1" NUL prefix NUL
//! key id NUL all bytes before). A forged, expired or misdirected credential is refused without a storage operation.
//! To a client the text is opaque; only its prefix may be relied on, by scanners for leaked secrets. [`crate::sealed::encoding`]
//! has the other texts that the same bytes can have.
//!
//! A payload is for credentials that need no record. It is masked (XOR with HMAC-SHA-256(key, "edgegate mask v1" NUL
//! prefix NUL key id NUL random counter)), so that only the gateway can read it; the MAC covers it as masked.

use core::cell::OnceCell;
use std::sync::Arc;

use subtle::ConstantTimeEq;

use crate::digest::{base64url, from_base64url, hmac_sha256, sha256};
use crate::policy::Key;
use crate::ports::{ClaimKey, Entropy};
use crate::refusal::Reason;
use crate::sealed::claim_key;
use crate::secret::Secret;
use crate::secrets::{SigningKey, Usable};

/// What a sealed credential is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An opaque Bearer token, `egt_`.
    Token,
    /// A session id, `egs_`.
    Session,
    /// A one-time nonce, `egn_`.
    Nonce,
    /// A single sign-on token, `ego_`: a partner's server says who somebody is.
    SignOn,
    /// A session at the http host, `egh_`.
    HttpSession,
    /// An authorization code, `egc_`.
    Code,
    /// A refresh token, `egr_`.
    Refresh,
    /// A ticket, `egx_` where it would be written so: its texts have a spelling of their own.
    Ticket,
    /// A browser on its way to a broker and back, `ege_`.
    BrokerState,
    /// The id of a registered client, `egi_`. It is no secret; it authenticates itself so that a made-up one costs nothing.
    Client,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 10] = [
        Kind::Token,
        Kind::Session,
        Kind::Nonce,
        Kind::SignOn,
        Kind::HttpSession,
        Kind::Code,
        Kind::Refresh,
        Kind::Ticket,
        Kind::BrokerState,
        Kind::Client,
    ];

    /// What the text begins with, and what its storage keys begin with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Kind::Token => "egt",
            Kind::Session => "egs",
            Kind::Nonce => "egn",
            Kind::SignOn => "ego",
            Kind::HttpSession => "egh",
            Kind::Code => "egc",
            Kind::Refresh => "egr",
            Kind::Ticket => "egx",
            Kind::BrokerState => "ege",
            Kind::Client => "egi",
        }
    }
}

/// An authentic credential, taken apart. It says nothing about expiry or revocation.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// What it is.
    pub kind: Kind,
    /// The key that authenticated it.
    pub key_id: String,
    /// Unix seconds.
    pub issued: u64,
    /// Unix seconds; not valid at or after it.
    pub expires: u64,
    /// What it carries itself, unmasked.
    pub payload: Secret,
    tag: [u8; TAG],
    mac: [u8; MAC],
    bytes: Secret,
    record_key: OnceCell<String>,
}

/// What a credential is to say.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// What it is.
    pub kind: Kind,
    /// Unix seconds.
    pub issued: u64,
    /// Unix seconds; not valid at or after it.
    pub expires: u64,
    /// Who may take it: the name of a route, a word of its kind, or nothing.
    pub audience: &'a str,
    /// What it carries, at most [`PAYLOAD`] bytes.
    pub payload: &'a [u8],
}

/// Its bytes say everything else.
impl PartialEq for Sealed {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.key_id == other.key_id && self.bytes == other.bytes
    }
}

impl Eq for Sealed {}

impl Sealed {
    /// All of its bytes. They are the credential itself.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.expose()
    }

    /// Its text.
    pub fn text(&self) -> Secret {
        Secret::new(format!("{}_{}_{}", self.kind.prefix(), self.key_id, base64url(self.bytes())))
    }

    /// A MAC over something else that holds for this credential alone; `purpose` keeps uses apart.
    pub fn bind(&self, secret: &Secret, purpose: &str) -> [u8; 32] {
        let parts: [&[u8]; 4] = [b"edgegate bound v1\0", purpose.as_bytes(), b"\0", self.bytes()];
        hmac_sha256(secret, &parts)
    }

    /// Whether it was minted for this audience.
    pub fn is_for(&self, audience: &str) -> bool {
        match audience {
            "" => self.tag == EVERYBODY,
            other => self.tag == audience_tag(other),
        }
    }

    /// The KV key of its record: a digest, so that a dump of KV holds nothing usable.
    pub fn record_key(&self) -> &str {
        let key = || format!("{}:{}", self.kind.prefix(), base64url(&self.claim_key("record").0));
        self.record_key.get_or_init(key)
    }

    /// The Ledger key for one of the things that happen to it once.
    pub fn claim_key(&self, what: &str) -> ClaimKey {
        claim_key(&format!("{} {what}", self.kind.prefix()), &self.key_id, &self.mac)
    }
}

/// Makes a credential. Its text is told once and never stored.
///
/// # Errors
/// `EntropyUnavailable`; `Internal` for a payload that is too long.
///
/// # Example
/// ```
/// # use edgegate_core::{policy::Policy, secrets::Secrets, testing::{EXAMPLE, secret}};
/// # let policy = Policy::read(EXAMPLE).unwrap();
/// # let secrets = Secrets::new(&policy, "", secret);
/// use edgegate_core::sealed::seal::{Kind, Terms, open, seal};
/// use edgegate_core::testing::{Memory, World};
///
/// let ports = Memory::new(&World::at(1_800_000_000));
/// let secrets = secrets.usable(false);
/// let key = policy.key("seal-1").unwrap();
/// let (issued, expires) = (1_800_000_000, 1_800_000_300);
/// let terms = Terms { kind: Kind::Nonce, issued, expires, audience: "account", payload: &[] };
/// let text = seal(&terms, secrets.key(key).unwrap(), &ports).unwrap().text();
///
/// let opened = open(Kind::Nonce, &[key.clone()], secrets, text.expose_text().unwrap()).unwrap().unwrap();
/// assert!(opened.is_for("account"));
/// assert_eq!(opened.expires, 1_800_000_300, "open says that it is authentic, not that it is still valid");
/// ```
pub fn seal(terms: &Terms<'_>, key: SigningKey<'_>, entropy: &impl Entropy) -> Result<Sealed, Reason> {
    if terms.payload.len() > PAYLOAD {
        return Err(Reason::Internal);
    }
    let mut random = [0; RANDOM];
    entropy.fill(&mut random)?;
    let Terms { kind, issued, expires, .. } = *terms;
    let tag = audience_tag(terms.audience);
    let mut bytes = Vec::with_capacity(BODY + terms.payload.len() + MAC);
    bytes.extend(five_bytes(issued));
    bytes.extend(five_bytes(expires));
    bytes.extend(tag);
    bytes.extend(random);
    let maker = Maker { kind, key_id: &key.key.id, secret: key.secret };
    bytes.extend(maker.masked(&random, terms.payload));
    let mac = maker.mac(&bytes);
    bytes.extend(mac);
    let (payload, bytes) = (Secret::new(terms.payload), Secret::new(bytes));
    let (key_id, record_key) = (maker.key_id.to_owned(), OnceCell::new());
    Ok(Sealed { kind, key_id, issued, expires, payload, tag, mac, bytes, record_key })
}

/// Whether a text looks like a credential of that kind, `egt_…` for example.
pub fn is_written_as(kind: Kind, text: &str) -> bool {
    text.strip_prefix(kind.prefix()).is_some_and(|rest| rest.starts_with('_'))
}

/// Opens a text; None if it is not authentic under any of the keys.
///
/// # Errors
/// `SecretMissing` if the key that it names has no value.
///
/// # Example
/// ```
/// # use edgegate_core::{policy::Policy, secrets::Secrets, testing::{EXAMPLE, secret}};
/// # let policy = Policy::read(EXAMPLE).unwrap();
/// # let secrets = Secrets::new(&policy, "", secret);
/// use edgegate_core::sealed::seal::{Kind, open};
///
/// let keys = [policy.key("seal-1").unwrap().clone()];
/// assert_eq!(open(Kind::Session, &keys, secrets.usable(false), "egs_seal-1_AAAA"), Ok(None));
/// ```
pub fn open(kind: Kind, keys: &[Arc<Key>], secrets: Usable<'_>, text: &str) -> Result<Option<Sealed>, Reason> {
    let mut pieces = text.splitn(3, '_');
    let (Some(prefix), Some(key_id), Some(body)) = (pieces.next(), pieces.next(), pieces.next()) else {
        return Ok(None);
    };
    let key = keys.iter().find(|key| key.id == key_id).filter(|_| prefix == kind.prefix());
    let Some(key) = key.filter(|_| body.len() <= TEXT) else { return Ok(None) };
    let Some(bytes) = from_base64url(body.as_bytes()) else { return Ok(None) };
    read(kind, core::slice::from_ref(key), secrets, &bytes)
}

/// The same for bytes that do not say which key made them.
///
/// # Errors
/// `SecretMissing` if no key fits and one of them has no value.
pub fn read(kind: Kind, keys: &[Arc<Key>], secrets: Usable<'_>, bytes: &[u8]) -> Result<Option<Sealed>, Reason> {
    let mut otherwise = Ok(None);
    for key in keys {
        match secrets.secret(&key.secret) {
            Ok(secret) => {
                if let Some(sealed) = (Maker { kind, key_id: &key.id, secret }).read(bytes) {
                    return Ok(Some(sealed));
                }
            }
            Err(reason) => otherwise = Err(reason),
        }
    }
    otherwise
}

/// Whether a credential for one of some audiences, issued before 2106, can begin so.
pub fn may_begin(head: &Head, tags: &[Tag]) -> bool {
    head.first() == Some(&0) && head.last_chunk::<TAG>().is_some_and(|tag| tags.contains(tag))
}

/// The tag of an audience.
pub fn tag_of(audience: &str) -> Tag {
    audience_tag(audience)
}

/// Whether bytes are a credential of any kind, made with this key.
pub fn is_written_with(key_id: &str, secret: &Secret, bytes: &[u8]) -> bool {
    Kind::ALL.iter().any(|kind| Maker { kind: *kind, key_id, secret }.read(bytes).is_some())
}

/// Whether bytes begin with a credential of that kind, made with this key.
pub fn begins_with(kind: Kind, key_id: &str, secret: &Secret, bytes: &[u8]) -> bool {
    let lengths = BARE..=bytes.len().min(BARE + PAYLOAD);
    let maker = Maker { kind, key_id, secret };
    lengths.filter_map(|length| bytes.get(..length)).any(|bytes| maker.read(bytes).is_some())
}

/// What MAC and mask are made of, beside the bytes.
#[derive(Clone, Copy)]
struct Maker<'a> {
    kind: Kind,
    key_id: &'a str,
    secret: &'a Secret,
}

impl Maker<'_> {
    /// Takes bytes apart that were made so; None for any others.
    fn read(self, bytes: &[u8]) -> Option<Sealed> {
        let (body, mac) = bytes.split_at_checked(bytes.len().checked_sub(MAC)?)?;
        let mac: [u8; MAC] = mac.try_into().ok()?;
        if !(BODY..=BODY + PAYLOAD).contains(&body.len()) || !bool::from(self.mac(body).ct_eq(&mac)) {
            return None;
        }
        let (issued, rest) = body.split_at_checked(5)?;
        let (expires, rest) = rest.split_at_checked(5)?;
        let (tag, rest) = rest.split_at_checked(TAG)?;
        let (random, payload) = rest.split_at_checked(RANDOM)?;
        Some(Sealed {
            kind: self.kind,
            key_id: self.key_id.to_owned(),
            issued: number(issued),
            expires: number(expires),
            payload: Secret::new(self.masked(random, payload)),
            tag: tag.try_into().ok()?,
            mac,
            bytes: Secret::new(bytes),
            record_key: OnceCell::new(),
        })
    }

    /// The payload with its mask put on, or taken off. The random bytes are used for one credential only.
    fn masked(self, random: &[u8], payload: &[u8]) -> Vec<u8> {
        let block = |counter: u8| {
            let counter = [counter];
            let (prefix, key_id) = (self.kind.prefix().as_bytes(), self.key_id.as_bytes());
            let parts: [&[u8]; 7] = [b"edgegate mask v1\0", prefix, b"\0", key_id, b"\0", random, &counter];
            hmac_sha256(self.secret, &parts)
        };
        let counted = payload.chunks(32).zip(0_u8..);
        counted.flat_map(|(chunk, counter)| chunk.iter().zip(block(counter)).map(|(byte, mask)| byte ^ mask)).collect()
    }

    fn mac(self, body: &[u8]) -> [u8; MAC] {
        let (prefix, key_id) = (self.kind.prefix().as_bytes(), self.key_id.as_bytes());
        let parts: [&[u8]; 6] = [b"edgegate seal v1\0", prefix, b"\0", key_id, b"\0", body];
        first(hmac_sha256(self.secret, &parts))
    }
}

fn audience_tag(audience: &str) -> [u8; TAG] {
    first(sha256(&[b"edgegate audience v1\0", audience.as_bytes()]))
}

fn five_bytes(seconds: u64) -> impl Iterator<Item = u8> {
    seconds.to_be_bytes().into_iter().skip(3)
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The first bytes of a digest.
pub fn first<const N: usize>(bytes: [u8; 32]) -> [u8; N] {
    let mut start = [0; N];
    for (to, from) in start.iter_mut().zip(bytes) {
        *to = from;
    }
    start
}

/// The tag of no audience in particular. Most have it, so it is not computed each time.
const EVERYBODY: [u8; TAG] = [113, 196, 175, 199];
const TAG: usize = 4;
/// What says for whom a credential is.
pub type Tag = [u8; TAG];
/// Bytes before the random ones.
pub const HEAD: usize = 5 + 5 + TAG;
/// How a credential begins.
pub type Head = [u8; HEAD];
const RANDOM: usize = 16;
const MAC: usize = 16;
const BODY: usize = 5 + 5 + TAG + RANDOM;
/// Bytes of a credential that carries nothing.
pub const BARE: usize = BODY + MAC;
/// The longest payload, in bytes.
pub const PAYLOAD: usize = 300;
/// Characters of base64url for the longest credential.
const TEXT: usize = (BODY + PAYLOAD + MAC).div_ceil(3) * 4;

#[cfg(test)]
mod tests {
    use super::{EVERYBODY, audience_tag};

    #[test]
    fn the_tag_of_no_audience() {
        assert_eq!(audience_tag(""), EVERYBODY);
    }
}
