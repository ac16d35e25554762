//! Which rule of a route does not hold, and what was there in its place: the claim that the rule names, and nothing else of a
//! credential.

use crate::credential::bearer;
use crate::credential::issuer::jws;
use crate::explain::Explainer;
use crate::explain::explanation::{Explanation, NOT_KNOWN_HERE};
use crate::http::query;
use crate::identity::Identity;
use crate::identity::claims::{self, Claims};
use crate::policy::{CredentialKind, Route, Rule};
use crate::refusal::Reason;
use crate::signed::link::{self, Signed};
use crate::signed::redirect;

impl Explainer<'_> {
    /// Holds the rules of a route against what an address says, and adds to what was told of it.
    pub(super) fn rules(self, route: &Route, signed: Signed<'_>, told: &mut Explanation) {
        if route.require.is_empty() {
            return;
        }
        if told.verdict == "ok" {
            let identity = Identity { subject: self.subject(route, signed), ..Identity::default() };
            if let Some(rule) = identity.unmet(&route.require) {
                told.verdict = Reason::RuleNotMet.code().to_owned();
                told.causes.insert(0, unmet(rule, &identity));
            }
            return;
        }
        let shown = Some(&told.verdict).filter(|verdict| *verdict == NOT_KNOWN_HERE);
        if let Some(identity) = shown.and_then(|_| self.as_it_says(route, signed.query))
            && let Some(rule) = identity.unmet(&route.require)
        {
            told.causes
                .push(format!("By the token's own words, which are not verified here: {}", unmet(rule, &identity)));
        }
        told.causes.extend(route.require.iter().map(|rule| format!("The route also requires that {rule}.")));
    }

    /// The subject of a signature that holds.
    fn subject(self, route: &Route, signed: Signed<'_>) -> Option<String> {
        route.accept.iter().find_map(|accept| match accept {
            CredentialKind::Link(profile) => link::authenticate(profile, self.secrets, signed).ok()??.0.subject,
            CredentialKind::SignedRedirect(profile) => {
                redirect::authenticate(profile, self.secrets, signed.query).ok()??.0.subject
            }
            _ => None,
        })
    }

    /// What a JWT in the address says of its holder. Nothing of it is verified.
    fn as_it_says(self, route: &Route, raw_query: &str) -> Option<Identity> {
        let raw = query::sole(raw_query, bearer::PARAMETER).ok()??;
        let text = String::from_utf8(query::decode(raw)).ok()?;
        let claims = jws::read(&text)?.claims()?;
        let iss = claims.get("iss")?.as_str()?;
        let issuer = route.accept.iter().filter_map(CredentialKind::issuer).find(|issuer| issuer.is_of(iss))?;
        let subject = claims::subject(&issuer.subject, &claims);
        Some(Identity { subject, claims: Claims::read(&self.policy.claims.paths, &claims), ..Identity::default() })
    }
}

/// What a rule asks for, and what was there.
fn unmet(rule: &Rule, identity: &Identity) -> String {
    let shown = |value: &str| format!("`{}`", value.chars().take(LONGEST).collect::<String>().escape_debug());
    let values: Vec<String> = identity.said(&rule.claim).take(SHOWN).map(shown).collect();
    let more = identity.said(&rule.claim).nth(SHOWN).map_or("", |_| " and more");
    let there = if values.is_empty() { "nothing that counts".to_owned() } else { values.join(", ") + more };
    format!("The route requires that {rule}; the credential says {there}.")
}

/// Values in one sentence, and characters of one.
const SHOWN: usize = 10;
const LONGEST: usize = 100;
