//! Why was this link refused? The exact text that was hashed, and the likely cause.
//!
//! The explainer never shows an expected signature. It recomputes the signature over each text that a signer
//! commonly hashes by mistake; if the presented signature is right for one of them, that is the cause.

mod causes;
mod explanation;
mod further;
mod issued;
mod link;
mod redirect;
mod rules;
mod spellings;

use crate::explain::causes::{route_cause, shape_cause};
use crate::explain::explanation::refused;
pub use crate::explain::explanation::{Explanation, NOT_KNOWN_HERE};
use crate::http::{Deployment, Headers, Target};
use crate::object::Asked;
use crate::policy::{CredentialKind, Policy, Route, Via};
use crate::refusal::Reason;
use crate::routing::{self, method_override};
use crate::secrets::{Secrets, Usable};
use crate::signed::link::{Signed, confirmation};

/// Explains addresses by a policy and the values of its secrets, as of one time.
#[derive(Debug, Clone, Copy)]
pub struct Explainer<'a> {
    policy: &'a Policy,
    secrets: Usable<'a>,
    now: u64,
}

impl<'a> Explainer<'a> {
    /// As of `now` (Unix seconds). Published values count, wherever the address leads: whether they do there is no question
    /// of what was signed.
    pub fn new(policy: &'a Policy, secrets: &'a Secrets, now: u64) -> Self {
        Self { policy, secrets: secrets.usable(true), now }
    }

    /// Explains a whole URL as a GET or another request would meet it. Storage is not
    /// asked: whether a once-only link has been used is not part of the answer.
    ///
    /// # Example
    /// ```
    /// # use edgegate_core::{policy::Policy, secrets::Secrets, testing::{EXAMPLE, secret}};
    /// # let policy = Policy::read(EXAMPLE).unwrap();
    /// # let secrets = Secrets::new(&policy, "", secret);
    /// use edgegate_core::explain::Explainer;
    ///
    /// let url = "https://gate.example.org/downloads/a.pdf?eg_kid=link-9&eg_exp=1800000600&eg_sig=AAAA";
    /// let told = Explainer::new(&policy, &secrets, 1_800_000_000).explain("GET", url);
    /// assert_eq!(told.verdict, "link_key_unknown");
    /// assert_eq!(told.route.as_deref(), Some("downloads"));
    /// assert!(!told.causes.is_empty());
    /// ```
    pub fn explain(self, method: &str, url: &str) -> Explanation {
        let policy = self.policy;
        // Whether the deployment is a local one is not known here: a loopback host is explained as one of a local deployment.
        let target = match Target::received(url, policy.limits.url) {
            Ok(target) if policy.paths.allows(target.several) => target.at(Deployment::Local),
            Ok(_) => return refused(Reason::PathAmbiguous, vec![shape_cause(Reason::PathAmbiguous)]),
            Err(reason) => return refused(reason, vec![shape_cause(reason)]),
        };
        if !routing::is_known_method(policy, method) {
            return refused(Reason::MethodUnknown, vec!["No route of the policy takes this method.".to_owned()]);
        }
        if crate::own_paths::is_own(policy, target.path) && !target.several.is_any() {
            return issued::not_known("The gateway answers this address itself; no route takes it.".to_owned());
        }
        let found = routing::find(policy, method, &target);
        let found = found.and_then(|found| routing::check_path(found, target.path).map(|()| found));
        let route = match found {
            Ok(route) => route,
            Err(reason) => return refused(reason, vec![route_cause(reason)]),
        };
        let is_exposed = policy.gateway.issuer.is_https() && !target.secure && !target.is_loopback();
        if is_exposed && route.takes_credentials() && !route.is_for_http() {
            return refused(
                Reason::TransportInsecure,
                vec!["The route takes credentials, and this is plain http.".to_owned()],
            );
        }
        let query = target.query.unwrap_or_default();
        let takes_method = route.methods.iter().any(|m| m == method);
        let is_closed = route.maintenance || policy.gateway.maintenance;
        if takes_method
            && !is_closed
            && let Err(reason) = method_override::check_query(route, method, query)
        {
            let cause = "A parameter names another method than the request has, and the route does not list that one.";
            return refused(reason, vec![cause.to_owned()]);
        }
        let signed = Signed { method, host: &target.host, path: target.path, query };
        let (mut explanation, mut explained) = (None, signed);
        for accept in &route.accept {
            let next = match accept {
                CredentialKind::Link(profile) => {
                    let asked = confirmation::Asked::read(route.confirm && profile.single_use, method, query);
                    explained = Signed { method: asked.method, query: asked.query, ..signed };
                    let mut told = self.link(profile, explained);
                    if asked.is_confirmed && told.verdict == "ok" {
                        told.causes.push("The route asks with a page first; its button uses the link up.".to_owned());
                    }
                    told
                }
                CredentialKind::SignedRedirect(profile) => self.redirect(profile, url),
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
        let is_missing = |told: &Explanation| told.verdict == Reason::CredentialMissing.code();
        if explanation.as_ref().is_none_or(is_missing) {
            explanation = self.issued(route, query).or(explanation);
        }
        if explanation.as_ref().is_none_or(is_missing) {
            explanation = without_signature(route).or(explanation);
        }
        let nothing = || {
            let cause = "Nothing in the address opens this route; what it takes comes beside it.".to_owned();
            refused(Reason::CredentialMissing, vec![cause])
        };
        let mut explanation = explanation.unwrap_or_else(nothing);
        self.rules(route, explained, &mut explanation);
        if explanation.verdict == "ok" && names_no_object(route, &target) {
            let cause = "The route leads to a bucket, and no object can have this name.";
            explanation = refused(Reason::ObjectMissing, vec![cause.to_owned()]);
        }
        explanation.route = Some(route.name.clone());
        if let Some(network) = &route.network {
            explanation.causes.push(format!("The route also asks for a client in the network `{}`.", network.name));
        }
        if let Some(rate) = &route.rate {
            explanation.causes.push(format!("The route has a rate: {}. More are 429.", rate.said()));
        }
        if is_closed {
            explanation.verdict = Reason::Maintenance.code().to_owned();
            explanation
                .causes
                .insert(0, "The route is closed for maintenance. What follows holds when it is open again.".to_owned());
        } else if !takes_method {
            explanation.verdict = Reason::MethodNotAllowed.code().to_owned();
            explanation.causes.insert(0, format!("The route takes {} and not {method}.", route.methods.join(", ")));
        }
        explanation
    }
}

/// Whether a path leads to a bucket in which nothing can be found under it.
fn names_no_object(route: &Route, target: &Target<'_>) -> bool {
    let Via::Bucket(bucket) = &route.forward.origin.via else { return false };
    let path = routing::forwarded_path(route, target.path).unwrap_or_default();
    Asked::new(bucket, "GET", &path, &Headers::default()).is_err()
}

/// What is to be said of an address that carries nothing, on a route that does not need it to.
fn without_signature(route: &Route) -> Option<Explanation> {
    let has = |wanted: fn(&CredentialKind) -> bool| route.accept.iter().any(wanted);
    if has(|accept| matches!(accept, CredentialKind::Luminate(_))) {
        return Some(issued::not_known("What a call or a visit of the dialect carries decides.".to_owned()));
    }
    if has(|accept| matches!(accept, CredentialKind::Network(_) | CredentialKind::Webhook(_))) {
        return Some(issued::not_known("Where the client comes from, or what its sender signed, decides.".to_owned()));
    }
    if has(|accept| matches!(accept, CredentialKind::Link(profile) if profile.cookie)) {
        return Some(issued::not_known("The cookie of a folder may open it, which an earlier link set.".to_owned()));
    }
    let cause = "The route is open: it goes through as nobody, unless something else that it carries is refused.";
    has(|accept| matches!(accept, CredentialKind::Anonymous)).then(|| Explanation {
        verdict: "ok".to_owned(),
        causes: vec![cause.to_owned()],
        ..Explanation::default()
    })
}
