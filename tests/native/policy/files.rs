//! The policy reader, from the outside: the files that are shipped, and a fixture for every mistake and every
//! remark.
//!
//! Fixtures are policies in `fixtures/policy/`: `good/` reads without a problem; `wrong/` and `advice/` end
//! with what is to be said about them, one `#! 12: reason` a line. Those of `failing/` hold tests that fail, and are read by
//! `tests/native/cli/policy_tests.rs`.

use std::fs;
use std::path::{Path, PathBuf};

use edgegate_core::policy::{
    Boundary, ClientKind, CookieStyle, CredentialKind, Dialect, JwsAlgorithm, KeyUse, MacAlgorithm, NoAuth, Policy,
    Revocation, SingleUse, TagPlaces, TokenPlace, Verification, Via, Warning, WebhookEncoding, WebhookFormat,
    WebhookTime, Xsrf, advise,
};

#[test]
fn the_starter_reads_and_loosens_nothing() {
    let policy = read("edgegate.toml");
    let advice: Vec<String> = advise(&policy, TODAY).told.iter().map(ToString::to_string).collect();
    assert_eq!(advice, Vec::<String>::new());
    assert!(policy.gateway.issuer.is_https() && !policy.gateway.explain);
}

#[test]
fn every_mistake_is_found_and_explained() {
    for (path, text) in fixtures("wrong") {
        let problems = Policy::read(&text).expect_err(&path);
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(said, expectation(&path, &text), "{path}");
    }
}

#[test]
fn every_loosening_is_remarked_on() {
    for (path, text) in fixtures("advice") {
        let policy = Policy::read(&text).unwrap_or_else(|problems| panic!("{path}: {problems:?}"));
        let said: Vec<String> = advise(&policy, TODAY).told.iter().map(ToString::to_string).collect();
        assert_eq!(said, expectation(&path, &text), "{path}");
    }
}

/// What the policy allows is neither told nor lost, and is about one table alone.
#[test]
fn an_allowed_warning_is_not_told_and_keeps_its_reason() {
    let text = fs::read_to_string(root().join("fixtures/policy/advice/allowed.toml")).unwrap();
    let advised = advise(&Policy::read(&text).unwrap(), TODAY);
    let allowed: Vec<(&str, &str, &str)> = advised
        .allowed
        .iter()
        .map(|(advice, reason)| (advice.warning.code(), advice.table.as_str(), reason.as_str()))
        .collect();
    let reason = "A private network between the two, until the certificate is there.";
    assert_eq!(allowed, [("origin_insecure", "origins.site", reason)]);
    assert!(advised.told.iter().any(|advice| advice.table == "origins.old"));
    let everything = advise(&read("fixtures/policy/good/everything.toml"), TODAY);
    assert!(everything.told.iter().all(|advice| advice.warning != Warning::AllowanceUnused));
    assert_eq!(everything.allowed.len(), 1);
}

/// The gateway does the same with it: what is compiled does not hold it.
#[test]
fn what_is_allowed_is_not_compiled() {
    let text = fs::read_to_string(root().join("fixtures/policy/advice/allowed.toml")).unwrap();
    let (before, rest) = text.split_once("[[allow_warnings]]").unwrap();
    let (_, routes) = rest.split_once("[[routes]]").unwrap();
    let without = Policy::read(&format!("{before}[[routes]]{routes}")).unwrap();
    assert!(advise(&without, TODAY).allowed.is_empty());
    assert_eq!(without.compile(), Policy::read(&text).unwrap().compile());
}

/// Whatever is told can be allowed by its code and its table.
#[test]
fn every_code_can_be_allowed_where_it_is_told() {
    for (path, text) in fixtures("advice").into_iter().filter(|(path, _)| !path.ends_with("/allowed.toml")) {
        let mut entries: Vec<String> = advise(&Policy::read(&text).unwrap(), TODAY)
            .told
            .iter()
            .map(|one| {
                let (code, table) = (one.warning.code(), &one.table);
                format!("\n[[allow_warnings]]\ncode = \"{code}\"\ntable = \"{table}\"\nreason = \"seen\"\n")
            })
            .collect();
        entries.sort();
        entries.dedup();
        let policy = Policy::read(&format!("{text}{}", entries.concat())).unwrap();
        assert_eq!(advise(&policy, TODAY).told, [], "{path}");
    }
}

#[test]
fn defaults_are_the_strict_ones() {
    let policy = read("fixtures/policy/good/defaults.toml");
    let gateway = &policy.gateway;
    assert_eq!((gateway.realm.as_str(), gateway.explain, gateway.decision_log), ("edgegate", false, true));
    assert!(!policy.origins[0].insecure);
    assert_eq!(policy.key("link-1").unwrap().usage, KeyUse::Link(MacAlgorithm::HmacSha256));
    let link = &policy.links[0];
    assert_eq!((link.max_lifetime, link.skew), (604_800, 0));
    assert_eq!((link.single_use, link.cover_method, link.cover_host, link.require_ip), (false, true, true, false));
    assert!(link.ignore.is_empty() && link.subject.is_none());
    let redirect = &policy.signed_redirects[0];
    assert_eq!((redirect.signature.as_str(), redirect.window, redirect.single_use), ("signature", 5, true));
    assert_eq!(redirect.boundaries, [Boundary::Inclusive]);
    let bearer = policy.bearer.as_ref().unwrap();
    assert_eq!((bearer.lifetime, bearer.cache), (3_600, 30));
    assert_eq!(policy.registry.as_ref().unwrap().cache, 30);
    for client in &policy.clients {
        let is_pair = client.kind == ClientKind::TokenPair;
        assert_eq!((&client.name, client.needs_pkce, client.needs_dpop), (&client.id, !is_pair, false));
        assert!(!client.acts_for_others && !client.introspects_all && client.subject.is_none());
        assert!(client.scope.is_empty() && client.resources.is_empty());
        assert!(client.secrets.iter().all(|secret| secret.until.is_none()));
    }
    let oauth = policy.oauth.as_ref().unwrap();
    assert_eq!((oauth.path.as_str(), oauth.dialect, oauth.query), ("/oauth", Dialect::Generic, false));
    assert_eq!((oauth.code_lifetime, oauth.access_lifetime, oauth.refresh_lifetime), (60, 3_600, 1_209_600));
    assert_eq!((oauth.grant_lifetime, oauth.retry_window, oauth.cache), (31_536_000, 10, 30));
    assert!(oauth.scopes.is_empty());
    let issuers = policy.issuers.iter().map(|one| (one.name.as_str(), one.subject.as_str(), one.skew, one.cache));
    assert_eq!(issuers.collect::<Vec<_>>(), [("corp", "sub", 60, 600), ("partner", "sub", 60, 30)]);
    let session = policy.session.as_ref().unwrap();
    assert_eq!(
        (session.cookie.as_str(), session.idle, session.absolute, session.cache),
        ("edgegate", 1_800, 43_200, 30)
    );
    let nonce = policy.nonce.as_ref().unwrap();
    assert_eq!((nonce.parameter.as_str(), nonce.lifetime), ("NONCE_TOKEN", 900));
    let basic = policy.basic.as_ref().unwrap();
    assert_eq!((basic.people, basic.cache, basic.machines.len()), (true, 60, 0));
    let ticket = policy.ticket.as_ref().unwrap();
    assert_eq!((ticket.lifetime, ticket.app_tokens.len()), (21_600, 0));
    assert_eq!((policy.identity.lifetime, policy.identity.keys.len()), (60, 0));
    assert!(policy.admin.is_none());
    let luminate = policy.luminate.as_ref().unwrap();
    let session = &luminate.session;
    assert_eq!((session.idle, session.absolute, session.cache), (900, 43_200, 30));
    assert_eq!((luminate.nonce_lifetime, luminate.sign_on_lifetime), (900, 900));
    assert_eq!(luminate.no_auth, NoAuth::Usual);
    assert!(luminate.methods.is_empty() && luminate.redirects.is_empty() && luminate.lookup.is_none());
    assert!(luminate.http_host.is_none());
    for name in ["cons_id", "current_cons_id", "member_id", "user_name", "email"] {
        assert!(luminate.names.is_identity(name.as_bytes()) && !luminate.names.is_withheld(name.as_bytes()), "{name}");
    }
    for name in [
        "password",
        "retype_password",
        "card_number",
        "card_exp_date",
        "ach_account",
        "token",
        "nonce_token",
        "jsessionid",
        "auth",
        "api_key",
        "ssn",
    ] {
        assert!(luminate.names.is_withheld(name.as_bytes()), "{name}");
    }
    assert!(luminate.server_networks.is_empty() && luminate.administrators.is_empty());
    let limits = &policy.limits;
    assert_eq!((limits.url, limits.headers, limits.form, limits.body), (8_192, 32_768, 65_536, None));
    assert_eq!(policy.single_use, SingleUse::Ledger);
    let route = policy.route("all").unwrap();
    assert_eq!(route.methods, ["GET", "HEAD"]);
    assert_eq!((route.confirm, route.path_parameters, route.revocation), (false, false, Revocation::Cached));
    assert!(!route.method_override);
    assert!(!route.bearer.query && !route.bearer.form && route.bearer.scope.is_empty() && route.host.is_none());
    assert!(route.is_guarded() && route.dialect == Dialect::Generic);
    assert!(route.xsrf == Xsrf::Origin && route.broker.is_none() && route.bearer.prefix.is_empty());
    let cors = route.cors.as_ref().unwrap();
    assert_eq!((cors.credentials, cors.max_age), (false, 600));
    assert!(policy.routes.iter().all(|route| route.tags.is_none()));
}

#[test]
fn every_value_arrives_where_it_belongs() {
    let policy = read("fixtures/policy/good/everything.toml");
    assert!(matches!(&policy.origins[0].via, Via::Url(url) if url.as_str() == "http://origin.example.org:8080/base"));
    assert!(matches!(&policy.origins[1].via, Via::Service(binding) if binding == "ORIGIN"));
    let link = &policy.links[0];
    assert_eq!((link.max_lifetime, link.skew, link.subject.as_deref()), (1_209_600, 5, Some("user")));
    assert_eq!((link.single_use, link.cover_method, link.cover_host, link.require_ip), (true, false, false, true));
    assert_eq!(link.keys[0].usage, KeyUse::Link(MacAlgorithm::HmacSha1));
    let redirect = &policy.signed_redirects[0];
    assert_eq!(redirect.boundaries, [Boundary::Inclusive, Boundary::Exclusive]);
    assert_eq!((redirect.signature.as_str(), redirect.window, redirect.single_use), ("sig", 10, false));
    let registry = policy.registry.as_ref().unwrap();
    assert_eq!((registry.keys[0].usage, registry.cache), (KeyUse::Client, 60));
    let [shop, app, pair] = policy.clients.as_slice() else { panic!("three clients") };
    assert_eq!((shop.id.as_str(), shop.name.as_str(), shop.kind), ("shop", "The shop", ClientKind::Confidential));
    assert_eq!(shop.secrets[0].text, "egHDJnbfEDKshxCm3xWj_3B6KCaAXDcxqBjZFuBRxZ0");
    assert_eq!(shop.redirect_uris, ["https://shop.example.org/cb?from=gate", "http://127.0.0.1:8788/cb"]);
    assert_eq!(shop.resources, ["https://gate.example.org/api", "http://localhost:8787/"]);
    assert_eq!(
        (shop.acts_for_others, shop.introspects_all, shop.needs_pkce, shop.needs_dpop),
        (true, true, false, true)
    );
    assert_eq!((app.name.as_str(), app.kind, app.secrets.len()), ("The_App", ClientKind::Public, 0));
    assert_eq!(app.redirect_uris, ["com.example.app:/cb"]);
    assert_eq!(
        (pair.kind, pair.subject.as_deref(), shown(&pair.scope)),
        (ClientKind::TokenPair, Some("1001002"), "read".into())
    );
    let oauth = policy.oauth.as_ref().unwrap();
    assert_eq!((oauth.path.as_str(), oauth.dialect, oauth.query), ("/connect/oauth2", Dialect::Checkfront, true));
    assert_eq!((oauth.code_lifetime, oauth.access_lifetime, oauth.refresh_lifetime), (30, 7_200, 2_592_000));
    assert_eq!((oauth.grant_lifetime, oauth.retry_window, oauth.cache), (7_776_000, 20, 5));
    let scopes: Vec<(&str, &str)> = oauth.scopes.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(scopes, [("read", "See what you have booked"), ("https://gate.example.org/write", "Book for you")]);
    let [corp, staff, found, team, partner] = policy.issuers.as_slice() else { panic!("five issuers") };
    assert_eq!(
        (corp.issuer.as_str(), shown(&corp.audience)),
        ("https://login.example.org/", "https://gate.example.org gate".into())
    );
    assert_eq!(
        (corp.origin.name.as_str(), corp.skew, corp.subject.as_str(), corp.cache),
        ("login", 0, "employee", 3_600)
    );
    let algorithms: Vec<JwsAlgorithm> = JwsAlgorithm::ALL.iter().map(|(_, one)| *one).collect();
    assert!(matches!(&corp.verification, Verification::Jwks { path, is_discovered: false, algorithms: pinned }
        if path == "/.well-known/jwks.json" && *pinned == algorithms));
    assert_eq!(
        (corp.audience_claim.as_str(), corp.client.as_deref(), corp.place),
        ("client_id", Some("cid"), TokenPlace::Bearer)
    );
    assert_eq!(shown(&corp.scopes), "scp realm_access.roles https://login.example.org/roles");
    assert_eq!(
        format!("{:?}", corp.require),
        r#"[("cid", []), ("hd", ["example.org", "example.net"]), ("token_use", ["access"])]"#
    );
    assert!(!corp.id_tokens && corp.tenants.is_empty() && staff.tenants.len() == 2);
    assert_eq!((shown(&staff.scopes), format!("{:?}", staff.require)), ("scp roles".into(), r#"[("azp", [])]"#.into()));
    assert!(matches!(&found.verification, Verification::Jwks { path, is_discovered: true, .. }
        if path == "/realm/.well-known/openid-configuration"));
    assert_eq!((found.origin.name.as_str(), team.place), ("issuers.found", TokenPlace::CfAccess));
    assert!(matches!(&partner.verification, Verification::Introspection { path, client_id, secret }
        if path == "/introspect" && client_id == "gate" && secret == "PARTNER_SECRET"));
    assert_eq!(partner.cache, 0);
    let sign_in = policy.sign_in.as_ref().unwrap();
    assert_eq!((sign_in.path.as_str(), sign_in.key.id.as_str()), ("/check-password", "assertion"));
    let basic = policy.basic.as_ref().unwrap();
    assert_eq!((basic.people, basic.cache), (false, 0));
    let machines = basic.machines.iter().map(|one| (one.name.as_str(), one.secret.as_str(), one.subject.as_str()));
    let expected =
        [("robot", "ROBOT_PASSWORD", "1001004"), ("backup@example.org", "BACKUP_PASSWORD", "backup@example.org")];
    assert_eq!(machines.collect::<Vec<_>>(), expected);
    let ticket = policy.ticket.as_ref().unwrap();
    assert_eq!((ticket.lifetime, shown(&ticket.app_tokens)), (3_600, "APP_TOKEN NEXT_APP_TOKEN".into()));
    let [desk] = policy.brokers.as_slice() else { panic!("one broker") };
    assert_eq!(
        (desk.name.as_str(), desk.url.as_str(), desk.link.name.as_str()),
        ("desk", "http://127.0.0.1:8789/sign-in", "broker")
    );
    let luminate = policy.luminate.as_ref().unwrap();
    let session = &luminate.session;
    assert_eq!((session.cookie.as_str(), session.style), ("JSESSIONID", CookieStyle::Servlet));
    assert_eq!((session.idle, session.absolute, session.cache), (600, 28_800, 5));
    assert_eq!((luminate.nonce_lifetime, luminate.sign_on_lifetime), (60, 30));
    assert_eq!((luminate.signature.name.as_str(), luminate.lookup.as_deref()), ("landing", Some("/find-person")));
    assert_eq!(shown(&luminate.api_keys), "first-key second.key_~");
    assert_eq!(luminate.no_auth, NoAuth::Named(["login", "getUser"].map(str::to_owned).to_vec()));
    let methods: Vec<(&str, usize)> = luminate.methods.iter().map(|(name, list)| (name.as_str(), list.len())).collect();
    assert_eq!(methods, [("CRConsAPI", 2), ("CROwnAPI", 0)]);
    assert_eq!(shown(&luminate.redirects), "partner.example *.partner.example 127.0.0.1:8788");
    assert_eq!(shown(&luminate.server_networks), "192.0.2.0/24 2001:db8::/32");
    let administrators = policy.administrators().map(|one| (one.name.as_str(), one.secret.as_str()));
    let expected = [("api_admin", "LUMINATE_ADMIN_PASSWORD"), ("o@example.org", "OTHER_ADMIN_PASSWORD")];
    assert_eq!(administrators.collect::<Vec<_>>(), expected);
    assert_eq!(shown(&luminate.administrators[0].methods), "get* login");
    let places = policy.route("site").unwrap().tags.unwrap();
    assert_eq!(places, TagPlaces { script: true, style: true, comment: true });
    let limits = &policy.limits;
    assert_eq!((limits.url, limits.headers, limits.form, limits.body), (4_096, 0x4000, 1_024, Some(10_485_760)));
    assert_eq!(policy.single_use, SingleUse::BestEffort);
    let route = policy.route("api").unwrap();
    assert_eq!(
        accepted(&route.accept),
        "link:files signed-redirect:landing bearer token-pair issuer:corp issuer:partner nonce session network:office none"
    );
    assert!(
        !route.is_guarded()
            && route.confirm
            && route.path_parameters
            && route.method_override
            && route.bearer.query
            && route.bearer.form
    );
    assert_eq!((shown(&route.bearer.scope), route.bearer.prefix.as_str()), ("read write".into(), "8A:Cust12345."));
    assert_eq!((route.dialect, route.xsrf), (Dialect::Checkfront, Xsrf::Token));
    assert_eq!(route.broker.as_ref().unwrap().name, "desk");
    assert_eq!(policy.route("uploads").unwrap().network.as_ref().unwrap().name, "office");
    assert_eq!(shown(&policy.networks[0].cidr), "192.0.2.0/24 2001:db8::/32");
    let [payments, own] = policy.webhooks.as_slice() else { panic!("two webhooks") };
    assert_eq!(
        (shown(&payments.secrets), payments.format.field.as_str()),
        ("STRIPE_HOOK NEXT_STRIPE_HOOK".into(), "stripe-signature")
    );
    assert_eq!((payments.tolerance, payments.limit, payments.single_use), (120, 65_536, true));
    let WebhookFormat { field, prefix, encoding, is_sha1, time, covered, .. } = &own.format;
    assert_eq!(
        (field.as_str(), prefix.as_str(), *encoding, *is_sha1),
        ("x-signature", "v1=", WebhookEncoding::Base64, true)
    );
    assert_eq!(time, &Some(WebhookTime::Field("x-time".to_owned())));
    assert_eq!(covered.len(), 5);
    assert_eq!((own.tolerance, own.limit, own.single_use), (300, 1_048_576, false));
    let forward = &route.forward;
    assert_eq!(forward.host.as_deref(), Some("inner.example.org:8080"));
    let set: Vec<(&str, &str)> = forward.set.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(set, [("X-Tenant", "one"), ("X-Empty", "")]);
    assert_eq!(forward.jwt_audience.as_deref(), Some("https://origin.example.org"));
    let cors = route.cors.as_ref().unwrap();
    assert_eq!(
        (cors.headers.join(" "), cors.expose.join(" "), cors.max_age),
        ("content-type".into(), "etag".into(), 86_400)
    );
}

#[test]
fn a_preset_is_several_credentials_and_what_goes_with_them() {
    let policy = read("fixtures/policy/good/everything.toml");
    for (name, accept, dialect, xsrf) in [
        ("onsite", "bearer ticket basic link:files session none", Dialect::SuperOffice, Xsrf::Always),
        ("online", "nonce bearer app-ticket session", Dialect::Generic, Xsrf::Off), // as it says itself
        ("own-words", "basic", Dialect::SuperOffice, Xsrf::Origin),                 // the words alone
    ] {
        let route = policy.route(name).unwrap();
        assert_eq!((&*accepted(&route.accept), route.dialect, route.xsrf), (accept, dialect, xsrf), "{name}");
    }
}

pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

pub fn read(path: &str) -> Policy {
    let text = fs::read_to_string(root().join(path)).unwrap();
    Policy::read(&text).unwrap_or_else(|problems| {
        let lines: Vec<String> = problems.iter().map(|problem| format!("{path}:{problem}")).collect();
        panic!("{}", lines.join("\n"))
    })
}

fn fixtures(folder: &str) -> Vec<(String, String)> {
    let folder = root().join("fixtures/policy").join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths.into_iter().map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap())).collect()
}

/// The `#! 12: reason` lines of a fixture.
fn expectation(path: &str, text: &str) -> Vec<String> {
    let lines: Vec<String> = text.lines().filter_map(|line| line.strip_prefix("#! ")).map(str::to_owned).collect();
    assert!(!lines.is_empty(), "{path} expects nothing");
    lines
}

fn shown(list: &[impl ToString]) -> String {
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

pub fn accepted(accept: &[CredentialKind]) -> String {
    accept.iter().map(CredentialKind::word).collect::<Vec<_>>().join(" ")
}

const TODAY: &str = "2026-11-22";
