//! `edgegate build`: the policy as data beside a Worker, or a mistake and nothing.

use std::fs;
use std::path::PathBuf;

use edgegate_core::policy::{FORMAT, Policy};
use edgegate_core::texts::Book;

use super::run::{edgegate, root, shell};

/// A folder with a Worker in it, and a place for what is built.
fn folders(name: &str) -> (PathBuf, String, String) {
    let home = std::env::temp_dir().join(format!("edgegate-build-{name}-{}", std::process::id()));
    let worker = home.join("worker");
    fs::create_dir_all(&worker).unwrap();
    fs::write(worker.join("index.js"), "// the Worker").unwrap();
    fs::write(worker.join("gate.js"), "// the gate").unwrap();
    fs::write(worker.join("index_bg.wasm"), b"\0asm").unwrap();
    let out = home.join("out");
    (home, worker.display().to_string(), out.display().to_string())
}

#[test]
fn a_folder_that_the_platform_can_run() {
    let (home, worker, out) = folders("whole");
    let args = ["build", "--policy", "demo/edgegate.toml", "--worker", &worker, "--out", &out];
    let ran = edgegate(&args).ends(0);
    let policy = Policy::decode(&fs::read(home.join("out/policy.bin")).unwrap()).unwrap();
    let digest = policy.digest.as_ref().unwrap().to_string();
    assert!(ran.out.contains(&format!("policy {digest}, {} routes", policy.routes.len())), "{}", ran.out);
    let checked = edgegate(&["check", "demo/edgegate.toml"]).ends(0);
    assert!(ran.err.contains("demo/edgegate.toml:7: warning[explain_on]: ") && ran.err == checked.err, "{}", ran.err);
    assert_eq!(fs::read(home.join("out/index.js")).unwrap(), b"// the Worker");
    assert_eq!(fs::read(home.join("out/gate.js")).unwrap(), b"// the gate");
    assert_eq!(fs::read(home.join("out/index_bg.wasm")).unwrap(), b"\0asm");
    let modules = fs::read_to_string(home.join("out/policy.js")).unwrap();
    for line in ["import policy from \"./policy.bin\";", "import pages from \"./pages.bin\";"] {
        assert!(modules.contains(line), "{modules}");
    }
    let json = edgegate(&[&args[..], &["--json"]].concat()).ends(0).json();
    assert_eq!(json["policy"], digest.as_str());
    assert_eq!(json["routes"], policy.routes.len());
    assert!(json["advice"].as_array().unwrap().len() > 3);
    fs::remove_dir_all(home).unwrap();
}

#[test]
fn what_is_the_same_is_not_written_again() {
    let (home, worker, out) = folders("again");
    let files = || ["index.js", "index_bg.wasm", "policy.bin"].map(|name| home.join("out").join(name));
    let times = || files().map(|file| fs::metadata(file).unwrap().modified().unwrap());
    let build = |policy| edgegate(&["build", "--policy", policy, "--worker", &worker, "--out", &out]).ends(0);
    build("edgegate.toml");
    let before = times();
    build("edgegate.toml");
    assert_eq!(times(), before);
    build("demo/edgegate.toml");
    assert_eq!([times()[0], times()[1]], [before[0], before[1]]);
    assert_ne!(fs::read(&files()[2]).unwrap().len(), 0);
    fs::remove_dir_all(home).unwrap();
}

#[test]
fn a_mistake_leaves_what_was_built_before() {
    let (home, worker, out) = folders("mistake");
    let build = |policy: &str| edgegate(&["build", "--policy", policy, "--worker", &worker, "--out", &out]);
    build("edgegate.toml").ends(0);
    let before = fs::read(home.join("out/policy.bin")).unwrap();
    let wrong = home.join("wrong.toml");
    fs::write(
        &wrong,
        fs::read_to_string(root().join("edgegate.toml")).unwrap().replace("[\"bearer\"]", "[\"nobody\"]"),
    )
    .unwrap();
    let ran = build(wrong.to_str().unwrap()).ends(2);
    assert!(ran.err.contains("wrong.toml:") && ran.err.contains("`nobody` is no kind of credential"), "{}", ran.err);
    assert_eq!(fs::read(home.join("out/policy.bin")).unwrap(), before);
    fs::remove_dir_all(home).unwrap();
}

#[test]
fn for_wrangler_dev_a_mistake_is_told_and_is_no_failure_where_a_policy_can_go_on_serving() {
    let (home, worker, out) = folders("dev");
    let build = |policy: &str| {
        shell(&format!("WRANGLER_COMMAND=dev edgegate build --policy '{policy}' --worker '{worker}' --out '{out}'"))
    };
    build("/nowhere.toml").ends(2);
    build("edgegate.toml").ends(0);
    let before = fs::read(home.join("out/policy.bin")).unwrap();
    let ran = build("Cargo.toml").ends(0);
    assert!(ran.err.contains("Cargo.toml:1: "), "{}", ran.err);
    assert!(ran.out.contains("the policy that was built before is served"), "{}", ran.out);
    assert_eq!(fs::read(home.join("out/policy.bin")).unwrap(), before);
    fs::remove_dir_all(home).unwrap();
}

#[test]
fn allowed_warnings_are_counted() {
    let (home, worker, out) = folders("allowed");
    let args = ["build", "--policy", "fixtures/policy/advice/allowed.toml", "--worker", &worker, "--out", &out];
    let ran = edgegate(&args).ends(0);
    assert!(ran.out.ends_with(" bytes, 1 allowed warning\n"), "{}", ran.out);
    assert!(ran.err.contains(": warning[allowance_unused]: ") && !ran.err.contains("]: origins.site: "), "{}", ran.err);
    let json = edgegate(&[&args[..], &["--json"]].concat()).ends(0).json();
    assert_eq!(json["allowed"][0]["table"], "origins.site");
    fs::remove_dir_all(home).unwrap();
}

#[test]
fn a_worker_of_another_format_gets_no_policy() {
    let (home, worker, out) = folders("format");
    let build = || edgegate(&["build", "--policy", "edgegate.toml", "--worker", &worker, "--out", &out]);
    fs::write(home.join("worker/policy.format"), format!("{FORMAT}\n")).unwrap();
    build().ends(0);
    fs::write(home.join("worker/policy.format"), "99\n").unwrap();
    let ran = build().ends(2);
    assert!(ran.err.contains("reads policies of format 99") && ran.err.contains("npm run build"), "{}", ran.err);
    fs::remove_dir_all(home).unwrap();
}

#[test]
fn a_missing_worker_is_named_with_what_makes_it() {
    let (home, _, out) = folders("missing");
    let ran = edgegate(&["build", "--policy", "edgegate.toml", "--worker", "/nowhere", "--out", &out]).ends(2);
    assert!(ran.err.contains("/nowhere/index_bg.wasm: ") && ran.err.contains("npm run build"), "{}", ran.err);
    fs::remove_dir_all(home).unwrap();
}

#[test]
fn pages_are_in_the_languages_of_the_policy_with_its_own_texts_and_pictures() {
    let (home, worker, out) = folders("pages");
    let policy = home.join("edgegate.toml");
    let text = fs::read_to_string(root().join("edgegate.toml")).unwrap();
    let pages = "\n[pages]\nlogo = \"art/logo.svg\"\nlanguages = [\"de\", \"en\"]\n[pages.texts.de]\nhome = \"Heim\"\n";
    fs::write(&policy, format!("{text}{pages}")).unwrap();
    let build = || edgegate(&["build", "--policy", policy.to_str().unwrap(), "--worker", &worker, "--out", &out]);
    let missing = build().ends(2);
    assert!(missing.err.contains("pages.logo: ") && missing.err.contains("logo.svg"), "{}", missing.err);
    edgegate(&["check", policy.to_str().unwrap()]).ends(2);
    fs::create_dir_all(home.join("art")).unwrap();
    let logo = home.join("art/logo.svg");
    fs::write(&logo, "no picture").unwrap();
    assert!(build().ends(2).err.contains("this is no svg file"));
    fs::write(&logo, format!("<svg>{}</svg>", " ".repeat(65_536))).unwrap();
    assert!(build().ends(2).err.contains("at most 65536 are served"));
    fs::write(&logo, "<svg/>").unwrap();
    build().ends(0);
    let module = fs::read(home.join("out/pages.bin")).unwrap();
    let size = module.len();
    let book = Book::new(move |from, to| module.get(from as usize..to as usize).unwrap_or_default().to_vec());
    let german = String::from_utf8(book.piece("de.txt").unwrap()).unwrap();
    assert!(german.contains("home = Heim\n") && german.contains("sign_in = Anmelden\n") && !german.contains('#'));
    assert_eq!((book.piece("en.txt"), book.piece("fr.txt")), (None, None), "English is the Worker's own");
    let name = book.picture("logo").unwrap();
    assert!(name.starts_with("logo.") && name.ends_with(".svg") && name.len() == 25, "{name}");
    assert_eq!(book.piece(&name).unwrap(), b"<svg/>");
    assert!(size < 20_000, "{size}");
    fs::remove_dir_all(home).unwrap();
}
