//! Server calls: a listed network, then an administrator, then what the administrator may call.

use edgegate_core::exchange::Handled;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;
use serde_json::Value;

use crate::support::luminate::{
    ADMINISTRATOR, COMMON, JO, SAM, client, everybody_is, granted, login, refused, server, subject, text,
};
use crate::support::{NOW, POLICY, Request, Site, answer, forwarding, set_cookies};

fn call(form: &str) -> Request {
    Request::new("POST", "/site/SRConsAPI").form(&format!("method=getUser&{COMMON}&{form}"))
}

fn site(of: &str, with: &str) -> Site {
    let text = POLICY.replacen(of, with, 1);
    assert_ne!(text, POLICY);
    Site::new(&World::at(NOW), &text)
}

fn token(site: &Site, more: &str) -> Handled {
    site.ask(&server("getSingleSignOnToken", more))
}

#[test]
fn they_come_from_listed_networks() {
    for (address, is_listed) in [
        ("10.0.0.0", true),
        ("10.255.255.255", true),
        ("::ffff:10.1.2.3", true),
        ("::ffff:a01:203", true),
        ("2001:db8::1", true),
        ("2001:DB8:ffff::", true),
        ("11.0.0.0", false),
        ("9.255.255.255", false),
        ("::ffff:11.0.0.1", false),
        ("::10.1.2.3", false),
        ("64:ff9b::10.1.2.3", false),
        ("2001:db9::", false),
        ("2a06:98c0:3600::103", false),
        ("10.1.2.3, 192.0.2.1", false),
        ("10.1.2.3:443", false),
        ("010.1.2.3", false),
        ("10.1.2", false),
        ("", false),
    ] {
        let site = Site::alone();
        let handled = site.ask(&call(ADMINISTRATOR).with("cf-connecting-ip", address));
        match is_listed {
            true => assert_eq!(handled.refused, None, "{address}"),
            false => assert_eq!(refused(&handled), (Some(Reason::ServerAddress), 403, "4".to_owned()), "{address}"),
        }
    }
    // Nothing that a client can write itself counts.
    let forged = call(ADMINISTRATOR).with("x-forwarded-for", "10.1.2.3").with("x-real-ip", "10.1.2.3");
    assert_eq!(Site::alone().ask(&forged).refused, Some(Reason::ServerAddress));
    assert_eq!(
        Site::alone().ask(&client("loginTest", "")).refused,
        Some(Reason::NotSignedIn),
        "client calls come from anywhere"
    );
}

#[test]
fn they_need_the_administrators_name_and_password() {
    let site = Site::alone();
    let password = ADMINISTRATOR.split_once("login_password=").unwrap().1;
    for form in [
        String::new(),
        "login_name=api_admin".to_owned(),
        format!("login_password={password}"),
        "login_name=api_admin&login_password=".to_owned(),
        "login_name=api_admin&login_password=x".to_owned(),
        format!("login_name=api_admin&login_password={password}x"),
        format!("login_name=api_admin&login_password={}", &password[1..]),
        format!("login_name=Api_admin&login_password={password}"),
        format!("login_name=&login_password={password}"),
        format!("login_name=nobody&login_password={password}"),
    ] {
        let (handled, storage) = site.cost(&call(&form).with("cf-connecting-ip", "10.1.2.3"));
        assert_eq!(refused(&handled), (Some(Reason::AdministratorRefused), 403, "3".to_owned()), "{form}");
        assert_eq!(storage, 0);
    }
    let (name, _) = ADMINISTRATOR.split_once('&').unwrap();
    let in_query = Request::new("POST", &format!("/site/SRConsAPI?login_password={password}"));
    let in_query = in_query.form(&format!("method=getUser&{COMMON}&{name}")).with("cf-connecting-ip", "10.1.2.3");
    assert_eq!(refused(&site.ask(&in_query)), (Some(Reason::CredentialMisplaced), 403, "5".to_owned()));
}

#[test]
fn a_person_who_is_signed_in_is_no_administrator() {
    let site = Site::alone();
    let jo = login(&site, JO);
    for request in [call(&jo.fields()).of(&jo), call("").of(&jo)] {
        let handled = site.ask(&request.with("cf-connecting-ip", "10.1.2.3"));
        assert_eq!(refused(&handled).2, "3");
    }
}

#[test]
fn guessing_at_administrators_is_throttled_for_a_network() {
    let site = Site::alone();
    let wrong = |address: &str, name: &str| {
        let form = format!("login_name={name}&login_password=x");
        site.ask(&call(&form).with("cf-connecting-ip", address)).refused
    };
    for number in 0..20 {
        let name = if number % 2 == 0 { "api_admin" } else { "nobody" };
        assert_eq!(wrong("10.1.2.3", name), Some(Reason::AdministratorRefused));
    }
    assert_eq!(wrong("10.1.2.3", "api_admin"), Some(Reason::Throttled));
    let handled = site.ask(&call(ADMINISTRATOR).with("cf-connecting-ip", "10.1.2.3"));
    assert_eq!(refused(&handled), (Some(Reason::Throttled), 429, "1".to_owned()), "the right one is told the same");
    assert_eq!(wrong("10.1.2.4", "api_admin"), Some(Reason::AdministratorRefused));
    assert_eq!(site.ask(&call(ADMINISTRATOR).with("cf-connecting-ip", "10.1.2.5")).refused, None);
    site.ports.world.pass(60);
    assert_eq!(site.ask(&call(ADMINISTRATOR).with("cf-connecting-ip", "10.1.2.3")).refused, None);
}

#[test]
fn they_may_call_what_the_policy_says() {
    let site = Site::alone();
    for method in ["create", "update", "login", "authenticateUser", "listUserFields"] {
        let handled = site.ask(&server(method, "user_name=jo&password=x"));
        assert_eq!(refused(&handled), (Some(Reason::MethodNotPermitted), 403, "14".to_owned()), "{method}");
    }
    assert_eq!(site.ask(&server("getUser", "")).refused, None);
}

#[test]
fn they_are_forwarded_without_a_session() {
    let site = Site::alone();
    let jo = login(&site, JO);
    let handled = site.ask(&server("getUser", &jo.fields()).of(&jo));
    assert_eq!((handled.refused, subject(&handled)), (None, None), "a cookie of a server call is not looked at");
    assert!(forwarding(&handled).cookies.is_empty());
}

#[test]
fn a_sign_in_by_a_server_leaves_no_cookie() {
    let site = site("methods = [\"get*\"]", "methods = [\"login\", \"authenticateUser\"]");
    for (method, root) in [("login", "loginResponse"), ("authenticateUser", "authenticateUserResponse")] {
        everybody_is(&site, JO);
        let handled = site.ask(&server(method, "user_name=jo&password=x"));
        let told = granted(&handled, root);
        assert_eq!((&told["cons_id"], set_cookies(&handled).len()), (&JO.into(), 0));
        let test = site.ask(&client("loginTest", &format!("JSESSIONID={}", text(&told["JSESSIONID"]))));
        assert_eq!(subject(&test), Some(JO));
        assert_eq!(refused(&site.ask(&server(method, "user_name=jo"))).2, "10");
        crate::support::luminate::nobody_is_right(&site);
        assert_eq!(refused(&site.ask(&server(method, "user_name=jo&password=x"))).2, "202");
    }
}

#[test]
fn a_token_for_somebody_by_number() {
    let site = Site::alone();
    let handled = token(&site, &format!("cons_id={JO}"));
    let told = granted(&handled, "getSingleSignOnTokenResponse");
    let mut members: Vec<&str> = told.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["JSESSIONID", "cons_id", "nonce", "routing_id", "token"]);
    assert!(told.as_object().unwrap().values().all(Value::is_string));
    assert_eq!((&told["cons_id"], set_cookies(&handled).len()), (&JO.into(), 0));
    let test = site.ask(&client("loginTest", &format!("JSESSIONID={}", text(&told["JSESSIONID"]))));
    assert_eq!(subject(&test), Some(JO));
    let page = site.ask(&Request::get(&format!("/site/page?NONCE_TOKEN={}", text(&told["nonce"]))));
    assert_eq!((subject(&page), answer(&page).status), (Some(JO), 303));
}

#[test]
fn it_names_somebody_in_one_way() {
    let site = Site::alone();
    for (more, reason, code) in [
        ("", Reason::CallMalformed, "1"),
        ("cons_id=", Reason::CallMalformed, "1"),
        ("cons_id=1&member_id=1", Reason::CallMalformed, "1"),
        ("member_id=7", Reason::CallMalformed, "1"),
        ("cons_id=1x", Reason::SubjectUnknown, "16"),
        ("cons_id=-1", Reason::SubjectUnknown, "16"),
        ("cons_id=+1", Reason::SubjectUnknown, "16"),
        ("cons_id=jo", Reason::SubjectUnknown, "16"),
        ("cons_id=%D9%A1", Reason::SubjectUnknown, "16"),
        ("cons_id=123456789012345678901", Reason::SubjectUnknown, "16"),
        ("cons_id=1&cons_id=2", Reason::ParameterDuplicate, "1"),
    ] {
        let handled = token(&site, more);
        assert_eq!(refused(&handled), (Some(reason), 403, code.to_owned()), "{more}");
    }
}

#[test]
fn with_a_look_up_the_origin_says_who_it_is() {
    let site = site("idle = \"15m\"", "idle = \"15m\"\nlookup = \"/look-up\"");
    for more in ["cons_id=7", "member_id=7"] {
        everybody_is(&site, SAM);
        let handled = token(&site, more);
        let told = granted(&handled, "getSingleSignOnTokenResponse");
        assert_eq!(told["cons_id"], SAM, "{more}");
        let handled = site.ask(&client("singleSignOn", &format!("sso_auth_token={}", text(&told["token"]))));
        assert_eq!(subject(&handled), Some(SAM));
        site.ports.check.replace((404, String::new()));
        assert_eq!(refused(&token(&site, more)), (Some(Reason::SubjectUnknown), 403, "16".to_owned()));
        for (status, body) in [(500, "{}"), (401, "{}"), (200, "{}"), (200, "{\"subject\":7}")] {
            site.ports.check.replace((status, body.to_owned()));
            let handled = token(&site, more);
            assert_eq!(
                refused(&handled),
                (Some(Reason::PasswordCheckUnavailable), 503, "1".to_owned()),
                "{status} {body}"
            );
        }
    }
    everybody_is(&site, SAM);
    assert_eq!(refused(&token(&site, "cons_id=7&member_id=7")).0, Some(Reason::CallMalformed));
    assert_eq!(refused(&token(&site, "member_id=x")).0, Some(Reason::SubjectUnknown));
}
