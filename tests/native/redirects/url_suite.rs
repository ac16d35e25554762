//! Where a browser may be sent, against the URL tests of the web platform: the suite's own inputs and results, as the `url`
//! crate's package carries them. What is let through is what the suite says it is; what it cannot read is refused.

use std::path::Path;
use std::process::Command;

use edgegate_core::policy::HostPattern;
use edgegate_core::redirect::template::Template;
use edgegate_core::redirect::{check, host};
use serde_json::Value;
use url::Url;

const OWN: &str = "gate.example.net";

/// `tests/urltestdata.json` of the `url` crate that this build links.
fn suite() -> Vec<Value> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let arguments = ["metadata", "--format-version", "1", "--locked"];
    let output = Command::new(cargo)
        .args(arguments)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let manifest = packages.iter().find(|package| package["name"] == "url").unwrap()["manifest_path"].as_str().unwrap();
    let path = Path::new(manifest).with_file_name("tests/urltestdata.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    cases.into_iter().filter(Value::is_object).collect()
}

#[test]
fn what_is_let_through_is_what_the_suite_says() {
    let (mut accepted, mut refused, mut unreadable) = (0, 0, 0);
    for case in suite() {
        let Some(input) = case["input"].as_str() else { continue };
        // Whatever host it is, the policy lists it, so that nothing is refused for its host alone.
        let parsed = case["href"].as_str().and_then(|href| Url::parse(href).ok());
        let listed = parsed.as_ref().and_then(|url| HostPattern::parse(url.host_str()?).ok());
        let hosts: Vec<HostPattern> = listed.into_iter().collect();
        let is_let_through = check(input, OWN, &hosts).is_ok();
        if case["failure"] == true && case["base"].is_null() {
            assert!(!is_let_through, "the suite cannot read {input:?}");
            unreadable += 1;
            continue;
        }
        refused += usize::from(!is_let_through);
        if !is_let_through {
            continue;
        }
        accepted += 1;
        let here = Url::parse(&format!("https://{OWN}/")).unwrap();
        match host(input) {
            Some(authority) => {
                let url = parsed.unwrap_or_else(|| panic!("{input:?} has no result in the suite"));
                assert!(matches!(url.scheme(), "http" | "https"), "{input:?}");
                let usual = if url.scheme() == "https" { ":443" } else { ":80" };
                let authority = authority.strip_suffix(usual).unwrap_or(authority);
                assert_eq!((url.authority(), url.username(), url.password()), (authority, "", None), "{input:?}");
            }
            None => assert_eq!(here.join(input).unwrap().host_str(), Some(OWN), "{input:?}"),
        }
    }
    println!("{accepted} let through, {refused} refused, {unreadable} that are no address");
    assert!(accepted > 50 && refused > 300 && unreadable > 150, "{accepted} {refused} {unreadable}");
}

#[test]
fn as_a_target_too() {
    for case in suite() {
        let Some(input) = case["input"].as_str() else { continue };
        let hosts = [HostPattern::parse("example.org").unwrap(), HostPattern::parse("*.example.com").unwrap()];
        let Ok(template) = Template::parse(input, OWN, &hosts) else { continue };
        let location = template.address(&template.query(|_, _| None));
        let url = Url::parse(&format!("https://{OWN}/")).unwrap().join(&location).unwrap();
        let host = url.host_str().unwrap();
        assert!(host == OWN || host == "example.org" || host.ends_with(".example.com"), "{input:?} leads to {url}");
        let query = location.split('#').next().unwrap().split_once('?').map(|(_, query)| query);
        assert_eq!(url.query(), query, "{input:?}: what is signed is what is sent");
    }
}
