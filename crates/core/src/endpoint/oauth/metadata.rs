//! What clients read to find their way: server metadata (RFC 8414) and protected-resource metadata (RFC 9728).

use serde_json::{Map, Value, json};

use crate::credential::dpop;
use crate::dialect::oauth::ALLOW_ORIGIN;
use crate::endpoint::oauth::preflight::preflight;
use crate::http::Incoming;
use crate::http::answer::Answer;
use crate::policy::{CredentialKind, Dialect, OAuth, Route};
use crate::refusal::Reason;
use crate::refused::{Refusal, only};
use crate::state::State;

/// A document for anybody, of any origin, that may be kept for five minutes.
///
/// # Errors
/// `MethodNotAllowed`, and the document's own.
pub fn read(request: &Incoming<'_>, document: impl FnOnce() -> Result<Value, Reason>) -> Result<Answer, Refusal> {
    if request.method == "OPTIONS" {
        return Ok(preflight("GET, HEAD"));
    }
    only(request, &["GET", "HEAD"])?;
    Ok(Answer::json(200, &document()?).kept().with(ALLOW_ORIGIN, "*".to_owned()))
}

/// RFC 8414 section 2, with what RFC 9207 and 9449 add.
pub fn server(state: &State, oauth: &OAuth) -> Value {
    let issuer = &state.policy.gateway.issuer;
    let endpoint = |name: &str| format!("{issuer}{}{name}", oauth.path);
    // Where clients of that dialect look for them.
    let (authorize, token) = match oauth.dialect {
        Dialect::Checkfront => ("/", "/token/"),
        _ => ("/authorize", "/token"),
    };
    let by_secret = ["client_secret_basic", "client_secret_post"];
    let mut scopes: Vec<&String> = Vec::new();
    for scope in
        state.policy.clients.iter().flat_map(|client| &client.scope).chain(oauth.scopes.iter().map(|(name, _)| name))
    {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    let mut members = Map::new();
    let mut say = |name: &str, value: Value| members.insert(name.to_owned(), value);
    say("issuer", json!(issuer.as_str()));
    say("authorization_endpoint", json!(endpoint(authorize)));
    say("token_endpoint", json!(endpoint(token)));
    say("revocation_endpoint", json!(endpoint("/revoke")));
    say("introspection_endpoint", json!(endpoint("/introspect")));
    say("response_types_supported", json!(["code"]));
    say("response_modes_supported", json!(["query"]));
    say("grant_types_supported", json!(["authorization_code", "refresh_token"]));
    say("code_challenge_methods_supported", json!(["S256"]));
    say("token_endpoint_auth_methods_supported", json!([by_secret[0], by_secret[1], "none"]));
    say("revocation_endpoint_auth_methods_supported", json!([by_secret[0], by_secret[1], "none"]));
    say("introspection_endpoint_auth_methods_supported", json!(by_secret));
    say("authorization_response_iss_parameter_supported", json!(true));
    say("dpop_signing_alg_values_supported", json!(dpop::algorithms().collect::<Vec<_>>()));
    say("scopes_supported", json!(scopes));
    Value::Object(members)
}

/// Whether an address, with or without a slash at its end, is a resource whose metadata name this server: that of a route
/// which takes its tokens, or all of the gateway.
pub fn is_resource(state: &State, address: &str) -> bool {
    let issuer = state.policy.gateway.issuer.as_str();
    let own = |route: &std::sync::Arc<Route>| route.accept.iter().any(|one| matches!(one, CredentialKind::Bearer));
    let path = address.strip_prefix(issuer).map(|path| path.strip_suffix('/').unwrap_or(path));
    path.is_some_and(|path| {
        state.policy.routes.iter().any(|route| own(route) && (path.is_empty() || route.path.base() == path))
    })
}

/// RFC 9728 section 2, for the resource whose path follows in the address: a route that takes tokens, or all of them.
///
/// # Errors
/// `NoRoute`
pub fn resource(state: &State, path: &str) -> Result<Value, Reason> {
    let issuer = &state.policy.gateway.issuer;
    let routes = || state.policy.routes.iter().filter(|route| route.takes_tokens());
    let is_meant = |route: &&std::sync::Arc<Route>| route.path.base() == path;
    let meant: Vec<_> = if path.is_empty() { routes().collect() } else { routes().filter(is_meant).collect() };
    let mut servers: Vec<String> = Vec::new();
    let mut scopes: Vec<&str> = Vec::new();
    for route in &meant {
        let own = route.accept.iter().any(|accept| matches!(accept, CredentialKind::Bearer));
        let own = Some(issuer.as_str().to_owned()).filter(|_| own && state.policy.oauth.is_some());
        let others = route.accept.iter().filter(|accept| accept.scheme().is_some()).filter_map(CredentialKind::issuer);
        let others = others.flat_map(|other| other.names());
        let new = own.into_iter().chain(others).filter(|server| !servers.contains(server)).collect::<Vec<_>>();
        servers.extend(new);
        scopes.extend(route.bearer.scope.iter().map(String::as_str));
    }
    if servers.is_empty() {
        return Err(Reason::NoRoute);
    }
    let mut methods = vec!["header"];
    methods.extend(Some("body").filter(|_| meant.iter().any(|route| route.bearer.form)));
    methods.extend(Some("query").filter(|_| meant.iter().any(|route| route.bearer.query)));
    Ok(json!({
        "resource": format!("{issuer}{path}"),
        "authorization_servers": servers,
        "scopes_supported": scopes,
        "bearer_methods_supported": methods,
        "dpop_signing_alg_values_supported": dpop::algorithms().collect::<Vec<_>>(),
    }))
}
