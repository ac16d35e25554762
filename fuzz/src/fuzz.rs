//! One program for every target, so that the core is compiled and linked once: `EDGEGATE_TARGET` names the one to run.
#![no_main]

use std::sync::OnceLock;

use edgegate_fuzz::TARGETS;
use libfuzzer_sys::fuzz_target;

static TARGET: OnceLock<fn(&[u8])> = OnceLock::new();

fn chosen() -> fn(&[u8]) {
    let name = std::env::var("EDGEGATE_TARGET").unwrap_or_default();
    let found = TARGETS.iter().find(|(known, _)| *known == name).map(|(_, run)| *run);
    found.unwrap_or_else(|| {
        let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
        eprintln!("EDGEGATE_TARGET is one of: {}", names.join(" "));
        std::process::exit(2)
    })
}

fuzz_target!(|bytes: &[u8]| TARGET.get_or_init(chosen)(bytes));
