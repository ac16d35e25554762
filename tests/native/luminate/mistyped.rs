//! luminateExtend says `multipart/form-data; charset=UTF-8` where a form asks for it, and sends a text of parameters all
//! the same (its `sendRequest` sets the type and serializes the form).

use edgegate_core::exchange::body::NewBody;
use edgegate_core::refusal::Reason;
use serde_json::json;

use crate::support::luminate::{COMMON, JO, everybody_is, login, refused, said, subject};
use crate::support::{Request, Site, forwarding};

fn sent(content_type: &str, servlet: &str, body: &str) -> Request {
    let mut request = Request::new("POST", &format!("/site/{servlet}")).with("content-type", content_type);
    request.body = body.as_bytes().to_vec();
    request
}

const TYPE: &str = "multipart/form-data; charset=UTF-8";

#[test]
fn it_is_read_and_answered_in_the_format_that_it_asks_for() {
    let site = Site::alone();
    everybody_is(&site, JO);
    for content_type in [TYPE, "Multipart/Form-Data;charset=utf-8"] {
        let body = format!("luminateExtend=1.9.0&method=login&user_name=jo&password=p+w%26d&{COMMON}");
        let handled = site.ask(&sent(content_type, "CRConsAPI", &body));
        let (status, answer) = said(&handled);
        assert_eq!((handled.refused, status), (None, 200), "{content_type}");
        assert_eq!(answer["loginResponse"]["cons_id"], json!(JO));
        let body = format!("method=getUser&suppress_response_codes=true&{COMMON}");
        let handled = site.ask(&sent(content_type, "CRConsAPI", &body));
        assert_eq!(refused(&handled), (Some(Reason::BoundTokenMissing), 200, "5".to_owned()));
        let handled = site.ask(&sent(content_type, "CRNoAPI", &format!("method=x&{COMMON}")));
        assert_eq!(refused(&handled), (Some(Reason::CallMethodUnknown), 403, "17".to_owned()));
    }
}

/// Byte for byte what was checked, except the credentials, and under the type as which it was read.
#[test]
fn the_origin_reads_what_was_read_here() {
    let site = Site::alone();
    let jo = login(&site, JO);
    let body = format!("method=getUser&{COMMON}&a=%2f&&{}&b=+%zz", jo.fields());
    let handled = site.ask(&sent(TYPE, "CRConsAPI", &body));
    assert_eq!((handled.refused, subject(&handled)), (None, Some(JO)));
    let forwarding = forwarding(&handled);
    let types: Vec<_> = forwarding.set.iter().filter(|(name, _)| *name == "content-type").collect();
    assert_eq!(types, [&("content-type", "application/x-www-form-urlencoded; charset=UTF-8".to_owned())]);
    let expected = format!("method=getUser&{COMMON}&a=%2f&&b=+%zz");
    assert!(matches!(&forwarding.body, Some(NewBody::Whole(body)) if body == expected.as_bytes()));
    // One that says what it is keeps its type.
    let form = Request::new("POST", "/site/CRConsAPI").form(&body);
    let handled = site.ask(&form);
    assert!(crate::support::forwarding(&handled).set.iter().all(|(name, _)| *name != "content-type"));
}

#[test]
fn what_could_be_read_in_two_ways_is_refused_in_the_envelope() {
    let site = Site::alone();
    let common = format!("method=getLoginUrl&{COMMON}");
    let part =
        |name: &str, value: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let multipart = format!("{}{}--x--\r\n", part("method", "getLoginUrl"), part("v", "1.0"));
    for (content_type, body) in [
        (TYPE, multipart.as_str()),
        (TYPE, &multipart[2..]),
        (TYPE, &multipart.replace('\r', "")),
        (TYPE, &format!("--x&{common}")),
        (TYPE, &format!("{common}\r\n")),
        (TYPE, &format!("a=\n&{common}")),
        ("multipart/form-data", &common),
        ("multipart/form-data; charset=UTF-7", &common),
        ("multipart/form-data; boundary=", &common),
        ("multipart/form-data; boundary*=utf-8''x", &common),
        ("multipart/form-data; charset=UTF-8; boundary", &common),
        ("multipart/form-data; charset=UTF-8, multipart/form-data; boundary=x", &common),
        ("multipart/mixed; charset=UTF-8", &common),
    ] {
        let handled = site.ask(&sent(content_type, "CRConsAPI?response_format=json", body));
        assert_eq!(refused(&handled), (Some(Reason::FormMalformed), 403, "1".to_owned()), "{content_type} {body:?}");
    }
    let packed = sent(TYPE, "CRConsAPI?response_format=json", &common).with("content-encoding", "gzip");
    assert_eq!(site.ask(&packed).refused, Some(Reason::FormMalformed));
    let long = sent(TYPE, "CRConsAPI", &format!("{common}&a={}", "a".repeat(600)));
    assert_eq!(site.ask(&long).refused, Some(Reason::BodyTooLarge));
    let twice = sent(TYPE, "CRConsAPI?method=getLoginUrl", &common);
    assert_eq!(site.ask(&twice).refused, Some(Reason::ParameterDuplicate));
}
