//! What an address carries that the gateway issued itself: as far as that can be said without its storage.

use crate::credential::own::luminate;
use crate::credential::session::handoff;
use crate::credential::{bearer, nonce};
use crate::explain::Explainer;
use crate::explain::explanation::{Explanation, NOT_KNOWN_HERE, refused};
use crate::http::query;
use crate::policy::{CredentialKind, Route, TokenPlace};
use crate::refusal::Reason;
use crate::sealed::cache::Recent;
use crate::sealed::seal::Sealed;
use crate::sealed::store::Context;

impl Explainer<'_> {
    /// Explains a nonce or a token in an address; None if the route takes none there, or there is none.
    pub(super) fn issued(self, route: &Route, raw_query: &str) -> Option<Explanation> {
        let recent = Recent::default();
        let Self { policy, secrets, now } = self;
        let ctx = Context { ports: &(), policy, recent: &recent, secrets, now };
        let takes_own = route.accept.iter().any(|accept| matches!(accept, CredentialKind::Bearer));
        let sole = |name: &str| query::sole(raw_query, name).transpose();
        route.accept.iter().find_map(|accept| {
            let (format, opened) = match accept {
                CredentialKind::Nonce => {
                    let profile = policy.nonce.as_ref()?;
                    let text = sole(&profile.parameter)?;
                    ("nonce", text.and_then(|text| nonce::open(ctx, profile, route, text)))
                }
                CredentialKind::Luminate(luminate) => {
                    let text = sole(luminate::NONCE)?;
                    ("nonce", text.and_then(|text| handoff::open(ctx, &luminate.session, text)))
                }
                CredentialKind::Bearer | CredentialKind::Issuer(_) if !route.bearer.query => {
                    let text = sole(bearer::PARAMETER)?;
                    ("bearer", text.and(Err(Reason::BearerPlaceNotAllowed)))
                }
                CredentialKind::Bearer => {
                    let text = sole(bearer::PARAMETER)?;
                    ("bearer", text.and_then(|text| token(ctx, bearer::bare(&route.bearer, text))))
                }
                // Where the gateway's own are taken too, those come first.
                CredentialKind::Issuer(issuer) if issuer.place == TokenPlace::Bearer && !takes_own => {
                    let text = sole(bearer::PARAMETER)?;
                    ("bearer", text.and(Err(Reason::TokenForged)))
                }
                _ => return None,
            };
            Some(told(route, format, opened))
        })
    }
}

fn token<P>(ctx: Context<'_, P>, text: &str) -> Result<Sealed, Reason> {
    let token = bearer::open(ctx, text)?.sealed().clone();
    if token.expires <= ctx.now { Err(Reason::TokenExpired) } else { Ok(token) }
}

fn told(route: &Route, format: &str, opened: Result<Sealed, Reason>) -> Explanation {
    let has_issuers = route.accept.iter().any(|accept| matches!(accept, CredentialKind::Issuer(_)));
    let mut explanation = match opened {
        Ok(sealed) => {
            let (what, state) = match format {
                "nonce" => ("nonce", "whether it has been used"),
                _ => ("token", "whether it was revoked"),
            };
            let cause = format!("The {what} is authentic and in time; {state}, the running gateway alone knows.");
            Explanation { key_id: Some(sealed.key_id), ..not_known(cause) }
        }
        Err(Reason::TokenForged) if has_issuers => {
            not_known("The token is another issuer's, which is asked when it comes.".to_owned())
        }
        Err(reason) => refused(reason, vec![format!("{} {}", reason.public().title(), reason.public().advice())]),
    };
    if format == "nonce" && route.confirm {
        explanation.causes.push("The route asks with a page first; its button redeems the nonce.".to_owned());
    }
    explanation.format = Some(format.to_owned());
    explanation
}

/// What cannot be said here.
pub fn not_known(cause: String) -> Explanation {
    Explanation { verdict: NOT_KNOWN_HERE.to_owned(), causes: vec![cause], ..Explanation::default() }
}
