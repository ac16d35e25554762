//! Forms that are read for a credential: how many fields one may have, wherever it is posted.

use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;

use crate::support::schemes::Browser;
use crate::support::{NOW, POLICY, Request, Site};

/// The policy of the tests with the default limits.
fn site() -> Site {
    let (before, rest) = POLICY.split_once("[limits]").unwrap();
    let (_, routes) = rest.split_once("[[routes]]").unwrap();
    Site::new(&World::at(NOW), &format!("{before}[[routes]]{routes}"))
}

fn places(site: &Site) -> Vec<(Request, &'static str)> {
    let panel = Request::new("POST", "/panel/").with("cookie", &Browser::new(site).cookies());
    vec![
        (Request::new("POST", "/.edgegate/sign-in"), "account=jo&password=x"),
        (Request::new("POST", "/oauth/token"), "grant_type=x"),
        (Request::new("POST", "/oauth/introspect"), "token=x"),
        (Request::new("POST", "/oauth/revoke"), "token=x"),
        (Request::new("POST", "/site/CRConsAPI"), "method=x"),
        (Request::new("POST", "/site/SRConsAPI").with("cf-connecting-ip", "10.1.2.3"), "method=x"),
        (Request::new("POST", "/read/"), "a=1"),
        (panel, "a=1"),
    ]
}

#[test]
fn a_form_has_at_most_a_thousand_fields_wherever_it_is_read() {
    let site = site();
    for (request, first) in places(&site) {
        let with =
            |count: usize, field: &str| request.clone().form(&format!("{first}&{}", vec![field; count].join("&")));
        let own = first.split('&').count();
        for (form, is_refused) in [
            (with(1000 - own, "x=1"), false),
            (with(1001 - own, "x=1"), true),
            (with(1001 - own, ""), true),
            (with(501, "x;y"), true),
            (with(60_000, ""), true),
        ] {
            let (handled, storage) = site.cost(&form);
            let was = handled.refused == Some(Reason::FormMalformed);
            assert_eq!(was, is_refused, "{} {} bytes: {:?}", request.url, form.body.len(), handled.refused);
            assert!(!is_refused || storage == 0, "{}", request.url);
        }
    }
}

#[test]
fn a_form_with_files_has_as_many() {
    let site = site();
    let part = "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n\r\n";
    for (count, is_refused) in [(1000, false), (1001, true)] {
        let mut request =
            Request::new("POST", "/site/CRConsAPI").with("content-type", "multipart/form-data; boundary=b");
        request.body = format!("{}--b--\r\n", part.repeat(count)).into_bytes();
        let refused = site.ask(&request).refused;
        assert_eq!(refused == Some(Reason::FormMalformed), is_refused, "{count}: {refused:?}");
    }
}

#[test]
fn a_body_is_as_long_as_the_policy_allows_and_no_longer() {
    let site = Site::alone();
    for (length, refused) in [("100000", None), ("100001", Some(Reason::BodyTooLarge))] {
        assert_eq!(
            site.ask(&Request::new("POST", "/open/").with("content-length", length)).refused,
            refused,
            "{length}"
        );
    }
}
