//! `[providers.<name>]`: who signs people in, by OpenID Connect or OAuth 2.

#[cfg(feature = "reader")]
mod file;
#[cfg(feature = "reader")]
mod keys;
#[cfg(feature = "reader")]
mod presets;

use std::sync::Arc;

use super::{Issuer, Key};

/// `[providers.<name>]`: who signs people in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// The table's name; its answers come back to `/.edgegate/callback/<name>`.
    pub name: String,
    /// What buttons call it.
    pub label: String,
    /// The gateway's own client id there.
    pub client_id: String,
    /// How the gateway proves there who it is.
    pub authentication: ClientAuthentication,
    /// Scopes that are asked for, separated by a space.
    pub scope: String,
    /// More parameters of the authorization request, by names that the protocol does not use.
    pub parameters: Vec<(String, String)>,
    /// Its answer comes as a form (OAuth 2.0 Form Post Response Mode), not in the query.
    pub posts_answer: bool,
    /// Domains of the e-mail addresses for which it is chosen.
    pub domains: Vec<String>,
    /// Seconds after which it is asked again whether somebody who is signed in still may be; None: never.
    pub recheck: Option<u64>,
    /// Its userinfo endpoint is asked too.
    pub asks_userinfo: bool,
    /// What its id_tokens have to be: `iss`, `aud`, algorithms, keys.
    pub issuer: Arc<Issuer>,
    /// Where it is spoken to.
    pub endpoints: Endpoints,
}

/// How the gateway proves to a provider who it is (RFC 6749 section 2.3, OpenID Connect Core section 9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// Not at all: PKCE alone.
    None,
    /// HTTP Basic, with the value of this Worker secret.
    Basic(String),
    /// In the form, with the value of this Worker secret.
    Post(String),
    /// By a JWT that this key signs.
    PrivateKeyJwt(Arc<Key>),
}

/// Where a provider is spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoints {
    /// As its document says (OpenID Connect Discovery section 4).
    Discovered,
    /// At these addresses.
    Known {
        /// Where browsers are sent.
        authorization: String,
        /// Where codes are redeemed.
        token: String,
        /// Who somebody is. Of plain OAuth 2 the only place that says so.
        userinfo: Option<String>,
        /// Which e-mail addresses somebody has shown to be theirs, where the endpoint before does not say so.
        emails: Option<String>,
        /// It signs id_tokens: OpenID Connect, not plain OAuth 2.
        signs: bool,
    },
}

impl Provider {
    /// Name of the Worker secret by which the gateway proves there who it is.
    pub fn secret(&self) -> Option<&str> {
        match &self.authentication {
            ClientAuthentication::Basic(secret) | ClientAuthentication::Post(secret) => Some(secret),
            ClientAuthentication::None | ClientAuthentication::PrivateKeyJwt(_) => None,
        }
    }

    /// Whether it signs id_tokens.
    pub fn signs(&self) -> bool {
        !matches!(self.endpoints, Endpoints::Known { signs: false, .. })
    }

    /// Whether it is the one for an e-mail address.
    pub fn is_for(&self, email: &str) -> bool {
        let domain = email.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase());
        domain.is_some_and(|domain| self.domains.contains(&domain))
    }
}

coded!(struct Provider { name, label, client_id, authentication, scope, parameters, posts_answer, domains, recheck, asks_userinfo, issuer, endpoints });
coded!(enum ClientAuthentication { 0 None, 1 Basic(secret), 2 Post(secret), 3 PrivateKeyJwt(key) });
coded!(enum Endpoints { 0 Discovered, 1 Known { authorization, token, userinfo, emails, signs } });

#[cfg(feature = "reader")]
pub(crate) use file::read;
#[cfg(feature = "reader")]
pub(crate) use keys::SECTION;
