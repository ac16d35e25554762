//! Every table of the file in turn, as each needs what others have named.

use std::sync::Arc;

use toml::de::DeTable;

use super::problem::Report;
use super::table::Table;
use super::{allow, client, deployment, luminate, oauth, origin_credentials, routes, rules, secrets, testing};
use crate::sections::{
    Surroundings, TABLE, basic, bearer, broker, email_link, issuer, key, link, maintenance, networks, nonce, pages,
    provider, registry, session, sign_in, signed_redirect, ticket, webhook,
};
use crate::{Carried, Objects, Paths, Policy, Route, RouteIndex, Xsrf};

/// A policy comes of it only if nothing that is needed was missing or wrong.
pub(super) fn read(report: &Report, document: &DeTable<'_>) -> Option<Policy> {
    let root = Table { report, label: String::new(), line: 1, entries: document }.open(&TABLE);
    deployment::version(&root);
    let gateway = deployment::gateway(&root);
    let origins = deployment::origins(&root);
    let (keys, shards) = key::read(&root);
    let links = link::read(&root, &keys);
    let signed_redirects = signed_redirect::read(&root, &keys);
    let bearer = bearer::read(&root, &keys);
    let registry = registry::read(&root, &keys);
    let clients = client::clients(&root);
    let oauth = oauth::oauth(&root, &keys);
    let issuers = issuer::read(&root, &keys, &origins);
    let session = session::read(&root, &keys, gateway.as_ref());
    let nonce = nonce::read(&root, &keys);
    let sign_in = sign_in::read(&root, &keys, &origins);
    let email_link = email_link::read(&root, &keys, &origins);
    let luminate = luminate::read(&root, &keys, &issuers, &signed_redirects, session.as_ref()).map(Arc::new);
    let identity = deployment::identity(&root, &keys);
    let admin = deployment::admin(&root, &keys, &issuers, luminate.as_deref());
    let mut taken = secrets::all(&keys, &issuers, luminate.as_deref(), admin.as_ref());
    let basic = basic::read(&root, &mut taken).map(Arc::new);
    let ticket = ticket::read(&root, &mut taken).map(Arc::new);
    let maintenance = maintenance::read(&root, &mut taken);
    let brokers = broker::read(&root, &links);
    let webhooks = webhook::read(&root, &mut taken);
    let providers = provider::read(&root, &keys, &origins, &mut taken);
    let networks = networks::read(&root);
    let (pages, texts) = pages::read(&root);
    let limits = deployment::limits(&root);
    let (single_use, objects) = deployment::storage(&root);
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
        providers: &providers,
        shared_hosts: session.as_ref().map_or(&[], |session| &session.hosts),
        says_claims: email_link.is_some() || providers.things().next().is_some(),
        webhooks: &webhooks,
        networks: &networks,
        signs_identities: !identity.keys.is_empty(),
        single_use,
    };
    let routes = routes::read(&around);
    origin_credentials::check_secrets(report, &taken, &origins, &routes);
    let tests = testing::read(&around);
    let asks = |route: &Arc<Route>| route.takes_sessions() && (route.xsrf >= Xsrf::Token || route.tags.is_some());
    let gives_xsrf_tokens = ticket.iter().any(|ticket| ticket.pages) || routes.iter().any(asks);
    let asks_pages = |route: &Arc<Route>| route.luminate().is_some() && route.xsrf >= Xsrf::Token;
    let takes_xsrf_header = gives_xsrf_tokens || routes.iter().any(asks_pages);
    let paths = routes.iter().fold(Paths::default(), |paths, route| paths.and(route.paths));
    let claims = rules::wanted(&routes);
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
        providers: providers.into_things(),
        sign_in,
        email_link,
        basic,
        ticket,
        brokers: brokers.into_things(),
        webhooks: webhooks.into_things(),
        networks: networks.into_things(),
        luminate,
        identity,
        admin,
        maintenance,
        pages,
        limits,
        single_use,
        objects,
        routes,
        index,
        paths,
        claims,
        gives_xsrf_tokens,
        takes_xsrf_header,
        carried: Carried::default(),
        digest: None,
        tests,
        texts,
        places: Default::default(),
        allowances,
    })
}
