//! `nonce`: a nonce in the URL, looked at without storage, perhaps asked back about, then redeemed for a session.

use crate::authenticate::kind::{Credential, Shown};
use crate::credential::nonce;
use crate::exchange::Exchange;
use crate::exchange::access::{Access, Then};
use crate::exchange::claim::Claim;
use crate::forward::clean_address;
use crate::http::{Headers, accept, fetch_metadata, query};
use crate::identity::Identity;
use crate::page;
use crate::policy::Route;
use crate::policy::carrier::CONFIRM;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;
use crate::sealed::seal::Sealed;
use crate::signed::link::confirmation;

/// The kind.
pub(super) struct Nonce;

impl Credential for Nonce {
    async fn authenticate<P: Ports>(
        &self,
        x: &Exchange<'_, P>,
        route: &Route,
        _: &mut Shown<'_>,
    ) -> Result<Option<Access>, Refusal> {
        let policy = x.state.policy.nonce.as_ref().ok_or(Reason::Internal)?;
        let Some(text) = query::sole(x.target.query.unwrap_or_default(), &policy.parameter)? else { return Ok(None) };
        let sealed = nonce::open(x.ctx(), policy, route, text)?;
        let known = Identity::by_key("nonce", &sealed.key_id);
        match redeem(x, route, sealed).await {
            Ok(access) => Ok(Some(Access { identity: access.identity.or(Some(known)), ..access })),
            Err(reason) => Err(reason.of(&known)),
        }
    }
}

/// What an authentic nonce opens, once a person wants it to.
async fn redeem<P: Ports>(x: &Exchange<'_, P>, route: &Route, sealed: Sealed) -> Result<Access, Reason> {
    let (request, target) = (x.request, x.target);
    if fetch_metadata::looks_ahead(request.method, &request.headers) {
        return Err(Reason::NonceNotUsed);
    }
    let raw_query = target.query.unwrap_or_default();
    let confirmed = request.method == "POST" && query::sole(raw_query, CONFIRM)?.is_some();
    if route.confirm && !confirmed {
        let action = format!("{}?{}", target.path, confirmation::with(raw_query, confirmation::PRESSED));
        return Ok(Access::answer(page::confirm(&x.setting(), &action)));
    }
    if confirmed && !fetch_metadata::is_own_form(&request.headers, &target.origin()) {
        return Err(Reason::CrossSite);
    }
    if !fetch_metadata::is_click(request.method, &request.headers, &target.origin()) {
        return Err(Reason::NonceNotUsed);
    }
    let subject = nonce::subject(x.ctx(), &sealed).await?;
    let identity = Identity { subject: Some(subject.clone()), ..Identity::by_key("nonce", &sealed.key_id) };
    let is_page = confirmed || (request.method == "GET" && is_page_request(&request.headers));
    let then = match is_page {
        true => Then::Redirect(clean_address(&x.state.policy, route, target)),
        false => Then::Forward,
    };
    Ok(Access { then, claim: Some(Box::new(Claim::Nonce { sealed, subject })), ..Access::of(identity) })
}

/// A person's browser, or a client that would follow as one; not a script or program that asked for JSON.
fn is_page_request(headers: &Headers<'_>) -> bool {
    let names_json = headers.get("accept").is_some_and(|value| value.contains("json"));
    let navigates = headers.get("sec-fetch-mode").is_none_or(|mode| mode == "navigate");
    navigates && (!names_json || accept::prefers_html(headers.get("accept")))
}
