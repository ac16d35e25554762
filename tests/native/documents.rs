//! The documents that repeat what the code says, held to it: a reason, a table or a key that is added or taken
//! away without a word in docs/ fails here.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use edgegate_core::forward::reserved::{ROWS, Row};
use edgegate_core::policy::shape::Shape;
use edgegate_core::policy::{self, Policy, Warning};
use edgegate_core::refusal::Reason;
use toml::de::{DeTable, DeValue};

#[test]
fn every_reason_is_in_the_table_of_refusals_and_no_other() {
    let documented = reasons();
    let real: BTreeMap<String, String> = Reason::ALL
        .iter()
        .map(|reason| (reason.code().to_owned(), format!("{} `{}`", reason.public().status(), reason.public().code())))
        .collect();
    let differing: Vec<_> = real
        .iter()
        .filter(|(code, answer)| documented.get(*code) != Some(answer))
        .chain(documented.iter().filter(|(code, _)| !real.contains_key(*code)))
        .collect();
    assert!(differing.is_empty(), "docs/refusals.md lacks these rows, or has others (code, answer): {differing:?}");
}

#[test]
fn every_reason_says_what_to_do() {
    for row in rows(&document("docs/refusals.md")) {
        if let [reason, _, why, todo] = row.as_slice()
            && reason.starts_with('`')
        {
            assert!(!why.is_empty() && !todo.is_empty(), "{reason}");
        }
    }
}

/// The sections of docs/warnings.md are the codes, in their order, and each says what it has to.
#[test]
fn every_warning_has_its_section_and_every_section_its_warning() {
    let page = document("docs/warnings.md");
    let headings = page.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'));
    let codes: Vec<&str> = Warning::ALL.iter().map(|warning| warning.code()).collect();
    assert_eq!(headings.collect::<Vec<_>>(), codes);
    for code in codes {
        let section = section(&page, format!("### `{code}`"));
        for part in ["\n**Why.** ", "\n**What to do.** "] {
            assert!(section.split_once(part).is_some_and(|(_, text)| text.len() > 20), "{code} lacks {part}");
        }
    }
}

/// What is quoted there is what is said, and all of it: each text of a fixture is one quote, and each quote is some text.
#[test]
fn the_texts_of_warnings_are_on_their_page() {
    let page = document("docs/warnings.md");
    let mut said: Vec<(String, String)> = Vec::new();
    for entry in fs::read_dir(at("fixtures/policy/advice")).unwrap() {
        for line in fs::read_to_string(entry.unwrap().path()).unwrap().lines().filter(|line| line.starts_with("#! ")) {
            let (code, message) = line.split_once(": warning[").unwrap().1.split_once("]: ").unwrap();
            let (_, text) = message.split_once(": ").unwrap();
            said.push((code.to_owned(), text.to_owned()));
        }
    }
    for warning in Warning::ALL {
        let code = warning.code();
        let quotes: Vec<&str> =
            section(&page, format!("### `{code}`")).lines().filter_map(|line| line.strip_prefix("> ")).collect();
        let texts: Vec<&String> = said.iter().filter(|(of, _)| of == code).map(|(_, text)| text).collect();
        assert!(!texts.is_empty(), "no fixture has {code}");
        for text in &texts {
            assert!(quotes.iter().any(|quote| fits(quote, text)), "{code} does not quote: {text}");
        }
        for quote in quotes {
            assert!(texts.iter().any(|text| fits(quote, text)), "{code} never says: {quote}");
        }
    }
}

/// Whether a text is the quoted one, in which `…` stands for anything.
fn fits(quote: &str, text: &str) -> bool {
    let (first, rest) = quote.split_once('…').unwrap_or((quote, ""));
    let Some(mut left) = text.strip_prefix(first) else { return false };
    if !quote.contains('…') {
        return left.is_empty();
    }
    let pieces: Vec<&str> = rest.split('…').collect();
    let (last, between) = pieces.split_last().unwrap();
    for piece in between {
        let Some((_, after)) = left.split_once(piece) else { return false };
        left = after;
    }
    left.ends_with(last)
}

#[test]
fn the_examples_of_the_policy_are_one_valid_policy() {
    let policy = Policy::read(&example()).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!((policy.routes.len(), policy.tests.len()), (15, 10));
}

#[test]
fn the_examples_of_the_policy_use_every_key_that_exists() {
    let text = example();
    let document = DeTable::parse(&text).unwrap();
    let mut used = Vec::new();
    walk(document.get_ref(), String::new(), &mut used);
    for shape in Shape::all() {
        let table = shape.said.table;
        for key in shape.names() {
            assert!(
                used.contains(&(table.to_owned(), key.to_owned())),
                "no example of docs/policy.md has {table}: {key}"
            );
        }
    }
}

/// The first `toml` block of each is a policy of its own, and what follows is added to it. It loosens nothing.
#[test]
fn the_policies_to_begin_with_are_valid() {
    for (path, expected) in [("docs/luminate.md", 1), ("docs/superoffice.md", 2)] {
        let text = document(path);
        let blocks: Vec<&str> =
            text.split("\n```toml\n").skip(1).map(|rest| rest.split("\n```").next().unwrap()).collect();
        assert_eq!(blocks.len(), expected, "{path}");
        for end in 1..=blocks.len() {
            let policy = Policy::read(&blocks[..end].join("\n")).unwrap_or_else(|problems| panic!("{problems:#?}"));
            // Pages that surround an API cannot ask for its token on every visit; that is said, and nothing else.
            let mut advice = policy::advise(&policy, "2026-11-24").told;
            advice.retain(|one| !one.message.contains("and is looser in `xsrf = \"token\"`"));
            assert_eq!(advice, [], "{path}");
        }
    }
}

/// The table under a heading is the table of that name, key by key.
#[test]
fn every_key_has_its_row_and_every_row_its_key() {
    let text = document("docs/policy.md");
    for shape in Shape::all().into_iter().filter(|shape| !shape.said.table.is_empty()) {
        let table = shape.said.table;
        let section = section(&text, heading(table));
        let documented: Vec<String> = rows(section)
            .iter()
            .filter_map(|row| row.first()?.strip_prefix('`')?.strip_suffix('`').map(str::to_owned))
            .collect();
        let hint = "BLESS=1 cargo test --test native written";
        assert_eq!(documented, shape.names().collect::<Vec<_>>(), "docs/policy.md, {table}: {hint} writes the rows");
    }
}

/// What must be there says so in the column of defaults.
#[test]
fn required_keys_are_called_required() {
    let text = document("docs/policy.md");
    for shape in Shape::all().into_iter().filter(|shape| !shape.said.table.is_empty()) {
        let table = shape.said.table;
        for row in rows(section(&text, heading(table))) {
            let [key, default, ..] = row.as_slice() else { continue };
            let Some(key) = key.strip_prefix('`').and_then(|key| key.strip_suffix('`')) else { continue };
            let declared = shape.keys.iter().find(|declared| declared.name == key).unwrap();
            assert_eq!(default == "required", declared.is_required, "{table}.{key}");
        }
    }
}

fn heading(table: &str) -> String {
    match table {
        "routes[]" => "## `[[routes]]`".to_owned(),
        "tests[]" => "## `[[tests]]`".to_owned(),
        "origins.*.authorization" => "### `authorization` of an origin".to_owned(),
        "tests[].credential" => "### `credential` of a test".to_owned(),
        "allow_warnings[]" => "## `[[allow_warnings]]`".to_owned(),
        "keys.*" | "clients.*" => format!("## `[{}]`", table.replace('*', "ID")),
        _ if table.ends_with(".*") => format!("## `[{}]`", table.replace('*', "NAME")),
        _ => match table.strip_prefix("routes[].") {
            Some(part) => format!("### `{part}` of a route"),
            None => format!("## `[{table}]`"),
        },
    }
}

fn section(text: &str, heading: String) -> &str {
    let start = text.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no {heading}")) + heading.len() + 2;
    let rest = text.get(start..).unwrap();
    let end = rest.find("\n##").unwrap_or(rest.len());
    rest.get(..end).unwrap()
}

/// Every `toml` block of docs/policy.md, one after the other.
fn example() -> String {
    let text = document("docs/policy.md");
    let blocks = text.split("\n```toml\n").skip(1).map(|rest| rest.split("\n```").next().unwrap());
    blocks.map(|block| format!("{block}\n")).collect()
}

fn reasons() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for row in rows(&document("docs/refusals.md")) {
        let Some(code) = row.first().and_then(|cell| cell.strip_prefix('`')?.strip_suffix('`')) else { continue };
        assert!(found.insert(code.to_owned(), row.get(1).cloned().unwrap_or_default()).is_none(), "{code} twice");
    }
    found
}

/// The rows of all tables of a text, without their heads.
fn rows(text: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
    let is_row = |line: &&str| line.starts_with('|') && !line.starts_with("|-");
    text.lines().filter(is_row).map(cells).collect()
}

fn document(path: &str) -> String {
    fs::read_to_string(at(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn at(path: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(path)
}

/// Notes which keys a table uses; named and listed tables under the names that the shapes have.
fn walk(table: &DeTable<'_>, name: String, used: &mut Vec<(String, String)>) {
    for (key, value) in table {
        let key: &str = key.get_ref();
        let path = if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
        used.push((name.clone(), key.to_owned()));
        match value.get_ref() {
            DeValue::Table(tables) if is_named(&path) => {
                for (_, one) in tables {
                    if let DeValue::Table(one) = one.get_ref() {
                        walk(one, format!("{path}.*"), used);
                    }
                }
            }
            DeValue::Table(one) => walk(one, path, used),
            DeValue::Array(list) => {
                for one in list.iter() {
                    if let DeValue::Table(one) = one.get_ref() {
                        walk(one, format!("{path}[]"), used);
                    }
                }
            }
            _ => {}
        }
    }
}

fn is_named(path: &str) -> bool {
    Shape::all().iter().any(|shape| shape.said.table.strip_suffix(".*") == Some(path))
}

/// The usual list, where people look for it.
#[test]
fn what_is_withheld_is_documented() {
    let policy = Policy::read(&document("fixtures/policy/good/defaults.toml")).unwrap();
    let usual: Vec<String> = policy.luminate.unwrap().names.withheld.iter().map(ToString::to_string).collect();
    let text = document("docs/redirects.md");
    let block = text.split("```text\n").find(|block| block.starts_with("*password*")).unwrap();
    let listed: Vec<&str> = block.split("```").next().unwrap().split_whitespace().collect();
    assert_eq!(listed, usual);
}

/// The list of methods that need no `auth`, as the page of the dialect has it.
#[test]
fn the_methods_without_auth_are_listed() {
    let text = document("docs/luminate.md");
    let rows: Vec<String> = edgegate_core::policy::USUAL_NO_AUTH
        .iter()
        .map(|(servlet, methods)| {
            let methods: Vec<String> = methods.split_ascii_whitespace().map(|method| format!("`{method}`")).collect();
            format!("| `{servlet}` | {} |", methods.join(" "))
        })
        .collect();
    let section =
        text.split("## Methods that need no auth").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    let found: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(found, rows);
}

/// `BLESS=1 cargo test --test native documents` writes it anew.
#[test]
fn every_reserved_header_is_in_the_table_and_no_other() {
    let path = "docs/headers.md";
    let text = document(path);
    let before = text.split("| field |").next().unwrap();
    let row = |row: &Row| {
        let name = row.name.strip_suffix('-').map_or(row.name.to_owned(), |family| format!("{family}-*"));
        format!("| `{name}` | {} | {} |\n", row.meaning, row.source)
    };
    let table: String = ROWS.iter().map(row).collect();
    let expected = format!("{before}| field | what an origin takes it for | who says so |\n|---|---|---|\n{table}");
    if std::env::var_os("BLESS").is_some() {
        fs::write(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(path), &expected).unwrap();
    }
    assert_eq!(document(path), expected);
}
