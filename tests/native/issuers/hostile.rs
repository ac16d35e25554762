//! Whatever a token claims: nobody but a listed tenant is of the issuer, and no form of JSON stands in for a claim.

use edgegate_core::credential::issuer::jwt;
use edgegate_core::policy::{Issuer, Policy};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::presets::policy;
use crate::support::NOW;

const TENANTS: [&str; 2] = ["aaaabbbb-0000-cccc-1111-dddd2222eeee", "72f988bf-86f1-41af-91ab-2d7cd011db47"];

fn issuer(keys: &str) -> Issuer {
    Issuer::clone(&Policy::read(&policy(keys)).unwrap_or_else(|problems| panic!("{problems:?}")).issuers[0])
}

/// JSON of every form, with the words that count.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i32>().prop_map(|number| json!(number)),
        "(access|admin|reader|gate|a b|not admin|)".prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            prop::collection::btree_map("(roles|aud|a)", inner, 0..3).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #[test]
    fn a_listed_tenant_in_its_place_and_nothing_else(
        before in "(https://login.microsoftonline.com/|HTTPS://login.microsoftonline.com/|https://evil.example/|)",
        tenant in "(aaaabbbb-0000-cccc-1111-dddd2222eeee|72f988bf-86f1-41af-91ab-2d7cd011db47|common|\\{tenant\\}|[a-f0-9-]{0,3}|\\*)",
        twice in any::<bool>(),
        after in "(/v2\\.0|/v2\\.0/|/v1\\.0|)",
    ) {
        let issuer = issuer(&format!("preset = \"entra\"\ntenants = {TENANTS:?}\naudience = [\"gate\"]"));
        let iss = format!("{before}{tenant}{}{after}", if twice { &tenant } else { "" });
        let is_one = TENANTS.iter().any(|tenant| iss == format!("https://login.microsoftonline.com/{tenant}/v2.0"));
        prop_assert_eq!(issuer.is_of(&iss), is_one);
        prop_assert_eq!(issuer.names().contains(&iss), is_one);
        prop_assert_eq!(issuer.tenant_of(&iss).is_some(), is_one);
    }

    #[test]
    fn what_is_let_through_has_every_claim_as_a_text(
        aud in values(), client_id in values(), token_use in values(), realm_access in values(), scp in values(),
    ) {
        let issuer = issuer(
            "issuer = \"https://a.example\"\njwks = \"/keys\"\nalgorithms = [\"ES256\"]\naudience = [\"gate\"]\n\
             audience_claim = \"client_id\"\nscopes = [\"scp\", \"realm_access.roles\"]\n\
             require = { token_use = [\"access\"], \"realm_access.roles\" = [\"reader\"] }",
        );
        let claims = json!({"aud": aud, "client_id": client_id, "token_use": token_use, "realm_access": realm_access,
            "scp": scp, "sub": "jo", "exp": NOW + 60});
        let Value::Object(mut claims): Value = claims else { unreachable!() };
        claims.retain(|_, value: &mut Value| !value.is_null());
        let has = |value: Option<&Value>, word: &str| match value {
            Some(Value::String(text)) => text == word,
            Some(Value::Array(items)) => items.iter().any(|item| item == word),
            _ => false,
        };
        let roles = claims.get("realm_access").and_then(|value| value.get("roles"));
        let is_right = has(claims.get("client_id"), "gate")
            && (!claims.contains_key("aud") || has(claims.get("aud"), "gate"))
            && claims.get("token_use") == Some(&json!("access"))
            && has(roles, "reader");
        let told = jwt::check_claims(&issuer, &claims, NOW);
        prop_assert_eq!(told.is_ok(), is_right, "{:?}", claims);
        if let Ok(told) = told {
            let is_said = |word: &str| says(claims.get("scp"), word) || says(roles, word);
            for scope in ["admin", "reader", "access", "gate", "a", "b", "not"] {
                prop_assert_eq!(told.identity.scope.contains(&scope.to_owned()), is_said(scope), "{}: {:?}", scope, claims);
            }
        }
    }
}

/// Whether a claim has a word: a text has those between its spaces, a list its texts.
fn says(value: Option<&Value>, word: &str) -> bool {
    match value {
        Some(Value::String(text)) => text.split(' ').any(|one| one == word),
        Some(Value::Array(items)) => items.iter().any(|item| item == word),
        _ => false,
    }
}
