//! Tokens as well-known issuers make them (`fixtures/issuers.json`, with the page of each vendor), under a policy that has
//! little more than the preset's word.

use edgegate_core::exchange::Handled;
use edgegate_core::policy::{Issuer, JwsAlgorithm, Policy, Verification, Via};
use edgegate_core::testing::World;
use serde_json::{Map, Value, json};

use crate::support::jws::Signer;
use crate::support::{NOW, Request, Site, fixture_json, forwarding};

const HEAD: &str = "version = 1\ngateway = { issuer = \"https://gate.example.org\" }\n\
    [origins.site]\nurl = \"https://origin.example.org\"\n";
/// The tests sign by another algorithm than the vendors. A key that stands beside a preset wins.
pub const BY_TESTS: &str = "algorithms = [\"ES256\"]";

/// The policy of a shape, with more keys of its issuer.
pub fn policy_of(shape: &Value, more: &str) -> String {
    let lines: Vec<&str> = shape["policy"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let preset = shape["preset"].as_str().unwrap();
    policy(&format!("preset = \"{preset}\"\n{}\n{more}", lines.join("\n")))
}

/// One issuer of these keys, and a route for its tokens.
pub fn policy(keys: &str) -> String {
    format!(
        "{HEAD}[issuers.it]\n{keys}\n[[routes]]\nname = \"it\"\npath = \"/it/*\"\nmethods = [\"GET\", \"POST\"]\n\
         accept = [\"issuer:it\"]\nforward = {{ origin = \"site\" }}\n"
    )
}

/// An isolate with that policy, in front of an issuer that publishes one key at that address.
pub fn site(policy: &str, keys: &str, jwk: Value) -> Site {
    let site = Site::new(&World::at(NOW), policy);
    let document = json!({"keys": [jwk]}).to_string();
    site.ports.documents.borrow_mut().insert(keys.to_owned(), (200, document));
    site
}

pub fn shapes() -> Vec<Value> {
    fixture_json("issuers.json")["shapes"].as_array().unwrap().clone()
}

/// The claims with times, and then with changes: null leaves out.
pub fn claims_of(shape: &Value, changes: &Value) -> Value {
    let mut claims: Map<String, Value> = shape["claims"].as_object().unwrap().clone();
    claims.extend([("iat", NOW), ("nbf", NOW), ("exp", NOW + 600)].map(|(name, time)| (name.to_owned(), json!(time))));
    claims.extend(changes.as_object().unwrap().clone());
    claims.retain(|_, value| !value.is_null());
    Value::Object(claims)
}

pub fn header_of(shape: &Value) -> Value {
    let mut header = shape["header"].clone();
    header["alg"] = json!("ES256");
    header["kid"] = json!("key-1");
    header
}

pub fn jwk_of(signer: &Signer) -> Value {
    let mut jwk = signer.jwk();
    jwk["kid"] = json!("key-1");
    jwk
}

/// A request that carries a token as the vendor's clients do.
pub fn request(shape: &Value, token: &str) -> Request {
    match shape["preset"].as_str().unwrap() {
        "cloudflare-access" => Request::get("/it/a").with("cf-access-jwt-assertion", token),
        _ => Request::get("/it/a").bearer(token),
    }
}

fn told(handled: &Handled) -> Value {
    let identity = handled.identity.as_ref().unwrap();
    json!({"issuer": identity.issuer, "subject": identity.subject, "client": identity.client, "scope": identity.scope.join(" ")})
}

#[test]
fn a_token_of_each_shape_goes_through_as_its_vendor_says() {
    let signer = Signer::new();
    for shape in shapes() {
        let site = site(&policy_of(&shape, BY_TESTS), shape["keys"].as_str().unwrap(), jwk_of(&signer));
        let token = signer.sign(&header_of(&shape), &claims_of(&shape, &json!({})));
        let handled = site.ask(&request(&shape, &token));
        assert_eq!(handled.refused, None, "{}", shape["name"]);
        assert_eq!(told(&handled), shape["told"], "{}", shape["name"]);
        let edits = format!("{:?}", forwarding(&handled));
        assert!(!edits.contains(&token), "{}: the origin never gets the token", shape["name"]);
    }
}

#[test]
fn what_only_looks_like_one_is_refused_for_its_reason_before_any_key_is_fetched() {
    let signer = Signer::new();
    for shape in shapes() {
        for case in shape["refused"].as_array().unwrap() {
            let site = site(&policy_of(&shape, BY_TESTS), shape["keys"].as_str().unwrap(), jwk_of(&signer));
            let token = signer.sign(&header_of(&shape), &claims_of(&shape, &case[1]));
            let handled = site.ask(&request(&shape, &token));
            let reason = handled.refused.map(|reason| reason.code());
            assert_eq!(reason, case[2].as_str(), "{}: {}", shape["name"], case[0]);
            assert_eq!(site.ports.spent.get().upstream, 0, "{}: {}", shape["name"], case[0]);
        }
    }
}

#[test]
fn every_word_has_a_shape_and_knows_where_its_keys_are() {
    let schema = fixture_json("../edgegate.schema.json");
    let words = &schema["properties"]["issuers"]["additionalProperties"]["properties"]["preset"]["enum"];
    for word in words.as_array().unwrap() {
        assert!(shapes().iter().any(|shape| shape["preset"] == *word), "{word}");
    }
    for shape in shapes() {
        let policy = Policy::read(&policy_of(&shape, "")).unwrap_or_else(|problems| panic!("{problems:?}"));
        let issuer = &policy.issuers[0];
        assert_eq!(address_of(issuer), shape["keys"].as_str().unwrap(), "{}", shape["name"]);
        let Verification::Jwks { algorithms, .. } = &issuer.verification else { panic!() };
        assert_eq!(algorithms, &[JwsAlgorithm::Rs256], "{}", shape["name"]);
        assert!(shape["source"].as_str().unwrap().starts_with("https://"));
    }
}

fn address_of(issuer: &Issuer) -> String {
    let Verification::Jwks { path, is_discovered: false, .. } = &issuer.verification else { panic!() };
    let Via::Url(url) = &issuer.origin.via else { panic!() };
    format!("{url}{path}")
}

/// What Microsoft says of the keys that it publishes for all tenants in one list.
#[test]
fn a_key_of_one_tenant_signs_for_no_other() {
    let signer = Signer::new();
    let shape = shapes().into_iter().find(|shape| shape["preset"] == "entra").unwrap();
    let own = shape["claims"]["iss"].clone();
    for (issuer, is_accepted) in [
        (own, true),
        (json!("https://login.microsoftonline.com/{tenantid}/v2.0"), true),
        (json!("https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"), false),
        (json!("https://login.microsoftonline.us/{tenantid}/v2.0"), false),
        (json!(7), false),
    ] {
        let mut jwk = jwk_of(&signer);
        jwk["issuer"] = issuer.clone();
        let site = site(&policy_of(&shape, BY_TESTS), shape["keys"].as_str().unwrap(), jwk);
        let token = signer.sign(&header_of(&shape), &claims_of(&shape, &json!({})));
        let reason = site.ask(&request(&shape, &token)).refused.map(|reason| reason.code());
        assert_eq!(reason, (!is_accepted).then_some("jwt_key_unknown"), "{issuer}");
    }
}

#[test]
fn an_assertion_of_access_is_a_credential_that_browsers_send_by_themselves() {
    let signer = Signer::new();
    let shape = shapes().into_iter().find(|shape| shape["preset"] == "cloudflare-access").unwrap();
    let token = signer.sign(&header_of(&shape), &claims_of(&shape, &json!({})));
    let cookie = format!("a=1; CF_Authorization={token}");
    let keys = shape["keys"].as_str().unwrap();
    let at = |policy: &str| site(policy, keys, jwk_of(&signer));
    let site = at(&policy_of(&shape, BY_TESTS));
    let refused = |request: &Request| site.ask(request).refused.map(|reason| reason.code());
    // Either place, and never in what the origin gets.
    let by_cookie = site.ask(&Request::get("/it/a").with("cookie", &cookie));
    assert_eq!(by_cookie.refused, None);
    let edits = format!("{:?}", forwarding(&by_cookie));
    assert!(edits.contains("a=1") && !edits.contains(&token), "{edits}");
    // A field that the edge wrote is read before the cookie, which may be older.
    let both = Request::get("/it/a").with("cookie", &cookie).with("cf-access-jwt-assertion", "x");
    assert_eq!(refused(&both), Some("jwt_malformed"));
    let twice = Request::get("/it/a").with("cookie", &format!("{cookie}; CF_Authorization=x"));
    assert_eq!(refused(&twice), Some("bearer_multiple"));
    let fields = Request::get("/it/a").with("cf-access-jwt-assertion", &token).with("cf-access-jwt-assertion", "x");
    assert_eq!(refused(&fields), Some("bearer_multiple"));
    // As a Bearer token it opens nothing, and a cookie of another name is none.
    assert_eq!(refused(&Request::get("/it/a").bearer(&token)), Some("credential_missing"));
    let other = Request::get("/it/a").with("cookie", &cookie.replace("CF_Auth", "cf_auth"));
    assert_eq!(refused(&other), Some("credential_missing"));
    // Another site's page makes a browser send either.
    for carried in [("cookie", cookie.as_str()), ("cf-access-jwt-assertion", &token)] {
        let post = Request::new("POST", "/it/a").with(carried.0, carried.1);
        assert_eq!(refused(&post), None, "no browser");
        assert_eq!(refused(&post.clone().with("sec-fetch-site", "same-origin")), None);
        assert_eq!(refused(&post.clone().with("sec-fetch-site", "cross-site")), Some("cross_site"));
        assert_eq!(refused(&post.with("origin", "https://evil.example")), Some("cross_site"));
    }
    // On a route that accepts none of it, it is cut all the same.
    let open = policy_of(&shape, BY_TESTS).replace("accept = [\"issuer:it\"]", "accept = [\"none\"]");
    let handled = at(&open).ask(&Request::get("/it/a").with("cookie", &cookie));
    assert!(!format!("{:?}", forwarding(&handled)).contains(&token));
}

/// Beside Bearer tokens of another issuer, each is verified by its own.
#[test]
fn an_assertion_and_a_bearer_token_do_not_stand_in_for_each_other() {
    let signer = Signer::new();
    let of = |preset: &str| shapes().into_iter().find(|shape| shape["preset"] == preset).unwrap();
    let (access, okta) = (of("cloudflare-access"), of("okta"));
    let lines = |shape: &Value| {
        let lines: Vec<_> =
            shape["policy"].as_array().unwrap().iter().map(|line| line.as_str().unwrap().to_owned()).collect();
        lines.join("\n")
    };
    let other = format!("[issuers.other]\npreset = \"okta\"\n{BY_TESTS}\n{}\n[[routes]]", lines(&okta));
    let text = policy_of(&access, BY_TESTS).replace("[[routes]]", &other);
    let text = text.replace("[\"issuer:it\"]", "[\"issuer:other\", \"issuer:it\"]");
    let site = site(&text, access["keys"].as_str().unwrap(), jwk_of(&signer));
    let document = json!({"keys": [jwk_of(&signer)]}).to_string();
    site.ports.documents.borrow_mut().insert(okta["keys"].as_str().unwrap().to_owned(), (200, document));
    let token = |shape: &Value| signer.sign(&header_of(shape), &claims_of(shape, &json!({})));
    let (assertion, bearer) = (token(&access), token(&okta));
    let subject = |request: &Request| site.ask(request).identity.and_then(|identity| identity.subject);
    let with = |value: &str| Request::get("/it/a").with("cf-access-jwt-assertion", value);
    assert_eq!(subject(&with(&assertion)).as_deref(), access["told"]["subject"].as_str());
    assert_eq!(subject(&with(&assertion).bearer(&bearer)).as_deref(), okta["told"]["subject"].as_str());
    let refused = |request: &Request| site.ask(request).refused.map(|reason| reason.code());
    assert_eq!(refused(&with(&bearer)), Some("jwt_issuer"));
    assert_eq!(refused(&Request::get("/it/a").bearer(&assertion)), Some("jwt_issuer"));
}
