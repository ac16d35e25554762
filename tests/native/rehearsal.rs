//! What the core does before an isolate's first request: it comes to what an origin gets, and stores nothing.

use std::fs;

use edgegate_core::policy::Policy;
use edgegate_core::state::State;
use edgegate_core::testing::{Memory, World};

use crate::support::NOW;

/// Every example policy, and the demo's.
fn policies() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/policies");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let files = files.filter(|file| file.extension().is_some_and(|kind| kind == "toml"));
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/edgegate.toml").into();
    let read = |file: std::path::PathBuf| (file.display().to_string(), fs::read_to_string(&file).unwrap());
    files.chain([demo]).map(read).collect()
}

#[test]
fn it_comes_to_what_an_origin_gets_and_stores_nothing() {
    for (file, text) in policies() {
        let state = State::made_up(Policy::read(&text).unwrap(), "");
        let world = World::at(NOW);
        let sent = state.rehearse(&Memory::new(&world)).unwrap_or_else(|| panic!("{file}: nothing is sent on"));
        let first = &state.policy.routes[..state.policy.routes.len().min(4)];
        let taken = first.iter().any(|route| route.forward.origin.name == sent.origin.name);
        assert!(taken, "{file}: {} is the origin of none of the first routes", sent.origin.name);
        assert_eq!(world.writes().len(), 0, "{file}: KV");
        assert_eq!(world.ledger().borrow().len(), 0, "{file}: the Ledger");
    }
}
