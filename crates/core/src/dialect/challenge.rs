//! Challenges (RFC 9110 section 11.6.1): one for each scheme that could open a route, in whatever dialect it refuses.

use crate::credential::dpop;
use crate::dialect::{Refused, oauth};
use crate::own_paths::{OAUTH_RESOURCE, SIGN_IN, TICKET};
use crate::policy::{Dialect, PlainScheme, Route, Scheme};
use crate::refusal::{Public, Reason};
use crate::state::State;

/// The schemes of a route, each once, in the order in which they are asked.
pub(crate) fn schemes(route: &Route) -> Vec<Scheme> {
    let mut schemes = Vec::new();
    for accept in &route.accept {
        let Some(scheme) = accept.scheme() else { continue };
        if !schemes.contains(&scheme) {
            schemes.push(scheme);
        }
    }
    schemes
}

/// The `WWW-Authenticate` values of a refusal in the generic dialect.
pub(crate) fn all(refused: &Refused<'_>) -> Vec<String> {
    let Refused { state, reason, .. } = *refused;
    let public = reason.public();
    let realm = &state.policy.gateway.realm;
    if reason == Reason::AdminKey {
        return vec![format!("Bearer realm=\"{realm} admin\"")];
    }
    let Some(route) = refused.route else {
        let wants_session = reason == Reason::SignInFailed || refused.endpoint == Some(TICKET);
        return if wants_session && public.status() == 401 { vec![session(state)] } else { Vec::new() };
    };
    let proof = of_proof(reason).filter(|_| route.takes_tokens());
    // RFC 6750 section 3.1 has challenges for 400 and 403 too; the other schemes know none.
    let fits = |scheme: &Scheme| *scheme == Scheme::Bearer || public.status() == 401;
    let schemes = schemes(route).into_iter().filter(fits);
    let challenger = Challenger { state, route, public, realm };
    proof.into_iter().chain(schemes.filter_map(|scheme| challenger.challenge(scheme))).collect()
}

/// What challenges a client whose request along a route was refused.
#[derive(Clone, Copy)]
pub(crate) struct Challenger<'a> {
    /// Policy and secrets.
    pub(crate) state: &'a State,
    /// The route.
    pub(crate) route: &'a Route,
    /// What the refusal says.
    pub(crate) public: Public,
    /// What the dialect calls the protected space.
    pub(crate) realm: &'a str,
}

impl Challenger<'_> {
    /// The challenge of one scheme; None if it has nothing to say of such a refusal.
    pub(crate) fn challenge(&self, scheme: Scheme) -> Option<String> {
        let realm = self.realm;
        match scheme {
            Scheme::Bearer => self.bearer(),
            Scheme::Plain(PlainScheme { name: [name], .. }) => Some(format!("{name} realm=\"{realm}\"")),
            Scheme::Cookie => Some(session(self.state)),
        }
    }

    /// RFC 6750 section 3: no error code if the request carried no such authentication at all.
    /// Where there is an authorization server it says where that is found (RFC 9728 section 5.1).
    fn bearer(&self) -> Option<String> {
        let Self { state, route, public, realm } = *self;
        let error = match public {
            Public::BadCredentialRequest => Some("invalid_request"),
            Public::TokenInvalid => Some("invalid_token"),
            Public::InsufficientScope => Some("insufficient_scope"),
            public if public.status() == 401 => None,
            _ => return None,
        };
        let mut challenge = format!("Bearer realm=\"{realm}\"");
        if let Some(error) = error {
            challenge.push_str(&format!(", error=\"{error}\", error_description=\"{}\"", public.title()));
        }
        if !route.bearer.scope.is_empty() && !matches!(public, Public::BadCredentialRequest) {
            challenge.push_str(&format!(", scope=\"{}\"", route.bearer.scope.join(" ")));
        }
        if state.policy.oauth.is_some() || !state.policy.issuers.is_empty() {
            let (issuer, base) = (&state.policy.gateway.issuer, route.path.base());
            challenge.push_str(&format!(", resource_metadata=\"{issuer}{}{base}\"", OAUTH_RESOURCE));
        }
        Some(challenge)
    }
}

/// There is no registered scheme for cookies; this one says where a person can sign in.
pub(crate) fn session(state: &State) -> String {
    let realm = &state.policy.gateway.realm;
    match state.policy.has_sign_in() {
        true => format!("Cookie realm=\"{realm}\", form-action=\"{}\"", SIGN_IN),
        false => format!("Cookie realm=\"{realm}\""),
    }
}

/// RFC 9449 section 7.1, for a client that tried.
fn of_proof(reason: Reason) -> Option<String> {
    let error = match reason {
        Reason::TokenBinding => "invalid_token",
        _ => Some(oauth::error(reason).1).filter(|error| *error == "invalid_dpop_proof")?,
    };
    let said = oauth::text(reason, Dialect::Generic);
    let algorithms = dpop::algorithms().collect::<Vec<_>>().join(" ");
    Some(format!("DPoP error=\"{error}\", error_description=\"{said}\", algs=\"{algorithms}\""))
}
