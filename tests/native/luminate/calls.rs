//! What every call needs, and the order in which it is checked.

use edgegate_core::refusal::Reason;

use crate::support::luminate::{COMMON, JO, client_get, login, refused, server};
use crate::support::{Request, Site, answer, is_granted};

fn post(servlet: &str, form: &str) -> Request {
    Request::new("POST", &format!("/site/{servlet}")).form(form)
}

/// Every line is right up to one thing; that thing and everything after it is wrong.
#[test]
fn the_order_is_the_documented_one() {
    let listed = |request: Request| request.with("cf-connecting-ip", "10.1.2.3");
    let wrong = "login_name=x&login_password=y&cons_id=1&member_id=2";
    let server_call = |fields: &str| post("SRConsAPI", &format!("response_format=json&{wrong}&{fields}"));
    for (request, reason, status, code) in [
        (Request::new("HEAD", "/site/CRNothingAPI?response_format=json"), Reason::CallMethodUnknown, 403, "17"),
        (Request::new("HEAD", "/site/SRConsAPI?response_format=json"), Reason::MethodNotAllowed, 405, "405"),
        (
            Request { body: b"{}".to_vec(), ..Request::new("POST", "/site/SRConsAPI?response_format=json") },
            Reason::FormMalformed,
            403,
            "1",
        ),
        (server_call("auth=1&auth=2&v=2.0&api_key=x&method=nothing"), Reason::ParameterDuplicate, 403, "1"),
        (server_call("v=2.0&api_key=x&method=nothing"), Reason::ServerAddress, 403, "4"),
        (listed(server_call("v=2.0&api_key=x&method=nothing")), Reason::ApiKeyUnknown, 403, "2"),
        (listed(server_call("v=2.0&api_key=api-key-1&method=nothing")), Reason::CallVersion, 403, "1"),
        (listed(server_call("api_key=api-key-1&method=nothing")), Reason::CallParameterMissing, 403, "10"),
        (listed(server_call("v=1.0&api_key=api-key-1")), Reason::CallMethodMissing, 403, "6"),
        (listed(server_call("v=1.0&api_key=api-key-1&method=")), Reason::CallMethodMissing, 403, "6"),
        (listed(server_call("v=1.0&api_key=api-key-1&method=nothing")), Reason::CallMethodUnknown, 403, "17"),
        (
            listed(Request::get(&format!("/site/SRConsAPI?method=getSingleSignOnToken&{COMMON}&{wrong}"))),
            Reason::MethodNotAllowed,
            405,
            "405",
        ),
        (listed(post("SRConsAPI", &format!("method=create&{COMMON}&{wrong}"))), Reason::AdministratorRefused, 403, "3"),
        (server("create", "cons_id=1&member_id=2"), Reason::MethodNotPermitted, 403, "14"),
        (server("getSingleSignOnToken", "cons_id=1&member_id=2"), Reason::CallMalformed, 403, "1"),
    ] {
        let site = Site::alone();
        let (handled, storage) = site.cost(&request);
        if request.method != "HEAD" {
            assert_eq!(refused(&handled), (Some(reason), status, code.to_owned()));
        }
        assert_eq!((handled.refused, answer(&handled).status, storage), (Some(reason), status, 0), "{request:?}");
    }
}

#[test]
fn both_keys_and_no_other_open_the_api() {
    let site = Site::alone();
    for (key, is_right) in [
        ("api-key-1", true),
        ("api-key-2", true),
        ("api%2Dkey%2D1", true),
        ("api-key-3", false),
        ("API-KEY-1", false),
        ("api-key-1+", false),
        ("api-key-1%00", false),
        ("", false),
    ] {
        for request in [
            Request::get(&format!("/site/CRConsAPI?method=getLoginUrl&v=1.0&response_format=json&api_key={key}")),
            post("CRConsAPI", &format!("method=getLoginUrl&v=1.0&response_format=json&api_key={key}")),
        ] {
            let handled = site.ask(&request);
            assert_eq!(handled.refused, (!is_right).then_some(Reason::ApiKeyUnknown), "{key}");
        }
    }
    let none = Request::get("/site/CRConsAPI?method=getLoginUrl&v=1.0&response_format=json");
    assert_eq!(refused(&site.ask(&none)), (Some(Reason::ApiKeyUnknown), 403, "2".to_owned()));
}

#[test]
fn a_method_has_one_spelling_and_its_own_servlet() {
    for (servlet, method) in [
        ("CRConsAPI", "LoginTest"),
        ("CRConsAPI", "logintest"),
        ("CRConsAPI", "getuser"),
        ("CRConsAPI", "OWNMETHOD"),
        ("CRConsAPI", "loginTest+"),
        ("CRConsAPI", "login Test"),
        ("CRConsAPI", "getSingleSignOnToken"),
        ("CRTeamraiserAPI", "login"),
        ("CRDonationAPI", "getLoginUrl"),
        ("CROwnAPI", "getUser"),
        ("SRConsAPI", "getLoginUrl"),
        ("SRConsAPI", "logout"),
        ("CRConsAPI", "%00login"),
    ] {
        let handled = Site::alone()
            .ask(&post(servlet, &format!("method={method}&{COMMON}")).with("cf-connecting-ip", "10.1.2.3"));
        assert_eq!(refused(&handled), (Some(Reason::CallMethodUnknown), 403, "17".to_owned()), "{servlet} {method}");
    }
    for (servlet, method) in [("CRConsAPI", "%6CoginTest"), ("CRDonationAPI", "donate"), ("CROwnAPI", "ownMethod")] {
        let handled = Site::alone().ask(&post(servlet, &format!("method={method}&{COMMON}")));
        assert_ne!(handled.refused, Some(Reason::CallMethodUnknown), "{servlet} {method}");
    }
}

#[test]
fn passwords_and_tokens_are_posted() {
    let site = Site::alone();
    let query = |method: &str, more: &str| client_get(method, more);
    for method in ["login", "authenticateUser", "singleSignOn"] {
        let handled = site.ask(&query(method, "user_name=jo&password=x"));
        assert_eq!(refused(&handled), (Some(Reason::MethodNotAllowed), 405, "405".to_owned()), "{method}");
        assert!(answer(&handled).headers.contains(&("allow", "POST".to_owned())));
    }
    // A server call carries the administrator's, whatever it asks for.
    let by_get = Request::get(&format!("/site/SRConsAPI?method=getUser&{COMMON}")).with("cf-connecting-ip", "10.1.2.3");
    assert_eq!(refused(&site.ask(&by_get)), (Some(Reason::MethodNotAllowed), 405, "405".to_owned()));
    for (in_query, in_body) in [
        ("user_name=jo", "password=x"),
        ("email=jo", "password=x"),
        ("password=x", "user_name=jo"),
        ("password=x", "email=jo"),
    ] {
        let request = Request::new("POST", &format!("/site/CRConsAPI?{in_query}"));
        let handled = site.ask(&request.form(&format!("method=login&{COMMON}&{in_body}")));
        assert_eq!(refused(&handled), (Some(Reason::CredentialMisplaced), 403, "5".to_owned()), "{in_query}");
    }
    for method in ["getLoginUrl", "logout", "loginTest"] {
        assert_ne!(site.ask(&query(method, "")).refused, Some(Reason::MethodNotAllowed));
    }
}

#[test]
fn a_parameter_stands_once_and_in_its_own_spelling() {
    let site = Site::alone();
    let jo = login(&site, JO);
    for (query, more) in [
        ("", "method=logout"),
        ("", "api_key=api-key-1"),
        ("", "v=1.0"),
        ("", "response_format=json"),
        ("method=loginTest", ""),
        ("v=1.0", ""),
        ("", "a=1;method=logout"),
        ("", "Method=logout"),
        ("", "method[]=logout"),
        ("", "%6dethod=logout"),
        ("", "suppress_response_codes=true&suppress_response_codes=true"),
        ("", "auth=1&auth=1"),
        ("", "jsessionid=1"),
        ("auth=1", "auth=1"),
        ("nonce_token=1", ""),
        ("", "cons_id=1001002&cons_id=1001002"),
    ] {
        let form = format!("method=loginTest&{COMMON}&{}&{more}", jo.field());
        let handled = site.ask(&post(
            &format!("CRConsAPI?response_format=json&{query}"),
            &form.replace("&response_format=json", if more.contains("format") { "&response_format=json" } else { "" }),
        ));
        assert!(
            matches!(handled.refused, Some(Reason::ParameterDuplicate | Reason::ParameterShadowed)),
            "{query} {more}: {:?}",
            handled.refused
        );
        assert_eq!((refused(&handled).1, refused(&handled).2.as_str()), (403, "1"), "{query} {more}");
    }
}

// An origin that believes the charset reads `%94%85%A3%88%96%84` as `method`.
#[test]
fn a_form_in_another_charset_is_refused() {
    for charset in ["ibm037", "utf-16", "utf-7", "\"utf-16le\"", "utf-8; charset=ibm037"] {
        let content_type = format!("application/x-www-form-urlencoded; charset={charset}");
        let mut request = Request::new("POST", "/site/CRConsAPI").with("content-type", &content_type);
        request.body = format!("method=getLoginUrl&{COMMON}&%94%85%A3%88%96%84=x").into_bytes();
        assert_eq!(Site::alone().ask(&request).refused, Some(Reason::FormMalformed), "{charset}");
    }
}

#[test]
fn a_body_is_what_its_type_says_or_nothing() {
    let form = format!("method=getLoginUrl&{COMMON}");
    let send = |content_type: Option<&str>, body: &[u8]| {
        let mut request = Request::new("POST", "/site/CRConsAPI");
        if let Some(content_type) = content_type {
            request = request.with("content-type", content_type);
        }
        request.body = body.to_vec();
        Site::alone().ask(&request).refused
    };
    for content_type in [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=UTF-8",
        "APPLICATION/X-WWW-FORM-URLENCODED;charset=utf-8",
    ] {
        assert_eq!(send(Some(content_type), form.as_bytes()), None, "{content_type}");
    }
    for content_type in [
        None,
        Some("text/plain"),
        Some("application/json"),
        Some("application/x-www-form-urlencodedx"),
        Some("multipart/form-data"),
        Some("multipart/form-data; boundary=x"),
    ] {
        assert_eq!(send(content_type, form.as_bytes()), Some(Reason::FormMalformed), "{content_type:?}");
    }
    assert_eq!(send(Some("application/x-www-form-urlencoded"), b"method=\xff"), Some(Reason::FormMalformed));
    assert_eq!(
        send(Some("application/x-www-form-urlencoded"), format!("{form}&a=%ff&cons_id=%ff").as_bytes()),
        None,
        "of fields that nobody reads"
    );
    assert_eq!(
        send(Some("application/x-www-form-urlencoded"), b"method=%ff&api_key=api-key-1&v=1.0"),
        Some(Reason::FormMalformed)
    );
    assert_eq!(send(Some("application/x-www-form-urlencoded"), &[b'a'; 513]), Some(Reason::BodyTooLarge));
    // A POST that says everything in its address.
    let mut request = Request::new("POST", &format!("/site/CRConsAPI?{form}"));
    assert!(is_granted(&Site::alone().ask(&request)));
    request = request.with("content-type", "application/json");
    assert!(is_granted(&Site::alone().ask(&request)));
}
