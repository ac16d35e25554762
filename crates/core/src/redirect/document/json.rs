//! JSON as a document.

use serde_json::Value;

use crate::redirect::document::{Builder, Document};

pub(crate) fn read(text: &str) -> Option<Document> {
    let Value::Object(members) = serde_json::from_slice(text.as_bytes()).ok()? else { return None };
    let mut builder = Builder::new();
    for (name, value) in &members {
        add(&mut builder, name, value)?;
    }
    builder.finish()
}

fn add(builder: &mut Builder, name: &str, value: &Value) -> Option<()> {
    if let Value::Array(values) = value {
        return values.iter().try_for_each(|value| add(builder, name, value));
    }
    builder.open(name)?;
    match value {
        Value::Object(members) => {
            for (name, text) in members.iter().filter_map(|(name, value)| Some((name, plain(value)?))) {
                builder.attribute(name.trim_start_matches('@'), &text)?;
            }
            for (name, value) in members {
                add(builder, name, value)?;
            }
        }
        value => builder.text(&plain(value).unwrap_or_default())?,
    }
    builder.close();
    Some(())
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}
