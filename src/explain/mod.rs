//! Why was this link refused? The exact text that was hashed, and the likely cause.
//!
//! The explainer never shows an expected signature. It recomputes the signature over each text that a signer
//! commonly hashes by mistake; if the presented signature is right for one of them, that is the cause.

mod causes;
mod further;
mod link;
mod redirect;
mod spellings;

use serde::Serialize;

use crate::credential::link::Signed;
use crate::gate::route;
use crate::http::Target;
use crate::keyring::Keyring;
use crate::policy::{Accept, Policy};
use crate::refusal::Reason;

use causes::{route_cause, shape_cause};
pub use link::explain_link;
pub use redirect::explain_redirect;

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
    let found = match crate::endpoint::is_own(policy, target.path) {
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
            Accept::SignedRedirect(profile) => explain_redirect(policy, profile, keyring, url, now),
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

fn refused(reason: Reason, causes: Vec<String>) -> Explanation {
    Explanation { verdict: reason.code().to_owned(), causes, ..Explanation::default() }
}
