//! The schema for editors and the tables of docs/policy.md, as the declarations of the keys have them.
//!
//! After a change of a declaration: `BLESS=1 cargo test --test native written`, and read the difference.

use std::path::{Path, PathBuf};

use edgegate_core::policy::shape::form::DEFINITIONS;
use edgegate_core::policy::shape::{Bounds, Key, Kind, Shape};
use edgegate_core::policy::show_duration;
use serde_json::{Value, json};

#[test]
fn the_schema_is_what_the_declarations_make_of_it() {
    hold(&at("edgegate.schema.json"), &schema());
}

#[test]
fn the_tables_of_keys_are_what_the_declarations_make_of_them() {
    let path = at("docs/policy.md");
    let mut text = std::fs::read_to_string(&path).unwrap();
    for shape in Shape::all() {
        let (begin, end) = (format!("<!-- keys of {} -->\n", name(shape)), "<!-- end -->\n");
        let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("{begin} is not in docs/policy.md"));
        let (_, after) = rest.split_once(end).unwrap();
        text = format!("{before}{begin}{}{end}{after}", rows(shape));
    }
    hold(&path, &text);
}

fn hold(path: &Path, written: &str) {
    if std::env::var_os("BLESS").is_some() {
        return std::fs::write(path, written).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap();
    let wrong = found.lines().zip(written.lines()).find(|(found, written)| found != written);
    assert_eq!(wrong, None, "if that is meant: BLESS=1 cargo test --test native written");
    assert_eq!(found, written);
}

/// A row for each key; tables at the top of the file have sections of their own.
fn rows(shape: &Shape) -> String {
    let is_row = |key: &&&Key| !shape.said.table.is_empty() || key.kind.shape().is_none();
    let rows = shape.keys.iter().filter(is_row).map(|key| {
        let default = match default(key) {
            default if default.is_empty() => " ".to_owned(),
            default => format!(" {default} "),
        };
        format!("| `{}` |{default}| {} |\n", key.name, meaning(key))
    });
    format!("\n| key | default | meaning |\n|---|---|---|\n{}\n", rows.collect::<String>())
}

fn default(key: &Key) -> String {
    match &key.kind {
        _ if key.is_required => "required".to_owned(),
        _ if !key.said.usual.is_empty() => key.said.usual.to_owned(),
        Kind::Flag(usual) => format!("`{usual}`"),
        Kind::Seconds(span) => format!("`\"{}\"`", show_duration(span.usual)),
        Kind::Number(Bounds { usual: Some(usual), .. }) => format!("`{usual}`"),
        Kind::TextOr(usual) => format!("`\"{usual}\"`"),
        Kind::Texts(None) => "`[]`".to_owned(),
        _ => String::new(),
    }
}

/// What it means, and its bounds.
fn meaning(key: &Key) -> String {
    let bounds = match &key.kind {
        Kind::Seconds(span) => format!(" From `{}` to `{}`.", show_duration(span.least.0), show_duration(span.most.0)),
        Kind::Number(Bounds { least, most, .. }) if most != least && *most != u64::MAX => {
            format!(" From {least} to {most}.")
        }
        _ => String::new(),
    };
    format!("{}{bounds}", key.said.meaning)
}

fn name(shape: &Shape) -> &str {
    match shape.said.table {
        "" => "the file",
        table => table,
    }
}

fn schema() -> String {
    let root = Shape::all()[0];
    let definitions = DEFINITIONS.map(|(name, form)| format!("    \"{name}\": {form}"));
    format!(
        "{{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"title\": \"edgegate.toml\",\n  \
         \"description\": \"The policy of an Edgegate gateway: who may reach the origin, and how they prove it.\",\n\
         {},\n  \"$defs\": {{\n{}\n  }}\n}}\n",
        table(root, "  "),
        definitions.join(",\n")
    )
}

/// The members of a table's schema, one a line, each but the last with a comma.
fn table(shape: &Shape, indent: &str) -> String {
    let inner = format!("{indent}  ");
    let keys: Vec<String> =
        shape.keys.iter().map(|key| format!("{inner}\"{}\": {}", key.name, member(key, &inner))).collect();
    let required: Vec<&str> = shape.keys.iter().filter(|key| key.is_required).map(|key| key.name).collect();
    let mut members = vec![
        "\"type\": \"object\"".to_owned(),
        format!("\"properties\": {{\n{}\n{indent}}}", keys.join(",\n")),
        "\"additionalProperties\": false".to_owned(),
    ];
    if !required.is_empty() {
        members.push(format!("\"required\": {}", json!(required)));
    }
    members.extend(Some(shape.said.form.to_owned()).filter(|form| !form.is_empty()));
    members.iter().map(|member| format!("{indent}{member}")).collect::<Vec<_>>().join(",\n")
}

fn member(key: &Key, indent: &str) -> String {
    let inner = format!("{indent}  ");
    let description = format!("\"description\": {}", json!(plain(&meaning(key))));
    let form = Some(key.said.form.to_owned()).filter(|form| !form.is_empty());
    let nested = |shape: &Shape, indent: &str| {
        let description = json!(shape.said.meaning);
        format!("{{\n{indent}  \"description\": {description},\n{}\n{indent}}}", table(shape, &format!("{indent}  ")))
    };
    let members = match &key.kind {
        Kind::Table(shape) => vec![table(shape, &inner).trim_start().to_owned()],
        Kind::WordOr(word, shape) => {
            let inside = format!("{inner}  ");
            let either = format!("{{\n{}\n{inner}}}", table(shape, &inside));
            vec![format!("\"anyOf\": [{{\"const\": {}}}, {either}]", json!(word))]
        }
        Kind::Tables(shape) => {
            let each = format!("\"additionalProperties\": {}", nested(shape, &inner));
            [Some("\"type\": \"object\"".to_owned()), form, Some(each)].into_iter().flatten().collect()
        }
        Kind::List(shape) => {
            vec![
                "\"type\": \"array\"".to_owned(),
                "\"minItems\": 1".to_owned(),
                format!("\"items\": {}", nested(shape, &inner)),
            ]
        }
        _ => {
            return format!(
                "{{ {} }}",
                [Some(description), form].into_iter().flatten().chain(value(key)).collect::<Vec<_>>().join(", ")
            );
        }
    };
    let members: Vec<String> =
        [description].into_iter().chain(members).map(|member| format!("{inner}{member}")).collect();
    format!("{{\n{}\n{indent}}}", members.join(",\n"))
}

/// What follows from the kind of a key that is no table.
fn value(key: &Key) -> Vec<String> {
    let words = key.said.words.map(|words| one_of(&words()));
    let mut members = Vec::new();
    if let Kind::Texts(if_empty) = &key.kind {
        members.push("\"type\": \"array\"".to_owned());
        members.extend(words.map(|words| format!("\"items\": {words}")));
        members.push("\"uniqueItems\": true".to_owned());
        members.extend(if_empty.map(|_| "\"minItems\": 1".to_owned()));
    } else if let Some(words) = words {
        members.push(words.trim_matches(['{', '}']).to_owned());
    }
    if let Kind::Number(Bounds { least, most, .. }) = &key.kind
        && least != most
    {
        members.push(format!("\"minimum\": {least}"));
        members.extend(Some(*most).filter(|most| *most != u64::MAX).map(|most| format!("\"maximum\": {most}")));
    }
    let text = default(key);
    let default: Option<Value> =
        text.strip_prefix('`').and_then(|text| serde_json::from_str(text.strip_suffix('`')?).ok());
    // A list that has to hold something is left out instead.
    let default = default.filter(|default| *default != json!([]) || matches!(key.kind, Kind::Texts(None)));
    members.extend(default.map(|default| format!("\"default\": {default}")));
    members
}

/// A word of the list; the profile's name is in place of `<name>`.
fn one_of(words: &[String]) -> String {
    let (named, plain): (Vec<&String>, Vec<&String>) = words.iter().partition(|word| word.ends_with(":<name>"));
    let plain = format!("{{\"enum\": {}}}", json!(plain));
    if named.is_empty() {
        return plain;
    }
    let kinds: Vec<&str> = named.iter().filter_map(|word| word.strip_suffix(":<name>")).collect();
    let pattern = json!(format!("^({}):[a-z0-9-]{{1,64}}$", kinds.join("|")));
    format!("{{\"anyOf\": [{plain}, {{\"type\": \"string\", \"pattern\": {pattern}}}]}}")
}

/// Without the marks of Markdown that an editor would show: links and bold.
fn plain(markdown: &str) -> String {
    let mut text = String::new();
    let mut rest = markdown;
    while let Some((before, after)) = rest.split_once("](") {
        let (start, label) = before.rsplit_once('[').unwrap();
        let (_, behind) = after.split_once(')').unwrap();
        text.push_str(start);
        text.push_str(label);
        rest = behind;
    }
    text.push_str(rest);
    text.replace("**", "")
}

fn at(path: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(path)
}
