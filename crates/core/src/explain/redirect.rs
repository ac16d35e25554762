//! Why a signed redirect is refused.

use std::iter;

use subtle::ConstantTimeEq;

use crate::digest::hex;
use crate::explain::Explainer;
use crate::explain::causes::{clock_cause, fallback, redirect_cause};
use crate::explain::explanation::{Explanation, refused};
use crate::explain::further::{self, Making};
use crate::explain::spellings::spellings;
use crate::policy::{Boundary, Digest, Key, SignedRedirect};
use crate::refusal::Reason;
use crate::signed::redirect::{self, Parts};

impl Explainer<'_> {
    /// Explains a signed redirect by one profile, wherever the whole URL leads.
    ///
    /// # Example
    /// ```
    /// # use edgegate_core::{policy::Policy, secrets::Secrets, testing::{EXAMPLE, secret}};
    /// # let policy = Policy::read(EXAMPLE).unwrap();
    /// # let secrets = Secrets::new(&policy, "", secret);
    /// use edgegate_core::explain::Explainer;
    ///
    /// let url = "https://elsewhere.example/?user=jo&ts=1800000000&signature=00";
    /// let told = Explainer::new(&policy, &secrets, 1_800_000_000).redirect(&policy.signed_redirects[0], url);
    /// assert_ne!(told.verdict, "ok");
    /// ```
    pub fn redirect(self, profile: &SignedRedirect, url: &str) -> Explanation {
        let format = Some(format!("signed-redirect:{}", profile.name));
        let raw_query = url.split_once('?').map_or("", |(_, query)| query);
        let parts = match redirect::parse(profile, raw_query) {
            Ok(Some(parts)) => parts,
            Ok(None) => {
                let cause = format!("The address has no {} parameter.", profile.signature);
                return Explanation { format, ..refused(Reason::CredentialMissing, vec![cause]) };
            }
            Err(reason) => return Explanation { format, ..refused(reason, vec![redirect_cause(reason, profile)]) },
        };
        let (key, boundary) = self.made_by(profile, &parts).unzip();
        let key = key.or_else(|| profile.keys.first().map(AsRef::as_ref));
        let boundary = boundary.or_else(|| profile.boundaries.first().copied()).unwrap_or(Boundary::Inclusive);
        let mut told = Explanation {
            format,
            key_id: key.map(|key| key.id.clone()),
            hashed_text: Some(redirect::hashed_text(profile, boundary, parts.covered)),
            presented: Some(hex(&parts.signature)),
            ..Explanation::default()
        };
        let reason = redirect::verify(profile, self.secrets, raw_query, self.now).err();
        told.verdict = reason.map_or("ok", |reason| reason.code()).to_owned();
        let is_listed = profile.digests.contains(&parts.digest);
        match reason {
            Some(Reason::RedirectSignatureMismatch) => {
                let causes = self.redirect_mismatch(profile, url, &parts).unwrap_or_default();
                told.causes = fallback(causes, &otherwise(parts.digest));
            }
            Some(Reason::RedirectMalformed) if !is_listed => {
                told.causes = other_digest(profile, &parts, self.redirect_mismatch(profile, url, &parts));
            }
            Some(Reason::RedirectMalformed) => told.causes.push(format!(
                "The parameter {} occurs twice, or is not a name that can be passed on.",
                profile.subject.as_deref().unwrap_or_default()
            )),
            Some(Reason::RedirectExpired | Reason::RedirectNotYetValid) => {
                let clock = clock_cause("ts", parts.timestamp, self.now);
                told.causes.push(format!("{clock} The window is {} s to either side.", profile.window));
            }
            Some(reason) => told.causes.push(redirect_cause(reason, profile)),
            None if profile.single_use => {
                told.causes.push("The signature works once; whether it has been used is not known here.".to_owned())
            }
            None => {}
        }
        told
    }

    /// The profile's key and boundary that give the signature.
    fn made_by<'p>(self, profile: &'p SignedRedirect, parts: &Parts<'_>) -> Option<(&'p Key, Boundary)> {
        profile.keys.iter().find_map(|key| {
            let secret = self.secrets.secret(&key.secret).ok()?;
            let holds = |boundary: &&Boundary| {
                let text = redirect::hashed_text(profile, **boundary, parts.covered);
                let digest = redirect::compute(parts.digest, &text, secret);
                bool::from(digest.ct_eq(&parts.signature))
            };
            Some((key.as_ref(), *profile.boundaries.iter().find(holds)?))
        })
    }

    /// What the signer did otherwise, if the signature is right for it: every combination of a text, a boundary, a
    /// way to make it and a secret is tried. None if no combination gives the signature.
    fn redirect_mismatch(self, profile: &SignedRedirect, url: &str, parts: &Parts<'_>) -> Option<Vec<String>> {
        let mut texts = vec![(parts.covered.to_owned(), String::new())];
        texts.extend(spellings(parts.covered));
        texts.extend(further::texts(url, parts.covered));
        let mut keys: Vec<(&Key, String)> = profile.keys.iter().map(|key| (key.as_ref(), String::new())).collect();
        keys.extend(further::keys(self.policy, profile));
        for (key, whose) in keys {
            let Ok(secret) = self.secrets.secret(&key.secret) else { continue };
            for (make, how) in iter::once(&RIGHT).chain(further::makings()) {
                for boundary in [Boundary::Inclusive, Boundary::Exclusive] {
                    let is_right = |text: &str| {
                        let text = redirect::hashed_text(profile, boundary, text);
                        bool::from(make(parts.digest, &text, secret).ct_eq(&parts.signature))
                    };
                    let Some((_, what)) = texts.iter().find(|(text, _)| is_right(text)) else { continue };
                    let is_listed = profile.boundaries.contains(&boundary);
                    let until = if is_listed { String::new() } else { other_boundary(profile, boundary) };
                    let mut causes = vec![what.clone(), until, (*how).to_owned(), whose];
                    causes.retain(|cause| !cause.is_empty());
                    return Some(causes);
                }
            }
        }
        None
    }
}

fn other_boundary(profile: &SignedRedirect, boundary: Boundary) -> String {
    format!(
        "The signer hashed the text {} `&{}=`; the policy's boundary is the other one.",
        if boundary == Boundary::Inclusive { "up to and including" } else { "without" },
        profile.signature
    )
}

/// Causes of a signature by a digest that the profile does not list, and perhaps wrong besides.
fn other_digest(profile: &SignedRedirect, parts: &Parts<'_>, mismatch: Option<Vec<String>>) -> Vec<String> {
    let (used, taken) = (name(parts.digest), profile.digests.first().copied().map_or("none", name));
    match mismatch {
        Some(mut causes) => {
            causes.insert(0, format!("The signer used {used}; the policy takes {taken}."));
            causes
        }
        None => vec![format!("The signature's length says {used}; the policy takes {taken}."), otherwise(parts.digest)],
    }
}

fn otherwise(digest: Digest) -> String {
    format!(
        "The query was changed after signing, or the signer has another secret (the signature's length says {}).",
        name(digest)
    )
}

fn name(digest: Digest) -> &'static str {
    match digest {
        Digest::Md5 => "MD5",
        Digest::Sha1 => "SHA-1",
    }
}

/// As it should be, which betrays nothing.
const RIGHT: Making = (redirect::compute, "");
