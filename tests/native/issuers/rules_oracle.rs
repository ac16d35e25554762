//! `require` and `headers` of a route with made-up claims, beside a slow reference.

use edgegate_core::refusal::Reason;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::presets::{claims_of, header_of, jwk_of, request, shapes, site};
use super::rules::{read, with_keys};
use crate::support::forwarding;
use crate::support::jws::Signer;

/// A claim in any form of JSON, of few words so that they meet.
fn value() -> impl Strategy<Value = Value> {
    let word = || prop::sample::select(vec!["a", "b", "ab", "a b", "", "7", "true"]).prop_map(Value::from);
    let one = prop_oneof![
        4 => word(),
        1 => Just(json!(7)),
        1 => Just(json!(7.0)),
        1 => Just(json!(true)),
        1 => Just(Value::Null),
        1 => Just(json!({"a": "a"})),
    ];
    prop_oneof![one.clone(), prop::collection::vec(one, 0..3).prop_map(Value::Array)]
}

/// The values of a claim, written down once more and slowly.
fn slowly(claims: &Map<String, Value>, name: &str) -> Vec<String> {
    let mut values = Vec::new();
    let items = match claims.get(name) {
        Some(Value::Array(items)) => items.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    let is_list = claims.get(name).is_some_and(Value::is_array);
    for item in items {
        match item {
            Value::String(text) if name == "scope" && !is_list => values.extend(text.split(' ').map(str::to_owned)),
            Value::String(text) => values.push(text),
            Value::Bool(flag) => values.push(if flag { "true" } else { "false" }.to_owned()),
            Value::Number(number) if !number.to_string().contains('.') => values.push(number.to_string()),
            _ => {}
        }
    }
    values.into_iter().filter(|value| !value.is_empty()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_key_has_to_hold_and_any_of_its_values_is_enough(
        claims in prop::collection::btree_map(prop::sample::select(vec!["one", "two", "scope"]), value(), 0..4),
        rules in prop::collection::btree_map(
            prop::sample::select(vec!["one", "two", "scope"]),
            prop::collection::btree_set(prop::sample::select(vec!["a", "b", "a b", "7", "true", "a*", "*b"]), 0..3),
            1..4,
        ),
    ) {
        let signer = Signer::new();
        let shape = shapes().into_iter().find(|shape| shape["preset"] == "okta").unwrap();
        let claims: Map<String, Value> = claims.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let listed = |values: &std::collections::BTreeSet<&str>| format!("{:?}", values.iter().collect::<Vec<_>>());
        let table: Vec<String> = rules.iter().map(|(name, values)| format!("{name} = {}", listed(values))).collect();
        let keys = format!("require = {{ {} }}\nheaders = {{ X-One = \"one\" }}", table.join(", "));
        let site = site(&with_keys(&shape, &keys), shape["keys"].as_str().unwrap(), jwk_of(&signer));
        let token = signer.sign(&header_of(&shape), &claims_of(&shape, &Value::Object(claims.clone())));
        // `claims_of` leaves out what is null.
        let holds = rules.iter().all(|(name, values)| {
            slowly(&claims, name).iter().any(|said| values.is_empty() || values.iter().any(|value| {
                match (value.strip_prefix('*'), value.strip_suffix('*')) {
                    (Some(end), _) => said.ends_with(end),
                    (_, Some(start)) => said.starts_with(start),
                    _ => said == value,
                }
            }))
        });
        let handled = site.ask(&request(&shape, &token));
        prop_assert_eq!(handled.refused, (!holds).then_some(Reason::RuleNotMet), "{:?} {:?}", claims, rules);
        if holds {
            let field = forwarding(&handled).set_by_policy.first().map(|(_, value)| read(value)).unwrap_or_default();
            prop_assert_eq!(field, slowly(&claims, "one"));
        }
    }
}
