//! Routing: the first match decides, and no spelling of a guarded path reaches an open route.

use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;

use crate::support::{self, NOW, Request, Site, answer, forwarding};

/// A policy of routes alone: each `name path methods accept`, `;` for `path_parameters`.
fn site(routes: &[(&str, &str, &[&str], &str)], more: &str) -> Site {
    let head = support::POLICY.split("[[routes]]").next().unwrap();
    let tables = routes.iter().map(|(name, path, methods, accept)| {
        format!("[[routes]]\nname = \"{name}\"\npath = \"{path}\"\nmethods = {methods:?}\naccept = [\"{accept}\"]\nforward = {{ origin = \"site\" }}\n{more}\n")
    });
    Site::new(&World::at(NOW), &format!("{head}{}", tables.collect::<String>()))
}

fn route_of(site: &Site, method: &str, path: &str) -> (Option<String>, Option<Reason>) {
    let handled = site.ask(&Request::new(method, path));
    (handled.route.map(|route| route.name.clone()), handled.refused)
}

fn goes_to(site: &Site, method: &str, path: &str) -> Result<String, Reason> {
    match route_of(site, method, path) {
        (Some(route), None) => Ok(route),
        (_, refused) => Err(refused.expect("no route and no reason")),
    }
}

#[test]
fn the_first_match_wins() {
    let site = site(
        &[("one", "/a/b", &["GET"], "none"), ("two", "/a/*", &["GET"], "none"), ("rest", "/*", &["GET"], "none")],
        "",
    );
    for (path, name) in
        [("/a/b", "one"), ("/a", "two"), ("/a/", "two"), ("/a/b/", "two"), ("/ab", "rest"), ("/", "rest")]
    {
        assert_eq!(goes_to(&site, "GET", path).as_deref(), Ok(name), "{path}");
    }
}

#[test]
fn no_match_is_a_refusal() {
    let site = site(&[("one", "/a/*", &["GET"], "none")], "");
    for path in ["/", "/b", "/ab", "/a%20", "/%C3%A4"] {
        assert_eq!(goes_to(&site, "GET", path), Err(Reason::NoRoute), "{path}");
    }
}

#[test]
fn siblings_share_a_path_by_method() {
    let site = site(
        &[
            ("read", "/a/*", &["GET", "HEAD"], "none"),
            ("write", "/a/*", &["POST"], "bearer"),
            ("rest", "/*", &["GET", "PUT"], "none"),
        ],
        "",
    );
    assert_eq!(goes_to(&site, "GET", "/a/x").as_deref(), Ok("read"));
    assert_eq!(route_of(&site, "POST", "/a/x"), (Some("write".to_owned()), Some(Reason::CredentialMissing)));
    let handled = site.ask(&Request::new("PUT", "/a/x"));
    assert_eq!(handled.refused, Some(Reason::MethodNotAllowed), "PUT belongs to the wider route");
    let allow = answer(&handled).headers.iter().find(|(name, _)| *name == "allow").map(|(_, value)| value.as_str());
    assert_eq!(allow, Some("GET, HEAD, POST"));
}

#[test]
fn no_method_falls_from_a_guarded_prefix_to_an_open_route() {
    let all: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"];
    let site = site(&[("guarded", "/admin/*", &["GET"], "bearer"), ("rest", "/*", all, "none")], "");
    for method in all {
        for path in ["/admin", "/admin/", "/admin/x", "/admin/x/y"] {
            let (route, refused) = route_of(&site, method, path);
            let expected = if *method == "GET" { Reason::CredentialMissing } else { Reason::MethodNotAllowed };
            assert_eq!((route.as_deref(), refused), (Some("guarded"), Some(expected)), "{method} {path}");
        }
    }
}

#[test]
fn another_case_of_a_guarded_path_is_refused() {
    let site = site(&[("guarded", "/admin/*", &["GET"], "bearer"), ("rest", "/*", &["GET"], "none")], "");
    for path in ["/Admin", "/ADMIN/x", "/admiN/"] {
        assert_eq!(goes_to(&site, "GET", path), Err(Reason::PathCaseAmbiguous), "{path}");
    }
    assert_eq!(goes_to(&site, "GET", "/Administration").as_deref(), Ok("rest"));
}

#[test]
fn another_case_of_an_open_path_is_just_another_path() {
    let site = site(&[("one", "/a/*", &["GET"], "none"), ("rest", "/*", &["GET"], "none")], "");
    assert_eq!(goes_to(&site, "GET", "/A/x").as_deref(), Ok("rest"));
}

#[test]
fn path_parameters_need_leave() {
    let closed = site(&[("rest", "/*", &["GET"], "none")], "");
    let open = site(&[("rest", "/*", &["GET"], "none")], "path_parameters = true");
    for path in ["/a;x=1", "/a;/b", "/a/b;jsessionid=1"] {
        assert_eq!(goes_to(&closed, "GET", path), Err(Reason::PathParameter), "{path}");
        assert_eq!(goes_to(&open, "GET", path).as_deref(), Ok("rest"), "{path}");
    }
    for path in ["/..;/a", "/.;x/a", "/;/a"] {
        assert_eq!(goes_to(&open, "GET", path), Err(Reason::PathAmbiguous), "{path}");
    }
}

/// An origin that drops `;...` (RFC 3986 section 3.3, servlet containers) serves these as `/admin/secret`.
#[test]
fn a_path_parameter_does_not_carry_a_guarded_path_to_an_open_route() {
    let site = site(
        &[
            ("guarded", "/admin/*", &["GET"], "bearer"),
            ("exact", "/secret", &["GET"], "bearer"),
            ("rest", "/*", &["GET"], "none"),
        ],
        "path_parameters = true",
    );
    for path in ["/admin;x/secret", "/admin;/secret", "/admin;x", "/Admin;x/secret", "/secret;x"] {
        let handled = site.ask(&Request::get(path));
        assert!(handled.refused.is_some(), "{path} was forwarded to {}", forwarding(&handled).url);
    }
}

#[test]
fn the_gateways_own_paths_are_never_forwarded() {
    let site = site(&[("rest", "/*", &["GET"], "none")], "path_parameters = true");
    for path in ["/.edgegate", "/.edgegate/", "/.edgegate/nothing", "/.EdgeGate/health", "/.edgegate/health/x"] {
        assert_eq!(goes_to(&site, "GET", path), Err(Reason::NoRoute), "{path}");
    }
}
