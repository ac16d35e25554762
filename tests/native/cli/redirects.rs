//! `edgegate redirect ...`

use edgegate_core::digest::{hex, md5};

use super::run::{demo, root};

const SIGNED: &str =
    "http://127.0.0.1:8787/landing/offer?cons_id=1001002&n=1&ts=1795305600&signature=aea4f4892074f5da480289539a793953";
const AT: &str = "1795305600";

#[test]
fn what_is_signed_is_what_the_vendor_hashes() {
    let target = "http://127.0.0.1:8787/landing/offer?cons_id=1001002&n=1";
    let signed = demo(&["redirect", "sign", target, "--at", AT]).ends(0);
    assert_eq!(signed.out, format!("{SIGNED}\n"));
    let text = "cons_id=1001002&n=1&ts=1795305600&signature=";
    assert!(SIGNED.ends_with(&hex(&md5(&[text.as_bytes(), secret().as_bytes()]))));
    let json = demo(&["redirect", "sign", target, "--at", AT, "--json"]).ends(0).json();
    assert_eq!((&json["from"], &json["until"]), (&1_795_305_595_u64.into(), &1_795_305_605_u64.into()));

    let verified = demo(&["redirect", "verify", SIGNED, "--at", AT]).ends(0);
    assert_eq!(
        verified.out,
        "ok: signed-redirect:landing, key luminate, route landing\n  - The signature works once; whether it has been used is not known here.\n"
    );
    let json = demo(&["redirect", "verify", SIGNED, "--at", AT, "--json"]).ends(0).json();
    assert_eq!(json["subject"], "1001002");
    let now = demo(&["redirect", "sign", target]).ends(0);
    demo(&["redirect", "verify", now.out.trim()]).ends(0);
}

#[test]
fn every_way_of_being_wrong_has_its_code() {
    let with = |from: &str, to: &str| SIGNED.replace(from, to);
    for (url, at, code) in [
        (SIGNED.to_owned(), "1795305606", "redirect_expired"),
        (SIGNED.to_owned(), "1795305594", "redirect_not_yet_valid"),
        (with("n=1", "n=2"), AT, "redirect_signature_mismatch"),
        (format!("{SIGNED}&n=2"), AT, "redirect_parameter_after_signature"),
        (with("&ts=1795305600", ""), AT, "redirect_malformed"),
        (with("&ts=", "&sig=1&ts="), AT, "parameter_shadowed"),
        (with("aea4", "ae"), AT, "redirect_malformed"),
        (with("?cons_id", "?ts=1&cons_id"), AT, "parameter_duplicate"),
    ] {
        let told = demo(&["redirect", "verify", &url, "--at", at, "--json"]).ends(1).json();
        assert_eq!(told["verdict"], code, "{url}");
    }
    assert!(demo(&["link", "verify", SIGNED, "--at", AT]).ends(1).out.contains("credential_missing"));
}

#[test]
fn planted_parameters_are_not_signed() {
    for planted in ["ts=1", "signature=x", "sig=x", "TS=1", "%74s=1", "ts[]=1", "a=1;ts=2"] {
        let url = format!("http://127.0.0.1:8787/landing/a?{planted}");
        let refused = demo(&["redirect", "sign", &url]).ends(1);
        assert!(refused.err.contains("already has ts, signature or sig") && refused.out.is_empty(), "{planted}");
    }
}

/// No client sends it, so that it stands behind the signature and is not hashed.
#[test]
fn a_fragment_is_kept_behind_the_signature() {
    let target = "http://127.0.0.1:8787/landing/offer?cons_id=1001002&n=1#top?a&ts=2";
    let signed = demo(&["redirect", "sign", target, "--at", AT]).ends(0);
    assert_eq!(signed.out, format!("{SIGNED}#top?a&ts=2\n"));
    assert_eq!(signed.err, "note: it works until 2026-11-22 00:00:05 UTC, once\n");
    demo(&["redirect", "verify", signed.out.trim(), "--at", AT]).ends(0);
}

fn secret() -> String {
    let vars = std::fs::read_to_string(root().join("demo/.dev.vars")).unwrap();
    let line = vars.lines().find_map(|line| line.strip_prefix("CONVIO_API_SECRET_KEY="));
    line.unwrap().to_owned()
}
