//! Requests with tokens, cookies and proofs that nobody issued.

use edgegate_core::digest::base64url;
use edgegate_fuzz::support::Request;

use super::inputs::{Case, repeated};
use super::requests::{HEADERS, asked};

pub fn all() -> Vec<Case> {
    let header = "eyJhbGciOiJFUzI1NiJ9"; // {"alg":"ES256"}
    let json = |start: &'static str, unit: &'static str, end: &'static str| {
        move |bytes: usize| base64(&format!("{start}{}{end}", repeated(unit, bytes * 3 / 4)))
    };
    let payloads: [(&'static str, Box<dyn Fn(usize) -> String>); 9] = [
        (
            "{\"iss\":\"https://idp.example\",\"aud\":[…]}",
            Box::new(json("{\"iss\":\"https://idp.example\",\"aud\":[", "\"a\",", "1]}")),
        ),
        (
            "{\"iss\":\"https://idp.example\",\"scope\":…}",
            Box::new(json(
                "{\"iss\":\"https://idp.example\",\"aud\":\"https://gate.example.org\",\"exp\":1900000000,\"sub\":\"jo\",\"scope\":\"",
                "a ",
                "\"}",
            )),
        ),
        ("{\"a\":1,…}", Box::new(json("{", "\"a\":1,", "\"b\":1}"))),
        ("[[[[", Box::new(json("", "[", ""))),
        ("{\"a\":{\"a\":", Box::new(json("", "{\"a\":", ""))),
        ("\"\\u0041…\"", Box::new(json("{\"iss\":\"", "\\u0041", "\"}"))),
        ("1111", Box::new(json("{\"exp\":", "1", "}"))),
        ("1e11", Box::new(json("{\"exp\":1e", "1", "}"))),
        ("spaces", Box::new(json("{", " ", "}"))),
    ];
    let mut cases = Vec::new();
    for (name, payload) in payloads {
        let payload = std::rc::Rc::new(payload);
        for path in ["/partner/", "/federated/", "/me/", "/asked/"] {
            let payload = std::rc::Rc::clone(&payload);
            cases.push(asked("JWT", &format!("{name} at {path}"), HEADERS - 1024, move |bytes| {
                Request::get(path).bearer(&format!("{header}.{}.AAAA", payload(bytes)))
            }));
        }
        let of_header = std::rc::Rc::clone(&payload);
        cases.push(asked("JWT", &format!("{name} as its header"), HEADERS - 1024, move |bytes| {
            Request::get("/partner/").bearer(&format!("{}.e30.AAAA", of_header(bytes)))
        }));
        cases.push(asked("JWT", &format!("{name} as a proof"), 4000, move |bytes| {
            Request::new("POST", "/oauth/token")
                .form("grant_type=authorization_code&code=x&client_id=phone")
                .with("dpop", &format!("{}.e30.AAAA", payload(bytes)))
        }));
    }
    let sent_away = [
        "eg",
        "egt",
        "egt_",
        "egt_seal-1_",
        "AAAA-",
        "AAAA_",
        "aa",
        "%65",
        "%2525",
        "A ",
        "app1",
        "eyJ9.",
        "-",
        "/",
        "A.",
    ];
    for unit in sent_away {
        cases.push(asked("JWT", &format!("{unit} at an issuer that is asked"), HEADERS - 1024, move |bytes| {
            Request::get("/asked/").bearer(&repeated(unit, bytes))
        }));
    }
    for (text, unit) in [("egt_seal-1_", "A"), ("egt_", "_"), ("", "."), ("e30.", "A"), ("e30.e30.", "A"), ("", "=")] {
        cases.push(asked("JWT", &format!("{text}{unit}"), HEADERS - 1024, move |bytes| {
            Request::get("/federated/").bearer(&format!("{text}{}", repeated(unit, bytes)))
        }));
    }
    cases
}

fn base64(text: &str) -> String {
    base64url(text.as_bytes())
}
