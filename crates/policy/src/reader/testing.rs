//! `[[tests]]`: requests and what they must come to. They are read here and run by the tool.

use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::suggest;
use super::table::Table;
use super::text;
use super::value::Text;
use crate::sections::Surroundings;
use crate::sections::{basic, bearer, link, nonce, session, signed_redirect, ticket};
use crate::shape::reasons::REASONS;
use crate::shape::{Key, root, test, test_credential};
use crate::text::admit;
use crate::{Expected, PolicyTest, TestCredential, TestCredentialKind};

/// Every `[[tests]]`, in file order.
pub(crate) fn read(around: &Surroundings<'_, '_>) -> Vec<PolicyTest> {
    let routes = route_names(around.root.entries);
    let mut tests: Vec<PolicyTest> = Vec::new();
    let mut names: Vec<(&str, usize)> = Vec::new();
    let tables = around.root.listed(&root::TESTS);
    for (index, (line, entries)) in tables.into_iter().enumerate() {
        let name = name_of(entries);
        let label = name.map_or_else(|| format!("tests[{}]", index + 1), |name| format!("test \"{name}\""));
        let table = Table { report: around.root.report, label, line, entries }.open(&test::TABLE);
        if let Some(name) = name {
            match names.binary_search_by_key(&name, |(known, _)| known) {
                Ok(at) => {
                    let earlier = names.get(at).map_or(0, |(_, line)| *line);
                    table.wrong(&test::NAME, &format!("is the name of the test in line {earlier} already"));
                }
                Err(at) => names.insert(at, (name, line)),
            }
        }
        tests.extend(one(&table, around, &routes));
    }
    tests
}

fn one(table: &Table<'_>, around: &Surroundings<'_, '_>, routes: &BTreeSet<&str>) -> Option<PolicyTest> {
    let name = table.checked(&test::NAME, text::title);
    let method = table.checked_or(&test::METHOD, method);
    let url = table.checked(&test::URL, address);
    let headers = headers(table);
    let client = table
        .parsed(&test::CLIENT, |text| text.parse().map_err(|_| format!("`{}` is no IP address", text.escape_debug())));
    let at = table.number(&test::AT).unwrap_or_else(|| test::AT.usual());
    let credential = credential(table, around, &headers);
    let expected = expected(table, routes);
    Some(PolicyTest { name: name?, line: table.line, method, url: url?, headers, client, credential, at, expected })
}

fn expected(table: &Table<'_>, routes: &BTreeSet<&str>) -> Expected {
    if [&test::ROUTE, &test::REFUSED, &test::FORWARDED, &test::STATUS, &test::SUBJECT].iter().all(|key| !table.has(key))
    {
        let reason = "expects nothing: say `route`, `refused`, `forwarded`, `status` or `subject`";
        table.report.add(table.line, format!("{}: {reason}", table.label));
    }
    for (key, others) in [(&test::FORWARDED, &[&test::REFUSED, &test::STATUS][..]), (&test::SUBJECT, &[&test::REFUSED])]
    {
        for other in others.iter().filter(|other| table.has(key) && table.has(other)) {
            table.wrong(key, &format!("cannot be beside `{}`: no request comes to both", other.name));
        }
    }
    Expected {
        route: table.text(&test::ROUTE).map(|name| {
            if !routes.contains(name.value) {
                let hint = suggest::hint(name.value, routes.iter().copied(), "routes");
                name.wrong(&format!("there is no route `{}`{hint}", name.value));
            }
            name.value.to_owned()
        }),
        refused: table.text(&test::REFUSED).map(|code| {
            if !REASONS.contains(&code.value) {
                let hint = match nearest(&code) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => "docs/refusals.md lists them".to_owned(),
                };
                code.wrong(&format!("`{}` is no reason for a refusal; {hint}", code.value));
            }
            code.value.to_owned()
        }),
        forwarded: table.checked(&test::FORWARDED, address),
        status: table.number(&test::STATUS),
        subject: table.checked(&test::SUBJECT, |text| match text {
            "" => Ok(()),
            name => text::name(name),
        }),
    }
}

/// The reason that was most likely meant.
fn nearest(code: &Text<'_>) -> Option<&'static str> {
    if code.report.is_full() {
        return None;
    }
    // One call considers so many and no more.
    let best = REASONS.chunks(50).filter_map(|some| suggest::nearest(code.value, some.iter().copied()));
    suggest::nearest(code.value, best)
}

fn headers(table: &Table<'_>) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    let Some(table) = table.free_table(&test::HEADERS) else { return headers };
    for (name, value) in table.all_texts() {
        if let Err(reason) = text::header_name(name) {
            value.wrong(&reason);
        }
        let lower = name.to_ascii_lowercase();
        if headers.iter().any(|(earlier, _)| *earlier == lower) {
            value.wrong(&format!("`{name}` stands here twice; header names have no case"));
        }
        value.parsed(text::header_value);
        headers.push((lower, value.value.to_owned()));
    }
    headers
}

/// `credential`: exactly one kind.
fn credential(test: &Table<'_>, around: &Surroundings<'_, '_>, headers: &[(String, String)]) -> Option<TestCredential> {
    let table = test.table(&test::CREDENTIAL)?;
    let mut held = KINDS.iter().filter(|kind| table.has(kind.key));
    let (Some(kind), None) = (held.next(), held.next()) else {
        let names = suggest::listed(KINDS.iter().map(|kind| kind.key.name));
        table.report.add(table.line, format!("{}: must hold exactly one of {names}", table.label));
        return None;
    };
    check_together(&table, kind, headers);
    let age = table.seconds(&test_credential::AGE);
    let scope = table.list(&test_credential::SCOPE, text::scope);
    let with_xsrf_token = table.flag(&test_credential::XSRF_TOKEN);
    let named = table.text(kind.key)?;
    if kind.is_of_subject {
        if !around.root.has(kind.needs) {
            named.wrong(&format!("needs a table `[{}]`, and there is none", kind.needs.name));
        }
        named.parsed(text::name)?;
    }
    let name = named.value.to_owned();
    let kind = match kind.key.name {
        "link" => TestCredentialKind::Link(around.links.look_up(&named, &name)?),
        "signed_redirect" => TestCredentialKind::SignedRedirect(around.signed_redirects.look_up(&named, &name)?),
        "bearer" => TestCredentialKind::Bearer(name, scope),
        "token_pair" => {
            check_listed(&named, "clients", table_at(around.root.entries, "clients"))?;
            TestCredentialKind::TokenPair(name)
        }
        "basic" => {
            let machines = table_at(around.root.entries, "basic").and_then(|basic| table_at(basic, "machines"));
            check_listed(&named, "basic.machines", machines)?;
            TestCredentialKind::Basic(name)
        }
        "session" => TestCredentialKind::Session(name, with_xsrf_token),
        "ticket" => TestCredentialKind::Ticket(name),
        _ => TestCredentialKind::Nonce(name),
    };
    Some(TestCredential { kind, age })
}

/// What has no effect beside a kind, or cannot be sent with it.
fn check_together(table: &Table<'_>, kind: &Kind, headers: &[(String, String)]) {
    for (key, owner) in
        [(&test_credential::SCOPE, &test_credential::BEARER), (&test_credential::XSRF_TOKEN, &test_credential::SESSION)]
    {
        if table.has(key) && kind.key.name != owner.name {
            table.wrong(key, &format!("has no effect without `{}`", owner.name));
        }
    }
    let has_no_age = matches!(kind.key.name, "token_pair" | "basic");
    if has_no_age && table.has(&test_credential::AGE) {
        table.wrong(&test_credential::AGE, &format!("has no effect with `{}`", kind.key.name));
    }
    if kind.is_in_authorization && headers.iter().any(|(name, _)| name == "authorization") {
        table.wrong(kind.key, "is sent in `Authorization`, which `headers` has already");
    }
}

/// Whether a table of that name stands in the file, even if something in it is wrong.
fn check_listed(text: &Text<'_>, kind: &str, tables: Option<&DeTable<'_>>) -> Option<()> {
    if tables.is_some_and(|tables| tables.contains_key(text.value)) {
        return Some(());
    }
    let names: Vec<&str> = tables.into_iter().flat_map(|tables| tables.keys()).map(|name| &**name.get_ref()).collect();
    let hint = suggest::hint(text.value, names.iter().copied(), &format!("tables `[{kind}.*]`"));
    text.wrong(&format!("there is no `[{kind}.{}]`{hint}", text.value));
    None
}

fn table_at<'t>(entries: &'t DeTable<'t>, key: &str) -> Option<&'t DeTable<'t>> {
    match entries.get(key)?.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}

/// The names of all routes, even of those in which something is wrong.
fn route_names<'t>(root: &'t DeTable<'t>) -> BTreeSet<&'t str> {
    let Some(DeValue::Array(routes)) = root.get("routes").map(Spanned::get_ref) else { return BTreeSet::new() };
    let name = |route: &'t Spanned<DeValue<'t>>| match route.get_ref() {
        DeValue::Table(route) => string_at(route, "name"),
        _ => None,
    };
    routes.iter().filter_map(name).collect()
}

/// The name of a test before its table is opened, so that every message can call it by name.
fn name_of<'t>(entries: &'t DeTable<'t>) -> Option<&'t str> {
    string_at(entries, "name").filter(|name| text::title(name).is_ok())
}

fn string_at<'t>(entries: &'t DeTable<'t>, key: &str) -> Option<&'t str> {
    match entries.get(key)?.get_ref() {
        DeValue::String(text) => Some(text),
        _ => None,
    }
}

/// Any method that a client may send, those that no route takes among them.
fn method(text: &str) -> Result<(), String> {
    admit(text, 32, |byte| byte.is_ascii_uppercase() || byte == b'-', "a method is 1 to 32 of A-Z and `-`")
}

/// A whole address, or what stands behind the host. What is wrong with it is for the gate to say.
fn address(text: &str) -> Result<(), String> {
    let is_whole = text.starts_with("https://") || text.starts_with("http://");
    match (is_whole || text.starts_with('/')) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(()),
        false => Err(format!(
            "`{}` is no address as it is sent: write `/path?query` or a whole `https://…`, with everything else than \
             printable ASCII escaped",
            text.escape_debug()
        )),
    }
}

/// A kind of credential that can be made.
struct Kind {
    key: &'static Key,
    /// The table at the top of the file that it comes from.
    needs: &'static Key,
    /// Its value is a subject.
    is_of_subject: bool,
    is_in_authorization: bool,
}

const fn kind(key: &'static Key, needs: &'static Key, is_of_subject: bool, is_in_authorization: bool) -> Kind {
    Kind { key, needs, is_of_subject, is_in_authorization }
}

static KINDS: [Kind; 8] = [
    kind(&test_credential::LINK, &link::SECTION, false, false),
    kind(&test_credential::SIGNED_REDIRECT, &signed_redirect::SECTION, false, false),
    kind(&test_credential::BEARER, &bearer::SECTION, true, true),
    kind(&test_credential::TOKEN_PAIR, &root::CLIENTS, false, true),
    kind(&test_credential::BASIC, &basic::SECTION, false, true),
    kind(&test_credential::SESSION, &session::SECTION, true, false),
    kind(&test_credential::TICKET, &ticket::SECTION, true, true),
    kind(&test_credential::NONCE, &nonce::SECTION, true, false),
];
