//! `/.edgegate/sign-in`: a page, the origin's password check or a provider, a session.

use std::sync::Arc;

use crate::authenticate::provider::Start;
use crate::authenticate::sign_in::open_session;
use crate::authenticate::{hosts, password};
use crate::credential::bearer;
use crate::credential::session::Opened;
use crate::dialect::challenge;
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::http::answer::Answer;
use crate::http::query::{self, value};
use crate::http::{Target, accept, fetch_metadata};
use crate::page;
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
    if state.policy.sign_in.is_none() {
        return Err(Refusal::method(vec!["GET".to_owned(), "HEAD".to_owned()]));
    }
    if !fetch_metadata::is_own_form(&request.headers, &target.origin()) {
        return Err(Reason::CrossSite.into());
    }
    if !request.has_form()? {
        return Err(Reason::FormMalformed.into());
    }
    let form = bearer::read_form(ports, state.policy.limits.form).await?;
    let account = value(&form, "account")?;
    let password = value(&form, "password")?;
    let next = next(x, &form);
    let Some(subject) = password::check(x, &account, &password).await? else {
        let refusal = Refusal::from(Reason::SignInFailed);
        return Err(match accept::prefers_html(request.headers.get("accept")) {
            true => {
                let form = page::sign_in(&next, &account, true).with("www-authenticate", challenge::session(state));
                refusal.saying(Said::Answer(form))
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
    let sessions = policy.session.as_ref().ok_or(Reason::Internal)?;
    let next = next(x, query);
    if hosts::is_one(x) {
        return Ok(Access::answer(hosts::send(x, sessions, &[], &next)?));
    }
    let email = value(query, "email")?;
    let named = value(query, "provider")?;
    let providers = offered(x, &next);
    let chosen = match (&*named, &*email) {
        ("", "") => match (providers, policy.sign_in.is_none() && policy.email_link.is_none()) {
            ([sole], true) => Some(sole),
            _ => None,
        },
        ("", email) => providers.iter().find(|provider| provider.is_for(email)),
        (named, _) => providers.iter().find(|provider| provider.name == named),
    };
    if let Some(provider) = chosen.filter(|_| !fetch_metadata::looks_ahead(x.request.method, &x.request.headers)) {
        let hint = Some(value(query, "login_hint")?).filter(|hint| !hint.is_empty()).unwrap_or(email);
        let start = Start { provider, next: &next, login_hint: Some(&*hint).filter(|hint| is_hint(hint)) };
        return Ok(Access::answer(Box::pin(start.send(x, sessions)).await?));
    }
    if providers.is_empty() && policy.email_link.is_none() {
        return Ok(Access::answer(page::sign_in(&next, "", false)));
    }
    let is_unknown = !email.is_empty();
    let (has_password, has_email_link) = (policy.sign_in.is_some(), policy.email_link.is_some());
    let ways = page::Ways { next: &next, providers, has_password, has_email_link };
    Ok(Access::answer(ways.page(Some(&*email).filter(|_| is_unknown))))
}

/// The providers that can open what a person wants to go to.
fn offered<'p, P>(x: &Exchange<'p, P>, next: &str) -> &'p [Arc<Provider>] {
    let policy = &x.state.policy;
    let address = format!("{}{next}", x.target.origin());
    let target = Target::received(&address, policy.limits.url);
    let route = target.ok().and_then(|target| routing::find(policy, "GET", &target).ok());
    match route {
        Some(route) if !route.providers.is_empty() => &route.providers,
        _ => &policy.providers,
    }
}

/// What can be an e-mail address or a name of an account.
fn is_hint(text: &str) -> bool {
    (1..=200).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// Where to go afterwards: an address on this host that the gate itself would accept, as it would forward it, else `/`.
pub(crate) fn next<P>(x: &Exchange<'_, P>, form: &str) -> String {
    let wanted =
        query::sole(form, "next").ok().flatten().map(query::decode).and_then(|raw| String::from_utf8(raw).ok());
    own_address(x, wanted.as_deref().unwrap_or("/"))
}

/// An address on this host that the gate itself would accept, as it would forward it, else `/`.
pub(crate) fn own_address<P>(x: &Exchange<'_, P>, wanted: &str) -> String {
    let Exchange { state, target, .. } = *x;
    // What is read in several ways is an address of this site only where a route takes every reading.
    let leads = |target: Target<'_>| !target.several.is_any() || routing::find(&state.policy, "GET", &target).is_ok();
    let is_own = |address: &str| {
        address.starts_with('/')
            && Target::received(&format!("{}{address}", target.origin()), state.policy.limits.url).is_ok_and(leads)
    };
    let sent = |address: &str| match address.split_once('?') {
        Some((path, query)) => format!("{path}?{}", query::escaped(query)),
        None => address.to_owned(),
    };
    // A fragment is the browser's own (RFC 3986 section 3.5): it goes along, and one that is none is left out.
    let is_fragment = |fragment: &str| fragment.bytes().all(|b| b.is_ascii_graphic() && !b"\\\"<>^`{|}#".contains(&b));
    let whole = match wanted.split_once('#') {
        None => is_own(wanted).then(|| sent(wanted)),
        Some((address, fragment)) if is_fragment(fragment) => {
            is_own(address).then(|| format!("{}#{fragment}", sent(address)))
        }
        Some((address, _)) => is_own(address).then(|| sent(address)),
    };
    whole.unwrap_or_else(|| "/".to_owned())
}
