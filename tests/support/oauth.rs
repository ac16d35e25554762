//! Clients of the fixture's authorization server, people who allow them something, and issuers whose tokens are taken.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use edgegate_core::digest::sha256;
use edgegate_core::refusal::Reason;
use serde_json::{Map, Value, json};

use super::jws::Signer;
use super::{Request, Site, answer, secret};

/// A verifier of RFC 7636 (its appendix B) and its challenge.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// Clients of the fixture with the address that a browser goes back to.
pub const CLIENTS: [(&str, &str); 7] = [
    ("shop", "https://shop.example/cb"),
    ("till", "https://till.example/cb"),
    ("bank", "https://bank.example/cb"),
    ("auditor", "https://auditor.example/cb"),
    ("phone", "org.example.phone:/cb"),
    ("desk", ""),
    ("kiosk", ""),
];
/// Keys by name: that of the issuer `idp` and its next one, that of a client, and a stranger's.
static KEYS: LazyLock<[(&str, Signer); 4]> =
    LazyLock::new(|| ["issuer", "next", "device", "stranger"].map(|name| (name, Signer::new())));

/// What is called `{shop}` and so on: the fields by which a client says who it is.
pub fn fields(client: &str) -> String {
    match client {
        "phone" => "client_id=phone".to_owned(),
        _ => format!("client_id={client}&client_secret={}", secret_of(client)),
    }
}

/// The value of `Authorization: Basic`.
pub fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// As the fixture's digests have it.
pub fn secret_of(client: &str) -> String {
    let secret = secret(&format!("{}_SECRET", client.to_ascii_uppercase())).unwrap();
    String::from_utf8(secret.expose().to_vec()).unwrap()
}

/// The authorization request of a client, with `more` at its end.
pub fn authorization(client: &str, redirect_uri: &str, more: &str) -> String {
    let more = if more.is_empty() { String::new() } else { format!("&{more}") };
    let pkce = format!("code_challenge={CHALLENGE}&code_challenge_method=S256");
    format!("/oauth/authorize?client_id={client}&redirect_uri={redirect_uri}&response_type=code&{pkce}{more}")
}

/// The token that the page of consent holds.
pub fn consent(site: &Site, address: &str, session: &str) -> String {
    let handled = site.ask(&Request::get(address).session(session));
    let body = &answer(&handled).body;
    let (_, rest) = body.split_once("name=\"consent\" value=\"").unwrap_or_else(|| panic!("{:?}", handled.refused));
    rest.split('"').next().unwrap().to_owned()
}

/// The code that a person's consent gives.
pub fn code(site: &Site, address: &str, session: &str, consent: &str) -> String {
    let request = Request::new("POST", address).session(session).form(&format!("consent={consent}&decision=allow"));
    let handled = site.ask(&request);
    assert_eq!(handled.refused, None, "{address}");
    let back = answer(&handled).headers.iter().find(|(name, _)| *name == "location").unwrap().1.clone();
    let (_, query) = back.split_once('?').unwrap();
    query.split('&').find_map(|pair| pair.strip_prefix("code=")).unwrap().to_owned()
}

/// Access and refresh token, for which the token endpoint takes this form.
pub fn tokens(site: &Site, form: &str, proof: Option<&str>) -> (String, String) {
    let mut request = Request::new("POST", "/oauth/token").form(form);
    if let Some(proof) = proof {
        request = request.with("dpop", proof);
    }
    let handled = site.ask(&request);
    assert_eq!(handled.refused, None::<Reason>, "{form}");
    let body: Value = serde_json::from_str(&answer(&handled).body).unwrap();
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    (text("access_token"), text("refresh_token"))
}

/// A JWT of the issuer `idp`, good for an hour. `changes`: `[header.]NAME=VALUE`, times in seconds from now, no value leaves
/// out; or `by=KEY` that signs it.
pub fn jwt(now: u64, changes: &str) -> String {
    let header = json!({"alg": "ES256", "typ": "at+jwt", "kid": "issuer"});
    let claims = json!({"iss": "https://idp.example", "aud": "https://gate.example.org", "sub": "jo", "iat": now,
        "exp": now + 3600, "scope": "read"});
    signed("issuer", header, claims, now, changes)
}

/// What the issuer `idp` publishes.
pub fn keys() -> String {
    keys_of(&["issuer"])
}

/// The same for keys of these names, each with its name as key id.
pub fn keys_of(names: &[&str]) -> String {
    let jwk = |name: &&str| {
        let mut jwk = key(name).jwk();
        jwk["kid"] = json!(name);
        jwk
    };
    json!({ "keys": names.iter().map(jwk).collect::<Vec<_>>() }).to_string()
}

/// A proof by the key of a client, `id` its own. `token`: that it is shown with. `changes` as of a JWT.
pub fn proof(method: &str, address: &str, token: Option<&str>, id: u64, now: u64, changes: &str) -> String {
    let name = option(changes, "key").unwrap_or("device");
    let header = json!({"alg": "ES256", "typ": "dpop+jwt", "jwk": key(name).jwk()});
    let mut claims = json!({"htm": method, "htu": address, "iat": now, "jti": format!("proof {id}")});
    if let Some(token) = token {
        claims["ath"] = json!(URL_SAFE_NO_PAD.encode(sha256(&[token.as_bytes()])));
    }
    signed(name, header, claims, now, changes)
}

/// The thumbprint of a client's key (RFC 7638).
pub fn thumbprint(name: &str) -> String {
    let jwk = key(name).jwk();
    let text = format!(r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#, jwk["x"], jwk["y"]);
    URL_SAFE_NO_PAD.encode(sha256(&[text.as_bytes()]))
}

fn signed(by: &str, mut header: Value, mut claims: Value, now: u64, changes: &str) -> String {
    let mut by = by;
    for change in changes.split(' ').filter(|change| !change.is_empty()) {
        let (name, value) = change.split_once('=').expect("NAME=VALUE");
        let (members, name) = match name.strip_prefix("header.") {
            Some(name) => (header.as_object_mut().unwrap(), name),
            None if matches!(name, "key" | "by") => {
                by = value;
                continue;
            }
            None => (claims.as_object_mut().unwrap(), name),
        };
        put(members, name, value, now);
    }
    key(by).sign(&header, &claims)
}

fn put(members: &mut Map<String, Value>, name: &str, value: &str, now: u64) {
    let value = match (name, value.parse::<i64>()) {
        (_, _) if value.is_empty() => {
            members.remove(name);
            return;
        }
        ("exp" | "nbf" | "iat", Ok(seconds)) => json!(now.checked_add_signed(seconds).unwrap()),
        _ => serde_json::from_str(value).unwrap_or_else(|_| json!(value)),
    };
    members.insert(name.to_owned(), value);
}

fn key(name: &str) -> &'static Signer {
    KEYS.iter().find(|(known, _)| *known == name).map(|(_, key)| key).unwrap_or_else(|| panic!("no key {name}"))
}

fn option<'a>(changes: &'a str, name: &str) -> Option<&'a str> {
    changes.split(' ').find_map(|change| change.strip_prefix(name)?.strip_prefix('='))
}
