//! One negative test for each published advisory about a comparable product, by name. What is said of a fault is what it
//! was there; the test shows that this gate does not have it. Those about JWTs and Authorization schemes (CVE-2026-22817,
//! CVE-2026-22818, CVE-2026-47673) run against a real issuer in `tests/e2e/issuers/advisories.test.mjs`.

use edgegate_core::policy::Network;
use edgegate_core::refusal::Reason;

use super::{refused, with_routes};
use crate::support::{HOST, Request, Site, forwarding};

/// A guarded folder in front of an open rest, as in most of the advisories.
fn guarded_and_open() -> Site {
    with_routes(
        r#"
        [[routes]]
        name = "guarded"
        path = "/admin/*"
        accept = ["session"]
        forward = { origin = "site" }
        [[routes]]
        name = "public"
        path = "/public/*"
        accept = ["none"]
        forward = { origin = "site" }
        [[routes]]
        name = "rest"
        path = "/rest/*"
        methods = ["GET", "POST"]
        accept = ["none"]
        forward = { origin = "site" }"#,
    )
}

/// Fields that a client sent and that the origin does not get.
fn cut(name: &str) -> bool {
    let site = Site::alone();
    let handled = site.ask(&Request::get("/open/x").with(name, "mallory"));
    forwarding(&handled).remove.iter().any(|removed| removed == name)
}

#[test]
fn cve_2025_64484_oauth2_proxy_identity_headers_by_underscore() {
    for name in ["x_forwarded_user", "x_forwarded-email", "x-forwarded_groups", "x_forwarded_preferred_username"] {
        assert!(cut(name), "{name}");
    }
}

#[test]
fn traefik_12961_authentication_headers_by_underscore() {
    for name in ["x_authenticated_user", "remote_user", "x_remote_user", "x_auth_request_user"] {
        assert!(cut(name), "{name}");
    }
}

#[test]
fn traefik_authentication_headers_by_dot() {
    for name in ["x.authenticated.user", "x.forwarded-user", "remote.user", "edgegate.subject", "x-auth.request-email"]
    {
        assert!(cut(name), "{name}");
    }
}

#[test]
fn cve_2026_35051_traefik_x_forwarded_prefix() {
    for name in ["x-forwarded-prefix", "x_forwarded_prefix", "x.forwarded.prefix"] {
        assert!(cut(name), "{name}");
    }
}

#[test]
fn traefik_12657_forwarded_of_rfc_7239() {
    assert!(cut("forwarded"));
}

#[test]
fn ghsa_7x63_xv5r_3p2x_oauth2_proxy_x_forwarded_uri_chooses_the_rule() {
    let site = guarded_and_open();
    for name in ["x-forwarded-uri", "x-original-uri", "x-original-url", "x-rewrite-url", "x-forwarded-path"] {
        let request = Request::get("/admin/x").with(name, "/public/x");
        assert_eq!(refused(&site, &request), Some(Reason::CredentialMissing), "{name}");
        assert!(cut(name), "{name}");
    }
}

#[test]
fn ghsa_5hvv_m4w4_gf6v_oauth2_proxy_health_check_user_agent() {
    let site = guarded_and_open();
    for agent in
        ["GoogleHC/1.0", "GoogleStackdriverMonitoring-UptimeChecks", "ELB-HealthChecker/2.0", "kube-probe/1.30"]
    {
        let request = Request::get("/admin/x").with("user-agent", agent);
        assert_eq!(refused(&site, &request), Some(Reason::CredentialMissing), "{agent}");
    }
}

#[test]
fn oauth2_proxy_624_an_open_path_inside_a_guarded_one() {
    let site = guarded_and_open();
    for path in ["/public/../admin/x", "/public/%2e%2e/admin/x", "/public/..;/admin/x", "/public/..%2fadmin/x"] {
        assert_eq!(refused(&site, &Request::get(path)), Some(Reason::PathAmbiguous), "{path}");
    }
}

#[test]
fn ghsa_p224_6x5r_fjpm_oathkeeper_rules_over_a_path_that_is_not_normalised() {
    let site = guarded_and_open();
    for path in ["/public/../admin/x", "//admin/x", "/public//../admin/x", "/public/./../admin/x", "/rest/..\\admin/x"]
    {
        assert_eq!(refused(&site, &Request::get(path)), Some(Reason::PathAmbiguous), "{path}");
    }
}

#[test]
fn cve_2019_9901_envoy_rules_over_a_path_that_is_not_normalised() {
    let site = guarded_and_open();
    for path in ["/public/../admin", "/rest/%2e%2e/admin", "/public/.%2e/admin/x", "/public/%2E./admin/x"] {
        assert_eq!(refused(&site, &Request::get(path)), Some(Reason::PathAmbiguous), "{path}");
    }
}

#[test]
fn cve_2026_34908_unifi_raw_path_for_the_rule_and_normalised_for_the_handler() {
    let site = guarded_and_open();
    for path in ["/public/%2e%2e%2fadmin/x", "/%61dmin/x", "/public/%5c..%5cadmin/x", "/public/..%c0%afadmin/x"] {
        assert_eq!(refused(&site, &Request::get(path)), Some(Reason::PathAmbiguous), "{path}");
    }
}

#[test]
fn cve_2026_47676_hono_a_mount_prefix_cut_by_undecoded_length() {
    let site = with_routes(
        r#"
        [[routes]]
        name = "mounted"
        path = "/mounted/*"
        accept = ["none"]
        forward = { origin = "site", path = "/inner/*" }"#,
    );
    let handled = site.ask(&Request::get("/mounted/na%C3%AFve/%C3%A9/x?a=1"));
    assert_eq!(forwarding(&handled).url, "https://origin.example.org/inner/na%C3%AFve/%C3%A9/x?a=1");
    assert_eq!(refused(&site, &Request::get("/mounted/café/x")), Some(Reason::PathAmbiguous));
    assert_eq!(refused(&site, &Request::get("/%6Dounted/x")), Some(Reason::PathAmbiguous));
}

#[test]
fn ghsa_7rh7_c77v_6434_oauth2_proxy_a_query_that_looks_like_an_open_path() {
    let site = guarded_and_open();
    for query in ["/public/x", "a=/public/", "/public/*", "next=/public/x&/public"] {
        let request = Request::get(&format!("/admin/x?{query}"));
        assert_eq!(refused(&site, &request), Some(Reason::CredentialMissing), "{query}");
    }
}

#[test]
fn ghsa_pxq7_h93f_9jrg_oauth2_proxy_a_fragment_in_the_path() {
    let site = guarded_and_open();
    for path in ["/admin/x#/public/y", "/public/x#", "/rest/#/../admin"] {
        assert!(refused(&site, &Request::get(path)).is_some(), "{path}");
    }
    assert_eq!(refused(&site, &Request::get("/rest/%23/x")), Some(Reason::PathAmbiguous), "an escaped fragment");
}

#[test]
fn envoy_ext_authz_a_header_written_by_the_gate_chooses_another_route() {
    let site = Site::alone();
    let request = Request::get("/open/x").with("edgegate-route", "admin").with("host", "admin.example.org");
    let handled = site.ask(&request);
    let forwarding = forwarding(&handled);
    let route = forwarding.set.iter().filter(|(name, _)| *name == "edgegate-route").map(|(_, value)| value.as_str());
    assert_eq!(route.collect::<Vec<_>>(), ["open"]);
    assert_eq!(forwarding.url, "https://origin.example.org/open/x", "the address was chosen before any header was set");
}

#[test]
fn ghsa_2234_fmw7_43wr_hono_cross_site_request_without_a_content_type() {
    let site = Site::alone();
    let session = site.session();
    let from_elsewhere = |content_type: Option<&str>| {
        let request = Request::new("POST", "/account/x").session(&session).with("origin", "https://evil.example");
        content_type.map_or(request.clone(), |value| request.with("content-type", value))
    };
    for content_type in [None, Some(""), Some("application/json"), Some("TEXT/PLAIN"), Some("application/x-json")] {
        assert_eq!(refused(&site, &from_elsewhere(content_type)), Some(Reason::CrossSite), "{content_type:?}");
    }
    // A form that is none is refused for that already.
    let multipart = refused(&site, &from_elsewhere(Some("multipart/form-data")));
    assert!(matches!(multipart, Some(Reason::CrossSite | Reason::FormMalformed)), "{multipart:?}");
}

#[test]
fn cve_2026_47674_hono_an_address_in_a_form_that_the_rule_does_not_know() {
    let inside = |network: &str, address: &str| Network::parse(network).unwrap().contains(address.parse().unwrap());
    for address in ["2001:db8::1", "2001:0DB8:0:0:0:0:0:1", "2001:db8:0::0.0.0.1", "2001:DB8::0001"] {
        assert!(inside("2001:db8::/32", address), "{address}");
    }
    for address in ["192.0.2.1", "::ffff:192.0.2.1", "::FFFF:c000:0201", "0:0:0:0:0:ffff:c000:201"] {
        assert!(inside("192.0.2.0/24", address), "{address}");
    }
    assert!(!inside("192.0.2.0/24", "::192.0.2.1"), "a compatible address is another one");
}

#[test]
fn ghsa_r354_f388_2fhh_hono_addresses_that_are_none() {
    let site = Site::alone();
    let ask = |address: &str| {
        let request = Request::new("POST", &format!("{HOST}/.edgegate/admin/token"));
        refused(&site, &request.bearer("x").with("cf-connecting-ip", address))
    };
    for address in
        ["10.1.2.999", "10.1.2", "10.1.2.3.4", "010.1.2.3", "0x0a.1.2.3", "10.1.2.3/8", "10.1.2.3, 9.9.9.9", ""]
    {
        assert_eq!(ask(address), Some(Reason::AdminAddress), "{address}");
    }
    assert_ne!(ask("10.1.2.3"), Some(Reason::AdminAddress));
}
