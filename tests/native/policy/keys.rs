//! The keys that there are: the full example has each, and so has the schema.

use std::fs;

use edgegate_core::policy::shape::Shape;
use serde_json::Value;
use toml::de::{DeTable, DeValue};

use super::files::root;

#[test]
fn the_full_example_uses_every_key_that_exists() {
    let text = fs::read_to_string(root().join("fixtures/policy/good/everything.toml")).unwrap();
    let document = DeTable::parse(&text).unwrap();
    let mut used = Vec::new();
    walk(document.get_ref(), String::new(), &mut used);
    for shape in Shape::all() {
        for key in shape.names() {
            let key = (shape.said.table.to_owned(), key.to_owned());
            assert!(used.contains(&key), "fixtures/policy/good/everything.toml lacks {key:?}");
        }
    }
}

#[test]
fn the_schema_knows_the_same_tables_and_keys() {
    let text = fs::read_to_string(root().join("edgegate.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let mut described = Vec::new();
    collect(&schema, String::new(), &mut described);
    let required = |shape: &Shape| sorted(shape.keys.iter().filter(|key| key.is_required).map(|key| key.name));
    let mut read: Vec<Described> = Shape::all()
        .into_iter()
        .map(|shape| (shape.said.table.to_owned(), sorted(shape.names()), required(shape)))
        .collect();
    described.sort();
    read.sort();
    assert_eq!(described, read);
}

#[test]
fn the_schema_describes_every_key() {
    let text = fs::read_to_string(root().join("edgegate.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    assert_described(&schema, "");
}

/// Every key of a document with the table it stands in, named as the declarations have it.
fn walk(table: &DeTable<'_>, name: String, used: &mut Vec<(String, String)>) {
    for (key, value) in table {
        used.push((name.clone(), key.get_ref().to_string()));
        let dot = if name.is_empty() { "" } else { "." };
        let inner = format!("{name}{dot}{}", key.get_ref());
        match value.get_ref() {
            DeValue::Table(table) if Shape::all().iter().any(|shape| shape.said.table == format!("{inner}.*")) => {
                for value in table.values() {
                    walk(value.get_ref().as_table().unwrap(), format!("{inner}.*"), used);
                }
            }
            DeValue::Table(table) => walk(table, inner, used),
            DeValue::Array(items) => {
                for table in items.iter().filter_map(|item| item.get_ref().as_table()) {
                    walk(table, format!("{inner}[]"), used);
                }
            }
            _ => {}
        }
    }
}

/// A table with its keys and those required.
type Described = (String, Vec<String>, Vec<String>);

/// Every table that a schema describes, named as the declarations have it.
fn collect(schema: &Value, table: String, described: &mut Vec<Described>) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    assert_eq!(schema["additionalProperties"], Value::Bool(false), "{table} must refuse other keys");
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    described.push((
        table.clone(),
        sorted(properties.keys()),
        sorted(required.iter().map(|key| key.as_str().unwrap())),
    ));
    for (key, inner) in properties {
        let name = if table.is_empty() { key.clone() } else { format!("{table}.{key}") };
        collect(inner, name.clone(), described);
        collect(&inner["items"], format!("{name}[]"), described);
        for either in inner["anyOf"].as_array().into_iter().flatten() {
            collect(either, name.clone(), described);
        }
        if inner["additionalProperties"].is_object() {
            collect(&inner["additionalProperties"], format!("{name}.*"), described);
        }
    }
}

fn assert_described(schema: &Value, place: &str) {
    for (key, inner) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let place = format!("{place}.{key}");
        assert!(inner["description"].as_str().is_some_and(|text| text.len() > 10), "{place} has no description");
        for part in [inner, &inner["items"], &inner["additionalProperties"]] {
            assert_described(part, &place);
        }
    }
}

fn sorted(names: impl Iterator<Item = impl AsRef<str>>) -> Vec<String> {
    let mut names: Vec<String> = names.map(|name| name.as_ref().to_owned()).collect();
    names.sort();
    names
}
