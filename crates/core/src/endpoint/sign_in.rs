//! `/.edgegate/sign-in`: a page, the origin's password check, a session.

use crate::authenticate::password;
use crate::authenticate::sign_in::open_session;
use crate::credential::{bearer, session};
use crate::dialect::challenge;
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::http::answer::Answer;
use crate::http::query::{self, value};
use crate::http::{Target, accept, fetch_metadata};
use crate::page::{self, SignInForm};
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
        let next = next(x, target.query.unwrap_or_default());
        let form = SignInForm { next: &next, has_session: has_session(x), ..SignInForm::default() };
        return Ok(Access::answer(page::sign_in(&x.setting(), &form)));
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
                let form = SignInForm { next: &next, account: &account, has_failed: true, has_session: false };
                let page = page::sign_in(&x.setting(), &form).varying("Accept");
                refusal.saying(Said::Answer(page.with("www-authenticate", challenge::session(state))))
            }
            false => refusal,
        });
    };
    open_session(x, &subject).await?;
    Ok(Access::answer(Answer::see_other(next)))
}

/// Whether a session came along, as far as its cookie alone says that. Storage is not asked: all that hangs on it is a word.
fn has_session<P>(x: &Exchange<'_, P>) -> bool {
    let Some(policy) = &x.state.policy.session else { return false };
    let value = x.cookies(policy).present(x.ctx()).ok().flatten();
    let opened = value.and_then(|value| session::open(x.ctx(), policy, value).ok());
    opened.is_some_and(|session| session.expires > x.now && !session::is_anonymous(&session))
}

/// Where to go afterwards: an address on this host that the gate itself would accept, as it would forward it, else `/`.
pub(super) fn next<P>(x: &Exchange<'_, P>, form: &str) -> String {
    let Exchange { state, target, .. } = *x;
    let wanted =
        query::sole(form, "next").ok().flatten().map(query::decode).and_then(|raw| String::from_utf8(raw).ok());
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
    let whole = |wanted: String| match wanted.split_once('#') {
        None => is_own(&wanted).then(|| sent(&wanted)),
        Some((address, fragment)) if is_fragment(fragment) => {
            is_own(address).then(|| format!("{}#{fragment}", sent(address)))
        }
        Some((address, _)) => is_own(address).then(|| sent(address)),
    };
    wanted.and_then(whole).unwrap_or_else(|| "/".to_owned())
}
