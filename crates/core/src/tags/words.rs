//! Tags that a page of the origin may hold, and what they stand for on one visit.

use crate::credential::session::handoff::Mint;
use crate::credential::session::xsrf;
use crate::http::Target;
use crate::policy::{HostPattern, TagPlaces};
use crate::ports::Entropy;
use crate::redirect;
use crate::secret::Secret;
use crate::tags::{Expansion, Vocabulary};

/// What tags stand for on one visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tags {
    /// Where they are expanded.
    pub places: TagPlaces,
    /// The token of the visitor's session.
    pub token: Secret,
    /// Nonces for that session, where the page speaks Luminate's dialect.
    pub nonces: Option<Mint>,
    /// The gateway's own origin, `https://gate.example`.
    pub own: String,
    /// Hosts beside the gateway's own that may get a token or a nonce.
    pub hosts: Vec<HostPattern>,
    /// The Set-Cookie value that goes out with a page, where the session is new.
    pub cookie: Option<String>,
}

impl Tags {
    /// Those of a session: its XSRF token, for this gateway alone.
    pub fn of_session(places: TagPlaces, token: Secret, target: &Target<'_>) -> Self {
        Self { places, token, nonces: None, own: target.origin(), hosts: Vec::new(), cookie: None }
    }

    /// What browsers enforce on the page (Content Security Policy Level 3), beside whatever the origin asks for: a `base` or
    /// a `formaction` that comes after a token was written leads to no host that may not have it.
    pub fn protection(&self) -> String {
        let hosts: String = self.hosts.iter().map(|host| format!(" {}", host.as_source())).collect();
        format!("base-uri 'self'{hosts}; form-action 'self'{hosts}")
    }

    pub(crate) fn own_host(&self) -> &str {
        self.own.split_once("://").map_or("", |(_, host)| host)
    }
}

/// The words of one page.
#[derive(Debug)]
pub enum Words<E> {
    /// Luminate's.
    Luminate(Box<crate::luminate::tags::Words<E>>),
    /// `[[XSRF_TOKEN]]`, the hidden field, and `[[XSRF_TOKEN:true]]`, the token alone.
    Session(Box<Tags>),
}

impl<E: Entropy> Words<E> {
    /// For one page.
    pub fn new(tags: Tags, entropy: E) -> Self {
        match tags.nonces.clone() {
            Some(nonces) => Words::Luminate(Box::new(crate::luminate::tags::Words::new(tags, nonces, entropy))),
            None => Words::Session(Box::new(tags)),
        }
    }
}

impl<E: Entropy> Vocabulary for Words<E> {
    fn bracket(&mut self, tag: &str) -> Option<Expansion> {
        match self {
            Words::Luminate(words) => words.bracket(tag),
            Words::Session(tags) => {
                let token = tags.token.expose_text().ok()?;
                match tag.strip_prefix(xsrf::FIELD)? {
                    "" | ":false" => Some(Expansion::Markup(hidden(xsrf::FIELD, token))),
                    ":true" => Some(Expansion::Plain(token.to_owned())),
                    _ => None,
                }
            }
        }
    }

    fn is_address(&self, tag: &str) -> bool {
        match self {
            Words::Luminate(words) => words.is_address(tag),
            Words::Session(_) => false,
        }
    }

    fn element_prefix(&self) -> &str {
        match self {
            Words::Luminate(words) => words.element_prefix(),
            Words::Session(_) => "",
        }
    }

    fn element(&mut self, name: &str, attributes: &[(&str, &str)]) -> Option<Expansion> {
        match self {
            Words::Luminate(words) => words.element(name, attributes),
            Words::Session(_) => None,
        }
    }

    fn trusts(&self, scheme: &str, authority: &str) -> bool {
        match self {
            Words::Luminate(words) => words.trusts(scheme, authority),
            Words::Session(tags) => redirect::is_listed(authority, tags.own_host(), &tags.hosts),
        }
    }
}

/// A hidden field of a form; the value is a token, which needs no escapes.
pub(crate) fn hidden(name: &str, value: &str) -> String {
    format!("<input value=\"{value}\" name=\"{name}\" id=\"{name}\" type=\"hidden\"></input>")
}
