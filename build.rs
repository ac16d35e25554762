//! Judges the policy and hands it to the Worker: a bad policy is a failed build, with every line and reason.
//!
//! Only a build for wasm32 does so. The command-line tool and the tests carry no policy, so that
//! `edgegate check` can be built and can explain a policy that is wrong.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={VARIABLE}");
    if env::var("CARGO_CFG_TARGET_ARCH").as_deref() != Ok("wasm32") {
        return;
    }
    let name = env::var(VARIABLE).ok().filter(|name| !name.is_empty());
    let path = PathBuf::from(name.as_deref().unwrap_or(STANDARD));
    println!("cargo::rerun-if-changed={}", path.display());
    for reason in embed(&path).err().unwrap_or_default() {
        // cargo shows the first line of an error only
        println!("cargo::error={}", reason.replace(['\n', '\r'], " "));
    }
}

/// Writes the policy where the Worker includes it from, or says everything that is wrong with it.
fn embed(path: &Path) -> Result<(), Vec<String>> {
    let shown = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| vec![format!("{shown}: {error}; {VARIABLE} names the policy, or else it is {STANDARD}")])?;
    edgegate_policy::Policy::read(&text)
        .map_err(|problems| problems.iter().map(|problem| format!("{shown}:{problem}")).collect::<Vec<_>>())?;
    let folder = env::var_os("OUT_DIR").ok_or_else(|| vec![String::from("OUT_DIR is not set; cargo sets it")])?;
    let copy = Path::new(&folder).join("policy.toml");
    fs::write(&copy, without_comments(&text)).map_err(|error| vec![format!("{}: {error}", copy.display())])
}

/// What is judged here is never reported about again, so nobody needs its lines. A text of several lines could hold
/// what looks like a comment; where there is one, all stays.
fn without_comments(text: &str) -> String {
    if text.contains("\"\"\"") || text.contains("'''") {
        return text.to_owned();
    }
    let is_said = |line: &&str| !line.trim_start().is_empty() && !line.trim_start().starts_with('#');
    text.lines().filter(is_said).map(|line| format!("{}\n", without_comment(line))).collect()
}

/// A line without the comment at its end. One that may stand in a string stays.
fn without_comment(line: &str) -> &str {
    match line.split_once(" # ") {
        Some((said, _)) if !said.contains(['\'', '\\']) && said.matches('"').count() % 2 == 0 => said.trim_end(),
        _ => line,
    }
}

const VARIABLE: &str = "EDGEGATE_POLICY";
const STANDARD: &str = "edgegate.toml";
