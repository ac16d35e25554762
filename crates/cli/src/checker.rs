//! What checks an address: the gate, or one profile of signed redirects, wherever the address leads.

use super::verdict::{Asked, Verdict, check};
use super::workspace::Workspace;
use edgegate_core::explain::{Explainer, Explanation};
use edgegate_core::http::Target;
use edgegate_core::identity::Identity;
use edgegate_core::policy::{Policy, SignedRedirect};
use edgegate_core::refusal::Reason;
use edgegate_core::signed::redirect;

/// What checks an address.
#[derive(Debug, Clone, Copy)]
pub enum Checker<'a> {
    /// The gate; one of these kinds of credential is to open the address. The command is about the first.
    Gate(&'a [&'a str]),
    /// The profile alone: a redirect may lead to another site, of which the gate knows nothing.
    Profile(&'a SignedRedirect),
}

impl Checker<'_> {
    /// Why the address is not opened as it should be; None if it is.
    pub fn refusal(self, verdict: &Verdict) -> Option<Reason> {
        match self {
            Checker::Gate(kinds) => verdict.refusal(kinds),
            Checker::Profile(_) => verdict.refusal(&[REDIRECT]),
        }
    }

    /// Whether published demo secrets count. Where an address leads elsewhere, it is the gateway that has to be on
    /// loopback.
    pub fn is_loopback(self, policy: &Policy, url: &str) -> bool {
        let is_profile = matches!(self, Checker::Profile(_));
        let leads_to_loopback = Target::received(url, usize::MAX).is_ok_and(|target| target.is_named_loopback());
        leads_to_loopback || (is_profile && policy.gateway.issuer.is_loopback())
    }

    /// Says that the profile alone was asked, where it was.
    pub fn note(self, policy: &Policy, url: &str) -> Option<String> {
        let why = match (self, is_elsewhere(policy, url)) {
            (Checker::Gate(_), _) => return None,
            (_, true) => "the address is not at this gateway",
            (_, false) => "no route of this gateway was asked",
        };
        Some(format!("checked by the profile alone: {why}"))
    }

    /// What helps where no route takes the address.
    pub fn hint(self, policy: &Policy, url: &str) -> Option<String> {
        let Checker::Gate([REDIRECT, ..]) = self else { return None };
        let names: Vec<&str> = policy.signed_redirects.iter().map(|profile| profile.name.as_str()).collect();
        let helps = !names.is_empty() && is_elsewhere(policy, url);
        helps.then(|| {
            format!("If it is another site's, name the profile that signs it: --profile {}", names.join(" or "))
        })
    }
}

/// An address and what checks it.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Policy and secrets.
    pub workspace: &'a Workspace,
    /// What checks it.
    pub checker: Checker<'a>,
    /// The address.
    pub asked: Asked<'a>,
}

impl Question<'_> {
    /// Checks the address.
    pub fn check(self) -> Verdict {
        match self.checker {
            Checker::Gate(_) => check(self.workspace, self.asked),
            Checker::Profile(profile) => self.by_profile(profile),
        }
    }

    /// What there is to say of the address.
    pub fn explain(self) -> Explanation {
        let Self { workspace, checker, asked } = self;
        let secrets = workspace.secrets();
        let explainer = Explainer::new(&workspace.policy, &secrets, asked.now);
        match checker {
            Checker::Gate(_) => explainer.explain(asked.method, asked.url),
            Checker::Profile(profile) => explainer.redirect(profile, asked.url),
        }
    }

    fn by_profile(self, profile: &SignedRedirect) -> Verdict {
        let Self { workspace, checker, asked } = self;
        let query = asked.url.split_once('?').map_or("", |(_, query)| query);
        let loopback = checker.is_loopback(&workspace.policy, asked.url);
        match redirect::verify(profile, workspace.secrets().usable(loopback), query, asked.now) {
            Ok(Some(verified)) => {
                let identity = Identity { subject: verified.subject, ..Identity::by_key(REDIRECT, &verified.key_id) };
                Verdict { identity: Some(identity), ..Verdict::default() }
            }
            Ok(None) => Verdict { refused: Some(Reason::CredentialMissing), ..Verdict::default() },
            Err(reason) => Verdict { refused: Some(reason), ..Verdict::default() },
        }
    }
}

/// Whether an address is another site's: neither at the policy's issuer nor at a host that a route names. A route
/// without a host says nothing of where it is.
pub fn is_elsewhere(policy: &Policy, url: &str) -> bool {
    let host = url.split('/').nth(2).unwrap_or_default();
    let named = policy.routes.iter().filter_map(|route| route.host.as_ref()).any(|pattern| pattern.matches(host));
    !named && host != policy.gateway.issuer.authority()
}

/// The kinds of credential in an address, as the log names them.
pub const LINK: &str = "link";
/// The other one.
pub const REDIRECT: &str = "signed-redirect";
