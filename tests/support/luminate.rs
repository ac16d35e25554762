//! Callers of the Luminate dialect: people with a session, partners' servers, and what they are told.

use edgegate_core::exchange::Handled;
use edgegate_core::refusal::Reason;
use serde_json::{Value, json};

use super::{Request, Site, answer, set_cookies};

pub const JO: &str = "1001002";
pub const SAM: &str = "1001003";
/// The administrator of the fixture's policy.
pub const ADMINISTRATOR: &str =
    "login_name=api_admin&login_password=API_ADMIN_PASSWORD-0123456789abcdef0123456789abcdef";
/// What every call has.
pub const COMMON: &str = "v=1.0&api_key=api-key-1&response_format=json";

/// What somebody was told when a session was opened.
#[derive(Debug, Clone)]
pub struct Person {
    pub jsessionid: String,
    pub auth: String,
    /// Of `login` alone.
    pub nonce: String,
}

/// A client call in a body, answered in JSON.
pub fn client(method: &str, more: &str) -> Request {
    Request::new("POST", "/site/CRConsAPI").form(&fields(method, more))
}

/// A client call in the address.
pub fn client_get(method: &str, more: &str) -> Request {
    Request::get(&format!("/site/CRConsAPI?{}", fields(method, more)))
}

/// A server call by the administrator, from a listed network.
pub fn server(method: &str, more: &str) -> Request {
    let more = if more.is_empty() { ADMINISTRATOR.to_owned() } else { format!("{ADMINISTRATOR}&{more}") };
    Request::new("POST", "/site/SRConsAPI").form(&fields(method, &more)).with("cf-connecting-ip", "10.1.2.3")
}

fn fields(method: &str, more: &str) -> String {
    let separator = if more.is_empty() { "" } else { "&" };
    format!("method={method}&{COMMON}{separator}{more}")
}

/// The origin takes every password from now on, and says that this is who it is.
pub fn everybody_is(site: &Site, subject: &str) {
    site.ports.check.replace((200, json!({ "subject": subject }).to_string()));
}

/// The origin takes no password.
pub fn nobody_is_right(site: &Site) {
    site.ports.check.replace((401, String::new()));
}

/// Signs somebody in.
pub fn login(site: &Site, subject: &str) -> Person {
    everybody_is(site, subject);
    person(&site.ask(&client("login", "user_name=jo&password=right")), "loginResponse")
}

/// Opens an anonymous session.
pub fn visitor(site: &Site) -> Person {
    person(&site.ask(&client_get("getLoginUrl", "")), "getLoginUrlResponse")
}

/// A partner's word for somebody.
pub fn sign_on(site: &Site, subject: &str) -> String {
    let handled = site.ask(&server("getSingleSignOnToken", &format!("cons_id={subject}")));
    text(&granted(&handled, "getSingleSignOnTokenResponse")["token"])
}

/// The session's own nonce, as a page or `getLoginUrl` hands it out.
pub fn nonce(site: &Site, person: &Person) -> String {
    let handled = site.ask(&client("getLoginUrl", &format!("JSESSIONID={}", person.jsessionid)));
    let url = text(&granted(&handled, "getLoginUrlResponse")["url"]);
    url.split_once("NONCE_TOKEN=").unwrap().1.to_owned()
}

/// What stands in the root element of an answer in JSON.
pub fn granted(handled: &Handled, root: &str) -> Value {
    let (status, body) = said(handled);
    assert_eq!((handled.refused, status), (None, 200), "{body}");
    body.get(root).unwrap_or_else(|| panic!("no {root} in {body}")).clone()
}

/// Why it was refused, the status, and the code of the envelope in JSON.
pub fn refused(handled: &Handled) -> (Option<Reason>, u16, String) {
    let (status, body) = said(handled);
    (handled.refused, status, text(&body["errorResponse"]["code"]))
}

/// Status and body of an answer in JSON.
pub fn said(handled: &Handled) -> (u16, Value) {
    let answer = answer(handled);
    let body = serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.body));
    (answer.status, body)
}

/// As whom a request went through.
pub fn subject(handled: &Handled) -> Option<&str> {
    handled.identity.as_ref().and_then(|identity| identity.subject.as_deref())
}

/// The value of the session cookie that an answer hands over.
pub fn cookie_of(handled: &Handled) -> Option<String> {
    let cookies = set_cookies(handled);
    // A visitor's has a cookie of its own.
    let of = |cookie: &str| {
        Some(
            cookie
                .strip_prefix("JSESSIONID")?
                .trim_start_matches("-visitor")
                .strip_prefix('=')?
                .split(';')
                .next()?
                .to_owned(),
        )
    };
    let value = cookies.iter().find_map(|cookie| of(cookie));
    value.filter(|value| !value.is_empty())
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn person(handled: &Handled, root: &str) -> Person {
    let root = granted(handled, root);
    let nonce = root["nonce"].as_str().unwrap_or_default().to_owned();
    Person { jsessionid: text(&root["JSESSIONID"]), auth: text(&root["token"]), nonce }
}

impl Person {
    /// `JSESSIONID=…`, as a field.
    pub fn field(&self) -> String {
        format!("JSESSIONID={}", self.jsessionid)
    }

    /// `JSESSIONID=…&auth=…`, as fields.
    pub fn fields(&self) -> String {
        format!("{}&auth={}", self.field(), self.auth)
    }
}

impl Request {
    /// With the cookie of somebody's servlet session.
    pub fn of(self, person: &Person) -> Self {
        self.with("cookie", &format!("JSESSIONID={}", person.jsessionid))
    }
}
