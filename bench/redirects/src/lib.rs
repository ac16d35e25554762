//! The work that is measured: a digest alone, signing with it, verifying by it. The same code natively and in wasm.

use std::hint::black_box;

use edgegate_core::digest::{md5, sha1};
use edgegate_core::policy::{Digest, Policy, SignedRedirect};
use edgegate_core::secret::Secret;
use edgegate_core::secrets::Secrets;
use edgegate_core::signed::redirect;

/// What is done.
#[derive(Debug, Clone, Copy)]
pub enum Work {
    /// The digest of the signed text, and nothing else.
    Digest,
    /// The signed query.
    Sign,
    /// Whether a signed query holds.
    Verify,
}

/// A query of 2 kB, its profiles and its key.
pub struct Bench {
    policy: Policy,
    secrets: Secrets,
    query: String,
}

impl Bench {
    /// Reads the policy; None if it is not valid.
    pub fn new() -> Option<Self> {
        let policy = Policy::read(include_str!("../policy.toml")).ok()?;
        let secrets = Secrets::new(&policy, "", |_| Some(Secret::new(KEY)));
        let query = include_str!("../query.txt").trim_end().replace('\n', "&");
        Some(Self { policy, secrets, query })
    }

    /// Does it so many times; false if something came out that must not: a good signature refused, a bad one taken.
    pub fn run(&self, work: Work, digest: Digest, times: u32) -> bool {
        let mut profiles = self.policy.signed_redirects.iter();
        let Some(profile) = profiles.find(|profile| profile.digests.contains(&digest)) else { return false };
        let secret = Secret::new(KEY);
        let Ok(signed) = redirect::sign(profile, &secret, &self.query, NOW) else { return false };
        let spoiled = signed.replacen("cons_id=1001002", "cons_id=1001003", 1);
        if !self.holds(profile, &signed) || self.holds(profile, &spoiled) {
            return false;
        }
        (0..times).all(|_| match work {
            Work::Digest => {
                let parts = [black_box(signed.as_bytes()), KEY.as_bytes()];
                match digest {
                    Digest::Md5 => black_box(md5(&parts)).len() == 16,
                    Digest::Sha1 => black_box(sha1(&parts)).len() == 20,
                }
            }
            Work::Sign => black_box(redirect::sign(profile, &secret, black_box(&self.query), NOW)).is_ok(),
            Work::Verify => black_box(self.holds(profile, black_box(&signed))),
        })
    }

    fn holds(&self, profile: &SignedRedirect, query: &str) -> bool {
        matches!(redirect::verify(profile, self.secrets.usable(false), query, NOW), Ok(Some(_)))
    }
}

/// The numbers by which both sides name them.
pub fn named(work: u32, digest: u32) -> Option<(Work, Digest)> {
    let work = match work {
        0 => Work::Digest,
        1 => Work::Sign,
        2 => Work::Verify,
        _ => return None,
    };
    let digest = match digest {
        0 => Digest::Md5,
        1 => Digest::Sha1,
        _ => return None,
    };
    Some((work, digest))
}

#[cfg(target_arch = "wasm32")]
mod exported {
    use std::cell::OnceCell;

    use wasm_bindgen::prelude::*;

    use super::{Bench, named};

    thread_local! {
        static BENCH: OnceCell<Option<Bench>> = const { OnceCell::new() };
    }

    /// Traps if something came out wrong.
    #[wasm_bindgen]
    pub fn run(work: u32, digest: u32, times: u32) {
        let is_right = BENCH.with(|bench| {
            let bench = bench.get_or_init(Bench::new).as_ref();
            bench.zip(named(work, digest)).is_some_and(|(bench, (work, digest))| bench.run(work, digest, times))
        });
        if !is_right {
            std::process::abort();
        }
    }
}

const KEY: &str = "partner-key-0123456789abcdef0123";
const NOW: u64 = 1_800_000_000;
