//! The values of the secrets that the policy names.

use crate::policy::Policy;
use crate::refusal::Reason;
use crate::secret::Secret;

/// Secrets by name. A value that the demo publishes counts only on loopback.
#[derive(Debug)]
pub struct Keyring(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    name: String,
    value: Option<Secret>,
    published: bool,
}

impl Keyring {
    /// Asks `lookup` once for every secret of the policy. An empty value is a missing one.
    pub fn new(policy: &Policy, lookup: impl Fn(&str) -> Option<Secret>) -> Self {
        let entry = |name: &str| {
            let value = lookup(name).filter(|value| !value.expose().is_empty());
            let published = value.as_ref().is_some_and(is_published);
            Entry { name: name.to_owned(), value, published }
        };
        Self(policy.secret_names().into_iter().map(entry).collect())
    }

    /// The value of a secret.
    ///
    /// # Errors
    /// `SecretMissing` if it is not set, or is a published demo value and the request is not on loopback.
    pub fn secret(&self, name: &str, loopback: bool) -> Result<&Secret, Reason> {
        let entry = self.0.iter().find(|entry| entry.name == name);
        entry
            .filter(|entry| loopback || !entry.published)
            .and_then(|entry| entry.value.as_ref())
            .ok_or(Reason::SecretMissing)
    }

    /// Names of the secrets that are not set, in the policy's order.
    pub fn missing(&self) -> Vec<&str> {
        self.0.iter().filter(|entry| entry.value.is_none()).map(|entry| entry.name.as_str()).collect()
    }

    /// Names of the secrets that hold a published demo value.
    pub fn published(&self) -> Vec<&str> {
        self.0.iter().filter(|entry| entry.published).map(|entry| entry.name.as_str()).collect()
    }
}

fn is_published(value: &Secret) -> bool {
    let values = PUBLISHED.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    values
        .map(|(_, published)| published.trim().trim_matches(['\'', '"']))
        .any(|published| value.is(published.as_bytes()))
}

/// The demo's secrets, as the demo itself reads them.
const PUBLISHED: &str = include_str!("../demo/.dev.vars");
