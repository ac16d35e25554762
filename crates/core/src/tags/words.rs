//! Tags that a page of the origin may hold, and what they stand for on one visit.

use crate::credential::session::handoff::Mint;
use crate::credential::session::xsrf;
use crate::http::Target;
use crate::policy::{HostPattern, TagPlaces};
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

/// What stands for the tags of a page that shows its session's token.
#[derive(Debug)]
pub struct SessionWords(pub Box<Tags>);

impl Vocabulary for SessionWords {
    /// `[[XSRF_TOKEN]]`, the hidden field, and `[[XSRF_TOKEN:true]]`, the token alone.
    fn bracket(&mut self, tag: &str) -> Option<Expansion> {
        let token = self.0.token.expose_text().ok()?;
        match tag.strip_prefix(xsrf::FIELD)? {
            "" | ":false" => Some(Expansion::Markup(hidden(xsrf::FIELD, token))),
            ":true" => Some(Expansion::Plain(token.to_owned())),
            _ => None,
        }
    }

    fn trusts(&self, _scheme: &str, authority: &str) -> bool {
        redirect::is_listed(authority, self.0.own_host(), &self.0.hosts)
    }
}

/// A hidden field of a form; the value is a token, which needs no escapes.
pub(crate) fn hidden(name: &str, value: &str) -> String {
    format!("<input value=\"{value}\" name=\"{name}\" id=\"{name}\" type=\"hidden\"></input>")
}
