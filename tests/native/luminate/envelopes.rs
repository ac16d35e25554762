//! How a call is answered: in XML or JSON, with the vendor's codes, and with the status that was asked for.

use std::cell::Cell;

use edgegate_core::refusal::Reason;
use edgegate_core::testing::{Fault, Faults};
use serde_json::json;

use crate::support::luminate::{COMMON, client, client_get, refused, said};
use crate::support::{Request, Site, answer};

fn post(servlet: &str, form: &str) -> Request {
    Request::new("POST", &format!("/site/{servlet}")).form(form)
}

/// How a refusal looks: type, code, in XML or JSON.
fn voice(request: &Request) -> (u16, String, String) {
    let handled = Site::alone().ask(request);
    assert!(handled.refused.is_some());
    let answer = answer(&handled);
    let header = |name: &str| answer.headers.iter().find(|(field, _)| *field == name).unwrap().1.clone();
    assert_eq!(
        (header("cache-control"), header("x-content-type-options")),
        ("no-store".to_owned(), "nosniff".to_owned())
    );
    (answer.status, header("content-type"), answer.body.clone())
}

#[test]
fn it_is_said_in_the_format_that_was_asked_for() {
    let (xml, json) = ("text/xml;charset=UTF-8", "application/json;charset=UTF-8");
    let get = |query: &str| Request::get(&format!("/site/CRConsAPI?{query}"));
    for (request, expected) in [
        (get(""), xml),
        (get("response_format=xml"), xml),
        (get("response_format="), xml),
        (get("response_format=json"), json),
        (get("response_format=JSON"), xml),
        (get("response_format=yaml"), xml),
        (post("CRConsAPI", "response_format=json"), json),
        (post("CRConsAPI", "response_format=xml"), xml),
        (post("CRConsAPI?response_format=json", "a"), json),
        (Request::get("/site/CRNothingAPI?response_format=json"), json),
        (Request::get("/site/CRNothingAPI"), xml),
        // Whatever else the client says that it takes.
        (get("").with("accept", "application/json"), xml),
        (get("response_format=json").with("accept", "text/html"), json),
    ] {
        let (status, content_type, body) = voice(&request);
        assert_eq!((status, content_type.as_str()), (403, expected), "{request:?}");
        match expected {
            found if found == json => assert!(body.starts_with("{\"errorResponse\":{\"code\":\""), "{body}"),
            _ => {
                assert!(body.contains("<errorResponse xmlns=\"http://convio.com/crm/v1.0\" "), "{body}");
                assert!(body.contains("<code>") && body.ends_with("</message></errorResponse>"), "{body}");
            }
        }
    }
    let unknown = Site::alone().ask(&get(&format!("method=getLoginUrl&{COMMON}").replace("json", "yaml")));
    assert_eq!(unknown.refused, Some(Reason::CallFormat));
}

#[test]
fn what_answers_well_is_xml_or_json_too() {
    let handled = Site::alone().ask(&Request::get("/site/CRConsAPI?method=getLoginUrl&v=1.0&api_key=api-key-1"));
    let body = &answer(&handled).body;
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<getLoginUrlResponse xmlns=\"http://convio.com/crm/v1.0\" \
                xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
                xsi:schemaLocation=\"http://convio.com/crm/v1.0 http://service.convio.net/xmlschema/crm.public.v1.xsd\"><url>";
    assert!(body.starts_with(head) && body.ends_with("</routing_id></getLoginUrlResponse>"), "{body}");
}

#[test]
fn a_call_that_is_too_large_is_called_so() {
    let handled = Site::alone().ask(&post("CRConsAPI?response_format=json", &"a".repeat(513)));
    let told = json!({"errorResponse": {"code": "1", "message": "The request is too large."}});
    assert_eq!((handled.refused, said(&handled)), (Some(Reason::BodyTooLarge), (413, told)));
}

#[test]
fn codes_of_a_call_are_suppressed_and_those_of_the_gateway_are_not() {
    let site = Site::alone();
    let addresses = Cell::new(0);
    let both = |request: fn(&str) -> Request, faults: Faults| {
        [
            ("", false),
            ("suppress_response_codes=true", true),
            ("suppress_response_codes=false", false),
            ("suppress_response_codes=1", false),
        ]
        .map(|(more, is_suppressed)| {
            site.ports.faults.set(faults);
            // From an address of its own: a limiter that fails makes the next one from there wait.
            addresses.set(addresses.get() + 1);
            let handled = site.ask(&request(more).with("cf-connecting-ip", &format!("192.0.2.{}", addresses.get())));
            site.ports.faults.set(Faults::default());
            (is_suppressed, answer(&handled).status, answer(&handled).body.clone(), handled.refused)
        })
    };
    let unavailable = Faults { upstream: Fault::Fail(Reason::PasswordCheckUnavailable), ..Faults::default() };
    let full = Faults { limiter: Fault::Fail(Reason::LimiterUnavailable), ..Faults::default() };
    type Case = (fn(&str) -> Request, Faults, u16, u16);
    let cases: [Case; 5] = [
        (|more| client("loginTest", more), Faults::default(), 403, 200),
        (|more| client_get("loginTest", more), Faults::default(), 403, 200),
        (|more| client_get("login", more), Faults::default(), 405, 200),
        (|more| client("login", &format!("user_name=jo&password=x&{more}")), unavailable, 503, 503),
        (|more| client("login", &format!("user_name=jo&password=x&{more}")), full, 503, 503),
    ];
    for (request, faults, plain, suppressed) in cases {
        let [first, rest @ ..] = both(request, faults);
        assert!(first.3.is_some());
        assert_eq!(first.1, plain);
        for (is_suppressed, status, body, _) in rest {
            assert_eq!((status, &body), (if is_suppressed { suppressed } else { plain }, &first.2));
        }
    }
    for _ in 0..20 {
        site.ask(&client("login", "user_name=sam&password=x"));
    }
    let handled = site.ask(&client("login", "user_name=sam&password=x&suppress_response_codes=true"));
    assert_eq!(refused(&handled), (Some(Reason::Throttled), 429, "1".to_owned()));
    assert!(answer(&handled).headers.contains(&("retry-after", "60".to_owned())));
}
