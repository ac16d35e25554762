//! Why a signed redirect is refused.

use subtle::ConstantTimeEq;

use super::causes::{clock_cause, fallback, redirect_cause};
use super::spellings::spellings;
use super::{Explanation, refused};
use crate::credential::signed_redirect;
use crate::digest::hex;
use crate::keyring::Keyring;
use crate::policy::{Boundary, Digest, SignedRedirect};
use crate::refusal::Reason;

/// Explains a signed redirect.
pub fn explain_redirect(profile: &SignedRedirect, keyring: &Keyring, raw_query: &str, now: u64) -> Explanation {
    let format = Some(format!("signed-redirect:{}", profile.name));
    let parts = match signed_redirect::parse(profile, raw_query) {
        Ok(Some(parts)) => parts,
        Ok(None) => {
            let cause = format!("The address has no {} parameter.", profile.signature);
            return Explanation { format, ..refused(Reason::CredentialMissing, vec![cause]) };
        }
        Err(reason) => return Explanation { format, ..refused(reason, vec![redirect_cause(reason, profile)]) },
    };
    let boundary = profile.boundaries.first().copied().unwrap_or(Boundary::Inclusive);
    let mut told = Explanation {
        format,
        key_id: profile.keys.first().map(|key| key.id.clone()),
        hashed_text: Some(signed_redirect::hashed_text(profile, boundary, parts.covered)),
        presented: Some(hex(&parts.signature)),
        ..Explanation::default()
    };
    let reason = signed_redirect::verify(profile, keyring, true, raw_query, now).err();
    told.verdict = reason.map_or("ok", |reason| reason.code()).to_owned();
    match reason {
        Some(Reason::RedirectSignatureMismatch) => told.causes.extend(mismatch(profile, keyring, &parts)),
        Some(Reason::RedirectExpired | Reason::RedirectNotYetValid) => {
            told.causes.push(clock_cause("ts", parts.timestamp, now));
        }
        Some(reason) => told.causes.push(redirect_cause(reason, profile)),
        None if profile.single_use => {
            told.causes.push("The signature works once; whether it has been used is not known here.".to_owned())
        }
        None => {}
    }
    told
}

/// Causes of a signature that does not match, the likeliest first. Never empty.
fn mismatch(profile: &SignedRedirect, keyring: &Keyring, parts: &signed_redirect::Parts<'_>) -> Vec<String> {
    let mut causes = Vec::new();
    for key in &profile.keys {
        let Ok(secret) = keyring.secret(&key.secret, true) else { continue };
        let holds = |boundary: Boundary, covered: &str| {
            bool::from(
                signed_redirect::compute(profile, parts.digest, boundary, secret, covered).ct_eq(&parts.signature),
            )
        };
        for boundary in [Boundary::Inclusive, Boundary::Exclusive] {
            if !profile.boundaries.contains(&boundary) && holds(boundary, parts.covered) {
                causes.push(format!(
                    "The signer hashed the text {} `&{}=`; the policy's boundary is the other one.",
                    if boundary == Boundary::Inclusive { "up to and including" } else { "without" },
                    profile.signature
                ));
            }
        }
        for (covered, cause) in spellings(parts.covered) {
            if profile.boundaries.iter().any(|boundary| holds(*boundary, &covered)) {
                causes.push(cause);
            }
        }
    }
    let digest = match parts.digest {
        Digest::Md5 => "MD5",
        Digest::Sha1 => "SHA-1",
    };
    fallback(
        causes,
        &format!(
            "The query was changed after signing, or the signer has another secret (the signature's length says {digest})."
        ),
    )
}
