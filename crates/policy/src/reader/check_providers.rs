//! Remarks on providers, and on routes for whom they sign in.

use std::sync::Arc;

use super::check::Advisor;
use super::suggest;
use super::warning::Warning;
use crate::rule::SUBJECT;
use crate::{CredentialKind, EMAIL, Provider, Route, Rule, SingleUse};

impl Advisor<'_> {
    /// `[providers.*]`.
    pub(super) fn providers(&mut self) {
        let policy = self.policy;
        let is_asked = |provider: &&Arc<Provider>| provider.recheck.is_some();
        for provider in policy.providers.iter().filter(is_asked).filter(|_| policy.single_use == SingleUse::BestEffort)
        {
            self.say(
                Warning::RecheckBestEffort,
                &format!("providers.{}", provider.name),
                "`recheck` with `[storage] single_use = \"best-effort\"`: two locations can use one refresh token, which may sign the person out, and a session that ended may come back for a minute or more",
            );
        }
    }

    /// A route that sessions open, in whatever way somebody signed in.
    pub(super) fn sessions_of(&mut self, route: &Route, label: &str) {
        let policy = self.policy;
        let is_open = route.accept.iter().any(|accept| matches!(accept, CredentialKind::Anonymous));
        if !route.takes_sessions() || !route.providers.is_empty() || is_open {
            return;
        }
        let providers = policy.providers.iter().map(|provider| format!("[providers.{}]", provider.name));
        // A link by e-mail shows an address, and says nothing else.
        let is_shown = |rule: &Rule| [SUBJECT, EMAIL].contains(&rule.claim.as_str());
        let link = policy.email_link.iter().filter(|_| route.require.iter().all(is_shown));
        let sources: Vec<String> = providers.chain(link.map(|_| String::from("[email_link]"))).collect();
        if route.require.is_empty() {
            if let Some(provider) = policy.providers.iter().find(|provider| signs_in_anybody(provider)) {
                let name = &provider.name;
                self.say(
                    Warning::SessionOfAnybody,
                    label,
                    &format!("everybody whom `[providers.{name}]` signs in gets in here, and anybody can have an account there; name `providers`, or `require` something"),
                );
            }
        } else if sources.len() > 1 {
            let list = suggest::listed(sources.iter().map(String::as_str));
            self.say(
                Warning::ClaimOfSeveral,
                label,
                &format!("`require` holds for a session whichever of {list} says it; name `providers`"),
            );
        }
    }
}

/// Whether anybody can have an account there.
fn signs_in_anybody(provider: &Provider) -> bool {
    PUBLIC.contains(&provider.issuer.issuer.as_str())
}

/// `issuer` of providers that serve the public.
const PUBLIC: [&str; 4] =
    ["https://accounts.google.com", "https://github.com", "https://gitlab.com", "https://appleid.apple.com"];
