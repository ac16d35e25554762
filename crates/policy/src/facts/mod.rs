//! What holds for each kind of credential, whatever a policy says of it: one row a kind.
//!
//! The reader, the gate, its challenges and what is cut from a request ask the row and never list kinds themselves.
//! A row declares its kind, and every fact is a field without a default: a new kind does not compile until each has
//! been answered.

// First: its macro lists the rows.
#[macro_use]
mod kinds;

mod carried;
#[cfg(feature = "reader")]
mod presets;
mod rows;

use std::sync::Arc;

#[cfg(feature = "reader")]
pub(crate) use presets::{PRESETS, words};
pub use rows::CredentialKind;

use super::{Carrier, Issuer, Policy, RateBy, SUBJECT, TokenPlace};

/// The facts of one kind.
#[derive(Debug)]
pub struct Facts {
    /// As `accept` writes it; see [`Facts::spelling`].
    pub word: &'static str,
    /// A profile's name follows the word: `link:<name>`. The row's head says so.
    pub is_named: bool,
    /// The scheme of its challenge, and of Authorization.
    pub scheme: Option<Scheme>,
    /// Where a request carries it. It is cut from there before the request reaches an origin.
    pub carriers: &'static [Carrier],
    /// When it is asked, beside the other kinds of a route.
    pub turn: Turn,
    /// A browser sends it without being told to, so another site can have it sent: the request's source is checked.
    pub is_ambient: bool,
    /// A token of its own shows that its pages could be read: `xsrf = "token"` has an effect.
    pub has_xsrf_token: bool,
    /// It can be revoked before it expires: `revocation = "strict"` has an effect.
    pub is_revocable: bool,
    /// It holds scopes, which `bearer = { scope = [...] }` asks for.
    pub has_scopes: bool,
    /// What it says of its holder, which `require` asks for and `headers` tell.
    pub says: Says,
    /// It stands in the address, so a page must not pass its own address on.
    pub is_in_address: bool,
    /// What `rate` of a route can count its requests by, beside the network.
    pub counted_by: &'static [RateBy],
    /// It has a record in Workers KV.
    pub is_stored: bool,
    /// Whether a policy issues or checks it, on whichever route.
    pub is_known: fn(&Policy) -> bool,
    /// Tables without which no route can accept it.
    pub needs: &'static [&'static str],
    /// Tables that a route puts to use by accepting it.
    pub uses: &'static [&'static str],
}

/// The scheme that a client shows a credential with (RFC 9110 section 11.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// An access token.
    Bearer,
    /// One that is challenged by its name and the realm alone.
    Plain(&'static PlainScheme),
    /// A session's cookie. Its scheme is not registered and never stands in Authorization.
    Cookie,
}

/// A scheme without rules of its own.
#[derive(Debug, PartialEq, Eq)]
pub struct PlainScheme {
    /// What Authorization begins with, in whichever case.
    pub name: [&'static str; 1],
    /// What a sentence calls it.
    pub said: &'static str,
    /// How a page says to show it, in HTML.
    pub shown: &'static str,
}

/// What a credential says of its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// Nothing: it is about nobody in particular.
    Nothing,
    /// Who, where its profile names a parameter for that.
    SubjectOfProfile,
    /// Who.
    Subject,
    /// Who, and whatever else its issuer says.
    Claims,
}

/// When a kind is asked. Within a turn the policy's order holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// Where the policy puts it.
    InOrder,
    /// A browser sends its session along with everything. Asked after the others, it cannot hide what was sent on
    /// purpose: a nonce that is opened over another person's session has to end that session.
    AfterOthers,
    /// Nothing is asked after what lets everybody through.
    Last,
}

impl Facts {
    /// As documents write it: `bearer`, `link:<name>`.
    pub fn spelling(&self) -> String {
        let name = if self.is_named { ":<name>" } else { "" };
        format!("{}{name}", self.word)
    }
}

impl Scheme {
    /// SuperOffice's own (`protocols.md` C1).
    pub const TICKET: &'static str = "SOTicket";

    /// What Authorization begins with, in whichever case.
    pub const fn in_authorization(self) -> &'static [&'static str] {
        match self {
            Scheme::Bearer => &["Bearer", "DPoP"],
            Scheme::Plain(plain) => &plain.name,
            Scheme::Cookie => &[],
        }
    }
}

impl CredentialKind {
    /// As the policy writes it.
    pub fn word(&self) -> String {
        let word = self.facts().word;
        match self.profile() {
            Some(name) => format!("{word}:{name}"),
            None => word.to_owned(),
        }
    }

    /// Whether a header field `Authorization` shows it.
    pub fn is_in_authorization(&self) -> bool {
        self.scheme().is_some_and(|scheme| !scheme.in_authorization().is_empty())
    }

    /// Whether Cloudflare Access carries it, in places of its own.
    fn is_by_access(&self) -> bool {
        self.issuer().is_some_and(|issuer| issuer.place == TokenPlace::CfAccess)
    }

    /// The scheme of its challenge, and of Authorization.
    pub fn scheme(&self) -> Option<Scheme> {
        self.facts().scheme.filter(|_| !self.is_by_access())
    }

    /// Whether a browser sends it without being told to.
    pub fn is_ambient(&self) -> bool {
        self.facts().is_ambient || self.is_by_access()
    }

    /// Whether a page asks before it is used up, where the route says so.
    pub fn is_confirmed(&self) -> bool {
        match self {
            CredentialKind::Link(link) => link.single_use,
            CredentialKind::Nonce => true,
            _ => false,
        }
    }

    /// Whether it can say a claim of its holder.
    pub fn may_say(&self, claim: &str) -> bool {
        let has_subject = match self {
            CredentialKind::Link(link) => link.subject.is_some(),
            CredentialKind::SignedRedirect(redirect) => redirect.subject.is_some(),
            _ => true,
        };
        match self.facts().says {
            Says::Nothing => false,
            Says::SubjectOfProfile | Says::Subject => has_subject && claim == SUBJECT,
            Says::Claims => true,
        }
    }

    /// Who issued the tokens that are taken, where somebody else did.
    pub fn issuer(&self) -> Option<&Arc<Issuer>> {
        match self {
            CredentialKind::Issuer(issuer) => Some(issuer),
            _ => None,
        }
    }
}

#[cfg(all(test, feature = "reader"))]
mod tests {
    use super::*;
    use crate::shape::Shape;

    /// Accepts every kind, and has its key in every table.
    const EVERYTHING: &str = include_str!("../../../../fixtures/policy/good/everything.toml");

    #[test]
    fn every_kind_is_read_by_the_word_of_its_row() {
        let policy = Policy::read(EVERYTHING).unwrap();
        let kinds = || policy.routes.iter().flat_map(|route| &route.accept);
        for facts in Facts::ALL {
            let kind = kinds().find(|kind| std::ptr::eq(kind.facts(), facts));
            let kind = kind.unwrap_or_else(|| panic!("no route of the fixture accepts `{}`", facts.word));
            let start = if facts.is_named { format!("{}:", facts.word) } else { facts.word.to_owned() };
            assert!(kind.word().starts_with(&start), "{} is read by the word {start}", kind.word());
            assert!(facts.word == "none" || (facts.is_known)(&policy), "{start} is known to a policy that has it");
        }
        assert!(kinds().all(|kind| Facts::ALL.iter().any(|facts| std::ptr::eq(*facts, kind.facts()))));
    }

    #[test]
    fn what_a_row_needs_and_uses_are_tables() {
        let tables: Vec<&str> = Shape::all()[0].keys.iter().map(|key| key.name).collect();
        for facts in Facts::ALL {
            for name in facts.needs.iter().chain(facts.uses) {
                assert!(tables.contains(name), "{name} of {}", facts.word);
            }
        }
    }

    #[test]
    fn a_key_without_effect_is_told_every_kind_that_it_is_for() {
        let said = |keys: &str| {
            let route = format!(
                "version = 1\ngateway = {{ issuer = \"https://gate.example\" }}\norigins.a = {{ service = \"A\" }}\n\
                 [[routes]]\nname = \"a\"\npath = \"/\"\naccept = [\"none\"]\nforward = {{ origin = \"a\" }}\n{keys}\n"
            );
            Policy::read(&route).unwrap_err().iter().map(ToString::to_string).collect::<String>()
        };
        for (keys, is_meant) in [
            ("xsrf = \"origin\"", (|facts| facts.is_ambient) as fn(&Facts) -> bool),
            ("xsrf = \"token\"", |facts| facts.has_xsrf_token),
            ("revocation = \"strict\"", |facts| facts.is_revocable),
            ("bearer = { scope = [\"a\"] }", |facts| facts.has_scopes),
        ] {
            let said = said(keys);
            for facts in Facts::ALL {
                let spelling = format!("`{}`", facts.spelling());
                assert_eq!(said.contains(&spelling), is_meant(facts), "{spelling} in {said}");
            }
        }
    }
}
