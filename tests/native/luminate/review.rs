//! What a hostile reading found, each as the request that did it.

use edgegate_core::refusal::Reason;

use crate::support::luminate::{JO, client, login, refused};
use crate::support::{Request, Site, forwarding, is_granted};

#[test]
fn a_packed_body_is_not_checked_as_if_it_were_plain() {
    let site = Site::alone();
    for encoding in ["deflate", "gzip", "br", "identity, gzip", "x"] {
        let packed = client("listUserFields", "").with("content-encoding", encoding);
        assert_eq!(site.ask(&packed).refused, Some(Reason::FormMalformed), "{encoding}");
        let sign_in = Request::new("POST", "/.edgegate/sign-in").form("account=a&password=b");
        assert_eq!(site.ask(&sign_in.with("content-encoding", encoding)).refused, Some(Reason::FormMalformed));
    }
    assert!(is_granted(&site.ask(&client("listUserFields", "").with("content-encoding", "Identity"))));
}

#[test]
fn a_credential_of_the_dialect_is_cut_on_every_route() {
    let site = Site::alone();
    let jo = login(&site, JO);
    let address = format!("/open/a?x=1&JSESSIONID={}&sso_auth_token=y&nonce_token=z", jo.jsessionid);
    assert_eq!(forwarding(&site.ask(&Request::get(&address))).url, "https://origin.example.org/open/a?x=1");
    for referer in
        [format!("https://gate.example.org/site/P?JSESSIONID={}", jo.jsessionid), "https://g/P;jsessionid=a".into()]
    {
        let handled = site.ask(&Request::get("/open/a").with("referer", &referer));
        assert!(forwarding(&handled).remove.contains(&"referer".to_owned()), "{referer}");
    }
    let quoted = Request::get("/open/a").with("cookie", &format!("JSESSIONID=\"{}\"; a=1", jo.jsessionid));
    assert!(forwarding(&site.ask(&quoted)).set.contains(&("cookie", "a=1".to_owned())));
    let hidden = Request::get(&format!("/site/P?a=1;JSESSIONID={}", jo.jsessionid));
    assert_eq!(site.ask(&hidden).refused, Some(Reason::ParameterShadowed));
}

#[test]
fn a_session_behind_a_comma_is_never_read() {
    let site = Site::alone();
    let jo = login(&site, JO);
    let hidden = client("loginTest", "").with("cookie", &format!("a=1,JSESSIONID={}", jo.jsessionid));
    assert_eq!(refused(&site.ask(&hidden)).0, Some(Reason::SessionDuplicate));
}

#[test]
fn a_nonce_outlives_a_call_whose_token_is_wrong() {
    let site = Site::alone();
    let jo = login(&site, JO);
    let mut call = client("getUser", "auth=wrong");
    call.url = format!("{}?NONCE_TOKEN={}", call.url, jo.nonce);
    let (handled, storage) = site.cost(&call);
    assert_eq!((refused(&handled).0, storage), (Some(Reason::BoundTokenMismatch), 0));
    let establish = Request::get(&format!("/site/EstablishSession?NONCE_TOKEN={}", jo.nonce));
    assert!(is_granted(&site.ask(&establish)));
}

#[test]
fn a_password_cannot_follow_a_letter_that_was_asked_for() {
    let field =
        |name: &str, value: &str| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let file = "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\nx\r\n";
    let common = [("method", "login"), ("v", "1.0"), ("api_key", "api-key-1"), ("response_format", "json")];
    let asked = [("email", "jo@example.org"), ("send_user_name", "true")];
    let head: String = common.iter().chain(&asked).map(|(name, value)| field(name, value)).collect();
    let mut call = Request::new("POST", "/site/CRConsAPI").with("content-type", "multipart/form-data; boundary=b");
    call.body = format!("{head}{file}{}--b--\r\n", field("password", "guess")).into_bytes();
    assert_eq!(refused(&Site::alone().ask(&call)).0, Some(Reason::FormMalformed));
}
