//! `edgegate redirect explain`: each mistake of signers is made by hand and must be named, and nothing else.
//!
//! In a text that is hashed SECRET stands for the secret.

use edgegate_core::digest::{hex, md5, sha1};
use serde_json::{Value, json};

use super::run::{demo_secrets, edgegate, root, scratch};

const AT: &str = "1795305600";
const PAGE: &str = "https://p.example/w";

const APOSTROPHE: &str = "The signer hashed ' where the request has %27: browsers and proxies escape it. Sign %27.";
const WITHOUT: &str = "The signer hashed the text without `&signature=`; the policy's boundary is the other one.";
const INCLUDING: &str =
    "The signer hashed the text up to and including `&signature=`; the policy's boundary is the other one.";
const LONGER: &str = "The signer hashed more than the query: the whole address, or path and query.";
const SORTED: &str = "The signer sorted the parameters; the request has them in another order.";

#[test]
fn another_text_than_the_query() {
    for (sent, hashed, cause) in [
        ("n=O%27x", "n=O'x", APOSTROPHE),
        ("n=a+b", "n=a%20b", "The signer hashed %20 where the request has +."),
        ("n=a%20b", "n=a+b", "The signer hashed + where the request has %20."),
        ("n=%2F", "n=%2f", "The signer hashed escapes in lower case (%2f), the request has them in upper case."),
        ("n=%2f", "n=%2F", "The signer hashed escapes in upper case (%2F), the request has them in lower case."),
        ("n=%C3%A9", "n=é", "The signer hashed the decoded query; the bytes as sent are what counts."),
        ("a=1&b=&c", "a=1", "The signer left out parameters with empty values."),
        ("n=1", "?n=1", "The signer hashed the question mark too."),
        ("n=1", "https://p.example/w?n=1", LONGER),
        ("n=1", "/w?n=1", LONGER),
    ] {
        let sent = format!("{sent}&ts={AT}");
        said(&sent, &format!("{hashed}&ts={AT}&signature=SECRET"), &[cause]);
        said(&sent, &format!("{hashed}&ts={AT}SECRET"), &[cause, WITHOUT]);
    }
}

#[test]
fn the_parameters_in_another_order() {
    let order = |text: &str| format!("The signer hashed another order: {text}");
    let ts = format!("ts={AT}");
    for (sent, hashed, cause) in [
        (format!("z=1&a=2&{ts}"), format!("a=2&{ts}&z=1"), SORTED.to_owned()),
        (format!("z=1&a=2&{ts}"), format!("{ts}&z=1&a=2"), order(&format!("{ts}&z=1&a=2"))),
        (
            format!("d=1&a=2&c=3&b=4&e=5&{ts}"),
            format!("c=3&e=5&{ts}&a=2&d=1&b=4"),
            order(&format!("c=3&e=5&{ts}&a=2&d=1&b=4")),
        ),
        (format!("a=2&a=1&b=3&{ts}"), format!("a=1&b=3&a=2&{ts}"), order(&format!("a=1&b=3&a=2&{ts}"))),
        (
            format!("f=1&b=2&c=3&a=4&e=5&d=6&{ts}"),
            format!("{ts}&f=1&b=2&c=3&a=4&e=5&d=6"),
            order(&format!("{ts}&f=1&b=2&c=3&a=4&e=5&d=6")),
        ),
        (
            format!("f=1&b=2&c=3&a=4&e=5&d=6&{ts}"),
            format!("{ts}&d=6&e=5&a=4&c=3&b=2&f=1"),
            order(&format!("{ts}&d=6&e=5&a=4&c=3&b=2&f=1")),
        ),
        (format!("f=1&b=2&c=3&a=4&e=5&d=6&{ts}"), format!("a=4&b=2&c=3&d=6&e=5&f=1&{ts}"), SORTED.to_owned()),
    ] {
        said(&sent, &format!("{hashed}&signature=SECRET"), &[&cause]);
        said(&sent, &format!("{hashed}SECRET"), &[&cause, WITHOUT]);
    }
}

#[test]
fn another_boundary() {
    let text = format!("n=1&ts={AT}");
    said(&text, &format!("{text}SECRET"), &[WITHOUT]);
    let exclusive = policy("exclusive", "boundary = \"inclusive\"", "boundary = \"exclusive\"");
    let signed = |hashed: &str| format!("{PAGE}?{text}&signature={}", hex(&md5(&[filled(hashed).as_bytes()])));
    let told = explain(&exclusive, &signed(&format!("{text}&signature=SECRET")));
    assert_eq!((&told["hashed_text"], &told["causes"]), (&json!(text), &json!([INCLUDING])));

    // Where both are taken, the text is the one that holds.
    let either = policy("either", "boundary = \"inclusive\"", "boundary = \"either\"");
    for hashed in [text.clone(), format!("{text}&signature=")] {
        let told = explain(&either, &signed(&format!("{hashed}SECRET")));
        assert_eq!((&told["verdict"], &told["hashed_text"]), (&json!("ok"), &json!(hashed)));
    }
    let sorted = explain(
        &either,
        &format!("{PAGE}?z=1&{text}&signature={}", hex(&md5(&[filled(&format!("{text}&z=1SECRET")).as_bytes()]))),
    );
    assert_eq!(sorted["causes"], json!([SORTED]));
}

#[test]
fn another_algorithm() {
    let text = format!("n=1&ts={AT}");
    let sha1_only = policy("sha1", "\"md5\", \"sha1\"", "\"sha1\"");
    let md5_only = policy("md5", "\"md5\", \"sha1\"", "\"md5\"");
    let by_md5 = |hashed: &str| format!("{PAGE}?{text}&signature={}", hex(&md5(&[filled(hashed).as_bytes()])));
    let by_sha1 = |hashed: &str| format!("{PAGE}?{text}&signature={}", hex(&sha1(&[filled(hashed).as_bytes()])));
    let right = format!("{text}&signature=SECRET");
    for (policy, url, causes) in [
        (&sha1_only, by_md5(&right), json!(["The signer used MD5; the policy takes SHA-1."])),
        (&md5_only, by_sha1(&right), json!(["The signer used SHA-1; the policy takes MD5."])),
        (
            &sha1_only,
            by_md5(&format!("{text}SECRET")),
            json!(["The signer used MD5; the policy takes SHA-1.", WITHOUT]),
        ),
    ] {
        let told = explain(policy, &url);
        assert_eq!((&told["verdict"], &told["causes"]), (&json!("redirect_malformed"), &causes));
    }
    let told = explain(&sha1_only, &by_md5("nothing of the kind"));
    assert_eq!(told["causes"][0], "The signature's length says MD5; the policy takes SHA-1.");
    assert!(told["causes"][1].as_str().unwrap().starts_with("The query was changed after signing"), "{told}");
}

/// Computed with Python's hmac.
#[test]
fn hmac_instead_of_a_plain_digest() {
    let hmac = "The signer used HMAC; this format is the plain digest of text and secret.";
    for (signature, causes) in [
        ("ff9641c214d6d0f51942457d06a0c539", vec![hmac]),
        ("159ece76bc3105534d0897d09c51f47459bf7a0d", vec![hmac]),
        ("a7c65ff3e5c6e2ba067230fe4932bd3e", vec![WITHOUT, hmac]),
        ("c1a6f79e54c0f49de17e551c9de845fb5d811959", vec![WITHOUT, hmac]),
    ] {
        let told = explain("demo/edgegate.toml", &format!("{PAGE}?n=1&ts={AT}&signature={signature}"));
        assert_eq!(told["causes"], json!(causes), "{signature}");
    }
}

#[test]
fn text_and_secret_joined_in_another_way() {
    let text = format!("n=1&ts={AT}");
    let front = "The signer put the secret in front of the text; it comes behind.";
    said(&text, &format!("SECRET{text}&signature="), &[front]);
    said(&text, &format!("SECRET{text}"), &[WITHOUT, front]);
    said(
        &text,
        &format!("{text}&signature=SECRET\n"),
        &["The signer hashed a line feed at the end (printf, not echo)."],
    );
    said(&text, &format!("{text}&signature=\nSECRET"), &["The signer hashed a line feed between text and secret."]);
}

#[test]
fn another_key_of_the_policy() {
    let text = format!("n=1&ts={AT}");
    let hashed = format!("{text}&signature=demo-link-key-0123456789abcdef0123456789");
    let cause = "The signer used the secret of the key demo, which the profile does not list.";
    said(&text, &hashed, &[cause]);
    let sorted = hashed.replace("n=1", "a=1&n=1");
    said(&text.replace("n=1", "n=1&a=1"), &sorted, &[SORTED, cause]);
}

/// Browsers write ' as %27 in a query, so that a signature of %27 holds for an address with '.
#[test]
fn an_apostrophe_is_checked_as_it_is_sent() {
    let hashed = format!("n=O%27x&ts={AT}&signature=SECRET");
    let url = format!("{PAGE}?n=O'x&ts={AT}&signature={}", hex(&md5(&[filled(&hashed).as_bytes()])));
    let told = explain("demo/edgegate.toml", &url);
    assert_eq!(told["verdict"], "ok");
    assert!(told["notes"].to_string().contains("clients send this address as https://p.example/w?n=O%27x"), "{told}");
}

#[test]
fn hex_digits_of_either_case_are_taken() {
    let hashed = filled(&format!("n=1&ts={AT}&signature=SECRET"));
    for signature in [hex(&md5(&[hashed.as_bytes()])), hex(&sha1(&[hashed.as_bytes()]))] {
        let told = explain("demo/edgegate.toml", &format!("{PAGE}?n=1&ts={AT}&signature={}", signature.to_uppercase()));
        assert_eq!((&told["verdict"], &told["presented"]), (&json!("ok"), &json!(signature)));
    }
}

#[test]
fn a_clock_that_differs_is_told_in_seconds() {
    for (ts, causes) in [
        (
            "1795305500",
            json!(["ts is 100 s behind the gateway's clock (1795305600). The window is 5 s to either side."]),
        ),
        (
            "1795305660",
            json!(["ts is 60 s ahead of the gateway's clock (1795305600). The window is 5 s to either side."]),
        ),
    ] {
        let text = format!("n=1&ts={ts}&signature=");
        let signature = hex(&md5(&[filled(&format!("{text}SECRET")).as_bytes()]));
        assert_eq!(explain("demo/edgegate.toml", &format!("{PAGE}?{text}{signature}"))["causes"], causes);
    }
}

#[test]
fn what_no_mistake_explains_is_called_changed() {
    let told = explain("demo/edgegate.toml", &format!("{PAGE}?n=1&ts={AT}&signature={}", "0".repeat(40)));
    let cause =
        "The query was changed after signing, or the signer has another secret (the signature's length says SHA-1).";
    assert_eq!(told["causes"], json!([cause]));
    let twice = format!("cons_id=1&cons_id=2&ts={AT}&signature=");
    let signature = hex(&md5(&[filled(&format!("{twice}SECRET")).as_bytes()]));
    let told = explain("demo/edgegate.toml", &format!("{PAGE}?{twice}{signature}"));
    assert_eq!(told["verdict"], "redirect_malformed");
    assert_eq!(told["causes"], json!(["The parameter cons_id occurs twice, or is not a name that can be passed on."]));
}

/// By both digests: the causes that are told of a query which was signed by another text, and no right signature.
#[track_caller]
fn said(sent: &str, hashed: &str, causes: &[&str]) {
    let digests = [|text: &str| hex(&md5(&[text.as_bytes()])), |text: &str| hex(&sha1(&[text.as_bytes()]))];
    for digest in digests {
        let told = explain("demo/edgegate.toml", &format!("{PAGE}?{sent}&signature={}", digest(&filled(hashed))));
        assert_eq!(told["verdict"], "redirect_signature_mismatch", "{sent} by {hashed}");
        assert_eq!(told["hashed_text"], format!("{sent}&signature="));
        assert_eq!(told["causes"], json!(causes), "{sent} by {hashed}");
        let right = digest(&filled(&format!("{sent}&signature=SECRET")));
        assert!(!told.to_string().contains(&right), "the right signature is shown");
    }
}

fn explain(policy: &str, url: &str) -> Value {
    let line = ["redirect", "explain", url, "--profile", "landing", "--at", AT, "--json"];
    let ran = edgegate(&[&line[..], &["--policy", policy, "--secrets", "demo/.dev.vars"]].concat());
    let told = ran.json();
    assert_eq!(ran.code, i32::from(told["verdict"] != "ok"));
    told
}

/// The demo's policy with something changed.
fn policy(name: &str, from: &str, to: &str) -> String {
    let text = std::fs::read_to_string(root().join("demo/edgegate.toml")).unwrap();
    assert!(text.contains(from));
    let file = scratch(&format!("signers-{name}")).join("edgegate.toml");
    std::fs::write(&file, text.replace(from, to)).unwrap();
    file.to_str().unwrap().to_owned()
}

fn filled(text: &str) -> String {
    let secret = demo_secrets().into_iter().find(|secret| secret.starts_with("s3cr3t")).unwrap();
    text.replace("SECRET", &secret)
}
