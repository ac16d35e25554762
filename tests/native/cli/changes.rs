//! `edgegate policy diff`: what a policy changes, in words.

use std::fs;

use edgegate_core::policy::Policy;

use super::run::{edgegate, scratch};

const HEAD: &str = "version = 1
[gateway]
issuer = \"https://gate.example\"
[origins.a]
service = \"A\"
[origins.b]
service = \"B\"
[keys.seal]
secret = \"SEAL_KEY\"
use = \"seal\"
[bearer]
keys = [\"seal\"]
[session]
keys = [\"seal\"]
[nonce]
keys = [\"seal\"]
";

fn route(name: &str, more: &str) -> String {
    let path = if more.contains("path = ") { String::new() } else { format!("path = \"/{name}/*\"\n") };
    let forward = if more.contains("forward = ") { "" } else { "forward = { origin = \"a\" }\n" };
    format!("[[routes]]\nname = \"{name}\"\n{path}{more}\n{forward}")
}

/// What is said of a route, or of the tables, where a policy was one and is another.
fn diff(before: &str, after: &str) -> String {
    let folder = scratch(&format!("diff-{:?}", std::thread::current().id()));
    let file = |name: &str, routes: &str| {
        let path = folder.join(name);
        let whole = format!("{HEAD}{routes}{}", route("rest", "path = \"/*\"\naccept = [\"none\"]"));
        fs::write(&path, if routes.contains("[gateway]") { routes } else { &whole }).unwrap();
        path
    };
    let (before, after) = (file("before.toml", before), file("after.toml", after));
    let compiled = folder.join("policy.bin");
    fs::write(&compiled, Policy::read(&fs::read_to_string(&before).unwrap()).unwrap().compile()).unwrap();
    let args = ["policy", "diff", "--policy", after.to_str().unwrap(), "--against"];
    let of_text = edgegate(&[&args[..], &[before.to_str().unwrap()]].concat()).ends(0).out;
    let of_compiled = edgegate(&[&args[..], &[compiled.to_str().unwrap()]].concat()).ends(0).out;
    assert_eq!(of_text.replace("before.toml", "policy.bin"), of_compiled);
    fs::remove_dir_all(folder).unwrap();
    of_text
}

#[test]
fn each_change_of_a_route_is_told() {
    const BEARER: &str = "accept = [\"bearer\"]";
    const TAKEN: &str = "is taken by `rest` now: opened by nothing, open to all, before by bearer";
    for (before, after, said) in [
        ("", BEARER, "opened  api  /api/*  new; opened by bearer"),
        (
            BEARER,
            "accept = [\"none\"]",
            "loosened  api  /api/*  looser in `accept`; opened by nothing, open to all, before by bearer",
        ),
        (
            BEARER,
            "accept = [\"bearer\", \"session\"]",
            "loosened  api  /api/*  looser in `accept`; opened by bearer, session, before by bearer",
        ),
        (
            "accept = [\"none\"]",
            BEARER,
            "tightened  api  /api/*  stricter in `accept`; opened by bearer, before by nothing, open to all",
        ),
        (BEARER, "accept = [\"bearer\"]\nbearer = { scope = [\"x\"] }", "tightened  api  /api/*  stricter in `scope`"),
        (
            BEARER,
            "accept = [\"bearer\"]\nrequire = { subject = [\"ann\"] }",
            "tightened  api  /api/*  stricter in `require`",
        ),
        (
            "accept = [\"bearer\"]\nrequire = { subject = [\"ann\"] }",
            "accept = [\"bearer\"]\nrequire = { subject = [\"ann\", \"bob\"] }",
            "loosened  api  /api/*  looser in `require`",
        ),
        (
            "accept = [\"bearer\"]\nrequire = { subject = [\"a*\"] }",
            "accept = [\"bearer\"]\nrequire = { subject = [\"ann\"] }",
            "tightened  api  /api/*  stricter in `require`",
        ),
        (
            "accept = [\"bearer\"]\nrequire = { subject = [\"ann\"] }",
            "accept = [\"bearer\"]\nrequire = { subject = [\"bob\"] }",
            "loosened  api  /api/*  looser in `require`; stricter in `require`",
        ),
        ("accept = [\"bearer\"]\nrequire = { subject = [] }", BEARER, "loosened  api  /api/*  looser in `require`"),
        (
            BEARER,
            "accept = [\"bearer\"]\nheaders = { X-User = \"subject\" }",
            "changed  api  /api/*  another `headers`",
        ),
        (BEARER, "accept = [\"bearer\"]\nrevocation = \"strict\"", "tightened  api  /api/*  stricter in `revocation`"),
        (
            BEARER,
            "accept = [\"bearer\"]\nmethods = [\"GET\", \"HEAD\", \"PUT\"]",
            "loosened  api  /api/*  looser in `methods`",
        ),
        (BEARER, "accept = [\"bearer\"]\npath = \"/*\"", "loosened  api  /*  looser in `path`"),
        (
            BEARER,
            "accept = [\"bearer\"]\nforward = { origin = \"b\" }",
            "changed  api  /api/*  another `origin`; goes to service B, before to service A",
        ),
        (
            BEARER,
            "accept = [\"bearer\"]\nforward = { origin = \"b\", set = { \"X-A\" = \"1\" } }",
            "changed  api  /api/*  another `origin`, `forward.set`; goes to service B, before to service A",
        ),
        (
            BEARER,
            "accept = [\"bearer\"]\nrevocation = \"strict\"\nforward = { origin = \"a\", set = { \"X-A\" = \"1\" } }",
            "changed  api  /api/*  stricter in `revocation`; another `forward.set`",
        ),
        (BEARER, "accept = [\"bearer\"]\npath_parameters = true", "loosened  api  /api/*  looser in `path_parameters`"),
        (
            BEARER,
            "accept = [\"bearer\"]\ncors = { origins = [\"https://app.example\"] }",
            "loosened  api  /api/*  looser in `cors`",
        ),
        (
            "accept = [\"bearer\"]\nrevocation = \"strict\"",
            "accept = [\"bearer\"]\nbearer = { scope = [\"x\"] }",
            "loosened  api  /api/*  looser in `revocation`; stricter in `scope`",
        ),
        (
            BEARER,
            "accept = [\"bearer\"]\nrate = { limit = 9, period = \"1m\", by = \"subject\" }",
            "tightened  api  /api/*  stricter in `rate`",
        ),
        (
            "accept = [\"none\"]\nrate = { limit = 9, period = \"1m\", by = \"network\" }",
            "accept = [\"none\"]",
            "loosened  api  /api/*  looser in `rate`",
        ),
        (
            "accept = [\"bearer\"]\nrate = { limit = 9, period = \"1m\", by = \"subject\", exact = true }",
            "accept = [\"bearer\"]\nrate = { limit = 10, period = \"1m\", by = \"subject\", exact = true }",
            "loosened  api  /api/*  looser in `rate`",
        ),
        (
            "accept = [\"bearer\"]\nrate = { limit = 9, period = \"1m\", by = \"subject\" }",
            "accept = [\"bearer\"]\nrate = { limit = 9, period = \"1m\", by = \"client\" }",
            "loosened  api  /api/*  looser in `rate`; stricter in `rate`",
        ),
        // What a route does not take any more, another one takes, and that is open.
        (
            BEARER,
            "",
            &format!("loosened  api  /api/*  GET /api/ {TAKEN}\nclosed  api  /api/*  gone; was opened by bearer"),
        ),
        (
            BEARER,
            "accept = [\"bearer\"]\nhost = \"api.example\"",
            &format!("loosened  api  /api/*  GET /api/ {TAKEN}\ntightened  api  api.example/api/*  stricter in `host`"),
        ),
        (
            BEARER,
            "accept = [\"bearer\"]\npath = \"/api/x/*\"",
            &format!("loosened  api  /api/*  GET /api/ {TAKEN}\ntightened  api  /api/x/*  stricter in `path`"),
        ),
        (
            BEARER,
            "accept = [\"bearer\"]\nmethods = [\"HEAD\"]",
            "tightened  api  /api/*  stricter in `methods`", // GET is 405 then: no sibling has it
        ),
    ] {
        let of = |more: &str| if more.is_empty() { String::new() } else { route("api", more) };
        let out = diff(&of(before), &of(after));
        let squeezed =
            |line: &str| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join("  ");
        let lines: Vec<String> = out.lines().map(squeezed).filter(|line| line.contains("  api  ")).collect();
        assert_eq!(lines.join("\n"), said, "{before} -> {after}");
    }
}

#[test]
fn a_method_that_an_open_sibling_takes_over_is_told() {
    let of = |methods: &str, accept: &str| format!("path = \"/api/*\"\nmethods = [{methods}]\naccept = [\"{accept}\"]");
    let before = route("api", &of("\"GET\", \"POST\"", "bearer")) + &route("sibling", &of("\"PUT\"", "none"));
    let after = route("api", &of("\"GET\"", "bearer")) + &route("sibling", &of("\"PUT\", \"POST\"", "none"));
    let out = diff(&before, &after);
    assert!(
        out.contains("POST /api/ is taken by `sibling` now: opened by nothing, open to all, before by bearer"),
        "{out}"
    );
}

#[test]
fn a_route_in_front_that_asks_for_less_is_told_by_what_it_takes() {
    let (wide, narrow) = (
        route("wide", "path = \"/a/*\"\naccept = [\"session\"]"),
        route("narrow", "path = \"/a/b/*\"\naccept = [\"bearer\"]"),
    );
    let open = route("open", "path = \"/a/b/c\"\naccept = [\"none\"]");
    let out = diff(&format!("{narrow}{wide}"), &format!("{open}{narrow}{wide}"));
    assert!(
        out.contains("GET /a/b/c is taken by `open` now: opened by nothing, open to all, before by bearer"),
        "{out}"
    );
    assert!(out.starts_with("loosened"), "{out}");
}

#[test]
fn every_policy_beside_itself_changes_nothing() {
    for file in [
        "edgegate.toml",
        "demo/edgegate.toml",
        "fixtures/policy/good/everything.toml",
        "fixtures/policies/members.toml",
    ] {
        let out = edgegate(&["policy", "diff", "--policy", file, "--against", file]).ends(0).out;
        assert_eq!(out, format!("{file} changes nothing of {file}\n"));
    }
}

#[test]
fn another_order_is_told_where_another_route_takes_something() {
    let (a, b) = (route("a", "accept = [\"bearer\"]"), route("b", "accept = [\"bearer\"]"));
    assert!(diff(&format!("{a}{b}"), &format!("{b}{a}")).contains(" changes nothing of "), "they share nothing");
    let host = route("host", "host = \"*.gate.example\"\npath = \"/a/*\"\naccept = [\"bearer\"]");
    let folder = route("folder", "path = \"/a/b/*\"\naccept = [\"bearer\"]");
    let out = diff(&format!("{host}{folder}"), &format!("{folder}{host}"));
    let said = "GET x.gate.example/a/b/ is taken by `folder` now: opened by bearer, before by bearer";
    assert_eq!(out, format!("changed  host  *.gate.example/a/*  {said}\n"));
}

#[test]
fn nothing_is_told_as_nothing_and_tables_by_their_names() {
    let routes = route("a", "accept = [\"bearer\"]");
    assert!(
        diff(&routes, &routes).ends_with(" changes nothing of policy.bin\n")
            || diff(&routes, &routes).contains(" changes nothing of ")
    );
    let whole = format!("{HEAD}{routes}");
    let other = whole
        .replace("[bearer]\n", "[bearer]\nlifetime = \"5m\"\n")
        .replace("[session]\n", "[session]\nidle = \"5m\"\n");
    assert_eq!(diff(&whole, &other), "Tables that differ: [bearer], [session]\n");
}

/// Each table is compared: a policy with everything beside one without it. A compiled policy has neither tests nor warnings.
#[test]
fn no_table_is_left_out() {
    let everything = "fixtures/policy/good/everything.toml";
    let ran = edgegate(&["policy", "diff", "--policy", everything, "--against", "edgegate.toml", "--json"]).ends(0);
    let told: Vec<String> = serde_json::from_value(ran.json()["tables"].clone()).unwrap();
    let tables = edgegate_core::policy::shape::Shape::all()[0].keys.iter().filter(|key| key.kind.shape().is_some());
    let is_compiled = |name: &&str| !["routes", "tests", "allow_warnings"].contains(name);
    for table in tables.map(|key| key.name).filter(is_compiled) {
        assert!(told.contains(&format!("[{table}]")), "{table} of {told:?}");
    }
}
