//! Pages of the origin under the dialect's route: open to everybody, told who is signed in, with tags expanded.

use crate::authenticate::cross_site;
use crate::credential::own::luminate::{ANYWHERE, AUTH, NONCE};
use crate::credential::session::xsrf::{Expected, Held};
use crate::credential::session::{self, handoff};
use crate::exchange::Exchange;
use crate::exchange::access::{Access, Then};
use crate::exchange::body::NewBody;
use crate::forward::clean_address;
use crate::http::query;
use crate::luminate::answered::auth_token;
use crate::luminate::caller::{self, Caller};
use crate::luminate::visit::Visit;
use crate::policy::{TagPlaces, Xsrf};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;
use crate::tags::words::Tags;

/// Lets a visit through. One with a nonce is sent to the same address without it.
///
/// # Errors
/// `CrossSite`, `BoundTokenMissing`, `BoundTokenMismatch`, the reasons of nonces and sessions, and storage's own.
pub(super) async fn visit<P: Ports>(v: &Visit<'_, P>) -> Result<Access, Refusal> {
    let (request, target) = (v.request, v.target);
    let raw_query = target.query.unwrap_or_default();
    check_hidden(raw_query)?;
    let nonce = query::sole(raw_query, NONCE)?.filter(|nonce| !nonce.is_empty());
    let mut body = None;
    let mut caller = match nonce {
        Some(nonce) => {
            if request.headers.get("upgrade").is_some() {
                cross_site::check_origin(v, v.route)?;
            }
            caller::by_nonce(v, nonce).await?
        }
        None => {
            check_sender(v, &mut body).await?;
            caller::present(v, None).await?
        }
    };
    let then = match nonce.is_some() && request.method == "GET" {
        true => Then::Redirect(clean_address(&v.state.policy, v.route, target)),
        false => Then::Forward,
    };
    let reads = matches!(request.method, "GET" | "HEAD");
    let tags = match v.route.tags.filter(|_| reads && matches!(then, Then::Forward)) {
        Some(places) => {
            let known = caller.known();
            Some(tags(v, places, &mut caller).map_err(|reason| reason.of(&known))?)
        }
        None => None,
    };
    Ok(Access { body, then, tags, claim: caller.claim, ..Access::of(caller.identity) })
}

/// Checks that a request with a session comes from its own site, before storage is asked about that session.
/// `body`: its form, if that had to be read for the session's token.
async fn check_sender<P: Ports>(v: &Visit<'_, P>, body: &mut Option<NewBody>) -> Result<(), Reason> {
    let session = caller::check_sender(v)?.filter(|_| v.route.xsrf >= Xsrf::Token);
    let Some(session) = session else { return Ok(()) };
    let token = auth_token(v.ctx(), v.luminate, &session)?;
    cross_site::check(v, v.route, Expected { token: &token, held: Held::Nothing }, FIELD, body).await
}

/// What `[[S86]]` puts into a form.
const FIELD: cross_site::Field = cross_site::Field { name: AUTH, is_named: |name| query::folds_onto(name, AUTH) };

/// What tags stand for on this visit. A visitor without a session gets one with the page, if it turns out to be one.
fn tags<P: Ports>(v: &Visit<'_, P>, places: TagPlaces, caller: &mut Caller) -> Result<Tags, Reason> {
    let Exchange { target, .. } = **v;
    let ctx = v.ctx();
    let (session, cookie) = match caller.session.take() {
        Some(session) => (session, None),
        None => {
            let session = session::start_anonymous(ctx, &v.luminate.session)?;
            let cookie = v.cookies(&v.luminate.session).set(&session)?;
            (session, Some(cookie))
        }
    };
    Ok(Tags {
        places,
        token: auth_token(ctx, v.luminate, &session)?,
        nonces: Some(handoff::Mint::new(ctx, &v.luminate.session, session, v.luminate.nonce_lifetime)?),
        own: target.origin(),
        hosts: v.luminate.redirects.clone(),
        cookie,
    })
}

/// Whether a credential stands where only an origin that splits at `;` would read it: it could not be cut.
fn check_hidden(raw_query: &str) -> Result<(), Reason> {
    let is_credential = |raw: &str| query::folds_onto_any(raw, ANYWHERE.iter());
    let read_by_some = query::names(raw_query).filter(|raw| is_credential(raw)).count();
    let cut = query::params(raw_query).filter(|param| is_credential(param.name)).count();
    if read_by_some > cut { Err(Reason::ParameterShadowed) } else { Ok(()) }
}
