//! Providers as their vendors document them (`fixtures/providers.json`): with little more than the preset's word a person is
//! signed in, and what only looks like such a token is refused.

use edgegate_core::exchange::Handled;
use edgegate_core::testing::World;
use serde_json::{Map, Value, json};

use crate::support::jws::Signer;
use crate::support::{NOW, Request, Site, answer, fixture_json, forwarding, refusal, set_cookies};

pub(super) fn shapes() -> Vec<Value> {
    fixture_json("providers.json")["shapes"].as_array().unwrap().clone()
}

/// A policy with the provider of a shape. Tests sign by another algorithm than the vendors.
fn policy(shape: &Value) -> String {
    let lines: Vec<&str> = shape["policy"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let preset = shape["preset"].as_str().unwrap();
    format!(
        "version = 1\ngateway = {{ issuer = \"https://gate.example.org\" }}\n\
         [origins.site]\nurl = \"https://origin.example.org\"\n\
         [keys.seal-1]\nsecret = \"SEAL_KEY\"\nuse = \"seal\"\n[session]\nkeys = [\"seal-1\"]\n\
         [providers.it]\npreset = \"{preset}\"\n{}\nsecret = \"IT_SECRET\"\nalgorithms = [\"ES256\"]\n\
         [[routes]]\nname = \"it\"\npath = \"/it/*\"\naccept = [\"session\"]\nproviders = [\"it\"]\n\
         headers = {{ X-Email = \"email\", X-Groups = \"{}\" }}\nforward = {{ origin = \"site\" }}\n",
        lines.join("\n"),
        if preset == "cognito" { "cognito:groups" } else { "groups" }
    )
}

/// What a provider of that shape publishes, by address.
pub(super) fn site(shape: &Value, signer: &Signer) -> Site {
    let site = Site::new(&World::at(NOW), &policy(shape));
    let publish = |address: &str, document: &Value| {
        site.ports.documents.borrow_mut().insert(address.to_owned(), (200, document.to_string()));
    };
    let discovery = discovery(shape);
    if let (Some(at), Some(keys)) = (discovery["at"].as_str(), discovery["document"]["jwks_uri"].as_str()) {
        publish(at, &discovery["document"]);
        let mut jwk = signer.jwk();
        jwk["kid"] = json!("key-1");
        publish(keys, &json!({"keys": [jwk]}));
    }
    if let Some(pushed) = discovery["document"]["pushed_authorization_request_endpoint"].as_str() {
        publish(pushed, &json!({"request_uri": "urn:example:1", "expires_in": 60}));
    }
    if let Some(endpoints) = shape["endpoints"].as_object() {
        publish(endpoints["userinfo_endpoint"].as_str().unwrap(), &shape["userinfo"]);
        publish(endpoints["emails_endpoint"].as_str().unwrap(), &shape["emails"]);
    }
    site
}

/// The shape's document, or that of the shape that has the same.
fn discovery(shape: &Value) -> Value {
    let other = shapes().into_iter().find(|other| other["name"] == shape["same_discovery_as"]);
    let of = other.as_ref().unwrap_or(shape);
    json!({"at": of["discovery_at"], "document": of["discovery"]})
}

/// The claims with times and nonce, and then with changes: null leaves out.
fn claims(shape: &Value, nonce: &str, changes: &Value) -> Value {
    let mut claims: Map<String, Value> = shape["claims"].as_object().unwrap().clone();
    claims.remove("at_hash"); // of an access token that only the vendor knows
    claims.extend([("iat", NOW), ("exp", NOW + 600)].map(|(name, time)| (name.to_owned(), json!(time))));
    claims.insert("nonce".to_owned(), json!(nonce));
    claims.extend(changes.as_object().unwrap().clone());
    claims.retain(|_, value| !value.is_null());
    Value::Object(claims)
}

/// Goes the whole way as a browser, with changed claims: the callback's answer, and how the site is asked after that.
pub(super) fn sign_in(site: &Site, shape: &Value, signer: &Signer, changes: &Value) -> (Handled, Request) {
    let page = |path: &str| Request::get(path).with("accept", "text/html").with("sec-fetch-mode", "navigate");
    let sent = site.ask(&page("/it/a?b=1"));
    let location = header(&sent, "location");
    assert!(location.starts_with("https://"), "{}: {location}", shape["name"]);
    // Pushed, it stands in the body of the gateway's own call.
    let pushed = site.ports.asked.borrow().iter().rev().find(|body| body.contains("code_challenge")).cloned();
    let asked = pushed.unwrap_or_else(|| location.split_once('?').unwrap().1.to_owned());
    let of = |name: &str| {
        asked.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).unwrap_or_default().to_owned()
    };
    assert_eq!(of("redirect_uri"), "https%3A%2F%2Fgate.example.org%2F.edgegate%2Fcallback%2Fit");
    let cookie = set_cookies(&sent)[0].split(';').next().unwrap().to_owned();
    let tokens = match shape["token"].as_object() {
        Some(token) => json!(token),
        None => {
            let header = json!({"alg": "ES256", "kid": "key-1", "typ": "JWT"});
            let id = signer.sign(&header, &claims(shape, &of("nonce"), changes));
            json!({"access_token": "at-0123456789", "token_type": "Bearer", "id_token": id})
        }
    };
    let discovery = discovery(shape);
    let at =
        discovery["document"]["token_endpoint"].as_str().or(shape["endpoints"]["token_endpoint"].as_str()).unwrap();
    site.ports.documents.borrow_mut().insert(at.to_owned(), (200, tokens.to_string()));
    let iss = match discovery["document"]["authorization_response_iss_parameter_supported"] {
        Value::Bool(true) => format!("&iss={}", discovery["document"]["issuer"].as_str().unwrap()),
        _ => String::new(),
    };
    let back = site
        .ask(&page(&format!("/.edgegate/callback/it?code=c0de&state={}{iss}", of("state"))).with("cookie", &cookie));
    let cookies: Vec<String> = set_cookies(&back).iter().map(|one| one.split(';').next().unwrap().to_owned()).collect();
    (back, Request::get("/it/a").with("cookie", &cookies.join("; ")))
}

fn header(handled: &Handled, name: &str) -> String {
    let answer = answer(handled);
    let found = answer.headers.iter().find(|(field, _)| *field == name);
    found.unwrap_or_else(|| panic!("no {name}: {} {}", answer.status, answer.body)).1.clone()
}

#[test]
fn a_person_of_each_vendor_is_signed_in_with_what_that_says() {
    let signer = Signer::new();
    for shape in shapes() {
        let site = site(&shape, &signer);
        let (back, next) = sign_in(&site, &shape, &signer, &json!({}));
        assert_eq!(refusal(&back), None, "{}", shape["name"]);
        assert_eq!(header(&back, "location"), "/it/a?b=1");
        let handled = site.ask(&next);
        assert_eq!(refusal(&handled), None, "{}", shape["name"]);
        let identity = handled.identity.as_ref().unwrap();
        let person = &shape["person"];
        assert_eq!(identity.subject.as_deref(), person["subject"].as_str(), "{}", shape["name"]);
        let edits = format!("{:?}", forwarding(&handled));
        match person["email"].as_str() {
            Some(email) => assert!(edits.contains(email), "{}: {edits}", shape["name"]),
            None => {
                assert!(!edits.contains("X-Email\", \""), "{}: an e-mail that nobody verified: {edits}", shape["name"])
            }
        }
        for group in person["groups"].as_array().unwrap() {
            assert!(edits.contains(group.as_str().unwrap()), "{}: {edits}", shape["name"]);
        }
    }
}

#[test]
fn what_only_looks_like_one_signs_nobody_in() {
    let signer = Signer::new();
    for shape in shapes() {
        for case in shape["refused"].as_array().unwrap_or(&Vec::new()) {
            let site = site(&shape, &signer);
            let (back, next) = sign_in(&site, &shape, &signer, &case[1]);
            assert!(refusal(&back).is_some(), "{}: {}", shape["name"], case[0]);
            assert!(refusal(&site.ask(&next)).is_some(), "{}: {}", shape["name"], case[0]);
        }
    }
}

#[test]
fn an_e_mail_that_the_vendor_did_not_verify_is_none() {
    let signer = Signer::new();
    for shape in shapes().iter().filter(|shape| shape["unverified"].is_object()) {
        let site = site(shape, &signer);
        let (back, next) = sign_in(&site, shape, &signer, &shape["unverified"]);
        assert_eq!(refusal(&back), None, "{}", shape["name"]);
        let edits = format!("{:?}", forwarding(&site.ask(&next)));
        assert!(!edits.contains(shape["claims"]["email"].as_str().unwrap()), "{}: {edits}", shape["name"]);
    }
}

#[test]
fn every_word_has_a_shape_with_the_page_it_follows() {
    let schema = fixture_json("../edgegate.schema.json");
    let words = &schema["properties"]["providers"]["additionalProperties"]["properties"]["preset"]["enum"];
    for word in words.as_array().unwrap() {
        assert!(shapes().iter().any(|shape| shape["preset"] == *word), "{word}");
    }
    assert!(shapes().iter().all(|shape| shape["source"].as_str().unwrap().starts_with("https://")));
}
