//! Who somebody is, of what a provider said.

use serde_json::{Map, Value};

use crate::credential::provider::endpoints::Endpoints;
use crate::credential::provider::id_token::Beside;
use crate::credential::provider::tokens::Tokens;
use crate::credential::provider::{SignedIn, Talk, id_token, userinfo};
use crate::identity::claims::Claims;
use crate::identity::person::Person;
use crate::policy::{EMAIL, Provider};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::sealed::record::is_name;
use crate::sealed::store::Context;
use crate::secret::Secret;

/// What was asked.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) endpoints: &'a Endpoints,
    /// What the id_token has to repeat.
    pub(super) nonce: Option<&'a str>,
    /// Who it has to be still, where somebody is signed in already.
    pub(super) subject: Option<&'a str>,
}

/// Reads who somebody is: the id_token first, and what the userinfo endpoint adds.
///
/// # Errors
/// Those of [`id_token::verify`] and [`userinfo::ask`]; `JwtSubject`, `ClaimsTooLarge`.
pub(super) async fn of<P: Ports>(talk: Talk<'_, P>, asked: Asked<'_>, tokens: Tokens) -> Result<SignedIn, Reason> {
    let Talk { ctx, provider, .. } = talk;
    let Asked { endpoints, nonce, subject } = asked;
    let Tokens { id, access, refresh } = tokens;
    let mut said = match &id {
        Some(id) if provider.signs() => id_token::verify(talk, id, Beside { nonce, access: access.as_ref() }).await?,
        None if provider.signs() && nonce.is_some() => return Err(Reason::IdTokenInvalid),
        _ => Map::new(),
    };
    if provider.asks_userinfo {
        let access = access.as_ref().map_or(Err(Reason::ProviderUnavailable), Secret::expose_text)?;
        let known = subject.filter(|_| provider.issuer.subject == "sub");
        let holder = said.get("sub").and_then(Value::as_str).or(known).filter(|_| provider.signs());
        let question = userinfo::Question { endpoints, access, holder };
        // An address and whether it is verified are of one source, or one could vouch for what the other says.
        let has_email = OF_EMAIL.iter().any(|name| said.contains_key(*name));
        for (name, value) in userinfo::ask(ctx, provider, question).await? {
            if !(has_email && OF_EMAIL.contains(&&*name)) {
                said.entry(name).or_insert(value);
            }
        }
    }
    let found = read(ctx, provider, &said)?;
    match subject.is_none_or(|subject| subject == found.subject) {
        true => Ok(SignedIn { refresh, ..found }),
        false => Err(Reason::IdTokenInvalid),
    }
}

fn read<P>(ctx: Context<'_, P>, provider: &Provider, said: &Map<String, Value>) -> Result<SignedIn, Reason> {
    let text = |name: &str| said.get(name).and_then(Value::as_str).unwrap_or_default();
    let subject = match said.get(&provider.issuer.subject) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) if number.is_u64() => Some(number.to_string()),
        _ => None,
    };
    let subject = subject.filter(|subject| is_name(subject)).ok_or(Reason::JwtSubject)?;
    let claims = Claims::read(&ctx.policy.claims.paths, said);
    if claims.size() > MOST {
        return Err(Reason::ClaimsTooLarge);
    }
    let emails = Claims::read(&[EMAIL.to_owned()], said);
    let shown = |text: &str| text.chars().filter(|c| !c.is_control()).take(LONGEST).collect::<String>();
    let name = [text("name"), text("preferred_username"), text("login")].into_iter().find(|name| !name.is_empty());
    let issuer = Some(text("iss")).filter(|iss| !iss.is_empty()).unwrap_or(&provider.issuer.issuer);
    let person = Person {
        provider: provider.name.clone(),
        issuer: issuer.to_owned(),
        sid: shown(text("sid")),
        name: shown(name.unwrap_or_default()),
        email: emails.values(EMAIL).first().map(|email| shown(email)).unwrap_or_default(),
        claims,
        checked: ctx.now,
        refresh: String::new(),
    };
    Ok(SignedIn { subject, person, refresh: None })
}

/// The address, and whether it is its holder's.
const OF_EMAIL: [&str; 2] = [EMAIL, "email_verified"];
/// Bytes of the claims that a session keeps. More groups than that are not for each request.
const MOST: usize = 16_000;
/// Characters of what pages show.
const LONGEST: usize = 200;
