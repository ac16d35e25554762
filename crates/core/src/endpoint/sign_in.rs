//! `/.edgegate/sign-in`: a page, the origin's password check or a provider, a session.

use std::sync::Arc;

use crate::authenticate::provider::{Start, again};
use crate::authenticate::sign_in::open_session;
use crate::authenticate::{hosts, password};
use crate::credential::bearer;
use crate::credential::session::{self, Opened};
use crate::dialect::challenge;
use crate::endpoint::email_link;
use crate::endpoint::next::next;
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::http::answer::Answer;
use crate::http::query::value;
use crate::http::{Target, accept, fetch_metadata};
use crate::own_paths::is_own;
use crate::page::provider::{Choice, Provider as Button, choose};
use crate::page::{self, SignInForm};
use crate::policy::Provider;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::{Refusal, Said};
use crate::routing;

/// GET shows the form, POST signs in and sends the person on.
///
/// # Errors
/// `CrossSite`, `Throttled`, `SignInFailed`, `FormMalformed`, `BodyTooLarge`, `PasswordCheckUnavailable`, storage's own.
pub async fn answer<P: Ports>(x: &Exchange<'_, P>) -> Result<Access, Refusal> {
    let Exchange { state, request, target, ports, .. } = *x;
    if request.method != "POST" {
        return ways(x, target.query.unwrap_or_default()).await;
    }
    if !fetch_metadata::is_own_form(&request.headers, &target.origin()) {
        return Err(Reason::CrossSite.into());
    }
    if !request.has_form()? {
        return Err(Reason::FormMalformed.into());
    }
    let form = bearer::read_form(ports, state.policy.limits.form).await?;
    let next = next(x, &form);
    let email = value(&form, "email")?;
    if !email.is_empty() {
        return by_email(x, &next, &email).await;
    }
    if state.policy.sign_in.is_none() {
        return Err(Reason::FormMalformed.into());
    }
    let account = value(&form, "account")?;
    let password = value(&form, "password")?;
    let Some(subject) = password::check(x, &account, &password).await? else {
        let refusal = Refusal::from(Reason::SignInFailed);
        return Err(match accept::prefers_html(request.headers.get("accept")) {
            true => {
                let form = SignInForm { next: &next, account: &account, has_failed: true, has_session: false };
                let page = page(x, form, "").varying("Accept");
                refusal.saying(Said::Answer(page.with("www-authenticate", challenge::session(state))))
            }
            false => refusal,
        });
    };
    open_session(x, &Opened::here(&subject, "password")).await?;
    Ok(Access::answer(Answer::see_other(next)))
}

/// Where a person can sign in: the page, or the provider that the query names, by its name or by an e-mail address.
async fn ways<P: Ports>(x: &Exchange<'_, P>, query: &str) -> Result<Access, Refusal> {
    let policy = &x.state.policy;
    let next = next(x, query);
    if let Some(sessions) = policy.session.as_ref().filter(|_| hosts::is_one(x)) {
        return Ok(Access::answer(hosts::send(x, sessions, &[], &next)?));
    }
    let (email, named, hint) = (value(query, "email")?, value(query, "provider")?, value(query, "login_hint")?);
    let providers = offered(x, &next);
    let is_sole_way = policy.sign_in.is_none() && policy.email_link.is_none();
    let chosen = match (&*named, &*email) {
        ("", "") if is_sole_way && providers.len() == 1 => providers.first(),
        ("", email) => providers.iter().find(|provider| provider.is_for(email)),
        (named, _) => providers.iter().find(|provider| provider.name == named),
    };
    let hint = if hint.is_empty() { &email } else { &hint };
    match chosen.filter(|_| !fetch_metadata::looks_ahead(x.request.method, &x.request.headers)) {
        Some(provider) => start(x, provider, &next, hint).await,
        None => {
            let form = SignInForm { next: &next, has_session: has_session(x), ..SignInForm::default() };
            Ok(Access::answer(page(x, form, hint)))
        }
    }
}

/// An address was given: its provider, or a link that is sent to it.
async fn by_email<P: Ports>(x: &Exchange<'_, P>, next: &str, email: &str) -> Result<Access, Refusal> {
    let policy = &x.state.policy;
    let provider = offered(x, next).iter().find(|provider| provider.is_for(email));
    match (provider, &policy.email_link) {
        (Some(provider), _) => start(x, provider, next, email).await,
        (None, Some(link)) => email_link::send(x, link, next, email).await,
        (None, None) => Ok(Access::answer(page(x, SignInForm { next, ..SignInForm::default() }, email))),
    }
}

async fn start<P: Ports>(x: &Exchange<'_, P>, provider: &Provider, next: &str, hint: &str) -> Result<Access, Refusal> {
    let sessions = x.state.policy.session.as_ref().ok_or(Reason::Internal)?;
    let start = Start { provider, next, login_hint: Some(hint).filter(|hint| is_hint(hint)) };
    Ok(Access::answer(Box::pin(start.send(x, sessions)).await?))
}

/// The page, with every way there is to the address that is wanted.
fn page<P>(x: &Exchange<'_, P>, form: SignInForm<'_>, login_hint: &str) -> Answer {
    let policy = &x.state.policy;
    let providers = offered(x, form.next);
    let is_open = asked_for(x, form.next).is_none();
    if providers.is_empty() && policy.email_link.is_none() {
        return page::sign_in(&x.setting(), &form);
    }
    let hrefs: Vec<String> = providers.iter().map(|provider| again(provider, form.next)).collect();
    let buttons: Vec<Button<'_>> =
        providers.iter().zip(&hrefs).map(|(provider, href)| Button { label: &provider.label, href }).collect();
    let has_domains = providers.iter().any(|provider| !provider.domains.is_empty());
    let choice = Choice {
        form,
        providers: &buttons,
        asks_password: policy.sign_in.is_some() && is_open,
        asks_email: (policy.email_link.is_some() && is_open) || has_domains,
        login_hint,
    };
    choose(&x.setting(), &choice)
}

/// Whether a session came along, as far as its cookie alone says that. Storage is not asked: all that hangs on it is a word.
fn has_session<P>(x: &Exchange<'_, P>) -> bool {
    let Some(policy) = &x.state.policy.session else { return false };
    let value = x.cookies(policy).present(x.ctx()).ok().flatten();
    let opened = value.and_then(|value| session::open(x.ctx(), policy, value).ok());
    opened.is_some_and(|session| session.expires > x.now && !session::is_anonymous(&session))
}

/// The providers that can open what a person wants to go to.
fn offered<'p, P>(x: &Exchange<'p, P>, next: &str) -> &'p [Arc<Provider>] {
    asked_for(x, next).unwrap_or(&x.state.policy.providers)
}

/// Those of the route that an address leads along, if it asks for some: no other way to sign in opens it.
fn asked_for<'p, P>(x: &Exchange<'p, P>, next: &str) -> Option<&'p [Arc<Provider>]> {
    let policy = &x.state.policy;
    let address = format!("{}{next}", x.target.origin());
    let target = Target::received(&address, policy.limits.url).ok()?;
    // The gateway's own pages are open to whoever is signed in.
    let route = routing::find(policy, "GET", &target).ok().filter(|_| !is_own(policy, target.path))?;
    Some(&*route.providers).filter(|providers| !providers.is_empty())
}

/// What can be an e-mail address or a name of an account.
fn is_hint(text: &str) -> bool {
    (1..=200).contains(&text.len()) && !text.chars().any(char::is_control)
}
