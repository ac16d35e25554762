//! `/.edgegate/email-link`: signing in by a link that comes by e-mail.
//!
//! A page asks for the address, and so does the sign-in page, to which both post it; the operator's own service says who that is and sends the link. The page afterwards says the same
//! whether the address is known or not. The link works once, by the button of a page, since mail scanners open links.

use serde_json::{Value, json};

use crate::authenticate::attempt::{Attempt, Scope};
use crate::authenticate::password;
use crate::authenticate::sign_in::open_session;
use crate::credential::session::Opened;
use crate::digest::sha256;
use crate::endpoint::next::{next, own_address};
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::http::answer::Answer;
use crate::http::fetch_metadata;
use crate::http::query::{encode_component, value};
use crate::identity::Identity;
use crate::identity::claims::Claims;
use crate::identity::person::Person;
use crate::own_paths::EMAIL_LINK;
use crate::page::provider::{email_confirm, email_form};
use crate::policy::{EMAIL, EmailLink, Revocation, email};
use crate::ports::{ClaimKey, Claimed, Ports};
use crate::refusal::Reason;
use crate::refused::{Refusal, only};
use crate::sealed::once;
use crate::sealed::record::{Record, is_name};
use crate::sealed::seal::{self, Kind, Sealed, Terms};
use crate::sealed::store::{self, Found};

/// GET asks for an address, or whether a link is to be used; POST sends the link, or uses it.
///
/// # Errors
/// `CrossSite`, `Throttled`, `FormMalformed`, `PasswordCheckUnavailable`, the reasons of nonces, storage's own.
pub(crate) async fn answer<P: Ports>(x: &Exchange<'_, P>) -> Result<Access, Refusal> {
    let query = x.target.query.unwrap_or_default();
    let link = value(query, "link")?;
    if link.is_empty() {
        only(x.request, &["GET", "HEAD"])?;
        return Ok(Access::answer(email_form(&x.setting(), &next(x, query), None)));
    }
    if x.request.method == "POST" && !fetch_metadata::is_own_form(&x.request.headers, &x.target.origin()) {
        return Err(Reason::CrossSite.into());
    }
    let (sealed, record) = open(x, &link).await?;
    if x.request.method == "POST" {
        return redeem(x, &sealed, record).await;
    }
    let person = record.person.as_ref().map_or(&*record.sub, |person| &person.email);
    Ok(Access::answer(email_confirm(&x.setting(), &format!("{EMAIL_LINK}?{query}"), person)))
}

/// Sends a link to an address, if somebody has it, and says the same whether or not.
///
/// # Errors
/// `Throttled`, `PasswordCheckUnavailable`, storage's own.
pub(super) async fn send<P: Ports>(
    x: &Exchange<'_, P>,
    policy: &EmailLink,
    next: &str,
    given: &str,
) -> Result<Access, Refusal> {
    let ctx = x.ctx();
    let Some(address) = email(given.trim()) else {
        return Ok(Access::answer(email_form(&x.setting(), next, None)));
    };
    // Who asks is counted as who guesses a password is; one address gets one mail a minute, whoever asks.
    Attempt::begin(x, Some(&format!("link to {address}")), Scope::Network).await?;
    let minute = ctx.now / 60;
    let folded = address.to_lowercase();
    let sent = ClaimKey::new(sha256(&[b"edgegate mail v1\0", folded.as_bytes(), b"\0", &minute.to_be_bytes()]));
    if once::take(ctx, &sent, ctx.now + 120, "").await? == Claimed::First {
        ask(x, policy, &address, next).await?;
    }
    Ok(Access::answer(email_form(&x.setting(), next, Some(&address))))
}

/// Has the link sent. Whom it is for is kept once it is known that somebody got it.
async fn ask<P: Ports>(x: &Exchange<'_, P>, policy: &EmailLink, address: &str, next: &str) -> Result<(), Reason> {
    let ctx = x.ctx();
    let sessions = x.state.policy.session.as_ref().ok_or(Reason::Internal)?;
    let expires = ctx.now + policy.lifetime;
    let terms = Terms { kind: Kind::Nonce, issued: ctx.now, expires, audience: AUDIENCE, payload: &[] };
    let sealed = ctx.seal(&sessions.keys, &terms)?;
    // Not at the host that was asked: who asks says that, and somebody else gets the mail.
    let origin = x.state.policy.gateway.issuer.origin();
    let (link, next) = (sealed.text(), encode_component(next));
    let url = format!("{origin}{EMAIL_LINK}?link={}&next={next}", link.expose_text()?);
    let question = json!({"email": address, "url": url, "expires": expires});
    let call = password::Question { origin: &policy.origin, path: &policy.path, key: &policy.key };
    let answer: Value = match call.ask(ctx, &question).await? {
        (200, answer) => serde_json::from_slice(answer.as_bytes()).map_err(|_| Reason::PasswordCheckUnavailable)?,
        (404, _) => return Ok(()),
        _ => return Err(Reason::PasswordCheckUnavailable),
    };
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    let subject = text("subject").filter(|subject| is_name(subject)).ok_or(Reason::PasswordCheckUnavailable)?;
    // Who opens the link has shown that the address is theirs.
    let said = json!({"email": address, "email_verified": true});
    let claims = said.as_object().map(|said| Claims::read(&[EMAIL.to_owned()], said)).unwrap_or_default();
    let name = text("name").unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
    let person = Person { email: address.to_owned(), name, claims, checked: ctx.now, ..Person::default() };
    let record = Record { sub: subject.to_owned(), exp: expires, person: Some(person.into()), ..Record::default() };
    store::keep(ctx, &sealed, record).await
}

/// An authentic link, and whom it is for. Nothing is used up.
async fn open<P: Ports>(x: &Exchange<'_, P>, text: &str) -> Result<(Sealed, Record), Reason> {
    let ctx = x.ctx();
    let sessions = x.state.policy.session.as_ref().ok_or(Reason::Internal)?;
    let opened = seal::open(Kind::Nonce, &sessions.keys, ctx.secrets, text)?;
    let sealed = opened.filter(|link| link.is_for(AUDIENCE)).ok_or(Reason::NonceForged)?;
    if sealed.expires <= ctx.now {
        return Err(Reason::NonceExpired);
    }
    match store::find(ctx, &sealed, 60, Revocation::Cached).await? {
        Found::Live(record) => Ok((sealed, record)),
        Found::Revoked => Err(Reason::NonceReplayed),
        Found::Unknown => Err(Reason::NonceUnknown),
    }
}

async fn redeem<P: Ports>(x: &Exchange<'_, P>, sealed: &Sealed, record: Record) -> Result<Access, Refusal> {
    let ctx = x.ctx();
    let next = own_address(x, &value(x.target.query.unwrap_or_default(), "next")?);
    let person = record.person.unwrap_or_default();
    once::claim(ctx, &sealed.claim_key("redeemed"), sealed.expires, Reason::NonceReplayed).await?;
    let opened = Opened { said: Some(&person), ..Opened::here(&record.sub, "e-mail") };
    let identity = open_session(x, &opened).await?;
    Ok(Access::answer(Answer::see_other(next)).by(Identity { kind: "nonce", ..identity }))
}

/// What keeps these links from being taken for nonces of routes, whose names have no space.
const AUDIENCE: &str = "e-mail link";
