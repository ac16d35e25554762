//! `edgegate client new`: a client for the policy, without any gateway.

use std::fs;

use edgegate_core::policy::{ClientKind, Policy};

use super::run::{Ran, demo, edgegate, root, scratch, with_input};

/// The demo's own client, whose secret its documents publish.
const DEMO: &str = "1d2d5cad60174b5972243693d082e4b4e54979bf";
const SECRET: &str = "sekret-0123456789abcdef0123456789";

#[test]
fn the_digest_is_the_one_that_the_demo_has() {
    let policy = demo_policy();
    let (_, table) = policy.split_once(&format!("[clients.{DEMO}]\n")).unwrap();
    let digest = table.lines().find(|line| line.starts_with("secret_digest = ")).unwrap();
    for end in ["", "\n", "\r\n"] {
        let ran = given(&["--id", DEMO], &format!("{SECRET}{end}")).ends(0);
        assert_eq!(ran.out.lines().find(|line| line.starts_with("secret_digest = ")), Some(digest));
        assert!(!ran.out.contains(SECRET) && !ran.err.contains(SECRET), "{}{}", ran.out, ran.err);
        // What the policy says of it stays, and it is said where this belongs.
        assert!(ran.out.contains("\nname = \"Demo shop\"\n") && ran.out.ends_with("\npkce = false\n"), "{}", ran.out);
        assert!(ran.err.contains("in the place of its table"), "{}", ran.err);
    }
    let other = given(&["--id", "other", "--redirect-uri", "https://a.example/"], SECRET).ends(0);
    assert!(!other.out.contains(digest), "a digest is bound to its id: {}", other.out);
}

#[test]
fn what_is_printed_can_be_pasted() {
    let name = "The \"shop\" \\ \u{fc}ber";
    let args = [
        "client",
        "new",
        "--name",
        name,
        "--redirect-uri",
        "https://a.example/cb",
        "org.example.app:/cb",
        "--scope",
        "read write",
        "--resource",
        "https://api.example",
        "--introspect",
        "--act-for-others",
        "--no-pkce",
        "--dpop",
    ];
    let ran = demo(&args).ends(0);
    let policy = Policy::read(&format!("{}\n{}", demo_policy(), ran.out)).unwrap();
    let client = policy.clients.last().unwrap();
    assert!(client.id.len() == 32 && client.id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{}", client.id);
    assert_eq!((client.name.as_str(), client.kind), (name, ClientKind::Confidential));
    assert_eq!(client.redirect_uris, ["https://a.example/cb", "org.example.app:/cb"]);
    assert_eq!(
        (client.scope.join(" "), client.resources.join(" ")),
        ("read write".into(), "https://api.example".into())
    );
    assert!(client.introspects_all && client.acts_for_others && client.needs_dpop && !client.needs_pkce);
    assert_eq!(client.secrets.len(), 1);

    let pair = demo(&["client", "new", "--kind", "token-pair", "--id", "p", "--subject", "a\"b\\c"]).ends(0);
    let policy = Policy::read(&format!("{}\n{}", demo_policy(), pair.out)).unwrap();
    let client = policy.clients.last().unwrap();
    assert_eq!((client.id.as_str(), client.subject.as_deref()), ("p", Some("a\"b\\c")));
}

#[test]
fn a_secret_that_is_made_is_shown_beside_the_table() {
    let args = ["client", "new", "--id", "shop", "--redirect-uri", "https://a.example/"];
    let ran = demo(&args).ends(0);
    let secret = ran.err.lines().find_map(|line| line.strip_prefix("client_secret  ")).unwrap();
    assert!(secret.starts_with("egk_") && secret.len() == 47 && !ran.out.contains(secret), "{secret}");
    assert!(ran.err.contains("note: the secret is not shown again"), "{}", ran.err);
    // The same secret, given again, has the same digest.
    assert_eq!(given(&args[2..], secret).ends(0).out, ran.out);
    assert_ne!(demo(&args).ends(0).out, ran.out);

    let told = demo(&[&args[..], &["--json"]].concat()).ends(0);
    let json = told.json();
    let digest = json["secret_digest"].as_str().unwrap();
    assert!(json["toml"].as_str().unwrap().contains(&format!("secret_digest = \"{digest}\"")) && told.err.is_empty());
    assert!(json["client_secret"].as_str().unwrap().starts_with("egk_"));
    assert_eq!(
        given(&[&args[2..], &["--json"]].concat(), SECRET).ends(0).json()["client_secret"],
        serde_json::Value::Null
    );

    let public = demo(&["client", "new", "--kind", "public", "--redirect-uri", "https://a.example/"]).ends(0);
    assert!(!public.out.contains("secret") && public.err.is_empty(), "{}{}", public.out, public.err);
}

#[test]
fn a_secret_that_could_be_guessed_is_refused() {
    let refused = |input: &str, says: &str| {
        let failed = given(&["--redirect-uri", "https://a.example/"], input).ends(2);
        assert!(failed.err.contains(says) && failed.out.is_empty(), "{input}: {}", failed.err);
        assert!(input.is_empty() || !failed.err.contains(input), "{}", failed.err);
        failed
    };
    for (input, says) in
        [("abcdefgh1234567", "fewer than 16 bytes"), ("abcdefgabcdefgabcdefg", "fewer than 8 different")]
    {
        assert!(refused(input, says).err.contains("fast keyed digest"));
    }
    for input in ["sekret-0123456789abcdef\n\n", " sekret-0123456789abcdef", "s\u{e9}kret-0123456789abcdef"] {
        refused(input, "one line of printable ASCII");
    }
    refused("", "no secret on standard input");
    given(&["--redirect-uri", "https://a.example/"], "abcdefgh12345678").ends(0);
    given(&["--redirect-uri", "https://a.example/"], "abcdefghabcdefgh").ends(0);
}

#[test]
fn what_cannot_be_done_says_what_is_needed() {
    for (args, says) in [
        (&["--id", "a b", "--redirect-uri", "https://a.example/"][..], "clients: `a b` is not possible here"),
        (&["--id", "shop"], "Say where with --redirect-uri"),
        (&["--kind", "public", "--redirect-uri", "https://a.example/", "--secret-stdin"], "has no secret"),
        (&["--secret-stdin", "--secrets", "-"], "cannot be both"),
        (&["--redirect-uri", "https://a.example/", "--secrets", "-"], "EDGEGATE_CLIENT_KEY is not in standard input"),
    ] {
        let failed = demo(&[&["client", "new"], args].concat()).ends(2);
        assert!(failed.err.contains(says) && failed.out.is_empty(), "{args:?}: {}", failed.err);
    }
    let failed = edgegate(&["client", "new", "--redirect-uri", "https://a.example/", "-p", "edgegate.toml"]).ends(2);
    assert!(failed.err.contains("keys = [\"clients-1\"]"), "{}", failed.err);

    let folder = scratch("client-new");
    let path = folder.join("edgegate.toml");
    let run = || {
        edgegate(&[
            "client",
            "new",
            "--redirect-uri",
            "https://a.example/",
            "-p",
            path.to_str().unwrap(),
            "-s",
            "demo/.dev.vars",
        ])
    };
    let elsewhere = demo_policy().replace("http://127.0.0.1:8787\"", "https://gate.example.org\"");
    fs::write(&path, elsewhere.replace("explain = true", "explain = false")).unwrap();
    let failed = run().ends(2);
    assert!(failed.err.contains("published demo value"), "{}", failed.err);
    fs::write(&path, format!("{}\n[clients.half]\nkind = \"token-pair\"\n", demo_policy())).unwrap();
    let failed = run().ends(2);
    assert!(failed.err.contains("`secret_digest` is missing") && failed.err.contains("not finished"), "{}", failed.err);
}

/// Another kind of client is another client: nothing of the one before stays.
#[test]
fn another_kind_begins_anew() {
    let ran = given(&["--id", DEMO, "--kind", "token-pair"], SECRET).ends(0);
    assert!(!ran.out.contains("redirect_uris") && !ran.out.contains("Demo shop"), "{}", ran.out);
}

fn given(more: &[&str], secret: &str) -> Ran {
    let args = ["client", "new", "--policy", "demo/edgegate.toml"];
    let stdin: &[&str] = if more.contains(&"--secret-stdin") { &[] } else { &["--secret-stdin"] };
    with_input(&[&args, more, stdin].concat(), secret)
}

fn demo_policy() -> String {
    fs::read_to_string(root().join("demo/edgegate.toml")).unwrap()
}
