//! Where a call leads: the vectors of `fixtures/luminate-redirects.json`, what is refused before the method runs, and
//! what an origin's answer decides.

use edgegate_core::exchange::Handled;
use edgegate_core::exchange::body::NewBody;
use edgegate_core::exchange::decision::Decision;
use edgegate_core::luminate::errors::redirect_after;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;
use serde_json::Value;

use crate::support::luminate::{
    JO, client, client_get, cookie_of, everybody_is, login, nobody_is_right, refused, server,
};
use crate::support::{HOST, POLICY, Request, Site, answer, fixture_json, forwarding, set_cookies};

const THEN: u64 = 1_287_763_970;

/// The fixture's policy with room for long addresses, changed.
fn policy(changes: &[(&str, &str)]) -> String {
    let roomy = [("url = 1024", "url = 8192"), ("form = 512", "form = 65536"), ("body = 100_000", "body = 200_000")];
    roomy.iter().chain(changes).fold(POLICY.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

pub fn site(changes: &[(&str, &str)]) -> Site {
    Site::new(&World::at(THEN), &policy(changes))
}

pub fn encoded(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

pub fn location(handled: &Handled) -> Option<&str> {
    let Decision::Answer(answer) = &handled.decision else { return None };
    answer.headers.iter().find(|(name, _)| *name == "location").map(|(_, value)| value.as_str())
}

/// A call that goes well, to where it leads.
pub fn well(more: &[(&str, &str)]) -> Handled {
    let site = site(&[]);
    everybody_is(&site, JO);
    let fields = [&[("user_name", "u"), ("password", "right")], more].concat();
    site.ask(&client("login", &encoded(&fields)))
}

#[test]
fn every_vector_leads_where_it_shall() {
    for vector in fixture_json("luminate-redirects.json").as_array().unwrap() {
        let name = vector["name"].as_str().unwrap();
        let changes: Vec<(&str, &str)> = vector["policy"].as_array().into_iter().flatten().map(pair).collect();
        // The secret of the vectors is a published one, which is good on loopback alone.
        let site = Site::with_secret(&World::at(THEN), &policy(&changes), "DIGEST_KEY", "s3cr3t-KEY_0001").local();
        let who = vector["signed_in"].as_str().map(|subject| {
            everybody_is(&site, subject);
            cookie_of(&site.ask(&local(client("login", "user_name=u&password=p")))).unwrap()
        });
        if vector["fields"]["password"] == "wrong" {
            nobody_is_right(&site)
        } else {
            everybody_is(&site, JO)
        }
        let mut fields = vec![("v", "1.0"), ("api_key", "api-key-1"), ("response_format", "json")];
        for (name, value) in vector["fields"].as_object().unwrap() {
            fields.retain(|(known, _)| known != name);
            fields.push((name, value.as_str().unwrap()));
        }
        let request = match vector["verb"].as_str() {
            Some("GET") => Request::get(&format!("/site/CRConsAPI?{}", encoded(&fields))),
            _ => Request::new("POST", "/site/CRConsAPI").form(&encoded(&fields)),
        };
        let request = who.iter().fold(request, |request, who| request.with("cookie", &format!("JSESSIONID={who}")));
        let handled = site.ask(&local(request));
        assert_eq!(location(&handled), vector["location"].as_str(), "{name}: {:?}", handled.decision);
        assert_eq!(handled.refused.map(Reason::code), vector["reason"].as_str(), "{name}");
        let answer = answer(&handled);
        match location(&handled) {
            Some(_) => assert_eq!((answer.status, answer.body.as_str()), (302, ""), "{name}"),
            None => assert_ne!(answer.status, 302, "{name}"),
        }
    }
}

/// R2 as its client sends it: nothing is escaped but what would end the field.
#[test]
fn a_form_that_escapes_next_to_nothing_is_read_alike() {
    let site = site(&[]);
    nobody_is_right(&site);
    let body = "method=login&v=1.0&api_key=api-key-1&sign_redirects=true&user_name=u&password=wrong\
        &success_redirect=https://p.example/?cons_id=${loginResponse/cons_id}\
        &error_redirect=https://p.example/?code=${errorResponse/code}%26message=${errorResponse/message}";
    let handled = site.ask(&Request::new("POST", "/site/CRConsAPI").form(body));
    let sent = location(&handled).unwrap();
    assert!(
        sent.starts_with("https://p.example/?code=202&message=Invalid%20user%20name%20or%20password.&ts="),
        "{sent}"
    );
    let query = "method=loginTest&v=1.0&api_key=api-key-1&redirect=https%3A%2F%2Fp.example%2Fcb%3Fcurrent_cons_id%3D%24%7BloginResponse%2Fcons_id%7D";
    let handled = site.ask(&Request::get(&format!("/site/CRConsAPI?{query}")));
    assert_eq!(location(&handled), Some("https://p.example/cb?current_cons_id="));
}

fn local(request: Request) -> Request {
    Request { url: request.url.replace(HOST, "http://127.0.0.1:8787"), ..request }
}

fn pair(value: &Value) -> (&str, &str) {
    (value[0].as_str().unwrap(), value[1].as_str().unwrap())
}

#[test]
fn a_target_that_is_refused_is_refused_before_the_method_runs() {
    for (reason, target) in [
        (Reason::RedirectTarget, "https://evil.example/"),
        (Reason::RedirectTarget, "https://p.example.evil.example/"),
        (Reason::RedirectTarget, "https://xn--p-ehs.q.example/"),
        (Reason::RedirectScheme, "javascript:alert(document.cookie)"),
        (Reason::RedirectScheme, "page"),
        (Reason::RedirectPlaceholder, "${redirect}"),
        (Reason::RedirectUserinfo, "https://p.example@evil.example/"),
        (Reason::RedirectHost, "//p.example/"),
        (Reason::RedirectHost, "https://p.example./"),
        (Reason::RedirectCharacters, "/\\evil.example"),
        (Reason::RedirectCharacters, "https://p.example/\r\nset-cookie: a=b"),
        (Reason::RedirectCharacters, "https://p.example/?a=\tb"),
        (Reason::RedirectPlaceholder, "https://p.example/${loginResponse/cons_id}"),
        (Reason::RedirectPlaceholder, "https://${loginResponse/cons_id}.q.example/"),
        (Reason::RedirectPlaceholder, "https://p.example/?a=${last()/x}"),
        (Reason::RedirectPlaceholder, "https://p.example/?a=${x"),
        (Reason::RedirectTooLong, &format!("https://p.example/?{}", "a".repeat(4100))),
    ] {
        for name in ["redirect", "success_redirect", "error_redirect"] {
            let site = site(&[]);
            everybody_is(&site, JO);
            let fields = encoded(&[("user_name", "u"), ("password", "right"), (name, target)]);
            let (handled, storage) = site.cost(&client("login", &fields));
            assert_eq!(refused(&handled), (Some(reason), 403, "1".to_owned()), "{name}={target}");
            assert_eq!((storage, set_cookies(&handled).len()), (0, 0), "{name}={target}");
            let text = client("listUserFields", &encoded(&[(name, target)]));
            assert_eq!(site.ask(&text).refused, Some(reason), "{name}={target}: forwarded");
        }
    }
}

#[test]
fn two_targets_are_none() {
    let target = "redirect=https%3A%2F%2Fp.example%2F";
    for (more, reason) in [
        (format!("{target}&{target}"), Reason::ParameterDuplicate),
        (format!("{target}&Redirect=x"), Reason::ParameterShadowed),
        (format!("error%5Fredirect=x&{target}"), Reason::ParameterShadowed),
        ("sign_redirects=true&sign_redirects=false".to_owned(), Reason::ParameterDuplicate),
    ] {
        assert_eq!(site(&[]).ask(&client("loginTest", &more)).refused, Some(reason), "{more}");
    }
    let both = client("loginTest", target);
    let both = Request { url: format!("{}?{target}", both.url), ..both };
    assert_eq!(site(&[]).ask(&both).refused, Some(Reason::ParameterDuplicate));
}

#[test]
fn no_credential_is_passed_on_under_any_name() {
    let paths = [
        "/",
        "//*",
        "loginResponse/.",
        "/loginResponse",
        "//token/text()",
        "/loginResponse/*[5]",
        "//nonce",
        "//@token",
        "//@nonce",
        "loginResponse/@JSESSIONID",
        "//signature",
    ];
    for path in paths.iter().skip(1) {
        let handled = well(&[("success_redirect", &format!("https://p.example/w?a=${{{path}}}"))]);
        let sent = location(&handled).unwrap();
        let session = set_cookies(&handled)[0].split(['=', ';']).nth(1).unwrap().to_owned();
        assert!(!sent.contains(&session) && sent.len() < 80, "{path}: {sent}");
    }
    // The address that getLoginUrl gives holds a nonce.
    let target = "https://p.example/w?u=${getLoginUrlResponse/url}&r=${getLoginUrlResponse/routing_id}";
    let handled = site(&[]).ask(&client("getLoginUrl", &encoded(&[("redirect", target)])));
    assert_eq!(location(&handled), Some("https://p.example/w?u=&r=00000000.app1"));
}

#[test]
fn server_calls_never_redirect() {
    let site = site(&[]);
    everybody_is(&site, JO);
    let more =
        encoded(&[("cons_id", JO), ("redirect", "https://p.example/"), ("success_redirect", "https://evil.example/")]);
    for method in ["getSingleSignOnToken", "getNothing"] {
        let handled = site.ask(&server(method, &more));
        assert_eq!(location(&handled), None, "{method}");
    }
    let forwarded = site.ask(&server("getUser", &more));
    assert!(forwarding(&forwarded).outcome_redirect.is_none());
    for hidden in ["a=b;redirect=x", "Redirect=x", "redirect=x&redirect=y"] {
        assert!(site.ask(&server("getUser", &format!("cons_id={JO}&{hidden}"))).refused.is_some(), "{hidden}");
    }
    let Some(NewBody::Whole(body)) = &forwarding(&forwarded).body else { panic!("a form") };
    assert!(!String::from_utf8_lossy(body).contains("redirect"), "an origin is not asked to redirect either");
}

#[test]
fn the_origin_gets_no_word_of_the_redirect() {
    let site = site(&[]);
    let more = "a=1&redirect=%2Fx&success_redirect=%2Fx&error_redirect=%2Fx&sign_redirects=true&b=2";
    let handled = site.ask(&client("listUserFields", more).with("if-none-match", "\"1\"").with("range", "bytes=0-1"));
    let forwarding = forwarding(&handled);
    let Some(NewBody::Whole(body)) = &forwarding.body else { panic!("a form") };
    assert!(String::from_utf8_lossy(body).ends_with("&a=1&b=2"));
    assert!(["if-none-match", "range"].iter().all(|name| forwarding.remove.iter().any(|removed| removed == name)));
    let handled = site.ask(&client_get("listUserFields", more));
    assert!(crate::support::forwarding(&handled).url.ends_with("response_format=json&a=1&b=2"));
}

/// Where an origin's answer to JO's call leads.
pub fn after(target: &str, sign: &str, status: u16, text: Option<&str>) -> Option<String> {
    let site = site(&[]);
    let jo = login(&site, JO);
    let more = encoded(&[("redirect", target), ("sign_redirects", sign), ("note", "a&b")]);
    let handled = site.ask(&client("getUser", &format!("{}&{more}", jo.fields())));
    let outcome_redirect = forwarding(&handled).outcome_redirect.as_deref().unwrap();
    let answer = redirect_after(outcome_redirect, status, text, THEN)?;
    assert_eq!((answer.status, answer.body.as_str()), (302, ""));
    answer.headers.into_iter().find(|(name, _)| *name == "location").map(|(_, value)| value)
}

pub const RECORD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<getConsResponse xmlns="http://convio.com/crm/v1.0"><cons_id>1001002</cons_id><user_name>1001003</user_name>
<email><primary_address>jo@example.org</primary_address></email><name kind="legal"><first>J&#111; &amp; "S"</first>
<last><![CDATA[<O'Neil>]]></last></name><password>x</password><captain_cons_id>1001003</captain_cons_id><id>1001003</id>
<invited_by_email>sam@example.org</invited_by_email><friend><cons_id>1001003</cons_id></friend></getConsResponse>"#;

#[test]
fn values_come_from_the_origins_document_in_both_forms() {
    let json = r#"{"getConsResponse":{"cons_id":"1001002","name":{"first":"Jo & \"S\"","last":"<O'Neil>","kind":"legal"},"email":{"primary_address":"jo@example.org"},"password":"x"}}"#;
    let target = "/w?f=${getConsResponse/name/first}&l=${//last}&k=${getConsResponse/name/@kind}&p=${getConsResponse/password}&n=${note}&x=${getConsResponse/none}";
    let expected = "/w?f=Jo%20%26%20%22S%22&l=%3CO%27Neil%3E&k=legal&p=&n=a%26b&x=";
    for text in [RECORD, json] {
        assert_eq!(after(target, "", 200, Some(text)).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn the_outcome_is_what_the_origin_says_it_is() {
    let error = r#"{"errorResponse":{"code":"10","message":"Invalid login & try \"again\""}}"#;
    let target = "/w?c=${errorResponse/code}&m=${errorResponse/message}&ok=${r/ok}";
    let told = "/w?c=10&m=Invalid%20login%20%26%20try%20%22again%22&ok=";
    let down = "/w?c=1&m=The%20service%20is%20not%20available%20now.&ok=";
    for (status, text, expected) in [
        (403, Some(error), told),
        (200, Some(error), told),
        (200, Some(r#"{"r":{"ok":1}}"#), "/w?c=&m=&ok=1"),
        (200, Some("<html>"), "/w?c=&m=&ok="),
        (200, None, "/w?c=&m=&ok="),
        (204, Some(""), "/w?c=&m=&ok="),
        (500, Some("<html>"), down),
        (500, None, down),
        (404, Some(r#"{"r":{"ok":1}}"#), down),
        (302, Some(""), down),
        (304, Some(""), down),
        (200, Some("<!DOCTYPE r [<!ENTITY a \"b\">]><r><ok>&a;</ok></r>"), "/w?c=&m=&ok="),
    ] {
        assert_eq!(after(target, "", status, text).as_deref(), Some(expected), "{status} {text:?}");
    }
}

#[test]
fn refusals_of_the_gate_lead_there_too_and_say_no_more() {
    let site = site(&[]);
    let error = ("error_redirect", "https://p.example/w?c=${errorResponse/code}");
    let handled = site.ask(&client("getUser", &encoded(&[error])));
    assert_eq!(
        (handled.refused, location(&handled)),
        (Some(Reason::BoundTokenMissing), Some("https://p.example/w?c=5"))
    );
    nobody_is_right(&site);
    for at in 0..25 {
        let handled = site.ask(&client("login", &encoded(&[("user_name", "u"), ("password", "p"), error])));
        let code = if at < 20 { "202" } else { "1" };
        assert_eq!(location(&handled), Some(&*format!("https://p.example/w?c={code}")), "{at}");
    }
    // A call that cannot be read cannot be redirected.
    let handled = site.ask(&client("login", &format!("{}&{0}", encoded(&[error]))));
    assert_eq!(location(&handled), None);
}

#[test]
fn a_redirect_costs_no_storage() {
    let site = site(&[]);
    let fields = encoded(&[("sign_redirects", "true"), ("redirect", "https://p.example/?id=${loginResponse/cons_id}")]);
    assert_eq!(site.cost(&client("loginTest", &fields)).1, 0);
    let plain = site.cost(&client("login", "user_name=u&password=p")).1;
    assert_eq!(site.cost(&client("login", &format!("user_name=u&password=p&{fields}"))).1, plain);
}
