//! `edgegate link ...`

use edgegate_core::digest::{base64url, hmac_sha1, hmac_sha256};
use edgegate_core::secret::Secret;

use super::run::{demo, edgegate, scratch, with_input};

/// The link of the README.
const WORKED: &str = "http://127.0.0.1:8787/files/report.pdf?v=2&eg_kid=demo&eg_exp=1900000000&eg_sig=s_sb-2DISeG4I2YvjxAa4cqb0kzuR3A3x-AMsCLSmYQ";
/// A second before it ends.
const AT: &str = "1899999999";

#[test]
fn the_worked_example_is_signed_and_holds() {
    let signed = demo(&["link", "sign", "http://127.0.0.1:8787/files/report.pdf?v=2", "--until", "1900000000"]).ends(0);
    assert_eq!(signed.out, format!("{WORKED}\n"));
    assert_eq!(signed.err, "note: it works until 2030-03-17 17:46:40 UTC\n");
    let verified = demo(&["link", "verify", WORKED, "--at", AT]).ends(0);
    assert_eq!(verified.out, "ok: link:files, key demo, route files\n");
    let explained = demo(&["link", "explain", WORKED, "--at", AT, "--json"]).ends(0).json();
    assert_eq!(explained["verdict"], "ok");
    assert_eq!(explained["hashed_text"], "GET\n127.0.0.1:8787\n/files/report.pdf?v=2&eg_kid=demo&eg_exp=1900000000");
}

#[test]
fn every_way_of_being_wrong_has_its_code() {
    let with = |from: &str, to: &str| WORKED.replace(from, to);
    for (url, options, code) in [
        (WORKED.to_owned(), &["--at", "1900000000"][..], "link_expired"),
        (WORKED.to_owned(), &["--at", "1700000000"], "link_lifetime_too_long"),
        (WORKED.to_owned(), &["--at", AT, "--method", "POST"], "method_not_allowed"),
        (with("v=2", "v=3"), &["--at", AT], "link_signature_mismatch"),
        (with("report", "other"), &["--at", AT], "link_signature_mismatch"),
        (with("127.0.0.1:8787", "localhost:8787"), &["--at", AT], "link_signature_mismatch"),
        (with("=demo", "=nobody"), &["--at", AT], "link_key_unknown"),
        (with("&eg_exp=1900000000", ""), &["--at", AT], "link_malformed"),
        (format!("{WORKED}&x=1"), &["--at", AT], "link_parameter_after_signature"),
        (format!("{WORKED}&utm_a=1&EG_KID=x"), &["--at", AT], "parameter_shadowed"),
        (with("/files/", "/Files/"), &["--at", AT], "path_case_ambiguous"),
        (with("/files/", "/files/a%2fb/"), &["--at", AT], "path_ambiguous"),
        (with("/files/", "/nowhere/"), &["--at", AT], "no_route"),
        (with("/files/", "/me/"), &["--at", AT], "credential_missing"),
        (with("/files/", "/"), &["--at", AT], "no_route"),
        ("http://127.0.0.1:8787/".to_owned(), &[], "credential_missing"),
        ("http://127.0.0.1:8787/files/a".to_owned(), &[], "credential_missing"),
    ] {
        let told = demo(&[&["link", "verify", &url, "--json"], options].concat()).ends(1).json();
        assert_eq!(told["verdict"], code, "{url} {options:?}");
        assert!(!told["causes"].as_array().unwrap().is_empty(), "{url}");
        let explained = demo(&[&["link", "explain", &url], options].concat()).ends(1).out;
        assert!(explained.starts_with(&format!("Verdict    {code}")), "{explained}");
    }
    let open = demo(&["link", "verify", "http://127.0.0.1:8787/"]).ends(1).out;
    assert_eq!(
        open,
        "refused: credential_missing\n  - It goes through as nobody: the route is open, and no signature was looked for.\n"
    );
    let trackers = format!("{WORKED}&utm_source=mail&fbclid=x#top");
    demo(&["link", "verify", &trackers, "--at", AT]).ends(0);
}

/// The covered text as the request has it, and the text that a mistaken signer hashed, with the cause to be named.
#[test]
fn the_known_mistakes_of_signers_are_recognised() {
    let end = "eg_kid=demo&eg_exp=1900000000";
    let sha1 = |text: &str| hmac_sha1(&secret(), &[text.as_bytes()]).to_vec();
    let sha256 = |text: &str| hmac_sha256(&secret(), &[text.as_bytes()]).to_vec();
    let query =
        |sent: &str, hashed: &str| (sent.to_owned(), sha256(&format!("GET\n127.0.0.1:8787\n/files/a?{hashed}")));
    let other = |text: String| (format!("b=1&a=2&{end}"), sha256(&text));
    let cases = [
        (query(&format!("n=O%27Neil&{end}"), &format!("n=O'Neil&{end}")), "Sign %27"),
        (query(&format!("n=a+b&{end}"), &format!("n=a%20b&{end}")), "%20 where the request has +"),
        (query(&format!("n=a%20b&{end}"), &format!("n=a+b&{end}")), "+ where the request has %20"),
        (query(&format!("n=a%2Fb&{end}"), &format!("n=a%2fb&{end}")), "lower case"),
        (query(&format!("n=a%2fb&{end}"), &format!("n=a%2Fb&{end}")), "upper case"),
        (query(&format!("n=a%3Ab&{end}"), &format!("n=a:b&{end}")), "decoded query"),
        (query(&format!("b=1&a=2&{end}"), "a=2&b=1&eg_exp=1900000000&eg_kid=demo"), "sorted"),
        (query(&format!("b=&a=2&{end}"), &format!("a=2&{end}")), "empty values"),
        (query(&format!("a=2&{end}"), &format!("?a=2&{end}")), "question mark"),
        (query(&format!("a=2&{end}"), &format!("a=2&{end}\n")), "line feed"),
        (other(format!("POST\n127.0.0.1:8787\n/files/a?b=1&a=2&{end}")), "the method POST"),
        (other(format!("GET\n127.0.0.1\n/files/a?b=1&a=2&{end}")), "without its port"),
        (other(format!("GET\n127.0.0.1:8787\n/files/a/?b=1&a=2&{end}")), "the path /files/a/"),
        (other(format!("/files/a?b=1&a=2&{end}")), "left out, or added"),
        (other(format!("127.0.0.1:8787\n/files/a?b=1&a=2&{end}")), "left out, or added"),
        ((format!("a=2&{end}"), sha1(&format!("GET\n127.0.0.1:8787\n/files/a?a=2&{end}"))), "other algorithm"),
        (other("something else".to_owned()), "was changed after signing, or the signer has another key"),
    ];
    for ((sent, mac), cause) in cases {
        let url = format!("http://127.0.0.1:8787/files/a?{sent}&eg_sig={}", base64url(&mac));
        let told = demo(&["link", "explain", &url, "--at", AT, "--json"]).ends(1).json();
        assert_eq!(told["verdict"], "link_signature_mismatch", "{sent}");
        let causes = told["causes"].as_array().unwrap();
        assert!(causes.iter().any(|told| told.as_str().unwrap().contains(cause)), "{cause}: {causes:?}");
        let right = base64url(&sha256(&format!("GET\n127.0.0.1:8787\n/files/a?{sent}")));
        assert!(!told.to_string().contains(&right), "the right signature is shown for {sent}");
    }
}

#[test]
fn what_was_changed_on_the_way_is_shown_byte_by_byte() {
    let received = WORKED.replace("v=2", "v=3");
    let told = demo(&["link", "explain", &received, "--signed", WORKED, "--at", AT]).ends(1).out;
    assert!(told.contains("What differs, from byte 41 on, in the parameter v:"), "{told}");
    assert!(told.contains("The signer's own address holds"), "{told}");
    let difference = demo(&["link", "explain", &received, "--signed", WORKED, "--at", AT, "--json"]).ends(1).json();
    let difference = &difference["difference"];
    assert_eq!(
        (&difference["byte"], &difference["signed"], &difference["received"]),
        (&41.into(), &"2".into(), &"3".into())
    );

    let hashed = "GET\n127.0.0.1:8787\n/files/a?n=O'Neil&eg_kid=demo&eg_exp=1900000000";
    let mac = base64url(&hmac_sha256(&secret(), &[hashed.as_bytes()]));
    let signers = format!("http://127.0.0.1:8787/files/a?n=O'Neil&eg_kid=demo&eg_exp=1900000000&eg_sig={mac}");
    let received = signers.replace('\'', "%27");
    let told = demo(&["link", "explain", &received, "--signed", &signers, "--at", AT]).ends(1).out;
    assert!(told.contains("as no client sends it") && told.contains("Sign %27"), "{told}");
    let same = demo(&["link", "explain", &received, "--signed", &received, "--at", AT]).ends(1).out;
    assert!(same.contains("byte for byte") && !same.contains("What differs"), "{same}");
}

#[test]
fn links_are_signed_as_clients_send_them() {
    let signed = demo(&["link", "sign", "http://127.0.0.1:8787/files/x/../O'Neil é?q='#top"]).ends(0);
    let url = signed.out.trim();
    assert!(url.starts_with("http://127.0.0.1:8787/files/O'Neil%20%C3%A9?q=%27&eg_kid=demo&eg_exp="), "{url}");
    assert!(url.ends_with("#top"));
    assert!(
        signed.err.contains("note: clients send this address as http://127.0.0.1:8787/files/O'Neil%20%C3%A9?q=%27,")
    );
    demo(&["link", "verify", url]).ends(0);
}

#[test]
fn a_links_terms_are_kept() {
    let sign = |options: &[&str]| {
        let url = "http://127.0.0.1:8787/files/a";
        let json = demo(&[&["link", "sign", url, "--json"], options].concat()).ends(0).json();
        (json["url"].as_str().unwrap().to_owned(), json)
    };
    let (url, json) = sign(&["--ip", "192.0.2.0/24"]);
    assert_eq!((json["ip"].as_str(), json["format"].as_str()), (Some("192.0.2.0/24"), Some("link:files")));
    let verified = demo(&["link", "verify", &url]).ends(0);
    assert!(verified.err.contains("bound to 192.0.2.0/24"), "{}", verified.err);
    demo(&["link", "verify", &url, "--client", "192.0.2.9"]).ends(0);
    let elsewhere = demo(&["link", "verify", &url, "--client", "198.51.100.1"]).ends(1);
    assert!(elsewhere.out.starts_with("refused: link_address_mismatch (the gateway answers 403)"));

    let (url, json) = sign(&["--not-before", "10m", "--expires", "1h"]);
    assert!(json["expires"].as_u64() > json["not_before"].as_u64());
    assert!(demo(&["link", "verify", &url]).ends(1).out.starts_with("refused: link_not_yet_valid"));

    let (url, _) = sign(&["--method", "HEAD"]);
    demo(&["link", "verify", &url, "--method", "HEAD"]).ends(0);
    let once = demo(&["link", "sign", "http://127.0.0.1:8787/once/a"]).ends(0);
    assert!(once.err.contains(", once\n"));
    assert!(demo(&["link", "verify", once.out.trim(), "--method", "HEAD"]).ends(1).out.contains("link_not_used"));
    assert!(demo(&["link", "verify", once.out.trim()]).ends(0).out.contains("whether it has been used is not known"));
}

#[test]
fn what_the_gateway_would_refuse_is_not_signed() {
    let files = "http://127.0.0.1:8787/files/a";
    for (args, says) in [
        (&[files, "--expires", "1501d"][..], "link_lifetime_too_long"),
        (&[files, "--until", "1000"], "link_expired"),
        (&[files, "--method", "POST"], "method_not_allowed"),
        (&["http://127.0.0.1:8787/files/a;x=1"], "path_parameter"),
        (&["http://127.0.0.1:8787/files/a%2fb"], "path_ambiguous"),
        (&["http://127.0.0.1:8787/nowhere"], "no_route"),
        (&["http://127.0.0.1:8787/me/"], "the route me takes no links"),
        (&[WORKED], "already has a parameter that begins with eg_"),
        (&["http://127.0.0.1:8787/files/a?EG.SIG=1"], "already has a parameter that begins with eg_"),
        (&["http://127.0.0.1:8787/once/a", "--profile", "files", "--expires", "1501d"], "link_lifetime_too_long"),
    ] {
        let refused = demo(&[&["link", "sign"], args].concat()).ends(1);
        assert!(refused.err.contains(says) && refused.out.is_empty(), "{args:?}: {}", refused.err);
        let json = demo(&[&["link", "sign", "--json"], args].concat()).ends(1).json();
        assert!(json["error"]["message"].as_str().unwrap().contains(says), "{json}");
    }
    let anyway = demo(&["link", "sign", files, "--until", "1000", "--anyway"]).ends(0);
    assert!(anyway.err.contains("link_expired") && anyway.out.contains("eg_exp=1000&eg_sig="));
}

#[test]
fn what_cannot_be_done_says_what_is_needed() {
    let files = "http://127.0.0.1:8787/files/a";
    for (args, says) in [
        (&["link", "sign", "/files/a"][..], "Write the whole address"),
        (&["link", "sign", "ftp://127.0.0.1/files/a"], "scheme ftp"),
        (&["link", "sign", "http://u:hunter2@127.0.0.1:8787/files/a"], "before an @"),
        (&["link", "sign", files, "--profile", "none"], "it has: files, once"),
        (&["link", "sign", files, "--key", "hunter2"], "Ids of its keys: demo"),
        (&["link", "sign", files, "--expires", "1w"], "a number and a unit"),
        (&["link", "sign", files, "--ip", "10.0.0.1/8"], "`10.0.0.0/8`"),
        (&["link", "sign", files, "--expires", "1h", "--until", "1900000000"], "cannot be used with"),
        (&["link", "sign", files, "--secrets", "-"], "the secret EDGEGATE_LINK_KEY is not in standard input"),
        (&["link", "sign", files, "--secrets", "nowhere/.dev.vars"], "nowhere/.dev.vars"),
        (&["link", "sign", "https://gate.example.org/files/a"], "published demo value"),
        (&["link", "verify", WORKED, "--at", AT, "--secrets", "-"], "EDGEGATE_LINK_KEY is not in standard input"),
    ] {
        let failed = demo(args).ends(2);
        assert!(failed.err.contains(says) && failed.out.is_empty(), "{args:?}: {}", failed.err);
        assert!(!failed.err.contains("hunter2"), "{}", failed.err);
        let failed = demo(&[args, &["--json"]].concat()).ends(2);
        assert!(failed.json()["error"]["message"].is_string() && failed.err.is_empty(), "{args:?}");
    }
    let explained = demo(&["link", "explain", WORKED, "--at", AT, "--secrets", "-"]).ends(2).out;
    assert!(explained.contains("| /files/report.pdf?v=2") && explained.contains("EDGEGATE_LINK_KEY"), "{explained}");
    let wrong = with_input(&["link", "sign", files, "-p", "demo/edgegate.toml", "-s", "-"], "\nhunter2").ends(2);
    assert!(wrong.err.contains("standard input:2: this is no NAME=value line") && !wrong.err.contains("hunter2"));
}

#[test]
fn a_route_with_several_profiles_wants_one_named() {
    let folder = scratch("profiles");
    let text = std::fs::read_to_string(super::run::root().join("demo/edgegate.toml")).unwrap();
    let policy = folder.join("edgegate.toml");
    std::fs::write(&policy, text.replace("[\"link:files\"]", "[\"link:files\", \"link:once\"]")).unwrap();
    let run = |more: &[&str]| {
        let url = "http://127.0.0.1:8787/files/a";
        edgegate(&[&["link", "sign", url, "-p", policy.to_str().unwrap(), "-s", "demo/.dev.vars"], more].concat())
    };
    assert!(run(&[]).ends(2).err.contains("Name one with --profile: files, once"));
    run(&["--profile", "files"]).ends(0);
}

fn secret() -> Secret {
    Secret::new("demo-link-key-0123456789abcdef0123456789")
}
