//! `edgegate check --deployed`: lists of keys that skip a step.

use std::fs;

use super::run::{Ran, edgegate, root, scratch};

/// Checks a policy in which `given` is `changed`, beside one in which it is `deployed`.
fn check(name: &str, [given, deployed, changed]: [&str; 3]) -> Ran {
    let policy = fs::read_to_string(root().join("fixtures/gate.toml")).unwrap();
    assert!(policy.contains(given), "{given}");
    let folder = scratch(name);
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, policy.replace(given, text)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (before, now) = (file("deployed.toml", deployed), file("edgegate.toml", changed));
    edgegate(&["check", &now, "--deployed", &before])
}

const SEALS: &str = "keys = [\"seal-1\", \"seal-2\"]";
const LINKS: &str = "[links.files]\nkeys = [\"demo\", \"old\", \"absent\"]";

#[test]
fn the_steps_of_a_change_are_fine() {
    let steps = ["[\"seal-1\"]", "[\"seal-1\", \"seal-2\"]", "[\"seal-2\", \"seal-1\"]", "[\"seal-2\"]"];
    for pair in steps.windows(2) {
        let [deployed, changed] = [0, 1].map(|at| format!("keys = {}", pair[at]));
        let ran = check("steps", [SEALS, &deployed, &changed]);
        assert_eq!(ran.code, 0, "{pair:?}: {}", ran.err);
    }
}

#[test]
fn a_step_that_is_skipped_is_named_with_what_to_do() {
    for (deployed, changed, says) in [
        (
            "keys = [\"seal-1\"]",
            "keys = [\"seal-2\", \"seal-1\"]",
            "session: `seal-2` is first, and the deployed policy does not have it, so isolates of that one refuse what it makes; deploy keys = [\"seal-1\", \"seal-2\"] first",
        ),
        (
            SEALS,
            "keys = [\"seal-2\"]",
            "session: `seal-1` is out, and was the first of the deployed policy; deploy keys = [\"seal-2\", \"seal-1\"] first, and take it out when the longest of what it made is over",
        ),
        (
            "keys = [\"seal-1\"]",
            "keys = [\"seal-2\"]",
            "session: `seal-1` is out, and was the first of the deployed policy; keep it in the list, and put the new key behind it",
        ),
    ] {
        let ran = check("skipped", [SEALS, deployed, changed]).ends(1);
        let lines: Vec<&str> = ran.err.lines().filter(|line| line.contains(says)).collect();
        assert_eq!(lines.len(), 1, "{}", ran.err);
        assert!(ran.out.contains("nothing is to be deployed of it yet"), "{}", ran.out);
        // Each list is looked at for itself.
        for table in ["bearer", "oauth", "luminate"] {
            assert!(ran.err.contains(&format!("edgegate.toml: {table}: ")), "{table}: {}", ran.err);
        }
    }
}

#[test]
fn where_others_sign_the_first_key_may_go_when_they_have_changed() {
    let of = |list: &str| format!("[links.files]\nkeys = {list}");
    let (one, two, last) = (of("[\"demo\"]"), of("[\"demo\", \"old\"]"), of("[\"old\"]"));
    for pair in [[&one, &two], [&two, &last]] {
        assert_eq!(check("links", [LINKS, pair[0], pair[1]]).code, 0);
    }
    let ran = check("links", [LINKS, &one, &last]).ends(1);
    assert!(ran.err.contains("links.files: `old` is first, and the deployed policy does not have it"), "{}", ran.err);
}

#[test]
fn an_id_is_no_other_keys_and_a_secret_has_one_id() {
    let given = "[keys.seal-1]\nsecret = \"SEAL_KEY\"";
    let ran = check("values", [given, given, &given.replace("SEAL_KEY", "SEAL_KEY_9")]).ends(1);
    assert!(ran.err.contains("keys.seal-1: its secret, use or algorithm is not the deployed one"), "{}", ran.err);
    let renamed =
        format!("[keys.seal-9]\nsecret = \"SEAL_KEY\"\nuse = \"seal\"\n\n{}", given.replace("SEAL_KEY", "SEAL_KEY_9"));
    let ran = check("names", [given, given, &renamed]).ends(1);
    assert!(ran.err.contains("keys.seal-9: `SEAL_KEY` is the secret of the deployed `seal-1`"), "{}", ran.err);
}

#[test]
fn what_was_used_up_stays_where_it_is_looked_for() {
    let given = "[keys.seal-1]\nsecret = \"SEAL_KEY\"";
    let with = |shards: u32| format!("{given}\nshards = {shards}");
    for (deployed, changed, before) in
        [(given.to_owned(), with(64), 32), (with(64), with(128), 64), (with(64), given.to_owned(), 64)]
    {
        let ran = check("shards", [given, &deployed, &changed]).ends(1);
        let says = format!("keys.seal-1: `shards` is not the deployed {before}");
        assert!(ran.err.contains(&says), "{}", ran.err);
    }
    assert_eq!(check("same", [given, &with(32), given]).code, 0, "32 is what a key has that says nothing");
    let more = format!("[keys.seal-9]\nsecret = \"SEAL_KEY_9\"\nuse = \"seal\"\nshards = 128\n\n{given}");
    assert_eq!(check("more", [given, given, &more]).code, 0, "a new key may have any number");
    let oauth = "[oauth]\n";
    let ran = check("grants", [oauth, oauth, "[oauth]\nshards = 64\n"]).ends(1);
    assert!(ran.err.contains("oauth: `shards` is not the deployed 32"), "{}", ran.err);
    let ran = check("place", [given, given, &format!("[storage]\njurisdiction = \"eu\"\n\n{given}")]).ends(1);
    assert!(ran.err.contains("storage: `jurisdiction` is not the deployed one"), "{}", ran.err);
}

#[test]
fn it_is_said_in_json_and_a_file_that_is_no_policy_is_no_answer() {
    let deployed = root().join("edgegate.toml");
    let deployed = deployed.to_str().unwrap();
    let same = edgegate(&["check", "edgegate.toml", "--deployed", deployed, "--json"]).ends(0).json();
    assert_eq!((&same["ok"], same["problems"].as_array().unwrap().len()), (&true.into(), 0));
    edgegate(&["check", "edgegate.toml", "--deployed", "nowhere.toml"]).ends(2);
    edgegate(&["check", "edgegate.toml", "--deployed", "fixtures/policy/wrong/version.toml"]).ends(2);
}
