//! `edgegate redirect ... --profile`: addresses of other sites, which no route of the gateway takes.

use serde_json::{Value, json};

use super::run::{demo, edgegate, root, scratch};

const AT: &str = "1287763970";
const ALONE: &str = "checked by the profile alone: the address is not at this gateway";

/// The vectors S1 to S3, as a partner's page gets them.
#[test]
fn a_partners_address_is_signed_as_the_vendor_signs_it() {
    for (target, signed) in partners() {
        let ran = demo(&["redirect", "sign", &target, "--profile", "landing", "--at", AT]).ends(0);
        assert_eq!(ran.out, format!("{signed}\n"));
        assert_eq!(ran.err, format!("note: {ALONE}\nnote: it works until 2010-10-22 16:12:55 UTC, once\n"));
        let with_fragment = demo(&["redirect", "sign", &format!("{target}#a?b"), "--profile", "landing", "--at", AT]);
        assert_eq!(with_fragment.ends(0).out, format!("{signed}#a?b\n"));
        let json = demo(&["redirect", "sign", &target, "--profile", "landing", "--at", AT, "--json"]).ends(0).json();
        assert_eq!((&json["url"], &json["route"], &json["notes"][0]), (&json!(signed), &Value::Null, &json!(ALONE)));
    }
}

#[test]
fn a_partners_address_is_checked_by_the_profile_alone() {
    for (_, signed) in partners() {
        let verified = demo(&["redirect", "verify", &signed, "--profile", "landing", "--at", AT]).ends(0);
        assert!(verified.out.starts_with("ok: signed-redirect:landing, key luminate\n"), "{}", verified.out);
        assert_eq!(verified.err, format!("note: {ALONE}\n"));
        let explained = demo(&["redirect", "explain", &signed, "--profile", "landing", "--at", AT]).ends(0);
        assert!(explained.out.starts_with("Verdict    ok\nFormat     signed-redirect:landing\n"), "{}", explained.out);
        assert_eq!(explained.err, format!("note: {ALONE}\n"));
        for (url, at, code) in [
            (signed.clone(), "1287763976", "redirect_expired"),
            (signed.clone(), "1287763964", "redirect_not_yet_valid"),
            (signed.replace("ts=1287763970", "ts=1287763971"), AT, "redirect_signature_mismatch"),
            (format!("{signed}&a=1"), AT, "redirect_parameter_after_signature"),
            ("https://p.example/w".to_owned(), AT, "credential_missing"),
        ] {
            let told = demo(&["redirect", "verify", &url, "--profile", "landing", "--at", at, "--json"]).ends(1).json();
            assert_eq!((&told["verdict"], &told["status"]), (&json!(code), &Value::Null), "{url}");
            assert!(!told["causes"].as_array().unwrap().is_empty(), "{url}");
        }
    }
    let (_, signed) = partners().remove(0);
    let json = demo(&["redirect", "verify", &signed, "--profile", "landing", "--at", AT, "--json"]).ends(0).json();
    assert_eq!((&json["subject"], &json["notes"]), (&json!("1001002"), &json!([ALONE])));
}

#[test]
fn what_was_changed_on_the_way_to_a_partner_is_shown() {
    let (_, signed) = partners().remove(0);
    let received = signed.replace("1001002", "1001003");
    // The question comes after the window: that the signer's own address has expired since says nothing of how it was signed.
    for at in [AT, "1287763999"] {
        let line = ["redirect", "explain", &received, "--signed", &signed, "--profile", "landing", "--at", at];
        let told = demo(&line).ends(1).out;
        assert!(told.contains("  - The signer's own address holds: what differs was changed on the way.\n"), "{told}");
        assert!(told.contains("What differs, from byte 34 on, in the parameter cons_id:"), "{told}");
    }
}

#[test]
fn without_a_profile_the_route_is_missed_and_the_profile_is_named() {
    let (target, signed) = partners().remove(0);
    let hint = "If it is another site's, name the profile that signs it: --profile landing\n";
    let refused = demo(&["redirect", "sign", &target, "--at", AT]).ends(1);
    assert!(
        refused.out.is_empty() && refused.err.contains("no_route") && refused.err.contains(hint),
        "{}",
        refused.err
    );
    for verb in ["verify", "explain"] {
        let refused = demo(&["redirect", verb, &signed, "--at", AT]).ends(1).out;
        assert!(refused.contains("no_route (the gateway answers 404)") && refused.contains(hint), "{refused}");
        let link = demo(&["link", verb, &signed, "--at", AT]).ends(1).out;
        assert!(link.contains("no_route") && !link.contains("--profile"), "{link}");
        let here = demo(&["redirect", verb, "http://127.0.0.1:8787/nowhere", "--at", AT]).ends(1).out;
        assert!(here.contains("no_route") && !here.contains("--profile"), "{here}");
    }
}

/// What the gate refuses at its own addresses stays refused, whatever profile is named.
#[test]
fn the_gateways_own_addresses_are_signed_as_the_gate_takes_them() {
    let sign = |url: &str, more: &[&str]| demo(&[&["redirect", "sign", url, "--profile", "landing"], more].concat());
    for (path, code) in
        [("files/a", "credential_missing"), ("nowhere", "no_route"), ("landing/a%2fb", "path_ambiguous")]
    {
        let refused = sign(&format!("http://127.0.0.1:8787/{path}"), &[]).ends(1);
        assert!(refused.out.is_empty() && refused.err.contains(code), "{path}: {}", refused.err);
    }
    sign("http://127.0.0.1:8787/files/a", &["--anyway"]).ends(0);
    let taken = sign("http://127.0.0.1:8787/landing/a", &["--json"]).ends(0).json();
    assert_eq!(taken["route"], "landing");

    // A route that names its host makes that host the gateway's.
    let text = std::fs::read_to_string(root().join("demo/edgegate.toml")).unwrap();
    let file = scratch("elsewhere").join("edgegate.toml");
    std::fs::write(&file, text.replace("name = \"files\"", "name = \"files\"\nhost = \"gate.localhost\"")).unwrap();
    let at = ["--profile", "landing", "-p", file.to_str().unwrap(), "-s", "demo/.dev.vars"];
    for (url, code) in [("http://gate.localhost/files/a", 1), ("http://gate2.localhost/files/a", 0)] {
        edgegate(&[&["redirect", "sign", url], &at[..]].concat()).ends(code);
    }
}

/// An address of the gateway may be checked by a profile too, and the note says that no route was asked.
#[test]
fn a_profile_checks_wherever_the_address_leads() {
    let (_, signed) = partners().remove(0);
    let here = signed.replace("https://p.example/w", "http://127.0.0.1:8787/files/a");
    let verified = demo(&["redirect", "verify", &here, "--profile", "landing", "--at", AT]).ends(0);
    assert_eq!(verified.err, "note: checked by the profile alone: no route of this gateway was asked\n");
    demo(&["redirect", "verify", &here, "--at", AT]).ends(1);
}

#[test]
fn what_cannot_be_done_says_what_is_needed() {
    let (target, signed) = partners().remove(0);
    for (args, says) in [
        (&["redirect", "sign", &target, "--profile", "none"][..], "[signed_redirects.none]; it has: landing"),
        (&["redirect", "verify", &signed, "--profile", "none"], "[signed_redirects.none]; it has: landing"),
        (&["redirect", "explain", &signed, "--profile", "none"], "[signed_redirects.none]; it has: landing"),
        (&["redirect", "verify", &signed, "--profile", "landing", "--method", "GET"], "cannot be used with"),
        (&["redirect", "verify", &signed, "--profile", "landing", "--client", "::1"], "cannot be used with"),
        (&["link", "verify", &signed, "--profile", "files"], "unexpected argument '--profile'"),
        (&["link", "explain", &signed, "--profile", "files"], "unexpected argument '--profile'"),
        (&["redirect", "sign", &target, "--profile", "landing", "-s", "/dev/null"], "CONVIO_API_SECRET_KEY is not in"),
        (
            &["redirect", "verify", &signed, "--profile", "landing", "-s", "/dev/null"],
            "CONVIO_API_SECRET_KEY is not in",
        ),
    ] {
        let failed = demo(args).ends(2);
        assert!(failed.err.contains(says) && failed.out.is_empty(), "{args:?}: {}", failed.err);
    }
    for planted in ["ts=1", "signature=x", "sig=x", "TS=1", "%74s=1", "ts[]=1", "a=1;ts=2"] {
        let url = format!("https://p.example/w?{planted}");
        for more in [&[][..], &["--anyway"]] {
            let refused = demo(&[&["redirect", "sign", &url, "--profile", "landing"], more].concat()).ends(1);
            assert!(refused.err.contains("already has ts, signature or sig") && refused.out.is_empty(), "{planted}");
        }
    }
    let twice = demo(&["redirect", "sign", "https://p.example/w?cons_id=1&cons_id=2", "--profile", "landing"]).ends(1);
    assert!(twice.err.starts_with("edgegate: the profile would refuse https://p.example/w: redirect_malformed\n"));
}

/// A published demo secret signs for nobody where the gateway is not on loopback.
#[test]
fn a_demo_secret_signs_for_a_gateway_on_loopback_only() {
    let (target, signed) = partners().remove(0);
    let text = std::fs::read_to_string(root().join("demo/edgegate.toml")).unwrap();
    let text = text.replace("issuer = \"http://127.0.0.1:8787\"", "issuer = \"https://gate.example.org\"");
    let file = scratch("published").join("edgegate.toml");
    std::fs::write(&file, text.replace("explain = true", "explain = false")).unwrap();
    for (verb, url) in [("sign", &target), ("verify", &signed)] {
        let at = ["--profile", "landing", "--at", AT, "-p", file.to_str().unwrap(), "-s", "demo/.dev.vars"];
        let failed = edgegate(&[&["redirect", verb, url], &at[..]].concat()).ends(2);
        assert!(failed.err.contains("published demo value") && failed.out.is_empty(), "{}", failed.err);
    }
}

/// Targets and what they become.
fn partners() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(root().join("fixtures/vectors/signed_redirects.json")).unwrap();
    let set: Value = serde_json::from_str(&text).unwrap();
    let page = "https://p.example/w";
    let partner = |case: &Value| {
        let (covered, signature) = (case["covered"].as_str().unwrap(), case["md5_inclusive"].as_str().unwrap());
        let query = covered.strip_suffix("ts=1287763970").unwrap().trim_end_matches('&');
        let target = if query.is_empty() { page.to_owned() } else { format!("{page}?{query}") };
        (target, format!("{page}?{covered}&signature={signature}"))
    };
    set["cases"].as_array().unwrap().iter().map(partner).collect()
}
