//! What the tags of a page stand for (`protocols.md` A3.1, A2).
//!
//! | tag | stands for |
//! |---|---|
//! | `[[S86]]`, `[[S86:false]]`, `<convio:session name="86"/>` | the hidden field `auth` |
//! | `[[S86:true]]` | the token alone |
//! | `[[S86:true:rewrite]]` | the token and a routing id; never the session's own |
//! | `[[S1112:ADDRESS]]`, `[[T2:ADDRESS]]` | the address with a `NONCE_TOKEN`, if its host may get one |

use crate::credential::own::luminate::{AUTH, NONCE, ROUTING_ID};
use crate::credential::session::handoff::Mint;
use crate::ports::Entropy;
use crate::redirect;
use crate::tags::words::{Tags, hidden};
use crate::tags::{Expansion, Vocabulary};

/// The words of one page.
#[derive(Debug)]
pub struct Words<E> {
    tags: Tags,
    nonces: Mint,
    entropy: E,
    nonces_left: u32,
}

impl<E: Entropy> Words<E> {
    /// For one page.
    pub fn new(tags: Tags, nonces: Mint, entropy: E) -> Self {
        Self { tags, nonces, entropy, nonces_left: MOST_NONCES }
    }

    fn token(&self) -> Option<String> {
        self.tags.token.expose_text().ok().map(str::to_owned)
    }

    fn field(&self) -> Option<Expansion> {
        Some(Expansion::Markup(hidden(AUTH, &self.token()?)))
    }

    fn address(&mut self, written: &str) -> Option<String> {
        let address = written.replace("&amp;", "&");
        // An own path is made whole: a `base` in the page would lead it elsewhere.
        let is_own_path = address.starts_with('/') && !address.starts_with("//");
        let address = if is_own_path { format!("{}{address}", self.tags.own) } else { address };
        let own_host = self.tags.own_host();
        if self.nonces_left == 0 || !redirect::is_allowed(&address, own_host, &self.tags.hosts) {
            return Some(address);
        }
        self.nonces_left -= 1;
        let nonce = self.nonces.nonce(&self.entropy).ok()?;
        let (before, fragment) = match address.split_once('#') {
            Some((before, fragment)) => (before, format!("#{fragment}")),
            None => (address.as_str(), String::new()),
        };
        let joint = if before.contains('?') { '&' } else { '?' };
        Some(format!("{before}{joint}{NONCE}={}{fragment}", nonce.expose_text().ok()?))
    }
}

impl<E: Entropy> Vocabulary for Words<E> {
    fn bracket(&mut self, tag: &str) -> Option<Expansion> {
        match tag {
            "S86" | "S86:false" => self.field(),
            "S86:true" => self.token().map(Expansion::Plain),
            "S86:true:rewrite" => Some(Expansion::Plain(format!("{};jsessionid={ROUTING_ID}", self.token()?))),
            other => self.address(written_address(other)?).map(Expansion::Plain),
        }
    }

    fn is_address(&self, tag: &str) -> bool {
        written_address(tag).is_some()
    }

    fn element_prefix(&self) -> &str {
        "convio:"
    }

    fn element(&mut self, name: &str, attributes: &[(&str, &str)]) -> Option<Expansion> {
        match (name, attributes) {
            ("convio:session", [("name", "86")]) => self.field(),
            ("convio:session", [("name", "86"), ("param", param)]) => self.bracket(&format!("S86:{param}")),
            _ => None,
        }
    }

    fn trusts(&self, _scheme: &str, authority: &str) -> bool {
        redirect::is_listed(authority, self.tags.own_host(), &self.tags.hosts)
    }
}

fn written_address(tag: &str) -> Option<&str> {
    let (name, address) = tag.split_once(':')?;
    (matches!(name, "S1112" | "T2") && !address.is_empty()).then_some(address)
}

/// Nonces in one page: a page that asks for more was not written by its owner.
const MOST_NONCES: u32 = 100;
