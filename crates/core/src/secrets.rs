//! The values of the secrets that the policy names.

mod shown;

use std::sync::Arc;

use crate::digest::{hmac_sha256, sha256};
use crate::policy::{Key, KeyUse, Policy};
use crate::refusal::Reason;
use crate::secret::Secret;

pub use shown::Shown;

/// Secrets by name. A published value counts only on loopback of a local deployment.
///
/// # Example
/// ```
/// use edgegate_core::policy::Policy;
/// use edgegate_core::refusal::Reason;
/// use edgegate_core::secret::Secret;
/// use edgegate_core::secrets::Secrets;
///
/// let policy = Policy::read(edgegate_core::testing::EXAMPLE).unwrap();
/// let long = "0123456789abcdef0123456789abcdef";
/// let secrets = Secrets::new(&policy, "", |name| (name == "LINK_KEY").then(|| Secret::new(long)));
/// assert!(secrets.usable(false).secret("LINK_KEY").is_ok());
/// assert_eq!(secrets.usable(false).secret("SEAL_KEY"), Err(Reason::SecretMissing));
/// ```
#[derive(Debug, Clone)]
pub struct Secrets(Vec<Entry>);

#[derive(Debug, Clone)]
struct Entry {
    name: String,
    value: Option<Secret>,
    is_published: bool,
}

impl Secrets {
    /// Asks `lookup` once for every secret of the policy. An empty value is a missing one, and so is one that can be
    /// guessed: a key that the operator makes has at least [`SHORTEST`] bytes; the secret of a digest format, the
    /// password of a vendor's administrator and the gateway's own secret at an issuer are others' to choose, and an identity
    /// key has a form of its own. `published`: the values that everybody can read, such as a demo's, in `NAME=value` lines
    /// as `.dev.vars` has them.
    pub fn new(policy: &Policy, published: &str, lookup: impl Fn(&str) -> Option<Secret>) -> Self {
        let entry = |name: &str| {
            let is_free = policy.secrets().any(|secret| secret.name == name && secret.usage.is_chosen_elsewhere());
            let shortest = if is_free { 1 } else { SHORTEST };
            let value = lookup(name).filter(|value| value.expose().trim_ascii().len() >= shortest);
            let is_published = value.as_ref().is_some_and(|value| is_among(published, value));
            Entry { name: name.to_owned(), value, is_published }
        };
        Self(policy.secret_names().into_iter().map(entry).collect())
    }

    /// The secrets as a request may use them. `loopback`: whether it is on loopback of a local deployment, where published
    /// values count too.
    pub fn usable(&self, loopback: bool) -> Usable<'_> {
        Usable { secrets: self, loopback }
    }

    /// Names of the secrets that are not set, in the policy's order.
    pub fn missing(&self) -> Vec<&str> {
        self.0.iter().filter(|entry| entry.value.is_none()).map(|entry| entry.name.as_str()).collect()
    }

    /// Names of the secrets that hold a published value.
    pub fn published(&self) -> Vec<&str> {
        self.0.iter().filter(|entry| entry.is_published).map(|entry| entry.name.as_str()).collect()
    }
}

/// The secrets that count for one request: all of them on loopback, elsewhere all except the published ones.
#[derive(Debug, Clone, Copy)]
pub struct Usable<'a> {
    secrets: &'a Secrets,
    loopback: bool,
}

/// A key of the policy and its value.
#[derive(Debug, Clone, Copy)]
pub struct SigningKey<'a> {
    /// What the policy says of it.
    pub key: &'a Arc<Key>,
    /// Its value.
    pub secret: &'a Secret,
}

impl<'a> Usable<'a> {
    /// A key with its value.
    ///
    /// # Errors
    /// As [`Usable::secret`].
    pub fn key<'k>(self, key: &'k Arc<Key>) -> Result<SigningKey<'k>, Reason>
    where
        'a: 'k,
    {
        Ok(SigningKey { key, secret: self.secret(&key.secret)? })
    }

    /// The value of a secret.
    ///
    /// # Errors
    /// `SecretMissing` if it is not set, or is a published value and the request is not on loopback.
    pub fn secret(self, name: &str) -> Result<&'a Secret, Reason> {
        let entry = self.secrets.0.iter().find(|entry| entry.name == name);
        entry
            .filter(|entry| self.loopback || !entry.is_published)
            .and_then(|entry| entry.value.as_ref())
            .ok_or(Reason::SecretMissing)
    }

    /// A digest that no one else can compute: keyed with the first seal key, where the policy has one that may be used.
    pub fn digest(self, policy: &Policy, parts: &[&[u8]]) -> [u8; 32] {
        let seal = policy.keys.iter().find(|key| key.usage == KeyUse::Seal);
        let secret = seal.and_then(|key| self.secret(&key.secret).ok());
        secret.map_or_else(|| sha256(parts), |secret| hmac_sha256(secret, parts))
    }

    /// Whether a text is the value of one of all the secrets, whether or not the request may use it.
    pub fn holds(self, text: &[u8]) -> bool {
        self.secrets.0.iter().filter_map(|entry| entry.value.as_ref()).any(|value| value.is(text))
    }
}

/// Whether a value is one of the published ones, whatever stands around it; a JWK is known by its private member.
fn is_among(published: &str, value: &Secret) -> bool {
    let values = published.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    let mut values = values.map(|(_, published)| published.trim().trim_matches(['\'', '"']));
    let text = String::from_utf8_lossy(value.expose());
    values.any(|published| match private_member(published) {
        Some(member) => text.contains(member),
        None => text.trim() == published,
    })
}

/// The value of `"d"` in a private JWK.
fn private_member(text: &str) -> Option<&str> {
    let (_, after) = text.strip_prefix('{')?.split_once("\"d\":\"")?;
    after.split('"').next()
}

/// Bytes. What `edgegate key new` makes is longer.
pub const SHORTEST: usize = 16;
