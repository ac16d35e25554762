//! What a route requires of a credential's holder, and what it tells the origin of one (`require`, `headers`): with tokens as
//! well-known issuers make them.

use edgegate_core::explain::Explainer;
use edgegate_core::forward::headers::fold;
use edgegate_core::http::query::encode_component;
use edgegate_core::policy::Policy;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;
use serde_json::{Value, json};

use super::presets::{BY_TESTS, claims_of, header_of, jwk_of, policy_of, request, shapes, site};
use crate::support::jws::Signer;
use crate::support::story::Story;
use crate::support::{NOW, POLICY, Request, Site, forwarding, oauth};

/// A claim as each vendor says it, by the first word of the shape's name: its path, the claims that hold it, its values.
fn said() -> Vec<(&'static str, &'static str, Value, Vec<&'static str>)> {
    let groups = json!({"groups": ["41f51ac4-92c5-4c5a-8b2b-3d7a9f0e6c11", "staff"]});
    vec![
        ("entra", "roles", json!({"roles": ["Orders.Read", "Orders.Write"]}), vec!["Orders.Read", "Orders.Write"]),
        ("entra", "scp", json!({"scp": "access_as_user Files.Read"}), vec!["access_as_user", "Files.Read"]),
        ("entra", "groups", groups, vec!["41f51ac4-92c5-4c5a-8b2b-3d7a9f0e6c11", "staff"]),
        ("auth0", "permissions", json!({"permissions": ["read:orders"]}), vec!["read:orders"]),
        ("auth0", "https://example.org/roles", json!({"https://example.org/roles": ["staff"]}), vec!["staff"]),
        ("cognito", "cognito:groups", json!({"cognito:groups": ["staff", "eu,north"]}), vec!["staff", "eu,north"]),
        ("okta", "groups", json!({"groups": ["Everyone", "staff"]}), vec!["Everyone", "staff"]),
        ("google", "hd", json!({"hd": "example.com"}), vec!["example.com"]),
        ("google", "email", json!({"email": "Jo@Example.ORG", "email_verified": true}), vec!["Jo@example.org"]),
        (
            "keycloak",
            "realm_access.roles",
            json!({"realm_access": {"roles": ["read", "staff"]}}),
            vec!["read", "staff"],
        ),
        (
            "keycloak",
            r"resource_access.my\.app.roles",
            json!({"resource_access": {"my.app": {"roles": ["x"]}}}),
            vec!["x"],
        ),
        ("cloudflare-access", "country", json!({"country": "DE"}), vec!["DE"]),
        ("github-actions", "repository", json!({"repository": "octo-org/octo-repo"}), vec!["octo-org/octo-repo"]),
    ]
}

pub fn with_keys(shape: &Value, keys: &str) -> String {
    policy_of(shape, BY_TESTS).replace("accept = [\"issuer:it\"]", &format!("accept = [\"issuer:it\"]\n{keys}"))
}

/// How an origin reads a field of claims.
pub fn read(value: &str) -> Vec<String> {
    let decoded =
        |part: &str| String::from_utf8(edgegate_core::http::query::decode(&part.replace('+', "%2B"))).unwrap();
    value.split(',').map(decoded).collect()
}

fn told(site: &Site, request: &Request, field: &str) -> Option<String> {
    let handled = site.ask(request);
    assert_eq!(handled.refused, None, "{request:?}");
    let told = &forwarding(&handled).set_by_policy;
    told.iter().find(|(name, _)| name == field).map(|(_, value)| value.clone())
}

#[test]
fn claims_of_each_shape_of_token_open_a_route_and_reach_the_origin() {
    let signer = Signer::new();
    for (preset, path, claims, values) in said() {
        let shape = shapes().into_iter().find(|shape| shape["preset"] == preset).unwrap();
        let name = format!("'{path}'");
        let token = signer.sign(&header_of(&shape), &claims_of(&shape, &claims));
        let at = |keys: &str| site(&with_keys(&shape, keys), shape["keys"].as_str().unwrap(), jwk_of(&signer));
        let keys = |value: &str| format!("require = {{ {name} = {value} }}\nheaders = {{ X-Claim = {name} }}");
        let none = if path == "email" { "none@example.net" } else { "none of them" };
        for value in &values {
            let site = at(&keys(&format!("[\"{none}\", \"{value}\"]")));
            let field = told(&site, &request(&shape, &token), "X-Claim").unwrap();
            assert_eq!(read(&field), values, "{preset} {path}");
        }
        assert!(told(&at(&keys("[]")), &request(&shape, &token), "X-Claim").is_some(), "any value: {path}");
        let other = at(&keys(&format!("[\"{none}\"]")));
        assert_eq!(other.ask(&request(&shape, &token)).refused, Some(Reason::RuleNotMet), "{preset} {path}");
        // Without the claim.
        let top = path.split('.').next().unwrap();
        let gone = if path.contains("://") { json!({path: null}) } else { json!({top: null}) };
        let bare = signer.sign(&header_of(&shape), &claims_of(&shape, &gone));
        let handled = at(&keys("[]")).ask(&request(&shape, &bare));
        assert!(handled.refused.is_some(), "{preset} {path}");
        let site = at(&format!("headers = {{ X-Claim = {name} }}"));
        if handled.refused == Some(Reason::RuleNotMet) {
            assert_eq!(told(&site, &request(&shape, &bare), "X-Claim"), None, "{preset} {path}");
        }
    }
}

#[test]
fn an_address_opens_and_is_told_only_where_it_is_verified() {
    let signer = Signer::new();
    let shape = shapes().into_iter().find(|shape| shape["preset"] == "entra").unwrap();
    let keys = "require = { email = [\"*@Example.org\", \"Ann@example.net\"] }\nheaders = { X-User-Email = \"email\" }";
    let at = |keys: &str| site(&with_keys(&shape, keys), shape["keys"].as_str().unwrap(), jwk_of(&signer));
    let (strict, telling) = (at(keys), at(keys.split_once('\n').unwrap().1));
    for (claims, address) in [
        (json!({"email": "Jo@EXAMPLE.org", "email_verified": true}), Some("Jo@example.org")),
        (json!({"email": "Ann@Example.net", "email_verified": "true"}), Some("Ann@example.net")),
        (json!({"email": "jo@example.org"}), None),
        (json!({"email": "jo@example.org", "email_verified": false}), None),
        (json!({"email": "jo@example.org", "email_verified": 1}), None),
        (json!({"email": "jo@example.org", "xms_edov": true, "verified_primary_email": ["jo@example.org"]}), None),
        (json!({"email": "jo@evil.example@example.org", "email_verified": true}), None),
        (json!({"email_verified": true, "preferred_username": "jo@example.org"}), None),
    ] {
        let token = signer.sign(&header_of(&shape), &claims_of(&shape, &claims));
        let refused = strict.ask(&request(&shape, &token)).refused;
        assert_eq!(refused, address.is_none().then_some(Reason::RuleNotMet), "{claims}");
        assert_eq!(told(&telling, &request(&shape, &token), "X-User-Email").as_deref(), address, "{claims}");
    }
    for (address, refused) in
        [("jo@a.example.org", true), ("jo@evilexample.org", true), ("ann@example.net", true), ("@example.org", true)]
    {
        let claims = json!({"email": address, "email_verified": true});
        let token = signer.sign(&header_of(&shape), &claims_of(&shape, &claims));
        assert_eq!(strict.ask(&request(&shape, &token)).refused == Some(Reason::RuleNotMet), refused, "{address}");
    }
}

/// Where `subject` of the issuer names the claim `email`, the subject is that address, under the same conditions.
#[test]
fn a_subject_that_is_an_address_counts_only_where_it_is_verified() {
    let signer = Signer::new();
    let shape = shapes().into_iter().find(|shape| shape["preset"] == "google").unwrap();
    let by_email = |keys: &str| with_keys(&shape, keys).replace("[issuers.it]", "[issuers.it]\nsubject = \"email\"");
    let at = |keys: &str| site(&by_email(keys), shape["keys"].as_str().unwrap(), jwk_of(&signer));
    let ruled =
        at("require = { subject = [\"*@Example.org\", \"Ann@Example.net\"] }\nheaders = { X-User = \"subject\" }");
    let plain = at("headers = { X-User = \"subject\" }");
    for (claims, address) in [
        (json!({"email": "Jo@EXAMPLE.org", "email_verified": true}), Some("Jo@example.org")),
        (json!({"email": "Ann@example.NET", "email_verified": "true"}), Some("Ann@example.net")),
        (json!({"email": "jo@example.org"}), None),
        (json!({"email": "jo@example.org", "email_verified": false}), None),
        (json!({"email": "jo@example.org", "email_verified": 1}), None),
        (json!({"email": ["jo@example.org"], "email_verified": true}), None),
        (json!({"email": "jo@evil.example@example.org", "email_verified": true}), None),
        (json!({"email": "jo", "email_verified": true}), None),
        (json!({"email_verified": true}), None),
    ] {
        let mut claims = claims;
        for name in ["email", "email_verified"] {
            let said = claims.get(name).cloned().unwrap_or_default();
            claims[name] = said; // null leaves out what the shape has
        }
        let token = signer.sign(&header_of(&shape), &claims_of(&shape, &claims));
        for site in [&ruled, &plain] {
            let handled = site.ask(&request(&shape, &token));
            assert_eq!(handled.refused, address.is_none().then_some(Reason::JwtSubject), "{claims}");
            let subject = handled.identity.and_then(|identity| identity.subject);
            assert_eq!(subject.as_deref(), address, "{claims}");
        }
        if address.is_some() {
            let field = told(&plain, &request(&shape, &token), "X-User");
            assert_eq!(field.as_deref(), address, "{claims}");
        }
    }
    for address in ["jo@evilexample.org", "jo@a.example.org", "ann@example.net"] {
        let claims = json!({"email": address, "email_verified": true});
        let token = signer.sign(&header_of(&shape), &claims_of(&shape, &claims));
        assert_eq!(ruled.ask(&request(&shape, &token)).refused, Some(Reason::RuleNotMet), "{address}");
    }
}

#[test]
fn an_issuer_that_is_asked_names_no_subject_by_an_unverified_address() {
    let policy =
        POLICY.replace("introspection = \"/introspect\"", "introspection = \"/introspect\"\nsubject = \"email\"");
    assert_ne!(policy, POLICY);
    let site = Site::new(&World::at(NOW), &policy);
    for (verified, refused) in
        [(json!(true), None), (json!(false), Some(Reason::JwtSubject)), (Value::Null, Some(Reason::JwtSubject))]
    {
        let said = json!({"active": true, "sub": "jo", "aud": "https://gate.example.org", "email": "jo@Example.org",
            "email_verified": verified, "groups": ["staff"]});
        site.ports.documents.borrow_mut().insert("/introspect".to_owned(), (200, said.to_string()));
        let handled = site.ask(&Request::get("/staff/a").bearer(&format!("token-{verified}")));
        assert_eq!(handled.refused, refused, "{verified}");
        let subject = handled.identity.and_then(|identity| identity.subject);
        assert_eq!(subject.as_deref(), refused.is_none().then_some("jo@example.org"), "{verified}");
    }
}

/// A pattern of `subject` is read as one of `email` where subjects are addresses.
#[test]
fn a_pattern_of_subjects_that_are_addresses_names_a_whole_domain() {
    let shape = shapes().into_iter().find(|shape| shape["preset"] == "google").unwrap();
    let check = |claim: &str, accept: &str, value: &str| {
        let policy = with_keys(&shape, &format!("require = {{ subject = [\"{value}\"] }}"))
            .replace("[issuers.it]", &format!("[issuers.it]\nsubject = \"{claim}\""))
            .replace("accept = [\"issuer:it\"]", &format!("accept = [{accept}]"));
        let bearer = "[keys.seal]\nsecret = \"SEAL_KEY\"\nuse = \"seal\"\n[bearer]\nkeys = [\"seal\"]\n[issuers.it]";
        let problems = Policy::read(&policy.replace("[issuers.it]", bearer)).err()?;
        Some(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    };
    let (one, two) = ("\"issuer:it\"", "\"issuer:it\", \"bearer\"");
    for (claim, accept, value, is_right) in [
        ("email", one, "*@example.org", true),
        ("email", one, "jo@example.org", true),
        ("email", one, "*example.org", false),
        ("email", one, "*.example.org", false),
        ("email", one, "jo@*", false),
        ("email", one, "jo", false),
        ("email", two, "*@example.org", true),
        ("email", two, "1001002", true),
        ("email", two, "*example.org", false),
        ("email", two, "jo*", false),
        ("sub", one, "*@example.org", true),
        ("sub", one, "*jo@example.org", false),
        ("sub", one, "*@a@b", false),
        ("sub", one, "*-staff", true),
        ("sub", one, "jo-*", true),
        ("sub", one, "jo@*", true),
    ] {
        let problems = check(claim, accept, value);
        assert_eq!(problems.is_none(), is_right, "{claim} {accept} {value}: {problems:?}");
        let says =
            problems.is_none_or(|said| said.contains("require.subject") && said.contains("is no e-mail address"));
        assert!(says, "{claim} {accept} {value}");
    }
}

/// No alias of a field that a route names reaches an origin from a client: neither there nor on any other route, whatever
/// opens it, and whether or not there is a claim.
#[test]
fn no_client_writes_a_field_of_claims_in_any_alias() {
    let mut story = Story::new();
    story.step("jwt groups=[\"staff\"] email=jo@example.org email_verified=true");
    story.step("link /named/a?user=ann");
    story.step("token read");
    let requests = [
        Request::get("/staff/a").bearer(&story.names["jwt"]),
        story.request("GET {link}"),
        Request::get("/open/a"),
        Request::get("/me/a").bearer(&story.names["token"]),
        Request::get("/office/a").with("cf-connecting-ip", "192.0.2.1"),
    ];
    let names = ["x-user-email", "x-user-groups", "x-user"];
    for name in names {
        for separators in ["-", "_", ".", "!", "~", "'", "-_"] {
            let mut signs = separators.chars().cycle();
            let alias: String = name.chars().map(|c| if c == '-' { signs.next().unwrap() } else { c }).collect();
            for alias in [alias.clone(), alias.to_ascii_uppercase()] {
                for request in &requests {
                    let handled =
                        story.site.ask(&request.clone().with(&alias, "root@example.org").with("x-users", "7"));
                    assert_eq!(handled.refused, None, "{alias} {request:?}");
                    let forwarding = forwarding(&handled);
                    assert!(
                        forwarding.remove.contains(&alias.to_ascii_lowercase()) || forwarding.remove.contains(&alias),
                        "{alias} at {}",
                        request.url
                    );
                    let told = forwarding.set_by_policy.iter().filter(|(own, _)| fold(own) == name);
                    assert!(
                        told.clone().count() < 2 && told.clone().all(|(_, value)| !value.contains("root")),
                        "{alias}"
                    );
                    assert!(!forwarding.remove.contains(&"x-users".to_owned()), "another name goes on");
                }
            }
        }
    }
}

#[test]
fn what_a_refused_credential_would_use_up_is_not_used_up() {
    let mut story = Story::new();
    story.step("nonce named");
    let line = "GET /named/a?NONCE_TOKEN={nonce}";
    for _ in 0..2 {
        let handled = story.site.ask(&story.request(line));
        assert_eq!(handled.refused, Some(Reason::RuleNotMet), "a second time it is still the rule");
        assert_eq!(handled.identity.and_then(|identity| identity.subject).as_deref(), Some("jo"));
    }
}

#[test]
fn a_rule_holds_for_every_credential_and_nothing_weaker_is_tried() {
    let mut story = Story::new();
    story.step("link /named/a?user=ann");
    story.step("session");
    let right = story.request("GET {link}");
    assert_eq!(story.site.ask(&right).refused, None);
    // A credential that is refused ends it, although another one would do.
    let token = story.site.token("read");
    let signed = POLICY.replace("[\"link:named\", \"bearer\",", "[\"bearer\", \"link:named\",");
    let site = Site::beside(&story.site.ports, &signed);
    assert_eq!(site.ask(&right.bearer(&token)).refused, Some(Reason::RuleNotMet));
    let whole = ["jo-1", "ann"];
    for subject in ["jo-1", "ann", "jo", "Ann", "ann ", "", "jo-"] {
        story.step(&format!("link /named/a?user={}", encode_component(subject)));
        let refused = story.site.ask(&story.request("GET {link}")).refused;
        assert_eq!(refused.is_none(), whole.contains(&subject) || subject == "jo-", "{subject}: {refused:?}");
    }
}

#[test]
fn claims_that_are_too_many_are_refused_and_never_cut_short() {
    let site = Site::new(&World::at(NOW), POLICY);
    let ask = |groups: Vec<String>| {
        let said = json!({"active": true, "sub": "jo", "aud": "https://gate.example.org", "email": "jo@example.org",
            "email_verified": true, "groups": groups});
        site.ports.documents.borrow_mut().insert("/introspect".to_owned(), (200, said.to_string()));
        site.ask(&Request::get("/staff/a").bearer(&format!("token-{}", said["groups"][1].as_str().unwrap().len())))
    };
    let room = 8000 - "jo@example.org".len() - "staff,".len();
    let fits = ask(vec!["staff".to_owned(), "a".repeat(room)]);
    assert_eq!(fits.refused, None);
    assert!(forwarding(&fits).set_by_policy.iter().any(|(_, value)| value.len() == room + 6));
    assert_eq!(ask(vec!["staff".to_owned(), "a".repeat(room + 1)]).refused, Some(Reason::ClaimsTooLarge));
    assert_eq!(ask(vec!["staff".to_owned(), ",".repeat(room / 3 + 1)]).refused, Some(Reason::ClaimsTooLarge));
}

#[test]
fn the_explainer_says_which_rule_and_what_was_there_and_no_more() {
    let mut story = Story::new();
    let told = |story: &Story, url: &str| {
        Explainer::new(&story.site.gate.policy, &story.site.gate.secrets, NOW).explain("GET", url)
    };
    story.step("link /named/a?user=bob");
    let url = story.request("GET {link}").url;
    let explained = told(&story, &url);
    assert_eq!((explained.verdict.as_str(), explained.route.as_deref()), ("rule_not_met", Some("named")));
    assert_eq!(
        explained.causes[0],
        "The route requires that `subject` is one of `ann`, `jo-*`; the credential says `bob`."
    );
    story.step("link /named/a");
    let nothing = told(&story, &story.request("GET {link}").url);
    assert!(nothing.causes[0].ends_with("the credential says nothing that counts."), "{nothing:?}");
    story.step("link /named/a?user=ann");
    assert_eq!(told(&story, &story.request("GET {link}").url).verdict, "ok");
    // Without a credential the rules are told.
    let bare = told(&story, "https://gate.example.org/staff/a");
    assert!(
        bare.causes.contains(&"The route also requires that `groups` is one of `staff`, `lead-*`.".to_owned()),
        "{bare:?}"
    );
    // A token in the address, as far as it says so itself.
    let open = POLICY.replace("require = { groups", "bearer = { query = true }\nrequire = { groups");
    let policy = Policy::read(&open).unwrap();
    let jwt = oauth::jwt(NOW, "groups=[\"guests\\u001b\"] email=jo@example.org email_verified=true jti=secret-4711");
    let url = format!("https://gate.example.org/staff/a?access_token={jwt}");
    let explained = Explainer::new(&policy, &story.site.gate.secrets, NOW).explain("GET", &url);
    let cause =
        explained.causes.iter().find(|cause| cause.contains("guests")).unwrap_or_else(|| panic!("{explained:?}"));
    assert!(cause.contains("not verified here") && cause.contains(r"`guests\u{1b}`"), "{cause}");
    let all = format!("{explained:?}");
    let signature = jwt.rsplit('.').next().unwrap();
    assert!(!all.contains("secret-4711") && !all.contains(signature) && !all.contains("jo@example.org"), "{all}");
}
