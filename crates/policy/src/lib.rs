//! The policy: `edgegate.toml`, read once into types that cannot hold nonsense.
//!
//! There are two ways to get one: `Policy::read` reads and checks the file (with the feature `reader`, in the tool), and
//! [`Policy::decode`] takes what was compiled from it (in the Worker).
//!
//! Names in the file are resolved while reading: a [`Route`] holds the profiles it accepts, a profile
//! holds its [`Key`]s, and nothing is looked up by name while a request waits. Secrets are named here,
//! never held: [`Key::secret`] is the name of a Worker secret.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)
)]

// First: its macro lists the fields of the types below.
#[macro_use]
mod compiled;

mod base_url;
mod carried;
pub mod carrier;
mod claim_pattern;
mod client;
mod facts;
pub mod field_name;
mod field_pattern;
mod host;
mod index;
mod model;
mod neighbour;
mod network;
mod no_auth;
mod origin;
mod path;
mod pattern;
#[cfg(feature = "reader")]
mod reader;
mod reading;
mod rule;
mod secrets;
mod sections;
#[cfg(feature = "reader")]
pub mod shape;
mod strictness;
mod text;
pub mod texts;

use std::sync::Arc;

pub use base_url::BaseUrl;
pub use carried::Carried;
pub use carrier::Carrier;
pub use claim_pattern::{ClaimPattern, EMAIL, email};
pub use client::{
    MOST_RESOURCES, MOST_SCOPES, check as check_client, is_redirect, is_same_resource, redirect_uri, resource,
    secret_digest,
};
pub use compiled::{PolicyDigest, Unreadable};
pub use facts::{CredentialKind, Facts, PlainScheme, Says, Scheme, Turn};
pub use field_pattern::FieldPattern;
pub use host::{authority, is_loopback, without_port};
pub use index::RouteIndex;
pub use model::*;
pub use neighbour::Neighbour;
pub use network::Network;
pub use no_auth::{NoAuth, USUAL_NO_AUTH};
pub use origin::OriginPattern;
pub use path::{PathPattern, is_within};
pub use pattern::{HostPattern, NamePattern};
#[cfg(feature = "reader")]
pub use reader::{Advice, Advised, Problem, Warning, advise, duration, show_duration};
pub use reading::loosest;
pub use rule::{ClaimField, Rule, SUBJECT, WantedClaims, claim_names};
pub use secrets::{NamedSecret, SecretUse};
pub use sections::*;
pub use text::{scope, title};

impl Policy {
    /// Whether something that it issues or checks has a record in Workers KV.
    pub fn needs_records(&self) -> bool {
        Facts::ALL.iter().any(|facts| facts.is_stored && (facts.is_known)(self))
    }

    /// Whether people can sign in on a page of the gateway's: by a password, by a link, or with a provider.
    pub fn has_sign_in(&self) -> bool {
        self.sign_in.is_some() || self.email_link.is_some() || !self.providers.is_empty()
    }

    /// The provider of that name.
    pub fn provider(&self, name: &str) -> Option<&Arc<Provider>> {
        self.providers.iter().find(|provider| provider.name == name)
    }

    /// The route of that name.
    pub fn route(&self, name: &str) -> Option<&Arc<Route>> {
        self.routes.iter().find(|route| route.name == name)
    }

    /// The routes of the same host and path as a route, itself included, in the policy's order.
    pub fn siblings(&self, route: &Route) -> impl Iterator<Item = &Arc<Route>> {
        self.index.siblings(route.place).iter().filter_map(|place| self.routes.get(*place))
    }

    /// Whether a route or a sibling of it takes a method.
    pub fn takes(&self, route: &Route, method: &str) -> bool {
        self.siblings(route).any(|one| one.methods.iter().any(|known| known == method))
    }

    /// The key of that id.
    pub fn key(&self, id: &str) -> Option<&Arc<Key>> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// The bindings of all limiters that its routes need, each once.
    pub fn limiters(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for rate in self.routes.iter().filter_map(|route| route.rate.as_ref()).filter(|rate| !rate.exact) {
            let name = rate.binding();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Everybody who may make server calls.
    pub fn administrators(&self) -> impl Iterator<Item = &Administrator> {
        self.luminate.iter().flat_map(|luminate| &luminate.administrators)
    }

    /// Programs with a password of their own.
    pub fn machines(&self) -> impl Iterator<Item = &Machine> {
        self.basic.iter().flat_map(|basic| &basic.machines)
    }
}
