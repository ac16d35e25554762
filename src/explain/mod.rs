//! Why was this link refused? The exact text that was hashed, and the likely cause.
//!
//! The explainer never shows an expected signature. It recomputes the signature over each text that a signer
//! commonly hashes by mistake; if the presented signature is right for one of them, that is the cause.

mod causes;

use serde::Serialize;

use crate::credential::link::{self, Signed};
use crate::credential::signed_redirect;
use crate::digest::{base64url, hex};
use crate::gate::route;
use crate::http::Target;
use crate::keyring::Keyring;
use crate::policy::{Accept, Boundary, Link, Policy, SignedRedirect};
use crate::refusal::Reason;

use causes::{clock_cause, link_cause, link_mismatch, redirect_cause, redirect_mismatch, route_cause, shape_cause};

/// What there is to say of one address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// `ok`, or the reason's code.
    pub verdict: String,
    /// The route that takes the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// Which format was judged: `link` or `signed-redirect`, with the profile's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Key that the link names, or whose secret was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// The exact text that the gateway hashes; the secret is no part of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hashed_text: Option<String>,
    /// The signature that came with the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presented: Option<String>,
    /// What it is and what to do, the likeliest first.
    pub causes: Vec<String>,
}

/// Explains a whole URL as a GET or another request would meet it at `now` (Unix seconds). Storage is not
/// asked: whether a once-only link has been used is not part of the answer.
pub fn explain(policy: &Policy, keyring: &Keyring, method: &str, url: &str, now: u64) -> Explanation {
    let target = match Target::read(url, policy.limits.url) {
        Ok(target) => target,
        Err(reason) => return refused(reason, vec![shape_cause(reason)]),
    };
    let found = match crate::endpoint::is_own(target.path) {
        true => Err(Reason::NoRoute),
        false => route::find(policy, method, &target),
    };
    let found = found.and_then(|found| route::judge_path(found, &target).map(|()| found));
    let route = match found {
        Ok(route) => route,
        Err(reason) => return refused(reason, vec![route_cause(reason)]),
    };
    let query = target.query.unwrap_or_default();
    let signed = Signed { method, host: &target.host, path: target.path };
    let mut explanation = None;
    for accept in &route.accept {
        let next = match accept {
            Accept::Link(profile) => explain_link(profile, keyring, signed, query, now),
            Accept::SignedRedirect(profile) => explain_redirect(profile, keyring, query, now),
            _ => continue,
        };
        let found_something = next.verdict != Reason::CredentialMissing.code();
        if explanation.is_none() || found_something {
            explanation = Some(next);
        }
        if found_something {
            break;
        }
    }
    let nothing = || {
        refused(
            Reason::CredentialMissing,
            vec!["This route takes no signed links; nothing in the address can open it.".to_owned()],
        )
    };
    let mut explanation = explanation.unwrap_or_else(nothing);
    explanation.route = Some(route.name.clone());
    if !route.methods.iter().any(|m| m == method) {
        explanation.verdict = Reason::MethodNotAllowed.code().to_owned();
        explanation.causes.insert(0, format!("The route takes {} and not {method}.", route.methods.join(", ")));
    }
    explanation
}

/// Explains a generic link.
pub fn explain_link(profile: &Link, keyring: &Keyring, signed: Signed<'_>, raw_query: &str, now: u64) -> Explanation {
    let format = Some(format!("link:{}", profile.name));
    let parts = match link::parse(profile, raw_query) {
        Ok(Some(parts)) => parts,
        Ok(None) => {
            let cause = "The address has no eg_kid, eg_exp and eg_sig.".to_owned();
            return Explanation { format, ..refused(Reason::CredentialMissing, vec![cause]) };
        }
        Err(reason) => return Explanation { format, ..refused(reason, vec![link_cause(reason)]) },
    };
    let mut told = Explanation {
        format,
        key_id: Some(parts.key_id.to_owned()),
        hashed_text: Some(link::string_to_sign(profile, signed, parts.covered)),
        presented: Some(base64url(&parts.mac)),
        ..Explanation::default()
    };
    let verdict = link::verify(profile, keyring, true, signed, raw_query, None, now);
    let reason = match verdict {
        Ok(_) => None,
        // No client address is known here; that the link is bound to one is all there is to say.
        Err(Reason::LinkAddressMismatch) => {
            told.causes
                .push("The link is bound to a client network by eg_ip; from elsewhere it is refused.".to_owned());
            None
        }
        Err(reason) => Some(reason),
    };
    told.verdict = reason.map_or("ok", |reason| reason.code()).to_owned();
    match reason {
        Some(Reason::LinkSignatureMismatch) => told.causes.extend(link_mismatch(profile, keyring, signed, &parts)),
        Some(Reason::LinkExpired) => told.causes.push(clock_cause("eg_exp", parts.expires, now)),
        Some(Reason::LinkNotYetValid) => told.causes.push(clock_cause("eg_nbf", parts.not_before.unwrap_or(0), now)),
        Some(reason) => told.causes.push(link_cause(reason)),
        None if profile.single_use => {
            told.causes.push("The link works once; whether it has been used is not known here.".to_owned())
        }
        None => {}
    }
    told
}

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
        Some(Reason::RedirectSignatureMismatch) => told.causes.extend(redirect_mismatch(profile, keyring, &parts)),
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

fn refused(reason: Reason, causes: Vec<String>) -> Explanation {
    Explanation { verdict: reason.code().to_owned(), causes, ..Explanation::default() }
}
