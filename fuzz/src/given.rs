//! What the fuzz targets share: the policy of the native tests and its keys.

#![allow(dead_code)] // each target uses its part of it

use edgegate_core::policy::Policy;
use edgegate_core::secret::Secret;
use edgegate_core::secrets::Secrets;

pub const NOW: u64 = 1_800_000_000;
pub const POLICY: &str = include_str!("../../fixtures/gate.toml");

thread_local! {
    static HOUSE: (&'static Policy, &'static Secrets) = {
        let policy = Policy::read(POLICY).expect("the policy is valid");
        let policy: &'static Policy = Box::leak(Box::new(policy));
        (policy, Box::leak(Box::new(Secrets::new(policy, "", secret))))
    };
}

pub fn house() -> (&'static Policy, &'static Secrets) {
    HOUSE.with(|house| *house)
}

pub fn secret(name: &str) -> Option<Secret> {
    (name != "ABSENT_KEY").then(|| Secret::new(format!("{name}-0123456789abcdef0123456789abcdef")))
}

/// What the bytes stand for.
pub fn take<'a, T: arbitrary::Arbitrary<'a>>(bytes: &'a [u8]) -> Option<T> {
    T::arbitrary_take_rest(arbitrary::Unstructured::new(bytes)).ok()
}
