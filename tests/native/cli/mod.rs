//! The command-line tool, from the outside: the built program is run as an operator would run it. Every run's
//! output is searched for the demo's secrets.

mod about;
mod admin;
mod build;
mod changes;
mod client_new;
mod clients;
mod elsewhere;
mod links;
mod people;
mod policy_tests;
mod redirects;
mod rotation;
mod run;
mod signers;
mod stub;

use std::fs;

use run::{demo, edgegate, scratch, shell, with_input};

#[test]
fn check_says_what_each_route_does() {
    let ran = edgegate(&["check", "demo/edgegate.toml"]).ends(0);
    let files = ran.out.lines().find(|line| line.starts_with("files ")).unwrap();
    let cells: Vec<&str> = files.split_whitespace().collect();
    assert_eq!(cells, ["files", "GET", "HEAD", "/files/*", "link:files", "service", "ORIGIN"]);
    assert!(ran.out.contains("\ndemo/edgegate.toml: ") && ran.out.contains(": no problem, "), "{}", ran.out);
    assert!(ran.err.contains(": warning[explain_on]: gateway: `explain = true`"), "{}", ran.err);
    let json = edgegate(&["check", "demo/edgegate.toml", "--json"]).ends(0);
    assert!(json.err.is_empty());
    let json = json.json();
    let files = json["routes"].as_array().unwrap().iter().find(|route| route["name"] == "files").unwrap();
    assert_eq!((&json["ok"], &files["accept"]), (&true.into(), &serde_json::json!(["link:files"])));
    let told = &json["advice"][0];
    assert!(told["line"].is_u64());
    assert_eq!((&told["code"], &told["table"]), (&"explain_on".into(), &"gateway".into()));
    edgegate(&["check", "demo/edgegate.toml", "--strict"]).ends(1);
    edgegate(&["check", "edgegate.toml", "--strict"]).ends(0);
    demo(&["check"]).ends(0);
}

#[test]
fn the_application_in_the_same_worker_is_a_handler() {
    let folder = scratch("handler");
    let write = |name: &str, origin: &str| {
        let path = folder.join(name);
        let text = format!(
            "version = 1\n[gateway]\nissuer = \"https://gate.example.org\"\n[origins.app]\n{origin}\n\
             [[routes]]\nname = \"inner\"\npath = \"/inner/*\"\naccept = [\"none\"]\nforward = {{ origin = \"app\", path = \"/v1/*\", host = \"a.example.org\" }}\n\
             [[routes]]\nname = \"home\"\npath = \"/*\"\naccept = [\"none\"]\nforward = {{ origin = \"app\" }}\n"
        );
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (bound, own) = (write("bound.toml", "service = \"APP\""), write("own.toml", "handler = true"));
    let ran = edgegate(&["check", &own]).ends(0);
    let goes_to = |name: &str| {
        let line = ran.out.lines().find(|line| line.starts_with(name)).unwrap();
        line.rsplit_once("  ").unwrap().1.trim().to_owned()
    };
    assert_eq!((goes_to("inner"), goes_to("home")), ("handler, /v1/*".to_owned(), "handler".to_owned()));
    let diff = edgegate(&["policy", "diff", "--policy", &own, "--against", &bound]).ends(0);
    assert!(diff.out.contains("goes to handler, /v1/*, before to service APP, /v1/*"), "{}", diff.out);
}

#[test]
fn an_allowed_warning_is_counted_and_no_problem() {
    let folder = scratch("allowed");
    let loose = "\n[origins.loose]\nurl = \"http://loose.example.org\"\ninsecure = true\n\n[[routes]]\nname = \"loose\"\npath = \"/loose\"\naccept = [\"none\"]\nforward = { origin = \"loose\" }\n";
    let allow = |code: &str| {
        format!("\n[[allow_warnings]]\ncode = \"{code}\"\ntable = \"origins.loose\"\nreason = \"A private network.\"\n")
    };
    let starter = fs::read_to_string(run::root().join("edgegate.toml")).unwrap();
    let write = |name: &str, more: &[&str]| {
        let path = folder.join(name);
        fs::write(&path, [&[starter.as_str()], more].concat().concat()).unwrap();
        path.display().to_string()
    };
    let (told, allowed) = (write("told.toml", &[loose]), write("allowed.toml", &[loose, &allow("origin_insecure")]));
    let ran = edgegate(&["check", &told, "--strict"]).ends(1);
    assert!(ran.err.contains(": warning[origin_insecure]: origins.loose: ") && ran.err.lines().count() == 1);
    assert!(ran.out.contains(": 1 warning, which --strict makes problems\n"), "{}", ran.out);
    let ran = edgegate(&["check", &allowed, "--strict"]).ends(0);
    assert!(ran.err.is_empty() && ran.out.contains(": no problem, 1 allowed warning\n"), "{}{}", ran.out, ran.err);
    let json = edgegate(&["check", &allowed, "--strict", "--json"]).ends(0).json();
    let one = &json["allowed"][0];
    assert_eq!((&one["code"], &one["reason"]), (&"origin_insecure".into(), &"A private network.".into()));
    assert_eq!(json["advice"], serde_json::json!([]));
    let unused = write("unused.toml", &[loose, &allow("origin_insecure"), &allow("table_unused")]);
    let ran = edgegate(&["check", &unused, "--strict"]).ends(1);
    assert!(ran.err.contains(": warning[allowance_unused]: allow_warnings[2]: "), "{}", ran.err);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_route_that_is_never_reached_is_not_shown_as_open() {
    let ran = edgegate(&["check", "fixtures/policy/advice/overlap.toml"]).ends(0);
    let late = ran.out.lines().find(|line| line.starts_with("late ")).unwrap();
    assert!(late.contains("  never reached  ") && !late.contains("nothing"), "{late}");
    let json = edgegate(&["check", "fixtures/policy/advice/overlap.toml", "--json"]).ends(0).json();
    let reached = |name: &str| {
        json["routes"].as_array().unwrap().iter().find(|route| route["name"] == name).unwrap()["reached"] == true
    };
    assert!(reached("rest") && !reached("late"));
    let ran = edgegate(&["check", "fixtures/policy/wrong/routes-unreached.toml"]).ends(1);
    assert!(!ran.out.contains("GOES TO"), "{}", ran.out);
}

#[test]
fn a_route_is_shown_with_the_providers_that_it_asks_for() {
    let ran = edgegate(&["check", "demo/edgegate.toml"]).ends(0);
    let members = ran.out.lines().find(|line| line.starts_with("members ")).unwrap();
    assert!(members.contains("  session (demo)  "), "{members}");
    let json = edgegate(&["check", "demo/edgegate.toml", "--json"]).ends(0).json();
    let of = |name: &str| {
        let mut routes = json["routes"].as_array().unwrap().iter();
        routes.find(|route| route["name"] == name).unwrap()["providers"].clone()
    };
    assert_eq!((of("members"), of("account")), (serde_json::json!(["demo"]), serde_json::json!([])));
}

#[test]
fn check_names_every_mistake_with_its_line() {
    for entry in fs::read_dir(run::root().join("fixtures/policy/wrong")).unwrap() {
        let name = format!("fixtures/policy/wrong/{}", entry.unwrap().file_name().to_str().unwrap());
        let text = fs::read_to_string(run::root().join(&name)).unwrap();
        let expected: Vec<String> = text
            .lines()
            .filter_map(|line| line.strip_prefix("#! "))
            .map(|problem| format!("{name}:{problem}"))
            .collect();
        let ran = edgegate(&["check", &name]).ends(1);
        assert_eq!(ran.err.lines().collect::<Vec<_>>(), expected, "{name}");
        let json = edgegate(&["check", &name, "--json"]).ends(1).json();
        assert_eq!((&json["ok"], json["problems"].as_array().unwrap().len()), (&false.into(), expected.len()));
    }
    assert!(edgegate(&["check", "nowhere.toml"]).ends(2).err.contains("nowhere.toml"));
    let other = edgegate(&["secrets", "-p", "fixtures/policy/wrong/version.toml"]).ends(2);
    assert!(other.err.contains("fixtures/policy/wrong/version.toml:"), "{}", other.err);
}

#[test]
fn secrets_are_listed_and_never_shown() {
    let ran = demo(&["secrets"]).ends(0);
    let is_listed = |name: &str, purpose: &str| {
        ran.out.lines().any(|line| line.starts_with(name) && line.contains("  published  ") && line.ends_with(purpose))
    };
    assert!(is_listed("EDGEGATE_LINK_KEY", "links files once folders, HMAC-SHA-256 (key demo)"), "{}", ran.out);
    assert!(is_listed("EDGEGATE_ADMIN_KEY", "the admin API"));
    assert!(is_listed("LUMINATE_ADMIN_PASSWORD", "password of the Luminate administrator api_admin"));

    let vars = "EDGEGATE_LINK_KEY='mine-and-long-enough'\nCONVIO_API_SECRET_KEY=\nEDGEGATE_IDENTITY_KEY_1={}\nTYPO=x\n";
    let args = ["secrets", "--policy", "demo/edgegate.toml", "--secrets", "-", "--json"];
    let json = with_input(&args, vars).ends(1).json();
    let state = |name: &str| {
        let list = json["secrets"].as_array().unwrap();
        list.iter().find(|one| one["name"] == name).unwrap()["state"].as_str().unwrap().to_owned()
    };
    for (name, expected) in [
        ("EDGEGATE_LINK_KEY", "set"),
        ("CONVIO_API_SECRET_KEY", "missing"),
        ("EDGEGATE_SEAL_KEY", "missing"),
        ("EDGEGATE_IDENTITY_KEY_1", "malformed"),
    ] {
        assert_eq!(state(name), expected, "{name}");
    }
    assert_eq!(json["unnamed"], serde_json::json!(["TYPO"]));
    let ran = edgegate(&["secrets", "--policy", "edgegate.toml", "--secrets", "demo/.dev.vars"]).ends(1);
    assert!(ran.err.contains("EDGEGATE_LINK_KEY holds a value that the demo publishes, which counts as missing"));
}

#[test]
fn keys_are_fresh_and_go_where_they_are_sent() {
    let key = || edgegate(&["key", "new"]).ends(0);
    let (one, other) = (key(), key());
    assert!(one.out.len() == 44 && one.out != other.out && one.err.is_empty());
    assert_eq!(edgegate(&["key", "new", "--bytes", "48"]).ends(0).out.trim().len(), 64);
    edgegate(&["key", "new", "--bytes", "8"]).ends(2);
    let identity = edgegate(&["key", "new", "--identity"]).ends(0).json();
    assert_eq!((&identity["kty"], &identity["crv"]), (&"EC".into(), &"P-256".into()));
    assert!(edgegate(&["key", "new", "--json"]).ends(0).json()["value"].is_string());

    let file = scratch("keys").join(".dev.vars");
    fs::write(&file, "OTHER=1").unwrap();
    let path = file.to_str().unwrap();
    let append =
        |name: &str, more: &[&str]| edgegate(&[&["key", "new", "--name", name, "--append", path], more].concat());
    let ran = append("EDGEGATE_LINK_KEY", &[]).ends(0);
    append("EDGEGATE_IDENTITY_KEY_1", &["--identity"]).ends(0);
    let text = fs::read_to_string(&file).unwrap();
    let value = text.lines().find_map(|line| line.strip_prefix("EDGEGATE_LINK_KEY=")).unwrap();
    assert!(text.starts_with("OTHER=1\nEDGEGATE_LINK_KEY=") && !ran.out.contains(value) && !ran.err.contains(value));
    let listed = demo(&["secrets", "--secrets", path]).ends(1).out;
    assert!(
        listed.contains("EDGEGATE_LINK_KEY        set") && listed.contains("EDGEGATE_IDENTITY_KEY_1  set"),
        "{listed}"
    );
    assert!(append("EDGEGATE_LINK_KEY", &[]).ends(2).err.contains("already"));
    append("1 BAD", &[]).ends(2);
    edgegate(&["key", "new", "--name", "X"]).ends(2);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

/// Every command that has a help of its own.
const COMMANDS: [&[&str]; 21] = [
    &[],
    &["check"],
    &["key", "new"],
    &["secrets"],
    &["link", "sign"],
    &["link", "verify"],
    &["link", "explain"],
    &["redirect", "sign"],
    &["redirect", "verify"],
    &["redirect", "explain"],
    &["nonce"],
    &["ticket"],
    &["token", "mint"],
    &["token", "show"],
    &["token", "revoke"],
    &["session", "revoke"],
    &["client", "add"],
    &["client", "list"],
    &["client", "rotate"],
    &["client", "remove"],
    &["client", "new"],
];

#[test]
fn no_option_takes_a_secret() {
    for command in COMMANDS {
        let help = edgegate(&[command, &["--help"]].concat()).ends(0).out;
        for option in help.split("--").skip(1).filter_map(|rest| rest.lines().next()) {
            let Some((name, value)) = option.split_once(" <") else { continue };
            let is_suspect = ["secret", "key", "password", "token"].iter().any(|word| name.contains(word));
            let is_harmless = [("secrets", "FILE>"), ("key", "ID>")]
                .iter()
                .any(|(harmless, kind)| name == *harmless && value.starts_with(kind));
            let is_name = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            assert!(!is_name || !is_suspect || is_harmless, "{command:?}: --{option}");
        }
    }
}

#[test]
fn every_help_has_examples_and_they_work_as_printed() {
    let asks_a_gateway = |command: &[&str]| {
        matches!(
            command,
            ["nonce" | "ticket" | "token" | "session", ..] | ["client", "add" | "list" | "rotate" | "remove"]
        )
    };
    for command in COMMANDS {
        let help = edgegate(&[command, &["--help"]].concat()).ends(0).out;
        let (_, examples) = help.split_once("\nExamples:\n").unwrap_or_else(|| panic!("{command:?} has no example"));
        let lines: Vec<&str> = examples.lines().take_while(|line| line.starts_with("  ")).map(str::trim).collect();
        assert!(!lines.is_empty());
        for line in lines.iter().filter(|_| !asks_a_gateway(command)) {
            shell(line).ends(0);
        }
        assert!(edgegate(&[command, &["-h"]].concat()).ends(0).out.contains("Usage: edgegate"));
    }
}

#[test]
fn usage_is_told_to_people_and_programs() {
    assert!(edgegate(&["--version"]).ends(0).out.starts_with("edgegate "));
    assert!(edgegate(&["nonsense"]).ends(2).err.contains("nonsense"));
    let ran = edgegate(&["nonsense", "--json"]).ends(2);
    assert!(ran.json()["error"]["message"].is_string() && ran.err.is_empty());
    edgegate(&[]).ends(2);
}

#[test]
fn the_policy_is_found_where_it_is_named() {
    let line = "EDGEGATE_POLICY=demo/edgegate.toml edgegate secrets";
    assert!(shell(line).ends(0).out.contains("CONVIO_API_SECRET_KEY"));
    let json = edgegate(&["secrets", "--json", "--secrets", "-"]).ends(1).json();
    assert_eq!(json["secrets"][0]["name"], "EDGEGATE_LINK_KEY");
}

/// In `docs/cli.md` each `$` line of a console block is followed by all that it says.
#[test]
fn the_documentation_shows_what_is_said() {
    let text = fs::read_to_string(run::root().join("docs/cli.md")).unwrap();
    let blocks = text.split("```console").skip(1).map(|rest| rest.split("\n```").next().unwrap());
    let mut lines = 0;
    for run in blocks.flat_map(|block| block.split("\n$ ").skip(1)) {
        let (line, says) = run.split_once('\n').unwrap();
        assert_eq!(shell(&format!("{line} 2>&1")).out, format!("{says}\n"), "{line}");
        lines += 1;
    }
    assert!(lines >= 10, "{lines}");
}
