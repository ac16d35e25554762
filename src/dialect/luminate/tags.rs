//! What the tags of a page stand for (`protocols.md` A3.1, A2).
//!
//! | tag | stands for |
//! |---|---|
//! | `[[S86]]`, `[[S86:false]]`, `<convio:session name="86"/>` | the hidden field `auth` |
//! | `[[S86:true]]` | the token alone |
//! | `[[S86:true:rewrite]]` | the token and a routing id; never the session's own |
//! | `[[S1112:ADDRESS]]`, `[[T2:ADDRESS]]` | the address with a `NONCE_TOKEN`, if its host may get one |

use crate::credential::passage::Mint;
use crate::dialect::luminate::{AUTH, NONCE, ROUTING_ID};
use crate::policy::{HostPattern, TagPlaces};
use crate::ports::Entropy;
use crate::rewrite::redirect;
use crate::rewrite::tags::{Expansion, Vocabulary};
use crate::secret::Secret;

/// What tags stand for on one visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tags {
    /// Where they are expanded.
    pub places: TagPlaces,
    /// The token of the visitor's session.
    pub token: Secret,
    /// Nonces for that session.
    pub nonces: Mint,
    /// The gateway's own origin, `https://gate.example`.
    pub own: String,
    /// Hosts beside the gateway's own that may get a token or a nonce.
    pub hosts: Vec<HostPattern>,
    /// The Set-Cookie value that goes out with a page, where the session is new.
    pub cookie: Option<String>,
}

impl Tags {
    /// What browsers enforce on the page (Content Security Policy Level 3), beside whatever the origin asks for: a `base` or
    /// a `formaction` that comes after a token was written leads to no host that may not have it.
    pub fn protection(&self) -> String {
        let hosts: String = self.hosts.iter().map(|host| format!(" {}", host.as_source())).collect();
        format!("base-uri 'self'{hosts}; form-action 'self'{hosts}")
    }
}

/// The words of one page.
#[derive(Debug)]
pub struct Words<E> {
    tags: Tags,
    entropy: E,
    nonces_left: u32,
}

impl<E: Entropy> Words<E> {
    /// For one page.
    pub fn new(tags: Tags, entropy: E) -> Self {
        Self { tags, entropy, nonces_left: MOST_NONCES }
    }

    fn token(&self) -> Option<String> {
        self.tags.token.expose_text().ok().map(str::to_owned)
    }

    fn field(&self) -> Option<Expansion> {
        let token = self.token()?;
        let input = format!("<input value=\"{token}\" name=\"{AUTH}\" id=\"{AUTH}\" type=\"hidden\"></input>");
        Some(Expansion::Markup(input))
    }

    fn address(&mut self, written: &str) -> Option<String> {
        let address = written.replace("&amp;", "&");
        // An own path is made whole: a `base` in the page would lead it elsewhere.
        let is_own_path = address.starts_with('/') && !address.starts_with("//");
        let address = if is_own_path { format!("{}{address}", self.tags.own) } else { address };
        let own_host = self.own_host();
        if self.nonces_left == 0 || !redirect::is_allowed(&address, own_host, &self.tags.hosts) {
            return Some(address);
        }
        self.nonces_left -= 1;
        let nonce = self.tags.nonces.nonce(&self.entropy).ok()?;
        let (before, fragment) = match address.split_once('#') {
            Some((before, fragment)) => (before, format!("#{fragment}")),
            None => (address.as_str(), String::new()),
        };
        let joint = if before.contains('?') { '&' } else { '?' };
        Some(format!("{before}{joint}{NONCE}={}{fragment}", nonce.expose_text().ok()?))
    }

    fn own_host(&self) -> &str {
        self.tags.own.split_once("://").map_or("", |(_, host)| host)
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
        redirect::is_listed(authority, self.own_host(), &self.tags.hosts)
    }
}

fn written_address(tag: &str) -> Option<&str> {
    let (name, address) = tag.split_once(':')?;
    (matches!(name, "S1112" | "T2") && !address.is_empty()).then_some(address)
}

/// Nonces in one page: a page that asks for more was not written by its owner.
const MOST_NONCES: u32 = 100;
