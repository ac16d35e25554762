//! Reads the file: syntax, then every table, then what holds between them.

mod accept;
pub(crate) mod allow;
mod check;
mod check_oauth;
mod check_routes;
mod check_schemes;
mod client;
mod credentials;
mod index;
pub(crate) mod keys;
mod luminate;
pub(crate) mod names;
mod nested;
mod oauth;
mod order;
mod overlap;
pub(crate) mod problem;
mod routes;
mod schemes;
pub(crate) mod sections;
mod suggest;
pub(crate) mod table;
mod testing;
pub(crate) mod text;
pub(crate) mod time;
mod value;
mod warning;

use std::sync::Arc;

use toml::de::DeTable;

pub(crate) use accept::words;
pub use check::{Advice, Advised, advise};
pub(crate) use names::{Holder, Named};
pub use problem::Problem;
pub(crate) use routes::Surroundings;
pub use testing::{Expected, PolicyTest, TestCredential, TestCredentialKind};
pub use time::{duration, show_duration};
pub use warning::Warning;

use crate::shape::root;
use crate::{Admin, Carried, Issuer, Key, Luminate, Objects, Policy, Route, RouteIndex, Xsrf};
use names::Names;
use problem::Report;
use table::Table;

impl Policy {
    /// Reads a policy and checks it.
    ///
    /// # Errors
    /// Every mistake that was found, each with its line and a human reason, in file order. Never empty.
    ///
    /// # Example
    /// ```
    /// use edgegate_policy::Policy;
    ///
    /// let text = r#"
    ///     version = 1
    ///     gateway = { issuer = "https://gate.example.org" }
    ///     origins.site = { url = "https://origin.example.org" }
    ///     [[routes]]
    ///     name = "open"
    ///     path = "/*"
    ///     accept = ["none"]
    ///     forward = { origin = "site" }
    /// "#;
    /// assert_eq!(Policy::read(text).unwrap().routes.len(), 1);
    ///
    /// // Every mistake is told, each with its line.
    /// let problems = Policy::read(&text.replace("none", "nonee")).unwrap_err();
    /// assert_eq!(problems[0].line, 8);
    /// ```
    pub fn read(text: &str) -> Result<Policy, Vec<Problem>> {
        read(text)
    }
}

/// A file that is no TOML is checked no further: its tables would be guesses.
fn read(text: &str) -> Result<Policy, Vec<Problem>> {
    let report = Report::new(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        for error in &errors {
            let offset = error.span().map_or(0, |span| span.start);
            let line = report.line_at(offset);
            report.add(line, format!("not valid TOML: {}", error.message().replace('\n', " ")));
        }
        return Err(problems(report));
    }
    let policy = sections(&report, document.get_ref());
    match (report.finish(), policy) {
        (Ok(places), Some(policy)) => Ok(Policy { carried: Carried::of(&policy), places, ..policy }),
        (Err(problems), _) => Err(problems),
        (Ok(_), None) => Err(vec![incomplete()]),
    }
}

/// Every table in turn. A policy comes of it only if nothing that is needed was missing or wrong.
fn sections(report: &Report, document: &DeTable<'_>) -> Option<Policy> {
    let root = Table { report, label: String::new(), line: 1, entries: document }.open(&root::TABLE);
    sections::version(&root);
    let gateway = sections::gateway(&root);
    let origins = sections::origins(&root);
    let (keys, shards) = keys::read(&root);
    let links = credentials::links(&root, &keys);
    let signed_redirects = credentials::signed_redirects(&root, &keys);
    let bearer = credentials::bearer(&root, &keys);
    let registry = client::registry(&root, &keys);
    let clients = client::clients(&root);
    let oauth = oauth::oauth(&root, &keys);
    let issuers = oauth::issuers(&root, &keys, &origins);
    let session = credentials::session(&root, &keys);
    let nonce = credentials::nonce(&root, &keys);
    let sign_in = credentials::sign_in(&root, &keys, &origins);
    let luminate = luminate::read(&root, &keys, &issuers, &signed_redirects, session.as_ref()).map(Arc::new);
    let identity = sections::identity(&root, &keys);
    let admin = sections::admin(&root, &keys, &issuers, luminate.as_deref());
    let mut taken = secrets(&keys, &issuers, luminate.as_deref(), admin.as_ref());
    let basic = schemes::basic(&root, &mut taken).map(Arc::new);
    let ticket = schemes::ticket(&root, &mut taken).map(Arc::new);
    let brokers = schemes::brokers(&root, &links);
    let limits = sections::limits(&root);
    let (single_use, objects) = sections::storage(&root);
    let objects = Objects { shards, ..objects };
    let around = Surroundings {
        root: &root,
        origins: &origins,
        links: &links,
        signed_redirects: &signed_redirects,
        issuers: &issuers,
        oauth: oauth.as_ref(),
        luminate: luminate.as_ref(),
        basic: basic.as_ref(),
        ticket: ticket.as_ref(),
        brokers: &brokers,
        signs_identities: !identity.keys.is_empty(),
        single_use,
    };
    let routes = routes::read(&around);
    let tests = testing::read(&around);
    let asks = |route: &Arc<Route>| route.takes_sessions() && (route.xsrf >= Xsrf::Token || route.tags.is_some());
    let gives_xsrf_tokens = ticket.iter().any(|ticket| ticket.pages) || routes.iter().any(asks);
    let asks_pages = |route: &Arc<Route>| route.luminate().is_some() && route.xsrf >= Xsrf::Token;
    let takes_xsrf_header = gives_xsrf_tokens || routes.iter().any(asks_pages);
    let index = RouteIndex::new(&routes);
    let allowances = allow::read(&root);
    Some(Policy {
        gateway: gateway?,
        origins: origins.into_things(),
        keys: keys.into_things(),
        links: links.into_things(),
        signed_redirects: signed_redirects.into_things(),
        bearer,
        registry,
        clients: clients.into_iter().map(Arc::new).collect(),
        oauth,
        issuers: issuers.into_things(),
        session,
        nonce,
        sign_in,
        basic,
        ticket,
        brokers: brokers.into_things(),
        luminate,
        identity,
        admin,
        limits,
        single_use,
        objects,
        routes,
        index,
        gives_xsrf_tokens,
        takes_xsrf_header,
        carried: Carried::default(),
        digest: None,
        tests,
        places: Default::default(),
        allowances,
    })
}

/// The codes that `[[allow_warnings]]` can name.
pub(crate) fn allowable_codes() -> Vec<String> {
    Warning::allowable().map(str::to_owned).collect()
}

/// Names of the secrets that have a meaning already.
fn secrets(
    keys: &Names<Key>,
    issuers: &Names<Issuer>,
    luminate: Option<&Luminate>,
    admin: Option<&Admin>,
) -> Vec<String> {
    let keys = keys.things().map(|key| key.secret.as_str());
    let issuers = issuers.things().filter_map(|issuer| issuer.secret());
    let administrators = luminate.into_iter().flat_map(|luminate| &luminate.administrators);
    let administrators = administrators.map(|administrator| administrator.secret.as_str());
    let admin = admin.into_iter().flat_map(Admin::secrets);
    keys.chain(issuers).chain(administrators).chain(admin).map(str::to_owned).collect()
}

fn problems(report: Report) -> Vec<Problem> {
    match report.finish() {
        Err(problems) => problems,
        Ok(_) => vec![incomplete()],
    }
}

/// Said where the reader is at fault: no policy, and no problem that says why. Refused all the same.
fn incomplete() -> Problem {
    Problem {
        line: 1,
        message: String::from("the policy could not be read, and the reader does not know why; please report this"),
    }
}
