//! Signing people in with a provider: OpenID Connect Core section 3.1 (the code flow), or plain OAuth 2.
//!
//! The gateway is the client here. A browser is sent away ([`crate::credential::journey`]), comes back with a code, and the
//! gateway asks who it is. What it keeps of that is a [`crate::identity::person::Person`].

mod client;
pub mod endpoints;
pub mod id_token;
pub mod logout_token;
mod person;
pub mod recheck;
mod tokens;
mod userinfo;

use crate::credential::issuer::Issuers;
use crate::credential::journey::Bound;
use crate::credential::provider::endpoints::Endpoints;
use crate::identity::person::Person;
use crate::policy::Provider;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::sealed::store::Context;
use crate::secret::Secret;

pub(crate) use crate::credential::provider::client::{address, push};

/// A provider, as one request speaks with it.
#[derive(Debug)]
pub struct Talk<'a, P> {
    /// What calling, verifying and storing need.
    pub ctx: Context<'a, P>,
    /// What this isolate remembers of issuers.
    pub memory: &'a Issuers,
    /// Who it is.
    pub provider: &'a Provider,
}

// By hand: derived, they would ask the ports to be copied too.
impl<P> Clone for Talk<'_, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Talk<'_, P> {}

/// Who a provider says somebody is.
#[derive(Debug)]
pub struct SignedIn {
    /// `sub`, or what the policy takes for it.
    pub subject: String,
    /// What else it says. Its refresh token is not part of it yet.
    pub person: Person,
    /// Its refresh token, if it gave one.
    pub refresh: Option<Secret>,
}

/// A code that came back.
#[derive(Debug, Clone, Copy)]
pub struct Code<'a> {
    /// The code.
    pub code: &'a str,
    /// Where it came to.
    pub redirect_uri: &'a str,
    /// What belongs to the browser's journey.
    pub bound: &'a Bound,
}

/// Redeems a code, and says who signed in.
///
/// # Errors
/// `ProviderUnavailable`, `ProviderRefused`, `ProviderClient`, `IdTokenInvalid`, the reasons of
/// [`crate::credential::issuer::jwt`], `ClaimsTooLarge`, `SecretMissing`.
pub async fn redeem<P: Ports>(talk: Talk<'_, P>, endpoints: &Endpoints, code: Code<'_>) -> Result<SignedIn, Reason> {
    let tokens = tokens::of_code(talk.ctx, talk.provider, endpoints, code).await?;
    person::of(talk, person::Asked { endpoints, nonce: Some(&code.bound.nonce), subject: None }, tokens).await
}
