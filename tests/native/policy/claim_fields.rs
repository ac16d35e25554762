//! In which header fields a claim may stand: the reader has names of its own, since it cannot see the core's list.

use edgegate_core::forward::reserved::ROWS;
use edgegate_core::policy::Policy;

const POLICY: &str = r#"
version = 1
gateway = { issuer = "https://gate.example.org" }
origins.site = { url = "https://origin.example.org" }
[issuers.realm]
preset = "keycloak"
issuer = "https://keycloak.example.org/realms/quickstart"
audience = ["gate"]
[[routes]]
name = "reports"
path = "/reports/*"
accept = ["issuer:realm"]
headers = { "NAME" = "groups" }
forward = { origin = "site" }
"#;

/// What the reader says against a field.
fn said(name: &str) -> Option<String> {
    let problems = Policy::read(&POLICY.replace("NAME", name)).err()?;
    Some(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

/// The names of identities in families that hold something else as well.
const IDENTITIES: [&str; 16] = [
    "l5d-client-id",
    "remote-email",
    "remote-groups",
    "remote-name",
    "remote-user",
    "x-apigateway-api-userinfo",
    "x-appengine-user-email",
    "x-forwarded-email",
    "x-forwarded-groups",
    "x-forwarded-preferred-username",
    "x-forwarded-roles",
    "x-forwarded-user",
    "x-proxy-ext-team",
    "x-proxy-roles",
    "x-proxy-user",
    "x-remote-extra-team",
];

/// Names of such families, and of what the document of policies names, that decide how a request is read.
const DECIDING: [&str; 36] = [
    "Content-Type",
    "Range",
    "REMOTE_ADDR",
    "Remote-Host",
    "Remote-Port",
    "WL-Proxy-SSL",
    "X-Accel-Redirect",
    "X-AppEngine-Cron",
    "X-ApiGateway-Event",
    "X-Envoy-Original-Path",
    "X-Forwarded",
    "X-Forwarded-Access-Token",
    "X-Forwarded-By",
    "X-Forwarded-Client-Cert",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Method",
    "X-Forwarded-Path",
    "X-Forwarded-Port",
    "X-Forwarded-Prefix",
    "X-Forwarded-Proto",
    "X-Forwarded-Scheme",
    "X-Forwarded-Script-Name",
    "X-Forwarded-Ssl",
    "X-Forwarded-Tls-Client-Cert",
    "X-Forwarded-Uri",
    "X-HTTP-Method-Override",
    "X-Middleware-Prefetch",
    "X-Middleware-Subrequest",
    "X-Original-URL",
    "X-Proxy-Host",
    "X-Rewrite-URL",
    "X-Scheme",
    "X-Script-Name",
    "X_Forwarded.Port",
    "l5d-dst-override",
];

/// Families that the core's list calls identities, and in which only the gateway or the platform speaks.
const OF_OTHERS: [&str; 2] = ["cf-access-", "edgegate-"];

#[test]
fn no_claim_stands_where_an_origin_reads_anything_but_an_identity() {
    for row in ROWS {
        let name = if row.name.ends_with('-') { format!("{}zz", row.name) } else { row.name.to_owned() };
        let said = said(&name);
        if row.meaning == "identity" && !OF_OTHERS.contains(&row.name) {
            assert_eq!(said, None, "{name}");
        } else if !row.meaning.starts_with("identity") || OF_OTHERS.contains(&row.name) {
            let said = said.unwrap_or_else(|| panic!("{name} may hold a claim: {}", row.meaning));
            assert!(
                said.contains(&format!("headers.{name}: `{name}` cannot")) || OF_OTHERS.contains(&row.name),
                "{said}"
            );
        }
    }
}

#[test]
fn of_families_that_hold_identities_too_only_these_may_hold_a_claim() {
    for name in IDENTITIES {
        assert_eq!(said(name), None, "{name}");
    }
    for name in DECIDING {
        let said = said(name).unwrap_or_else(|| panic!("{name} may hold a claim"));
        assert!(said.contains(&format!("`{name}` cannot hold a claim")), "{said}");
    }
    // Each family of the core's list that is mixed is in one of the lists above.
    for row in ROWS.iter().filter(|row| row.meaning.starts_with("identity") && row.meaning != "identity") {
        let is_of = |name: &&str| edgegate_core::forward::headers::fold(name).starts_with(row.name);
        let is_tested = IDENTITIES.iter().chain(&DECIDING).any(is_of);
        assert!(is_tested || OF_OTHERS.contains(&row.name), "{}", row.name);
    }
}
