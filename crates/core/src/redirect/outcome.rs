//! Where a browser goes once the outcome of its call is known.
//!
//! The visitor writes the address, so a signature over it says only that the gateway sent it. Names by which the other
//! side would know a person are therefore signed with nothing but what the response says of the caller.

use std::sync::Arc;

use crate::http::answer::Answer;
use crate::http::query::{self, encode_component};
use crate::policy::{FieldNames, SignedRedirect};
use crate::redirect;
use crate::redirect::document::{Document, Path};
use crate::redirect::template::{Parameter, Part, Template};
use crate::refusal::Reason;
use crate::sealed::record::is_name;
use crate::secret::Secret;

use crate::signed::redirect as signed_redirect;

/// Where the call asked to be redirected, checked before the call itself.
#[derive(Debug, Clone)]
pub struct OutcomeRedirect {
    /// Where a call that succeeds leads; None: nowhere.
    pub success: Option<Template>,
    /// Where a call that fails leads.
    pub error: Option<Template>,
    /// What the request's fields hold that placeholders name.
    pub fields: Vec<(String, Vec<u8>)>,
    /// Names that are withheld, and names of persons.
    pub names: Arc<FieldNames>,
    /// Whether a name is a credential's, withheld whatever the policy says; an address with such a parameter is one, too.
    pub is_credential: fn(&str) -> bool,
    /// Signs the query.
    pub signer: Option<Signer>,
    /// Who called, if that is known.
    pub caller: Option<String>,
    /// The element below the root that says by a number whom a document is about.
    pub about: &'static str,
    /// Names of persons under which that number would be read as somebody else's.
    pub other_kinds: &'static [&'static str],
    /// Goes first, where the browser has to be told something on the way.
    pub detour: Option<Detour>,
}

/// What signs a query.
#[derive(Debug, Clone)]
pub struct Signer {
    /// How.
    pub profile: Arc<SignedRedirect>,
    /// With what.
    pub secret: Secret,
}

/// An address of the gateway's own that sends the browser on.
#[derive(Debug, Clone)]
pub struct Detour {
    /// The address, up to where the next one is written, encoded.
    pub url: String,
    /// Set-Cookie value that says that it was taken.
    pub cookie: String,
    /// The gateway's own host, which needs none.
    pub own_host: String,
}

/// How a call ended.
#[derive(Debug, Clone, Copy)]
pub struct Ended<'a> {
    /// Whether it succeeded.
    pub is_success: bool,
    /// What it was answered with, if that can be read.
    pub document: Option<&'a Document>,
}

impl OutcomeRedirect {
    /// Checks what can be checked before the call: whom a signed address names, that it names that person in one way only,
    /// and that its query may be signed.
    ///
    /// # Errors
    /// `RedirectIdentity`, `RedirectQuery`.
    pub fn check(&self) -> Result<(), Reason> {
        let Some(signer) = &self.signer else { return Ok(()) };
        let is_fine = |template: &Template| {
            let may_be_signed = template.parameters().all(|parameter| self.may_sign(parameter));
            may_be_signed
                && self.persons_stand_alone(template)
                && signer.profile.subject.as_deref().is_none_or(|subject| {
                    // As the verifier looks for it: once, and in no other spelling.
                    query::sole(&template.query(|_, _| None), subject).is_ok()
                })
        };
        let templates = || self.success.iter().chain(&self.error);
        if !templates().all(is_fine) {
            return Err(Reason::RedirectIdentity);
        }
        // What values are filled in does not matter: none stands at the beginning.
        let may_be_signed = |template: &Template| signed_redirect::may_be_signed(&template.query(|_, _| None));
        templates().all(may_be_signed).then_some(()).ok_or(Reason::RedirectQuery)
    }

    /// The redirect; None if the outcome leads nowhere. `now`: Unix seconds.
    pub fn answer(&self, ended: Ended<'_>, now: u64) -> Option<Answer> {
        let template = if ended.is_success { &self.success } else { &self.error }.as_ref()?;
        let told = ended.document.map(|document| document.clone().without(|name| self.is_withheld(name)));
        let ended = Ended { document: told.as_ref(), ..ended };
        let query = template.query(|parameter, part| self.value(parameter, part, ended));
        let query = match &self.signer {
            Some(signer) => signed_redirect::sign(&signer.profile, &signer.secret, &query, now).ok()?,
            None => query,
        };
        let address = template.address(&query);
        let detour = self.detour.as_ref().filter(|detour| ended.is_success && detour.is_wanted(&address));
        Some(match detour {
            Some(detour) => Answer::found(format!("{}{}", detour.url, encode_component(&address)))
                .with("set-cookie", detour.cookie.clone()),
            None => Answer::found(address),
        })
    }

    /// Whether a parameter says nothing of a person beyond what the response will.
    fn may_sign(&self, parameter: &Parameter) -> bool {
        if !is_plain_name(&parameter.name) {
            return false;
        }
        if !self.is_identity(parameter) {
            return true;
        }
        let mut parts = parameter.parts();
        if let (Some(Part::Path(_)), None) = (parts.next(), parts.next()) {
            return true;
        }
        let text = parameter.parts().map(|part| match part {
            Part::Literal(text) => Some(query::decode(text)),
            Part::Field(name) => Some(self.field(name).unwrap_or_default()),
            Part::Path(_) => None,
        });
        text.collect::<Option<Vec<_>>>().is_some_and(|pieces| matches!(pieces.concat().as_slice(), b"" | b"0"))
    }

    /// Whether no `;` stands beside a name of a person: a reader that splits at `&` alone takes it for a part of the value.
    fn persons_stand_alone(&self, template: &Template) -> bool {
        let mut before: Option<&Parameter> = None;
        template.parameters().all(|parameter| {
            let is_split = before.is_some() && parameter.separator == ';';
            let is_person = self.is_identity(parameter) || before.is_some_and(|before| self.is_identity(before));
            before = Some(parameter);
            !(is_split && is_person)
        })
    }

    fn value(&self, parameter: &Parameter, part: &Part, ended: Ended<'_>) -> Option<Vec<u8>> {
        match part {
            Part::Literal(_) => None,
            Part::Field(name) => self.field(name),
            Part::Path(path) => {
                let document = ended.document?;
                let is_person = self.signer.is_some() && self.is_identity(parameter);
                if is_person && !self.is_callers(&parameter.name, path, document) {
                    return None;
                }
                let text = if is_person { document.plain_text(path) } else { document.text(path) }?;
                // The verifier takes no other for a subject.
                let is_fit = !self.is_subject(parameter) || is_name(&text);
                (is_fit && !self.holds_credential(&text)).then(|| text.into_bytes())
            }
        }
    }

    fn is_identity(&self, parameter: &Parameter) -> bool {
        self.names.is_identity(&query::fold(&parameter.name))
    }

    fn is_subject(&self, parameter: &Parameter) -> bool {
        self.signer.as_ref().and_then(|signer| signer.profile.subject.as_deref()) == Some(parameter.name.as_str())
    }

    fn is_withheld(&self, name: &str) -> bool {
        (self.is_credential)(name) || self.names.is_withheld(&query::fold(name))
    }

    fn field(&self, name: &str) -> Option<Vec<u8>> {
        let of_name = |(field, _): &&(String, Vec<u8>)| field == name && !self.is_withheld(name);
        self.fields.iter().find(of_name).map(|(_, value)| value.clone())
    }

    /// Whether the document vouches for the caller: it is about the caller, and what is asked for is the caller's number, or
    /// of the parameter's own kind. The visitor chooses the path, may have written most of what an origin knows of people,
    /// and decides by what is wrong with a call which code it is answered with.
    fn is_callers(&self, parameter: &str, path: &Path, document: &Document) -> bool {
        let about = Path::parse(&format!("/{}/{}", document.root(), self.about));
        let number =
            about.and_then(|about| document.plain_text(&about)).filter(|number| Some(number) == self.caller.as_ref());
        let (Some(number), Some(kind)) = (number, path.below_root()) else { return false };
        match is_of_kind(kind, self.about) {
            true => {
                let is_anothers = self.other_kinds.iter().any(|other| query::folds_onto(parameter, other));
                !is_anothers && document.plain_text(path) == Some(number)
            }
            false => is_of_kind(parameter, kind) && self.names.is_identity(&query::fold(kind)),
        }
    }

    fn holds_credential(&self, text: &str) -> bool {
        let mut names =
            text.split(['?', '&', ';', '#']).filter_map(|piece| piece.split_once('=')).map(|(name, _)| name);
        names.any(self.is_credential)
    }
}

impl Detour {
    fn is_wanted(&self, address: &str) -> bool {
        let leads_away = redirect::host(address).is_some_and(|host| host != self.own_host);
        leads_away && address.len() <= LONGEST
    }
}

/// `cons_id` and `current_cons_id` are of the kind `cons_id`; no parameter but itself is of the kind `captain_cons_id`.
fn is_of_kind(parameter: &str, kind: &str) -> bool {
    let (parameter, kind) = (query::fold(parameter), query::fold(kind));
    parameter.strip_suffix(kind.as_slice()).is_some_and(|rest| rest.is_empty() || rest.ends_with(b"_"))
}

/// Whether a name is read alike by everybody: no bracket but whole pairs behind it, and no `?`, `:`, `%` or control
/// character, which some readers drop, cut at, or read as `_`.
fn is_plain_name(raw: &str) -> bool {
    let decoded = query::decode(raw);
    let begins = decoded.iter().position(|b| *b == b'[').unwrap_or(decoded.len());
    let (base, brackets) = decoded.split_at_checked(begins).unwrap_or_default();
    let is_plain = |b: &u8| !b.is_ascii_control() && !matches!(b, b'[' | b']' | b'?' | b':' | b'%');
    let is_whole =
        |group: &[u8]| group.split_last().is_none_or(|(last, inner)| *last == b']' && inner.iter().all(is_plain));
    let are_pairs = brackets.split(|b| *b == b'[').all(is_whole);
    base.iter().all(is_plain) && are_pairs && (brackets.is_empty() || !base.is_empty())
}

/// Bytes of an address that still fits into another one.
const LONGEST: usize = 2048;
