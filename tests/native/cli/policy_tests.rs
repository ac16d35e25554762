//! The tests that a policy holds: those of the examples pass, a failing one is told with its line, and nothing is built
//! from such a policy.

use std::fs;

use super::run::{edgegate, root, scratch, shell};

/// Policies to begin with, and the full ones.
fn examples() -> Vec<String> {
    let folder = fs::read_dir(root().join("fixtures/policies")).unwrap();
    let mut names: Vec<String> = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert!(names.len() >= 4);
    let mut paths: Vec<String> = names.iter().map(|name| format!("fixtures/policies/{name}")).collect();
    paths.extend(["edgegate.toml", "fixtures/policy/good/everything.toml"].map(str::to_owned));
    paths
}

#[test]
fn the_tests_of_every_example_pass() {
    for path in examples() {
        let text = fs::read_to_string(root().join(&path)).unwrap();
        let tests = text.matches("\n[[tests]]\n").count();
        assert!(tests >= 2, "{path}");
        let ran = edgegate(&["check", &path]).ends(0);
        assert!(ran.out.contains(&format!(", {tests} tests passed: no problem")), "{}", ran.out);
        let json = edgegate(&["check", &path, "--json"]).ends(0).json();
        assert_eq!(json["tests"], serde_json::json!({ "passed": tests, "failed": 0 }), "{path}");
    }
}

#[test]
fn the_tests_in_the_documentation_pass() {
    let text = fs::read_to_string(root().join("docs/policy.md")).unwrap();
    let blocks = text.split("\n```toml\n").skip(1).map(|rest| rest.split("\n```").next().unwrap());
    let file = scratch("documented-tests").join("edgegate.toml");
    fs::write(&file, blocks.map(|block| format!("{block}\n")).collect::<String>()).unwrap();
    fs::write(file.with_file_name("logo.svg"), "<svg xmlns=\"http://www.w3.org/2000/svg\"/>").unwrap();
    fs::write(file.with_file_name("favicon.ico"), b"\0\0\x01\0\x01\0").unwrap();
    let ran = edgegate(&["check", file.to_str().unwrap()]).ends(0);
    assert!(ran.out.contains(", 10 tests passed: no problem"), "{}", ran.out);
}

#[test]
fn a_test_that_fails_says_what_came_of_it() {
    for name in ["order", "outcomes"] {
        let path = format!("fixtures/policy/failing/{name}.toml");
        let text = fs::read_to_string(root().join(&path)).unwrap();
        let expected: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("#! ")).collect();
        let ran = edgegate(&["check", &path]).ends(1);
        let lines: Vec<String> = expected.iter().map(|line| format!("{path}:{line}")).collect();
        let said: Vec<&str> = ran.err.lines().filter(|line| !line.contains(": warning[")).collect();
        assert_eq!(said, lines);
        let json = edgegate(&["check", &path, "--json"]).ends(1).json();
        let problems = json["problems"].as_array().unwrap();
        let told = problems.iter().map(|one| format!("{}: {}", one["line"], one["message"].as_str().unwrap()));
        assert_eq!(
            (json["ok"].as_bool(), told.collect::<Vec<_>>()),
            (Some(false), expected.iter().map(|line| (*line).to_owned()).collect())
        );
        assert_eq!(json["tests"]["failed"], expected.len());
    }
}

#[test]
fn a_policy_without_tests_says_nothing_of_them() {
    let ran = edgegate(&["check", "demo/edgegate.toml"]).ends(0);
    assert!(!ran.out.contains("test"), "{}", ran.out);
}

#[test]
fn nothing_is_built_if_a_test_fails() {
    let home = scratch("failing-tests");
    let worker = home.join("worker");
    fs::create_dir_all(&worker).unwrap();
    fs::write(worker.join("index.js"), "// the Worker").unwrap();
    fs::write(worker.join("gate.js"), "// the gate").unwrap();
    fs::write(worker.join("index_bg.wasm"), b"\0asm").unwrap();
    let out = home.join("out");
    let (worker, out_name) = (worker.to_str().unwrap(), out.to_str().unwrap());
    let build = |policy: &str, more: &[&str]| {
        edgegate(&[&["build", "--policy", policy, "--worker", worker, "--out", out_name], more].concat())
    };
    let failing = "fixtures/policy/failing/order.toml";
    let ran = build(failing, &[]).ends(1);
    assert!(ran.err.contains("1 of 2 tests passed\n"), "{}", ran.err);
    assert!(
        ran.err.contains(&format!("  {failing}:39: test \"an invoice has a link of its own\": expected ")),
        "{}",
        ran.err
    );
    assert!(ran.out.is_empty() && !out.exists());
    let error = &build(failing, &["--json"]).ends(1).json()["error"];
    assert_eq!(error["tests"], serde_json::json!({ "passed": 1, "failed": 1 }));

    let ran = build("edgegate.toml", &[]).ends(0);
    assert!(ran.out.ends_with(" bytes, 2 tests passed\n"), "{}", ran.out);
    let before = fs::read(out.join("policy.bin")).unwrap();
    build(failing, &[]).ends(1);
    assert_eq!(fs::read(out.join("policy.bin")).unwrap(), before);
    let for_dev = format!("build --policy {failing} --worker '{worker}' --out '{out_name}'");
    let ran = shell(&format!("WRANGLER_COMMAND=dev edgegate {for_dev}")).ends(0);
    assert!(ran.err.contains(":39: test ") && ran.out.contains("built before is served"), "{}{}", ran.err, ran.out);
    assert_eq!(fs::read(out.join("policy.bin")).unwrap(), before);
}
