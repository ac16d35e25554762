//! `link:<name>`: the generic signed link, in the address or, of a folder, in a cookie.

use crate::authenticate::kind::{Credential, Shown};
use crate::authenticate::single_use::{SingleUse, counted};
use crate::authenticate::{cross_site, folder_cookie};
use crate::exchange::Exchange;
use crate::exchange::access::{Access, Then};
use crate::exchange::claim::Grace;
use crate::http::fetch_metadata;
use crate::identity::Identity;
use crate::page;
use crate::policy::{CredentialKind, Link, Route};
use crate::ports::{ClaimKey, Ports};
use crate::refusal::Reason;
use crate::refused::Refusal;
use crate::sealed::claim_key;
use crate::signed::link::confirmation::{self, Asked};
use crate::signed::link::{self, Arrival, Parts, Signed, Verified};

impl Credential for Link {
    async fn authenticate<P: Ports>(
        &self,
        x: &Exchange<'_, P>,
        route: &Route,
        _: &mut Shown<'_>,
    ) -> Result<Option<Access>, Refusal> {
        let is_confirmed = route.confirm && self.single_use;
        let asked = Asked::read(is_confirmed, x.request.method, x.target.query.unwrap_or_default());
        let signed = Signed { query: asked.query, method: asked.method, host: &x.target.host, path: x.target.path };
        let Some((link, parts)) = link::authenticate(self, x.ctx().secrets, signed)? else { return Ok(None) };
        let identity = identity(&link);
        match opened(self, x, &asked, (&link, &parts)) {
            Ok(access) => Ok(Some(Access { link: counted(route, || key(&link)), ..access.by(identity) })),
            Err(reason) => Err(reason.of(&identity)),
        }
    }
}

/// What an authentic link opens.
fn opened<P: Ports>(
    profile: &Link,
    x: &Exchange<'_, P>,
    asked: &Asked<'_>,
    (link, parts): (&Verified, &Parts<'_>),
) -> Result<Access, Reason> {
    link::check_terms(profile, parts, Arrival { client: x.request.client_address, now: x.now })?;
    if profile.cookie {
        folder_cookie::set(x, parts);
    }
    if !profile.single_use {
        return Ok(Access::default());
    }
    if asked.is_confirmed {
        let made_by = link::find_key(profile, &link.key_id).ok_or(Reason::LinkKeyUnknown)?;
        let secret = x.ctx().secrets.key(made_by)?.secret;
        let shown = asked.confirmation.filter(|_| !asked.is_pressed);
        if !shown.is_some_and(|proof| confirmation::holds(secret, &link.mac, proof, x.now)) {
            // Who comes again in the grace comes with the same proof.
            let until = x.now.saturating_add(confirmation::LIFETIME + profile.grace);
            return confirm(x, asked, || confirmation::prove(secret, &link.mac, until));
        }
    }
    let (key, until) = (key(link), link.until);
    let grace = Grace::of(x.request, profile.grace, x.now, &link.mac);
    let (not_used, replayed) = (Reason::LinkNotUsed, Reason::LinkReplayed);
    let claim = SingleUse { key, until, grace, not_used, replayed }.claim(x)?;
    Ok(Access { claim: Some(claim), ..Access::default() })
}

/// The page that asks, and what its button is answered.
fn confirm<P>(x: &Exchange<'_, P>, asked: &Asked<'_>, proof: impl Fn() -> String) -> Result<Access, Reason> {
    let headers = &x.request.headers;
    let address = |value: &str| format!("{}?{}", x.target.path, confirmation::with(asked.query, value));
    match asked.is_pressed {
        true if !fetch_metadata::is_own_form(headers, &x.target.origin()) => Err(Reason::CrossSite),
        true => Ok(Access { then: Then::Redirect(address(&proof())), ..Access::default() }),
        false if asked.method != "GET" || fetch_metadata::looks_ahead(asked.method, headers) => {
            Err(Reason::LinkNotUsed)
        }
        false => Ok(Access::answer(page::confirm(&x.setting(), &address(confirmation::PRESSED)))),
    }
}

/// A folder's link in a cookie that an earlier use set. A browser sends that by itself, so whatever a client shows on purpose, and
/// a session, is asked first, and another site's requests are told apart as they are for a session.
///
/// # Errors
/// Of the first that does not hold, if none does. It is told only if nothing else opens the route.
pub(super) fn in_cookies<P: Ports>(x: &Exchange<'_, P>, route: &Route) -> Result<Option<Access>, Refusal> {
    let mut refused = None;
    let profiles = route.accept.iter().filter_map(|accept| match accept {
        CredentialKind::Link(profile) if profile.cookie => Some(profile),
        _ => None,
    });
    for profile in profiles {
        for query in folder_cookie::shown(profile, &x.request.headers) {
            match in_cookie(profile, x, route, &query) {
                Ok(access) => return Ok(access),
                Err(refusal) => refused = refused.or(Some(refusal)),
            }
        }
    }
    refused.map_or(Ok(None), Err)
}

fn in_cookie<P: Ports>(
    profile: &Link,
    x: &Exchange<'_, P>,
    route: &Route,
    query: &str,
) -> Result<Option<Access>, Refusal> {
    let signed = Signed { query, method: x.request.method, host: &x.target.host, path: x.target.path };
    let Some((link, parts)) = link::authenticate(profile, x.ctx().secrets, signed)? else { return Ok(None) };
    let identity = identity(&link);
    let holds = || {
        link::check_terms(profile, &parts, Arrival { client: x.request.client_address, now: x.now })?;
        parts.check_unsigned(profile, x.target.query.unwrap_or_default())?;
        cross_site::check_origin(x, route)
    };
    match holds() {
        Ok(()) => Ok(Some(Access { link: counted(route, || key(&link)), ..Access::of(identity) })),
        Err(reason) => Err(reason.of(&identity)),
    }
}

fn identity(link: &Verified) -> Identity {
    Identity { subject: link.subject.clone(), ..Identity::by_key("link", &link.key_id) }
}

fn key(link: &Verified) -> ClaimKey {
    claim_key("link", &link.key_id, &link.mac)
}
