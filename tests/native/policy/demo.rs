//! The demo's policy, and the values of its secrets.

use std::fs;

use edgegate_core::http::Deployment;
use edgegate_core::policy::{Dialect, Xsrf};

use super::files::{accepted, read, root};

#[test]
fn the_demo_reads_and_asks_for_what_it_documents() {
    let policy = read("demo/edgegate.toml");
    assert_eq!(policy.gateway.issuer.as_str(), "http://127.0.0.1:8787");
    assert!(policy.gateway.explain);
    let routes: Vec<(String, String, String)> = policy
        .routes
        .iter()
        .map(|route| (route.path.to_string(), route.methods.join(" "), accepted(&route.accept)))
        .collect();
    let expected = [
        ("/landing/*", "GET HEAD", "signed-redirect:landing"),
        ("/members/*", "GET HEAD POST", "session"),
        ("/staff/*", "GET HEAD POST", "session"),
        ("/files/*", "GET HEAD", "link:files"),
        ("/once/*", "GET HEAD", "link:once"),
        ("/video/*", "GET HEAD", "link:folders"),
        ("/me/*", "GET HEAD POST PUT PATCH DELETE", "bearer"),
        ("/account/*", "GET HEAD POST", "nonce session"),
        ("/office/*", "GET HEAD POST", "network:loopback session"),
        ("/hooks/github", "POST", "webhook:github"),
        ("/hooks/stripe", "POST", "webhook:stripe"),
        ("/hooks/standard", "POST", "webhook:standard"),
        ("/site/*", "GET HEAD POST", "luminate"),
        ("/api/3.0/*", "GET HEAD POST PUT PATCH DELETE", "bearer token-pair"),
        ("/SuperOffice/api/v1/*", "GET HEAD POST PUT PATCH DELETE", "bearer ticket basic session"),
        ("/Cust12345/api/v1/*", "GET HEAD POST PUT PATCH DELETE", "bearer app-ticket session"),
        ("/SuperOffice/panel", "GET HEAD POST", "session"),
        ("/redirecting/*", "GET HEAD POST", "none"),
        ("/bucket/*", "GET HEAD", "none"),
        ("/", "GET HEAD", "none"),
    ];
    let expected: Vec<(String, String, String)> = expected
        .iter()
        .map(|(path, methods, accept)| (path.to_string(), methods.to_string(), accept.to_string()))
        .collect();
    assert_eq!(routes, expected);
    let landing = &policy.signed_redirects[0];
    assert_eq!((landing.window, landing.single_use, landing.subject.as_deref()), (5, true, Some("cons_id")));
    let worked_example = 1_900_000_000 - 1_795_305_600; // eg_exp of the README's link, less 2026-11-22
    assert!(policy.links.iter().all(|link| link.max_lifetime > worked_example));
    assert_eq!(policy.links.iter().map(|link| link.single_use).collect::<Vec<_>>(), [false, true, false]);
    let oauth = policy.oauth.as_ref().unwrap();
    assert_eq!((oauth.path.as_str(), oauth.dialect, oauth.query), ("/oauth", Dialect::Checkfront, true));
    assert_eq!(oauth.access_lifetime, 14_000);
    let clients: Vec<(&str, &str, bool)> =
        policy.clients.iter().map(|client| (client.kind.word(), client.id.as_str(), client.needs_pkce)).collect();
    let expected = [
        ("confidential", "1d2d5cad60174b5972243693d082e4b4e54979bf", false),
        ("public", "demo-public", true),
        ("token-pair", "3be98641f0745b6fe7dacc2df947adbc1da7312d", false),
    ];
    assert_eq!(clients, expected);
    assert!(policy.clients[2].acts_for_others && policy.clients.iter().all(|client| !client.introspects_all));
    let api = policy.route("checkfront").unwrap();
    assert!(api.dialect == Dialect::Checkfront && api.bearer.query && api.bearer.form && api.bearer.scope.is_empty());
    let (basic, ticket) = (policy.basic.as_ref().unwrap(), policy.ticket.as_ref().unwrap());
    assert!(basic.people && basic.machines.is_empty());
    assert_eq!(ticket.app_tokens, ["SUPEROFFICE_APP_TOKEN"]);
    for name in ["superoffice", "cust12345"] {
        let route = policy.route(name).unwrap();
        assert_eq!((route.dialect, route.xsrf), (Dialect::SuperOffice, Xsrf::Always), "{name}");
    }
    assert_eq!(policy.route("panel").unwrap().xsrf, Xsrf::Token);
}

#[test]
fn the_demo_has_a_value_for_every_secret_and_no_other() {
    let policy = read("demo/edgegate.toml");
    let values = fs::read_to_string(root().join("demo/.dev.vars")).unwrap();
    let lines = values.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let mut given: Vec<&str> = lines.map(|line| line.split_once('=').unwrap().0).collect();
    given.retain(|name| *name != Deployment::BINDING);
    let mut named = policy.secret_names();
    given.sort_unstable();
    named.sort_unstable();
    assert_eq!(given, named);
}
