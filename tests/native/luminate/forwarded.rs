//! What the origin gets of a call: every byte but the credentials.

use edgegate_core::exchange::Handled;
use edgegate_core::exchange::body::NewBody;
use edgegate_core::exchange::decision::Decision;
use edgegate_core::testing::World;

use crate::support::luminate::{ADMINISTRATOR, COMMON, JO, client, login, server, sign_on};
use crate::support::{NOW, POLICY, Request, Site, forwarding};

fn body(handled: &Handled) -> Option<String> {
    match &forwarding(handled).body {
        None => None,
        Some(NewBody::Whole(bytes)) => Some(String::from_utf8(bytes.clone()).unwrap()),
        Some(NewBody::Head(..)) => panic!("a form without a file is read whole"),
    }
}

fn call(more: &str) -> Request {
    client("listUserFields", more)
}

fn header<'j>(handled: &'j Handled, name: &str) -> Option<&'j str> {
    forwarding(handled).set.iter().find(|(field, _)| *field == name).map(|(_, value)| value.as_str())
}

#[test]
fn a_body_loses_its_credentials_and_nothing_else() {
    let site = Site::alone();
    let (jo, sso) = (login(&site, JO), sign_on(&site, JO));
    let common = format!("method=listUserFields&{COMMON}");
    for (more, left) in [
        (jo.fields(), String::new()),
        (format!("a=%2f&&{}&b=+%zz;c", jo.fields()), "&a=%2f&&b=+%zz;c".to_owned()),
        (format!("sso_auth_token={sso}&x"), "&x".to_owned()),
        (format!("auth=anything&a=1&{}", jo.field()), "&a=1".to_owned()),
        (
            "JSESSIONID=node01&authx=1&xauth=2&sso_auth_tokens=3".to_owned(),
            "&authx=1&xauth=2&sso_auth_tokens=3".to_owned(),
        ),
        (format!("{ADMINISTRATOR}&z"), "&z".to_owned()),
        (
            "luminateExtend=1.9.0&ts=1795319283743&signature=1".to_owned(),
            "&luminateExtend=1.9.0&ts=1795319283743&signature=1".to_owned(),
        ),
    ] {
        let handled = site.ask(&call(&more));
        assert_eq!(body(&handled), Some(format!("{common}{left}")), "{more}");
        assert_eq!(forwarding(&handled).url, "https://origin.example.org/site/CRConsAPI");
    }
}

#[test]
fn an_address_loses_its_nonce_and_nothing_else() {
    let site = Site::alone();
    for (query, left) in [
        ("a=%2f&&b=+%7E;c", "a=%2f&&b=+%7E;c"),
        ("", ""),
        ("NONCE_TOKENS=1&xNONCE_TOKEN=2", "NONCE_TOKENS=1&xNONCE_TOKEN=2"),
    ] {
        let jo = login(&site, JO);
        let path = format!("/site/CRConsAPI?method=listUserFields&{COMMON}&NONCE_TOKEN={}&{query}", jo.nonce);
        let handled = site.ask(&Request::get(&path));
        let url = format!("https://origin.example.org/site/CRConsAPI?method=listUserFields&{COMMON}&{left}");
        assert_eq!((forwarding(&handled).url.as_str(), body(&handled)), (url.as_str(), None));
    }
}

#[test]
fn a_page_keeps_what_only_a_call_gives_a_meaning() {
    let site = Site::alone();
    let jo = login(&site, JO);
    for (query, left) in [
        ("auth=1&method=2&api_key=3", "auth=1&method=2&api_key=3"),
        ("a&JSESSIONID=x&login_password=y&login_name=z&sso_auth_token=w&b", "a&b"),
        ("a&jsessionid=x&b", "a&b"),
    ] {
        let handled = site.ask(&Request::get(&format!("/site/page?{query}")));
        assert_eq!(forwarding(&handled).url, format!("https://origin.example.org/site/page?{left}"));
    }
    let length = jo.fields().len().to_string();
    let handled = site.ask(&Request::new("POST", "/site/page").form(&jo.fields()).with("content-length", &length));
    assert_eq!(body(&handled), Some(jo.fields()), "a page's body goes on as it is");
}

#[test]
fn the_origin_is_told_who_calls_and_through_which_door() {
    let site = Site::alone();
    let jo = login(&site, JO);
    let handled = site.ask(&call(&jo.field()).with("edgegate-subject", "1").with("authorization", "Basic eDp5"));
    assert_eq!((header(&handled, "edgegate-subject"), header(&handled, "edgegate-client")), (Some(JO), None));
    assert_eq!(header(&handled, "edgegate-route"), Some("site"));
    assert!(forwarding(&handled).remove.iter().any(|name| name == "authorization"));
    let handled = site.ask(&server("getUser", "cons_id=7&a=%zz"));
    assert_eq!((header(&handled, "edgegate-subject"), header(&handled, "edgegate-client")), (None, Some("api_admin")));
    assert_eq!(body(&handled), Some(format!("method=getUser&{COMMON}&cons_id=7&a=%zz")));
    assert_eq!(forwarding(&handled).url, "https://origin.example.org/site/SRConsAPI");
}

#[test]
fn the_path_keeps_its_slash_and_loses_its_routing_id() {
    let site = Site::alone();
    let query = format!("?method=listUserFields&{COMMON}");
    for (path, to) in [
        ("/site/CRConsAPI", "/site/CRConsAPI"),
        ("/site/CRConsAPI/", "/site/CRConsAPI/"),
        ("/site/CRConsAPI;jsessionid=00000000.app337b", "/site/CRConsAPI"),
        ("/site/CRConsAPI;jsessionid=00000000.app337b/", "/site/CRConsAPI/"),
    ] {
        let handled = site.ask(&Request::get(&format!("{path}{query}")));
        assert_eq!(forwarding(&handled).url, format!("https://origin.example.org{to}{query}"), "{path}");
    }
}

#[test]
fn an_address_of_a_nonce_is_no_referer() {
    let site = Site::alone();
    let removes = |referer: &str| {
        let handled = site.ask(&call("").with("referer", referer));
        forwarding(&handled).remove.contains(&"referer".to_owned())
    };
    assert!(removes("https://gate.example.org/site/page?a=1&NONCE_TOKEN=F7CF"));
    assert!(!removes("https://gate.example.org/site/page?a=1"));
}

// A name to be sent by letter is the origin's affair: it is no sign-in, and nothing is told.
#[test]
fn who_forgot_the_name_is_the_origins_affair() {
    let site = Site::alone();
    let handled = site.ask(&client("login", "email=jo%40x.org&send_user_name=true"));
    assert_eq!(body(&handled), Some(format!("method=login&{COMMON}&email=jo%40x.org&send_user_name=true")));
    assert_eq!(forwarding(&handled).cookies.len(), 0);
    crate::support::luminate::nobody_is_right(&site);
    let handled = site.ask(&client("login", "email=jo%40x.org&send_user_name=true&password=x"));
    assert!(handled.refused.is_some(), "with a password it is a sign-in");
}

#[test]
fn a_form_with_parts_is_a_form() {
    let part =
        |name: &str, value: &str| format!("--b0\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let site = Site::new(&World::at(NOW), &POLICY.replacen("form = 512", "form = 4096", 1));
    let jo = login(&site, JO);
    let send = |parts: &[(&str, &str)]| {
        let mut request =
            Request::new("POST", "/site/CRConsAPI").with("content-type", "multipart/form-data; boundary=b0");
        request.body = format!("{}--b0--\r\n", parts.iter().map(|(name, value)| part(name, value)).collect::<String>())
            .into_bytes();
        site.ask(&request)
    };
    let common = [("method", "getUser"), ("v", "1.0"), ("api_key", "api-key-1"), ("response_format", "json")];
    let with = |more: &[(&'static str, &str)]| send(&[&common[..], more].concat());
    let handled = with(&[("JSESSIONID", &jo.jsessionid), ("a", "1 & 2=%41"), ("auth", &jo.auth)]);
    let left: String = common.iter().chain(&[("a", "1 & 2=%41")]).map(|(name, value)| part(name, value)).collect();
    assert_eq!(body(&handled), Some(format!("{left}--b0--\r\n")));
    assert_eq!(header(&handled, "edgegate-subject"), Some(JO));
    for (more, code) in [
        (&[("auth", "x")][..], "5"),
        (&[("NONCE_TOKEN", "x")], "5"),
        (&[("auth", "x"), ("auth", "y")], "1"),
        (&[("Auth", "x")], "1"),
        (&[("method", "login")], "1"),
    ] {
        assert_eq!(crate::support::luminate::refused(&with(more)).2, code, "{more:?}");
    }
}

fn with_file(before: &str, behind: &str) -> Request {
    let file = "--b0\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nx\r\n";
    let part = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap();
        format!("--b0\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let parts = |pairs: &str| pairs.split('&').filter(|pair| !pair.is_empty()).map(part).collect::<String>();
    let mut request = Request::new("POST", "/site/CRConsAPI").with("content-type", "multipart/form-data; boundary=b0");
    request.body = format!("{}{file}{}--b0--\r\n", parts(before), parts(behind)).into_bytes();
    request
}

/// Whether the whole body reaches the origin: the head is forwarded, and what streams behind it is let on.
fn is_let_through(request: &Request) -> bool {
    let site = Site::new(&World::at(NOW), &POLICY.replacen("form = 512", "form = 4096", 1));
    let handled = site.ask(request);
    let Decision::Forward(sent) = &handled.decision else { return false };
    let Some(NewBody::Head(head, tail)) = &sent.body else { panic!("a file is not held") };
    assert!(!String::from_utf8_lossy(head).contains("JSESSIONID"));
    let mut tail = tail.borrow_mut();
    assert!(!tail.keeps_every_byte(), "something was cut, so the length that was sent is not that of the body");
    let behind = request.body.windows(8).position(|window| window == b"filename").unwrap();
    // The reader has taken whole pieces of 37 bytes, up to the one in which the header of the file ended.
    let taken = (1..).map(|pieces| pieces * 37).find(|taken| *taken >= behind + 41).unwrap().min(request.body.len());
    tail.push(&request.body[taken..]).is_ok() && tail.finish().is_ok()
}

#[test]
fn a_file_streams_and_no_credential_stands_behind_it() {
    let before = format!("method=listUserFields&{COMMON}");
    assert!(is_let_through(&with_file(&format!("{before}&JSESSIONID=x"), "a=1")));
    for name in ["auth", "JSESSIONID", "sso_auth_token", "NONCE_TOKEN", "login_password", "jsessionid"] {
        assert!(!is_let_through(&with_file(&before, &format!("{name}=x"))), "{name}");
    }
}

// Some origins read the last of two: it would call another method than the one that was checked.
#[test]
fn nothing_that_was_checked_stands_behind_a_file() {
    let before = format!("method=listUserFields&{COMMON}");
    for behind in ["method=getUser", "api_key=x", "v=2.0", "METHOD=getUser", "method[]=getUser"] {
        assert!(!is_let_through(&with_file(&before, behind)), "{behind}");
    }
}
