//! What makes one think about clients, the authorization server, and those of others.

use super::check::Advisor;
use super::time;
use super::warning::Warning;
use crate::{Client, ClientKind, CredentialKind, Dialect, Issuer, OAuth, SingleUse, Verification};

impl Advisor<'_> {
    pub(super) fn client(&mut self, client: &Client) {
        let label = format!("clients.{}", client.id);
        if client.kind == ClientKind::Confidential && !client.needs_pkce {
            self.say(Warning::ClientWithoutPkce, &label, "`pkce = false`: a stolen code can be put into the thief's own sign-in at the client, and nobody notices (RFC 9700 section 2.1.1)");
        }
        let has_checkfront = self.policy.routes.iter().any(|route| route.dialect == Dialect::Checkfront);
        match (client.acts_for_others, has_checkfront) {
            (true, true) => self.say(
                Warning::ClientActsForOthers,
                &label,
                "`act_for_others = true`: it may name any account in `X-On-Behalf`; the gate does not ask whose it is",
            ),
            (true, false) => self.say(
                Warning::SettingUnused,
                &label,
                "`act_for_others = true` has no effect, since no route has `dialect = \"checkfront\"`",
            ),
            (false, _) => {}
        }
        if client.introspects_all {
            self.say(
                Warning::ClientIntrospectsAll,
                &label,
                "`introspect = true`: of every token that it gets hold of it learns whose it is and what for",
            );
        }
        let is_private = |address: &&String| !address.starts_with("https://") && !address.starts_with("http://");
        for address in client.redirect_uris.iter().filter(is_private) {
            self.say(
                Warning::ClientPrivateScheme,
                &label,
                &format!("`{address}`: any app on the device can register this scheme; only PKCE protects the code"),
            );
        }
        match client.kind {
            ClientKind::TokenPair if !self.accepts(|one| matches!(one, CredentialKind::TokenPair)) => {
                self.say(Warning::TableUnused, &label, "is of no use, since no route accepts `token-pair`");
            }
            ClientKind::Confidential | ClientKind::Public if self.policy.oauth.is_none() => {
                self.say(Warning::TableUnused, &label, "is of no use without `[oauth]`");
            }
            _ => {}
        }
    }

    pub(super) fn oauth(&mut self, oauth: &OAuth) {
        let policy = self.policy;
        if oauth.query {
            self.say(
                Warning::OauthInQuery,
                "oauth",
                "`query = true`: codes, refresh tokens and secrets of clients in addresses end up in logs",
            );
        }
        let access = time::show_duration(oauth.access_lifetime);
        if oauth.access_lifetime > LONG_ACCESS {
            self.say(
                Warning::OauthAccessLifetimeLong,
                "oauth",
                &format!("`access_lifetime = \"{access}\"`: an access token that leaks works for longer than 12 hours"),
            );
        }
        if oauth.retry_window > LONG_RETRY {
            let window = time::show_duration(oauth.retry_window);
            self.say(Warning::OauthRetryWindowLong, "oauth", &format!("`retry_window = \"{window}\"`: for longer than 30 seconds whoever steals a refresh token that was used gets what its owner got"));
        }
        if policy.single_use == SingleUse::BestEffort {
            self.say(Warning::OauthBestEffort, "oauth", "`[storage] single_use = \"best-effort\"`: two refreshes at the same moment can both win in spite of `retry_window`; the next one then looks like a theft and signs the person out");
        }
        if !self.accepts(|one| matches!(one, CredentialKind::Bearer)) {
            self.say(Warning::OauthWithoutRoute, "oauth", "no route accepts `bearer`, so its tokens open nothing here");
        }
        if policy.sign_in.is_none() && !self.accepts(|one| matches!(one, CredentialKind::Nonce)) {
            self.say(Warning::OauthWithoutSessions, "oauth", "nobody can allow anything: without `[sign_in]`, and without a route that accepts `nonce`, there are no sessions");
        }
        if policy.admin.is_none() && policy.clients.iter().all(|client| client.kind == ClientKind::TokenPair) {
            self.say(
                Warning::OauthWithoutClients,
                "oauth",
                "has no client: none stands in the file, and without `[admin]` none can be registered",
            );
        }
    }

    pub(super) fn issuer(&mut self, issuer: &Issuer) {
        let label = format!("issuers.{}", issuer.name);
        let cache = time::show_duration(issuer.cache);
        if issuer.id_tokens {
            self.say(Warning::IssuerIdTokens, &label, "takes ID tokens, which tell an app who signed in: whoever gets hold of one, in a page or a log of that app, can use it here until it ends");
        }
        match issuer.verification {
            Verification::Jwks { .. } => {
                if issuer.cache > LONG_KEYS {
                    self.say(
                        Warning::IssuerCacheLong,
                        &label,
                        &format!("`cache = \"{cache}\"`: a key that the issuer gave up counts for so long"),
                    );
                }
            }
            Verification::Introspection { .. } => {
                if issuer.audience.is_empty() {
                    self.say(Warning::IssuerWithoutAudience, &label, "without `audience` every active token of the issuer opens its routes, for whomever it was issued");
                }
                if issuer.cache > LONG_ANSWERS {
                    self.say(
                        Warning::IssuerCacheLong,
                        &label,
                        &format!("`cache = \"{cache}\"`: a token that the issuer revoked works for so long"),
                    );
                }
            }
        }
    }
}

const LONG_ACCESS: u64 = 12 * 3_600;
const LONG_RETRY: u64 = 30;
const LONG_KEYS: u64 = 3_600;
const LONG_ANSWERS: u64 = 60;
