//! Apps on a person's own machine (RFC 8252), which listen on whichever port is free, and the resources that a client may
//! name without a list of its own.

use edgegate_core::exchange::Handled;
use edgegate_core::policy::{is_redirect, is_same_resource, redirect_uri};
use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;
use proptest::prelude::*;
use serde_json::json;

use super::flow::*;
use crate::support::{NOW, Request, Site, answer, refusal};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const PKCE: &str = "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

/// The app of the fixture, registered as these.
fn site(registered: &[&str]) -> Site {
    let was = r#"redirect_uris = ["org.example.app:/cb", "https://app.example/cb"]"#;
    let text = policy("10s");
    assert!(text.contains(was));
    Site::new(&World::at(NOW), &text.replace(was, &format!("redirect_uris = {registered:?}")))
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn asked(address: &str) -> String {
    format!("response_type=code&client_id=app&redirect_uri={}&{PKCE}", encoded(address))
}

fn redeemed(site: &Site, code: &str, address: &str) -> Handled {
    let form = format!("grant_type=authorization_code&code={code}&code_verifier={VERIFIER}");
    site.ask(&post("token", "app", &format!("{form}&redirect_uri={}", encoded(address))))
}

#[test]
fn an_app_on_loopback_comes_from_any_port_and_its_code_stays_there() {
    for host in ["127.0.0.1", "[::1]"] {
        let site = site(&[&format!("http://{host}/cb")]);
        for port in ["1", "80", "49152", "65535"] {
            let address = format!("http://{host}:{port}/cb");
            let form = Request::get(&format!("/oauth/authorize?{}", asked(&address))).session(&site.session());
            assert!(answer(&site.ask(&form)).body.contains(&format!("<b>{host}:{port}</b>")), "{address}");
            let code = code(&site, &asked(&address));
            // RFC 6749 section 4.1.3: the address that was used, not one that could have been.
            for other in [format!("http://{host}/cb"), format!("http://{host}:49153/cb")] {
                assert_eq!(refusal(&redeemed(&site, &code, &other)), Some(Reason::CodeMisdirected), "{other}");
            }
            assert_eq!(call(&site, "/me/", &pair(&redeemed(&site, &code, &address)).access), None);
        }
        let without = format!("http://{host}/cb");
        pair(&redeemed(&site, &code(&site, &asked(&without)), &without));
    }
}

#[test]
fn nothing_but_the_port_may_differ() {
    let registered = ["http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost/cb", "http://127.0.0.1:8788/fixed"];
    let site = site(&registered);
    for address in [
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:65536/cb",
        "http://127.0.0.1:08080/cb",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:80a/cb",
        "http://127.0.0.1:80:81/cb",
        "http://127.0.0.1:+80/cb",
        "http://127.0.0.1: 80/cb",
        "http://127.0.0.1:８０/cb",
        "http://127.0.0.1:80/cb/",
        "http://127.0.0.1:80/cb?x=1",
        "http://127.0.0.1:80/cb#x",
        "http://127.0.0.1:80/CB",
        "http://127.0.0.1:80//cb",
        "http://127.0.0.1:80/./cb",
        "http://127.0.0.1:80/x/cb",
        "http://127.0.0.1:80",
        "https://127.0.0.1:80/cb",
        "HTTP://127.0.0.1:80/cb",
        "http://127.0.0.1.evil.example:80/cb",
        "http://127.0.0.1@evil.example:80/cb",
        "http://127.0.0.1:80@evil.example/cb",
        "http://u@127.0.0.1:80/cb",
        "http://127.0.0.2:80/cb",
        "http://127.1:80/cb",
        "http://0x7f000001:80/cb",
        "http://[::1]:0/cb",
        "http://[::1]:65536/cb",
        "http://[0:0:0:0:0:0:0:1]:80/cb",
        "http://[::ffff:127.0.0.1]:80/cb",
        "http://[::1%25lo]:80/cb",
        "http://[::1]x:80/cb",
        "http://[::1:80/cb",
        "http://::1:80/cb",
        "http://localhost:80/cb",
        "http://LOCALHOST/cb",
        "http://127.0.0.1/fixed",
        "http://127.0.0.1:8789/fixed",
        "http://127.0.0.1:8788:80/fixed",
        "http://[::1]:8788/fixed",
    ] {
        let handled = site.ask(&Request::get(&format!("/oauth/authorize?{}", asked(address))));
        assert_eq!(handled.refused, Some(Reason::RedirectUnregistered), "{address}");
        assert!(answer(&handled).headers.iter().all(|(name, _)| *name != "location"), "{address}");
    }
    for address in registered {
        code(&site, &asked(address));
    }
}

proptest! {
    /// What is accepted is the registered text, or that text with a port put in at the one place.
    #[test]
    fn only_a_port_is_let_in(
        host in "(127\\.0\\.0\\.1|\\[::1\\]|localhost|127\\.0\\.0\\.2)",
        own in "(:[1-9][0-9]{0,3})?",
        path in "(/[a-z]{0,3}(\\?[a-z:@]{0,3})?)?",
        named in "http://(127\\.0\\.0\\.1|\\[::1\\]|localhost)[:@0-9.a]{0,7}(/[a-z]{0,3}(\\?[a-z:@]{0,3})?)?",
    ) {
        let registered = format!("http://{host}{own}{path}");
        prop_assume!(redirect_uri(&registered).is_ok());
        prop_assert!(is_redirect(&registered, &registered));
        let may_vary = own.is_empty() && (host == "127.0.0.1" || host == "[::1]");
        for port in 0..=65_536_u32 {
            let address = format!("http://{host}:{port}{path}");
            if port % 4097 == 0 || port < 2 {
                prop_assert_eq!(is_redirect(&registered, &address), address == registered || (may_vary && (1..65_536).contains(&port)));
            }
        }
        if is_redirect(&registered, &named) && named != registered {
            prop_assert!(may_vary);
            let digits: String = named.strip_prefix(&format!("http://{host}:")).unwrap().chars().take_while(char::is_ascii_digit).collect();
            prop_assert_eq!(format!("http://{host}:{}{path}", digits.parse::<u16>().unwrap()), named);
        }
    }

    /// One slash at the end is the only difference that makes none.
    #[test]
    fn a_slash_at_the_end_makes_no_other_resource(text in "https://[ab](/[ab]{0,2}){0,2}", other in "https://[ab](/[ab]{0,2}){0,2}") {
        let bare = |text: &str| text.strip_suffix('/').unwrap_or(text).to_owned();
        let with_slash = format!("{text}/");
        prop_assert_eq!(is_same_resource(&text, &with_slash), !text.ends_with('/'));
        prop_assert_eq!(is_same_resource(&text, &other), bare(&text) == bare(&other));
    }
}

#[test]
fn what_may_be_registered_is_said_in_one_sentence() {
    for address in ["https://a.example/cb", "http://127.0.0.1/cb", "http://[::1]:80/cb", "com.example.app:/cb"] {
        assert!(redirect_uri(address).is_ok(), "{address}");
    }
    for address in ["myapp:/cb", "myapp://cb", "javascript:alert(1)", "/cb", "HTTPS://a.example", "http://a.example/cb"]
    {
        let said = redirect_uri(address).unwrap_err();
        assert!(said.contains("https, http on loopback"), "{address}: {said}");
        assert!(said.ends_with("an app's own scheme with a dot in it, such as `com.example.app:/cb`"), "{said}");
    }
}

#[test]
fn a_resource_with_or_without_a_slash_at_its_end_is_one() {
    let site = super::flow::site("10s");
    let me = |slash: &str| format!("&resource=https%3A%2F%2Fgate.example.org%2Fme{slash}");
    // Both spellings at once are one resource, said as the client is registered.
    let code = code(&site, &format!("response_type=code&client_id=shop{}{}", me("%2F"), me("")));
    let form = format!("grant_type=authorization_code&code={code}{}", me("%2F"));
    let first = pair(&site.ask(&post("token", "shop", &form)));
    let told = json(&site.ask(&post("introspect", "shop", &format!("token={}", first.access))));
    assert_eq!(told["aud"], json!(["https://gate.example.org/me"]));
    assert_eq!(call(&site, "/me/", &first.access), None);
    assert_eq!(call(&site, "/strict/", &first.access), Some(Reason::TokenResource));
    let refresh = |slash: &str| format!("grant_type=refresh_token&refresh_token={}{}", first.refresh, me(slash));
    assert_eq!(refusal(&site.ask(&post("token", "shop", &refresh("%2F%2F")))), Some(Reason::ResourceRefused));
    pair(&site.ask(&post("token", "shop", &refresh("%2F"))));
}

#[test]
fn a_client_that_lists_no_resources_may_name_those_of_the_routes() {
    let site = site(&["https://app.example/cb"]);
    let address = "https://app.example/cb";
    let asked = |resource: &str| format!("{}&resource={}", asked(address), encoded(resource));
    for (resource, opens, closed) in [
        ("https://gate.example.org/me", "/me/", Some("/pay/")),
        ("https://gate.example.org/me/", "/me/x", Some("/strict/")),
        ("https://gate.example.org", "/me/", None),
        ("https://gate.example.org/", "/strict/", None),
    ] {
        let token = pair(&redeemed(&site, &code(&site, &asked(resource)), address));
        assert_eq!(call(&site, opens, &token.access), None, "{resource}");
        if let Some(closed) = closed {
            assert_eq!(call(&site, closed, &token.access), Some(Reason::TokenResource), "{resource}");
        }
    }
    // No route of that path takes tokens of this server.
    for resource in [
        "https://gate.example.org/account",
        "https://gate.example.org/me//",
        "https://gate.example.org/m",
        "https://gate.example.org/me/x",
        "https://gate.example.org.evil.example",
        "https://elsewhere.example/me",
    ] {
        let handled = site.ask(&Request::get(&format!("/oauth/authorize?{}", asked(resource))));
        assert_eq!(handled.refused, Some(Reason::ResourceRefused), "{resource}");
    }
    // A client with a list of its own has that list.
    let other = format!("response_type=code&client_id=shop&resource={}", encoded("https://gate.example.org/pay"));
    let handled = site.ask(&Request::get(&format!("/oauth/authorize?{other}")));
    assert_eq!(handled.refused, Some(Reason::ResourceRefused));
}
