//! `session`: the cookie of a signed-in person.

use crate::authenticate::cross_site;
use crate::authenticate::kind::{Credential, Shown};
use crate::credential::provider::recheck::{self, Known};
use crate::credential::session;
use crate::credential::session::xsrf::{self, Expected, Held};
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::identity::Identity;
use crate::policy::{self, Route, Xsrf};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;
use crate::sealed::seal::Sealed;
use crate::tags::words::Tags;

/// The kind.
pub(super) struct Session;

impl Credential for Session {
    async fn authenticate<P: Ports>(
        &self,
        x: &Exchange<'_, P>,
        route: &Route,
        shown: &mut Shown<'_>,
    ) -> Result<Option<Access>, Refusal> {
        let (ctx, request, target) = (x.ctx(), x.request, x.target);
        let policy = x.state.policy.session.as_ref().ok_or(Reason::Internal)?;
        let cookies = x.cookies(policy);
        let Some(value) = cookies.present(ctx)? else { return Ok(None) };
        // A cookie that is refused is set aside, and nothing else goes out for it.
        let refused = |refusal: Refusal| {
            x.jar.clear();
            if let Some(cookie) = cookies.set_aside(value, refusal.reason()) {
                x.jar.set(cookie);
            }
            refusal
        };
        let session = session::open(ctx, policy, value).map_err(|reason| refused(reason.into()))?;
        let known = Identity::by_key("session", &session.key_id);
        let of_session = |reason: Reason| reason.of(&known);
        let token = match route.xsrf >= Xsrf::Token || route.tags.is_some() {
            true => {
                let token = xsrf::token(ctx, policy, &session, target).map_err(of_session)?;
                let held = xsrf::held(&token, &request.headers);
                if held != Held::Own && session.expires > ctx.now {
                    // Even a refusal hands it over: the next request can show it.
                    let lives = session.expires - ctx.now;
                    x.jar.set(xsrf::set_cookie(&token, lives, target).map_err(of_session)?);
                }
                let checked =
                    cross_site::check(x, route, Expected { token: &token, held }, cross_site::FIELD, &mut shown.body)
                        .await;
                checked.map_err(of_session)?;
                Some(token)
            }
            false => None,
        };
        cross_site::check_origin(x, route).map_err(of_session)?;
        let verified = session::verify(ctx, policy, route.revocation, &session).await;
        let identity = provider_still(x, policy, &session, verified.map_err(refused)?).await.map_err(refused)?;
        check_provider(route, &identity)?;
        let places = route.tags.filter(|_| matches!(request.method, "GET" | "HEAD"));
        let tags = places.zip(token).map(|(places, token)| Tags::of_session(places, token, target));
        Ok(Some(Access { tags, ..Access::of(identity) }))
    }
}

/// The identity of a session as its provider knows it now, where one opened it.
///
/// # Errors
/// `SessionRemoved`, `SessionExpired`, storage's own.
pub(crate) async fn provider_still<P: Ports>(
    x: &Exchange<'_, P>,
    policy: &policy::Session,
    session: &Sealed,
    identity: Identity,
) -> Result<Identity, Refusal> {
    let (Some(person), Some(subject)) = (&identity.person, &identity.subject) else { return Ok(identity) };
    let opened = recheck::Opened { policy, session, subject, person };
    match recheck::check(x.ctx(), &x.state.foreign, opened).await {
        Ok(Known { person, unanswered }) => {
            let unanswered = unanswered.map(|reason| reason.code());
            Ok(Identity { claims: person.claims.clone(), person: Some(person), unanswered, ..identity })
        }
        Err(reason) => Err(reason.of(&identity)),
    }
}

/// Whether a session was opened by one of the providers that a route asks for, if it asks for any.
///
/// # Errors
/// `SessionProvider`.
pub(crate) fn check_provider(route: &Route, identity: &Identity) -> Result<(), Refusal> {
    let by = identity.person.as_ref().map(|person| &person.provider);
    match route.providers.is_empty() || route.providers.iter().any(|provider| Some(&provider.name) == by) {
        true => Ok(()),
        false => Err(Reason::SessionProvider.of(identity)),
    }
}
