//! The methods that the gateway answers, and the signature that a partner checks.

use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;
use serde_json::Value;

use crate::support::luminate::{
    COMMON, JO, SAM, client, client_get, everybody_is, granted, login, nobody_is_right, refused, sign_on, text, visitor,
};
use crate::support::{NOW, POLICY, Request, Site};

fn members(root: &Value) -> Vec<&str> {
    root.as_object().unwrap().keys().map(String::as_str).collect()
}

// Vector S7 of `protocols.md` A1.
#[test]
fn the_signature_is_the_documented_one() {
    let sha1 = POLICY.replace("digests = [\"md5\", \"sha1\"]", "digests = [\"sha1\", \"md5\"]");
    assert_ne!(sha1, POLICY);
    for (policy, signature) in
        [(POLICY, "1ffc257e7d2ac329f76df6a117f31986"), (&sha1, "44f6c35acd5b6f2c6f4162ce819b5a50428d422f")]
    {
        let site = Site::with_secret(&World::at(1_287_763_970), policy, "DIGEST_KEY", "s3cr3t-KEY_0001").local();
        everybody_is(&site, JO);
        // The secret is the demo's, which counts on loopback of a local deployment alone.
        let loopback = |method: &str, more: &str| {
            let request = client(method, more);
            Request { url: request.url.replace("https://gate.example.org", "http://127.0.0.1:8787"), ..request }
        };
        let told = granted(&site.ask(&loopback("login", "user_name=jo&password=x")), "loginResponse");
        assert_eq!((&told["timestamp"], &told["signature"]), (&"1287763970".into(), &signature.into()));
        let session = format!("JSESSIONID={}", text(&told["JSESSIONID"]));
        let told = granted(&site.ask(&loopback("loginTest", &session)), "loginResponse");
        assert_eq!((&told["cons_id"], &told["signature"]), (&JO.into(), &signature.into()));
        site.ports.world.pass(1);
        let told = granted(&site.ask(&loopback("loginTest", &session)), "loginResponse");
        assert_eq!(told["timestamp"], "1287763971");
        assert_ne!(told["signature"], signature);
    }
}

// Nothing stands between the parts of the signed text: `1` and `23…` would sign as `12` and `3…`.
#[test]
fn who_is_not_all_digits_gets_no_signature() {
    let site = Site::alone();
    for subject in ["jo", "1001002x", "-1", "1.0", "+1", "0x10", "1%2C2"] {
        everybody_is(&site, subject);
        let told = granted(&site.ask(&client("login", "user_name=jo&password=x")), "loginResponse");
        assert_eq!(
            (&told["cons_id"], &told["timestamp"], &told["signature"]),
            (&subject.into(), &Value::Null, &Value::Null)
        );
        let session = format!("JSESSIONID={}", text(&told["JSESSIONID"]));
        let told = granted(&site.ask(&client("loginTest", &session)), "loginResponse");
        assert_eq!(
            (&told["cons_id"], &told["timestamp"], &told["signature"]),
            (&subject.into(), &Value::Null, &Value::Null)
        );
        let test = "<timestamp xsi:nil=\"true\"/><signature xsi:nil=\"true\"/>";
        let handled = site.ask(
            &Request::new("POST", "/site/CRConsAPI")
                .form(&format!("method=loginTest&v=1.0&api_key=api-key-1&{session}")),
        );
        assert!(crate::support::answer(&handled).body.contains(test));
    }
}

#[test]
fn a_login_tells_all_that_a_client_goes_on_with() {
    let site = Site::alone();
    everybody_is(&site, JO);
    for (method, root, who) in [
        ("login", "loginResponse", "user_name=jo"),
        ("login", "loginResponse", "email=jo%40example.org"),
        ("authenticateUser", "authenticateUserResponse", "user_name=jo"),
    ] {
        let told = granted(&site.ask(&client(method, &format!("{who}&password=x"))), root);
        assert_eq!(members(&told), ["JSESSIONID", "cons_id", "nonce", "routing_id", "signature", "timestamp", "token"]);
        assert!(told.as_object().unwrap().values().all(Value::is_string), "{told}");
        assert_eq!(told["timestamp"], NOW.to_string());
    }
}

#[test]
fn a_login_without_a_name_or_a_password_lacks_a_field() {
    let site = Site::alone();
    everybody_is(&site, JO);
    for more in [
        "",
        "user_name=jo",
        "password=x",
        "user_name=&password=x",
        "user_name=jo&password=",
        "email=jo&send_user_name=false",
    ] {
        for method in ["login", "authenticateUser"] {
            let (handled, storage) = site.cost(&client(method, more));
            assert_eq!(
                refused(&handled),
                (Some(Reason::CallParameterMissing), 403, "10".to_owned()),
                "{method} {more}"
            );
            assert_eq!(storage, 0);
        }
    }
    nobody_is_right(&site);
    assert_eq!(
        refused(&site.ask(&client("login", "user_name=jo&password=x"))),
        (Some(Reason::SignInFailed), 403, "202".to_owned())
    );
}

#[test]
fn a_login_test_says_who_is_signed_in_and_hands_out_nothing() {
    let site = Site::alone();
    let jo = login(&site, JO);
    for request in [
        client("loginTest", &jo.field()),
        client_get("loginTest", "").of(&jo),
        client("loginTest", &format!("cons_id={JO}&{}", jo.field())),
    ] {
        let told = granted(&site.ask(&request), "loginResponse");
        assert_eq!(
            members(&told),
            ["JSESSIONID", "cons_id", "login_test_url", "nonce", "routing_id", "signature", "timestamp", "token"]
        );
        for name in ["JSESSIONID", "nonce", "routing_id", "token"] {
            assert_eq!(told[name], Value::Null);
        }
        assert_eq!(
            told["login_test_url"],
            "https://gate.example.org/site/CRConsAPI?method=loginTest&v=1.0&api_key=api-key-1"
        );
    }
    for request in [
        client("loginTest", ""),
        client("loginTest", &visitor(&site).field()),
        client("loginTest", &format!("cons_id={SAM}&{}", jo.field())),
        client("loginTest", &format!("cons_id={JO}")),
    ] {
        assert_eq!(refused(&site.ask(&request)), (Some(Reason::NotSignedIn), 403, "204".to_owned()));
    }
}

#[test]
fn a_login_url_carries_the_session_that_is_there_or_a_new_one() {
    let site = Site::alone();
    let jo = login(&site, JO);
    for request in [client_get("getLoginUrl", "").of(&jo), client("getLoginUrl", &jo.field())] {
        let told = granted(&site.ask(&request), "getLoginUrlResponse");
        assert_eq!(members(&told), ["JSESSIONID", "routing_id", "token", "url"]);
        assert_eq!((&told["JSESSIONID"], &told["token"]), (&jo.jsessionid.clone().into(), &jo.auth.clone().into()));
        let (address, nonce) = told["url"].as_str().unwrap().split_once("?NONCE_TOKEN=").unwrap();
        assert_eq!(
            address,
            format!("https://gate.example.org/site/CRConsAPI;jsessionid={}", text(&told["routing_id"]))
        );
        let handled = site.ask(&Request::get(&format!(
            "{}?NONCE_TOKEN={nonce}&method=loginTest&{COMMON}",
            address.replace("https://gate.example.org", "")
        )));
        assert_eq!(granted(&handled, "loginResponse")["cons_id"], JO, "the address works as it is told");
    }
    let (one, two) = (visitor(&site), visitor(&site));
    assert!(one.jsessionid != two.jsessionid && one.auth != two.auth);
}

#[test]
fn no_answer_holds_another_session() {
    let site = Site::alone();
    let (jo, sso) = (login(&site, JO), sign_on(&site, JO));
    let told = granted(
        &site.ask(&client("getLoginUrl", &format!("{}&sso_auth_token={sso}", jo.field()))),
        "getLoginUrlResponse",
    );
    assert_eq!(told["JSESSIONID"], jo.jsessionid);
}
