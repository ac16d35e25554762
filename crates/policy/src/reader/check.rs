//! What a valid policy makes one think about: every loosening, and what has no effect.

use std::fmt;
use std::sync::Arc;

use super::luminate::{IDENTITY_NAMES, WITHHELD_NAMES};
use super::overlap;
use super::time;
use super::warning::Warning;
use crate::sections::{basic, bearer, broker, key, nonce, registry, session, ticket};
use crate::shape::{self, root};
use crate::{
    Boundary, CredentialKind, Digest, Facts, Key, KeyUse, Link, MacAlgorithm, Policy, Route, SignedRedirect, SingleUse,
};

/// A remark on a policy that is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// Line of the table that it is about, from 1.
    pub line: Option<usize>,
    /// Which warning it is.
    pub warning: Warning,
    /// That table, as messages name it: `routes.api`.
    pub table: String,
    /// A human reason, one line, which begins with the table.
    pub message: String,
}

/// `12: warning[code]: remark`, or that without a line; the caller puts the file's name in front.
impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "{line}: ")?;
        }
        write!(f, "warning[{}]: {}", self.warning, self.message)
    }
}

/// What is to be said of a valid policy.
#[derive(Debug, Clone, Default)]
pub struct Advised {
    /// What its owner should know, in file order.
    pub told: Vec<Advice>,
    /// What its owner knows: the same with the reason why it stays, of `[[allow_warnings]]`.
    pub allowed: Vec<(Advice, String)>,
}

/// Every loosening of a policy, everything in it that has no effect, and every `[[allow_warnings]]` without its warning.
/// `today` is `YYYY-MM-DD`.
///
/// # Example
/// ```
/// use edgegate_policy::{Policy, Warning, advise};
///
/// let policy = Policy::read(r#"
///     version = 1
///     gateway = { issuer = "https://gate.example.org" }
///     origins.site = { url = "http://origin.example.org", insecure = true }
///     [[routes]]
///     name = "open"
///     path = "/*"
///     accept = ["none"]
///     forward = { origin = "site" }
/// "#).unwrap();
/// let advised = advise(&policy, "2027-01-15");
/// assert_eq!(advised.told[0].warning, Warning::OriginInsecure);
/// ```
pub fn advise(policy: &Policy, today: &str) -> Advised {
    let mut advisor = Advisor { policy, advice: Vec::new() };
    advisor.gateway();
    for origin in policy.origins.iter().filter(|origin| origin.insecure) {
        let remark = "`insecure = true`: identity and content travel to this origin in the clear";
        advisor.say(Warning::OriginInsecure, &format!("origins.{}", origin.name), remark);
    }
    for key in &policy.keys {
        advisor.key(key);
    }
    for link in &policy.links {
        advisor.link(link);
    }
    for redirect in &policy.signed_redirects {
        advisor.signed_redirect(redirect, time::day(today));
    }
    for client in &policy.clients {
        advisor.client(client);
    }
    if let Some(oauth) = &policy.oauth {
        advisor.oauth(oauth);
    }
    for issuer in &policy.issuers {
        advisor.issuer(issuer);
    }
    advisor.providers();
    advisor.unnamed();
    advisor.unused();
    advisor.schemes();
    advisor.sections();
    for (index, route) in policy.routes.iter().enumerate() {
        advisor.route(route);
        for (warning, remark) in overlap::remarks(route, policy.routes.get(..index).unwrap_or_default()) {
            advisor.say(warning, &format!("routes.{}", route.name), &remark);
        }
    }
    advisor.sorted_out()
}

pub(super) struct Advisor<'p> {
    pub(super) policy: &'p Policy,
    advice: Vec<Advice>,
}

impl Advisor<'_> {
    pub(super) fn say(&mut self, warning: Warning, table: &str, remark: &str) {
        let line = self.policy.places.line(table);
        let (table, message) = (table.to_owned(), format!("{table}: {remark}"));
        self.advice.push(Advice { line, warning, table, message });
    }

    /// What is told, and what the policy allows.
    fn sorted_out(mut self) -> Advised {
        let allowances = &self.policy.allowances;
        for allowance in allowances {
            if !self.advice.iter().any(|advice| allowance.reason(advice).is_some()) {
                self.say(Warning::AllowanceUnused, &allowance.label, &allowance.remark());
            }
        }
        self.advice.sort_by_key(|advice| advice.line);
        let mut advised = Advised::default();
        for advice in self.advice {
            match allowances.iter().find_map(|allowance| allowance.reason(&advice)) {
                Some(reason) => advised.allowed.push((advice, reason.to_owned())),
                None => advised.told.push(advice),
            }
        }
        advised
    }

    fn gateway(&mut self) {
        if self.policy.gateway.explain {
            self.say(
                Warning::ExplainOn,
                "gateway",
                "`explain = true` shows what would have been signed to everybody who reaches this address",
            );
        }
        if !self.policy.gateway.decision_log {
            self.say(
                Warning::DecisionLogOff,
                "gateway",
                "`decision_log = false`: nobody will be able to say why a request was let through or refused",
            );
        }
        let allow = self.policy.admin.iter().flat_map(|admin| &admin.allow);
        let mut shared = allow.filter(|allow| self.policy.gateway.proxies.iter().any(|proxy| allow.overlaps(proxy)));
        if let Some(network) = shared.next() {
            let remark = format!(
                "`allow` of `[admin]` has proxies in `{network}`: who comes through one that writes no `X-Forwarded-For` may call"
            );
            self.say(Warning::ProxiesAdminister, "gateway", &remark);
        }
        if self.policy.gateway.maintenance {
            self.say(Warning::MaintenanceOn, "gateway", CLOSED);
        }
        if self.policy.single_use == SingleUse::BestEffort {
            let remark = "`single_use = \"best-effort\"`: two requests at the same moment, or within Workers KV's lag of a minute or more, can both use what should work once";
            self.say(Warning::SingleUseBestEffort, "storage", remark);
            let objects = &self.policy.objects;
            if objects.location_hint.is_some() || objects.jurisdiction.is_some() || !objects.shards.is_empty() {
                let remark = "`location_hint`, `jurisdiction` and `shards` have no effect: no Durable Object is used";
                self.say(Warning::SettingUnused, "storage", remark);
            }
        }
    }

    fn key(&mut self, key: &Arc<Key>) {
        let label = format!("keys.{}", key.id);
        if key.usage == KeyUse::Link(MacAlgorithm::HmacSha1) {
            self.say(
                Warning::KeyHmacSha1,
                &label,
                "`hmac-sha1` is for signers that know nothing better; hmac-sha256 is the default",
            );
        }
    }

    fn link(&mut self, link: &Link) {
        let label = format!("links.{}", link.name);
        if !link.cover_method {
            self.say(
                Warning::LinkAnyMethod,
                &label,
                "`cover_method = false`: a link made for reading also works for every other method of its routes",
            );
        }
        if !link.cover_host {
            self.say(
                Warning::LinkAnyHost,
                &label,
                "`cover_host = false`: a link made for one host also works on every other that knows its key",
            );
        }
        if link.max_lifetime > LONG_LIFE {
            let lifetime = time::show_duration(link.max_lifetime);
            self.say(
                Warning::LinkLifetimeLong,
                &label,
                &format!("`max_lifetime = \"{lifetime}\"`: a link that leaks works for longer than 30 days"),
            );
        }
    }

    fn signed_redirect(&mut self, redirect: &SignedRedirect, today: Option<i64>) {
        let label = format!("signed_redirects.{}", redirect.name);
        let digests = if redirect.digests.contains(&Digest::Md5) { "MD5" } else { "SHA-1" };
        if let (Some(today), Some(sunset)) = (today, time::day(&redirect.sunset)) {
            let day = &redirect.sunset;
            match sunset - today {
                ..0 => self.say(
                    Warning::RedirectSunsetPast,
                    &label,
                    &format!("is overdue: {digests} was to be given up by {day}"),
                ),
                left @ ..=SUNSET_NOTICE => self.say(
                    Warning::RedirectSunsetNear,
                    &label,
                    &format!("has {left} days left: {digests} is to be given up by {day}"),
                ),
                _ => {}
            }
        }
        let is_accepted = self
            .accepts(|one| matches!(one, CredentialKind::SignedRedirect(accepted) if accepted.name == redirect.name));
        let signs_answers = self.policy.luminate.iter().any(|luminate| luminate.signature.name == redirect.name);
        if signs_answers && !is_accepted {
            return; // nothing comes in by it
        }
        match redirect.single_use {
            false => self.say(Warning::RedirectReplayable, &label, "`single_use = false`: a redirect that leaks can be replayed until its window ends"),
            true => self.say(
                Warning::RedirectIdentical, &label,
                "give every redirect a parameter of its own (a number, a transaction id): two signed in the same second for the same target without one are the same redirect, and only the first works",
            ),
        }
        if redirect.window > LONG_WINDOW {
            let window = time::show_duration(redirect.window);
            self.say(
                Warning::RedirectWindowLong,
                &label,
                &format!(
                    "`window = \"{window}\"`: a redirect is valid for longer than a minute on both sides of its time"
                ),
            );
        }
        if redirect.boundaries.contains(&Boundary::Inclusive) && redirect.boundaries.contains(&Boundary::Exclusive) {
            self.say(Warning::RedirectBoundaryEither, &label, "`boundary = \"either\"` accepts two texts for one signature; name the one that the signer uses once it is known");
        }
    }

    /// Tables with a name that no other table names.
    fn unnamed(&mut self) {
        let policy = self.policy;
        let profiles = Facts::ALL.iter().filter(|facts| facts.is_named).flat_map(|facts| facts.uses);
        let profiles = profiles.map(|table| (*table, "is not accepted by any route"));
        let others = [
            (root::ORIGINS.name, "is not used by any route"),
            (key::SECTION.name, "is not used anywhere"),
            (broker::SECTION.name, "is not named by any route"),
        ];
        for (kind, remark) in others.into_iter().chain(profiles) {
            for table in policy.places.unused(kind) {
                self.say(Warning::TableUnused, table, remark);
            }
        }
    }

    /// Tables that no route puts to use.
    fn unused(&mut self) {
        let policy = self.policy;
        if policy.registry.is_some() && policy.oauth.is_none() && !self.is_used(&registry::SECTION) {
            self.say(
                Warning::TableUnused,
                "registry",
                "has no effect: there is no `[oauth]`, and no route accepts `token-pair`",
            );
        }
        for (table, is_there) in [
            (&bearer::SECTION, policy.bearer.is_some()),
            // `[sign_in]` needs a session, and the Luminate dialect needs `[sign_in]` for its passwords alone. The page
            // of consent asks for one.
            (&session::SECTION, policy.session.is_some() && policy.oauth.is_none()),
            (&nonce::SECTION, policy.nonce.is_some()),
            (&basic::SECTION, policy.basic.is_some()),
            (&ticket::SECTION, policy.ticket.is_some()),
            (&root::LUMINATE, policy.luminate.is_some()),
        ] {
            if is_there && !self.is_used(table) {
                self.say(Warning::TableUnused, table.name, "is not accepted by any route");
            }
        }
    }

    fn sections(&mut self) {
        let policy = self.policy;
        if let Some(luminate) = &policy.luminate {
            for (warning, key, names, usual, what) in [
                (
                    Warning::LuminateIdentityNames,
                    "identity_names",
                    &luminate.names.identity,
                    &IDENTITY_NAMES[..],
                    "a visitor can have any value of it signed",
                ),
                (
                    Warning::LuminateWithheldNames,
                    "withheld_names",
                    &luminate.names.withheld,
                    &WITHHELD_NAMES[..],
                    "a redirect passes it on",
                ),
            ] {
                let is_covered = |name: &str| {
                    let example = name.replace('*', "x");
                    names.iter().any(|pattern| pattern.covers(example.as_bytes()))
                };
                let left_out: Vec<String> =
                    usual.iter().filter(|name| !is_covered(name)).map(|name| format!("`{name}`")).collect();
                let more = match left_out.len().saturating_sub(SHOWN) {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                if !left_out.is_empty() {
                    let shown = left_out.get(..SHOWN).unwrap_or(&left_out).join(", ");
                    self.say(warning, "luminate", &format!("`{key}` leaves out {shown}{more}: {what}"));
                }
            }
            if let Some(host) = &luminate.http_host {
                self.say(
                    Warning::LuminateHttpHost,
                    "luminate",
                    &format!("`http_host = \"{host}\"`: who listens on the network can act as a visitor there"),
                );
                if !self.accepts(|one| matches!(one, CredentialKind::HttpSession(_))) {
                    self.say(
                        Warning::SettingUnused,
                        "luminate",
                        "`http_host` has no effect, since no route accepts `http-session`",
                    );
                }
            }
            for method in luminate.no_auth.loosened() {
                self.say(Warning::LuminateNoAuth, "luminate", &format!("`no_auth` names `{method}`: any page that the route's `cors` admits can call it for its visitor"));
            }
        }
        let sends_identity = |route: &Arc<Route>| route.forward.jwt_audience.is_some();
        if !policy.identity.keys.is_empty() && !policy.routes.iter().any(sends_identity) {
            self.say(Warning::TableUnused, "identity", "its keys sign nothing, since no route has a `jwt_audience`");
        }
    }

    /// Whether a route accepts what a table is for.
    fn is_used(&self, table: &shape::Key) -> bool {
        self.accepts(|one| one.facts().uses.contains(&table.name))
    }

    pub(super) fn accepts(&self, kind: impl Fn(&CredentialKind) -> bool) -> bool {
        self.policy.routes.iter().any(|route| route.accept.iter().any(&kind))
    }
}

/// Said of what is closed for maintenance.
pub(super) const CLOSED: &str = "`maintenance = true`: every request here is 503, until it is taken out again";
const LONG_LIFE: u64 = 30 * 86_400;
const LONG_WINDOW: u64 = 60;
/// Names in one remark.
const SHOWN: usize = 6;
const SUNSET_NOTICE: i64 = 90;
