//! The tables of the file as a policy: what it holds of each. In which order they are read says `reader/tables.rs`.
//!
//! What credentials are made or checked by has one file a table: its type, its keys in the file, and how they are read. Of
//! the other tables the types are in `model/`, the keys in `shape/`, and the reading in `reader/`.

use std::sync::Arc;

#[cfg(feature = "reader")]
use crate::PolicyTest;
use crate::{
    Admin, Carried, Client, Gateway, Identity, Limits, Luminate, OAuth, Objects, Origin, Paths, PolicyDigest, Route,
    RouteIndex, SingleUse, WantedClaims,
};

pub(crate) mod basic;
pub(crate) mod bearer;
pub(crate) mod broker;
pub(crate) mod email_link;
pub(crate) mod issuer;
pub(crate) mod key;
pub(crate) mod link;
pub(crate) mod maintenance;
pub(crate) mod networks;
pub(crate) mod nonce;
pub(crate) mod pages;
pub(crate) mod provider;
pub(crate) mod registry;
pub(crate) mod session;
pub(crate) mod sign_in;
pub(crate) mod signed_redirect;
pub(crate) mod ticket;
pub(crate) mod webhook;

pub use basic::{Basic, Machine};
pub use bearer::Bearer;
pub use broker::Broker;
pub use email_link::EmailLink;
#[cfg(feature = "reader")]
pub(crate) use file::{Surroundings, TABLE};
pub use issuer::{Issuer, JwsAlgorithm, TokenPlace, Verification};
pub use key::{Key, KeyUse, MacAlgorithm};
pub use link::{Link, LinkScope};
pub use maintenance::Maintenance;
pub use networks::Networks;
pub use nonce::Nonce;
#[cfg(feature = "reader")]
pub use pages::OwnTexts;
pub use pages::{Accent, Pages};
pub use provider::{ClientAuthentication, Endpoints, Provider};
pub use registry::Registry;
pub use session::{CookieStyle, Session};
pub use sign_in::SignIn;
pub use signed_redirect::{Boundary, Digest, SignedRedirect};
pub use ticket::Ticket;
pub use webhook::{Webhook, WebhookEncoding, WebhookFormat, WebhookPart, WebhookTime};

/// A whole, valid policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// What holds for the gateway as a whole.
    pub gateway: Gateway,
    /// Where requests are forwarded, in file order.
    pub origins: Vec<Arc<Origin>>,
    /// Every key that is named, in file order.
    pub keys: Vec<Arc<Key>>,
    /// Profiles of the generic signed link, in file order.
    pub links: Vec<Arc<Link>>,
    /// Profiles of the signed redirect, in file order.
    pub signed_redirects: Vec<Arc<SignedRedirect>>,
    /// Opaque Bearer tokens, if any route accepts or the admin API mints them.
    pub bearer: Option<Bearer>,
    /// Where clients are found.
    pub registry: Option<Registry>,
    /// Clients that the file names, in file order.
    pub clients: Vec<Arc<Client>>,
    /// The authorization server.
    pub oauth: Option<OAuth>,
    /// Authorization servers of others, in file order.
    pub issuers: Vec<Arc<Issuer>>,
    /// Sessions.
    pub session: Option<Session>,
    /// One-time nonces.
    pub nonce: Option<Nonce>,
    /// Who signs people in, in file order.
    pub providers: Vec<Arc<Provider>>,
    /// The sign-in page.
    pub sign_in: Option<SignIn>,
    /// Signing in by a link that comes by e-mail.
    pub email_link: Option<EmailLink>,
    /// User names and passwords over HTTP Basic.
    pub basic: Option<Arc<Basic>>,
    /// Tickets.
    pub ticket: Option<Arc<Ticket>>,
    /// Brokers, in file order.
    pub brokers: Vec<Arc<Broker>>,
    /// The Luminate dialect.
    pub luminate: Option<Arc<Luminate>>,
    /// What the origin is told of the caller.
    pub identity: Identity,
    /// The admin API; off unless the policy names its key.
    pub admin: Option<Admin>,
    /// What is said while the site is closed.
    pub maintenance: Maintenance,
    /// What its own pages look like.
    pub pages: Pages,
    /// Bounds on a request before anything else is looked at.
    pub limits: Limits,
    /// Who decides on single use.
    pub single_use: SingleUse,
    /// Where it is decided.
    pub objects: Objects,
    /// Senders of webhooks, in file order.
    pub webhooks: Vec<Arc<Webhook>>,
    /// Networks of clients, in file order.
    pub networks: Vec<Arc<Networks>>,
    /// Routes, first match wins. No match is a refusal.
    pub routes: Vec<Arc<Route>>,
    /// The same, to be found by host and path.
    pub index: RouteIndex,
    /// What some route allows in a path.
    pub paths: Paths,
    /// What its routes ask for of a credential's holder, and tell of one.
    pub claims: WantedClaims,
    /// A session comes with a token that shows who could read its pages: some route asks for it, or puts it into pages.
    pub gives_xsrf_tokens: bool,
    /// `X-XSRF-TOKEN` is looked at on some route, so that it reaches no origin.
    pub takes_xsrf_header: bool,
    /// Where requests carry what it issues or checks.
    pub carried: Carried,
    /// Which compiled policy it is, if it is one.
    pub digest: Option<PolicyDigest>,
    /// Requests and what they must come to. They are no part of what is compiled.
    #[cfg(feature = "reader")]
    pub tests: Vec<PolicyTest>,
    /// Texts of its pages that are the operator's own. The tool writes them beside what is compiled.
    #[cfg(feature = "reader")]
    pub texts: Vec<OwnTexts>,
    /// Where the tables stand in the file.
    #[cfg(feature = "reader")]
    pub(crate) places: crate::reader::problem::Places,
    /// Warnings that the file allows.
    #[cfg(feature = "reader")]
    pub(crate) allowances: Vec<crate::reader::allow::Allowance>,
}

coded!(struct Policy { gateway, origins, keys, links, signed_redirects, bearer, registry, clients, oauth, issuers, session, nonce, providers, sign_in, email_link, basic, ticket, brokers, luminate, identity, admin, maintenance, pages, limits, single_use, objects, webhooks, networks, routes, index, gives_xsrf_tokens, takes_xsrf_header, paths, claims } without {
    carried,
    digest,
    #[cfg(feature = "reader")] tests,
    #[cfg(feature = "reader")] texts,
    #[cfg(feature = "reader")] places,
    #[cfg(feature = "reader")] allowances,
});

/// The layout of the model. Another layout gets another number: `fixtures/policy/compiled.json` holds the two together.
pub const FORMAT: u32 = 7;

/// The keys that a table names.
#[cfg(feature = "reader")]
#[derive(Debug)]
pub struct KeyList<'p> {
    /// The table, as messages name it.
    pub table: String,
    /// In its order.
    pub keys: &'p [Arc<Key>],
    /// Whether the gateway itself makes something with the first one. Of the others somebody else does.
    pub makes: bool,
}

/// What is told of its tables one by one, of a policy that was compiled too.
#[cfg(feature = "reader")]
impl Policy {
    /// What each table says, by its name; routes and what is not compiled are left out. No secret is ever in it.
    pub fn tables(&self) -> Vec<(&'static str, String)> {
        let said = |table: &dyn std::fmt::Debug| format!("{table:?}");
        let Objects { location_hint, jurisdiction, shards } = &self.objects;
        vec![
            ("gateway", said(&self.gateway)),
            ("origins", said(&self.origins)),
            ("keys", said(&(&self.keys, shards))),
            ("links", said(&self.links)),
            ("signed_redirects", said(&self.signed_redirects)),
            ("bearer", said(&self.bearer)),
            ("registry", said(&self.registry)),
            ("clients", said(&self.clients)),
            ("oauth", said(&self.oauth)),
            ("issuers", said(&self.issuers)),
            ("session", said(&self.session)),
            ("nonce", said(&self.nonce)),
            ("providers", said(&self.providers)),
            ("sign_in", said(&self.sign_in)),
            ("email_link", said(&self.email_link)),
            ("basic", said(&self.basic)),
            ("ticket", said(&self.ticket)),
            ("brokers", said(&self.brokers)),
            ("luminate", said(&self.luminate)),
            ("webhooks", said(&self.webhooks)),
            ("networks", said(&self.networks)),
            ("identity", said(&self.identity)),
            ("admin", said(&self.admin)),
            ("maintenance", said(&self.maintenance)),
            ("pages", said(&self.pages)),
            ("limits", said(&self.limits)),
            ("storage", said(&(self.single_use, location_hint, jurisdiction))),
        ]
    }

    /// Every list of keys.
    pub fn key_lists(&self) -> Vec<KeyList<'_>> {
        let mut lists = Vec::new();
        let mut list = |table: String, keys, makes| lists.push(KeyList { table, keys, makes });
        for link in &self.links {
            list(format!("links.{}", link.name), link.keys.as_slice(), false);
        }
        for redirect in &self.signed_redirects {
            list(format!("signed_redirects.{}", redirect.name), redirect.keys.as_slice(), false);
        }
        let made = [
            ("bearer", self.bearer.as_ref().map(|bearer| &bearer.keys)),
            ("session", self.session.as_ref().map(|session| &session.keys)),
            ("nonce", self.nonce.as_ref().map(|nonce| &nonce.keys)),
            ("oauth", self.oauth.as_ref().map(|oauth| &oauth.keys)),
            ("luminate", self.luminate.as_ref().map(|luminate| &luminate.session.keys)),
            ("registry", self.registry.as_ref().map(|registry| &registry.keys)),
            ("identity", Some(&self.identity.keys)),
        ];
        for (table, keys) in made {
            list(table.to_owned(), keys.map_or(&[][..], Vec::as_slice), true);
        }
        lists
    }
}

/// As the file has it.
#[cfg(feature = "reader")]
mod file {
    use std::sync::Arc;

    use super::*;
    use crate::reader::names::Names;
    use crate::reader::table::Table;
    use crate::shape::{Shape, root};

    /// The tables of the file, in the order in which documents have them.
    pub(crate) static TABLE: Shape = Shape::new(
        "",
        "",
        "",
        &[
            &root::VERSION,
            &root::GATEWAY,
            &root::ORIGINS,
            &key::SECTION,
            &link::SECTION,
            &signed_redirect::SECTION,
            &bearer::SECTION,
            &registry::SECTION,
            &root::CLIENTS,
            &root::OAUTH,
            &issuer::SECTION,
            &session::SECTION,
            &nonce::SECTION,
            &provider::SECTION,
            &sign_in::SECTION,
            &email_link::SECTION,
            &basic::SECTION,
            &ticket::SECTION,
            &broker::SECTION,
            &root::LUMINATE,
            &webhook::SECTION,
            &networks::SECTION,
            &root::IDENTITY,
            &root::ADMIN,
            &maintenance::SECTION,
            &pages::SECTION,
            &root::LIMITS,
            &root::STORAGE,
            &root::ALLOW_WARNINGS,
            &root::ROUTES,
            &root::TESTS,
        ],
    );

    impl Shape {
        /// Every table, the file itself first.
        pub fn all() -> Vec<&'static Shape> {
            let mut all = vec![&TABLE];
            let mut at = 0;
            while let Some(shape) = all.get(at) {
                all.extend(shape.keys.iter().filter_map(|key| key.kind.shape()));
                at += 1;
            }
            all
        }
    }

    /// What routes refer to.
    pub(crate) struct Surroundings<'r, 't> {
        pub(crate) root: &'r Table<'t>,
        pub(crate) origins: &'r Names<Origin>,
        pub(crate) links: &'r Names<Link>,
        pub(crate) signed_redirects: &'r Names<SignedRedirect>,
        pub(crate) issuers: &'r Names<Issuer>,
        pub(crate) oauth: Option<&'r OAuth>,
        pub(crate) luminate: Option<&'r Arc<Luminate>>,
        pub(crate) basic: Option<&'r Arc<Basic>>,
        pub(crate) ticket: Option<&'r Arc<Ticket>>,
        pub(crate) brokers: &'r Names<Broker>,
        pub(crate) providers: &'r Names<Provider>,
        /// `hosts` of `[session]`.
        pub(crate) shared_hosts: &'r [String],
        /// A session can say more than a subject.
        pub(crate) says_claims: bool,
        pub(crate) webhooks: &'r Names<Webhook>,
        pub(crate) networks: &'r Names<Networks>,
        pub(crate) signs_identities: bool,
        pub(crate) single_use: SingleUse,
    }
}
