//! What a route makes one think about.

use std::sync::Arc;

use super::check::{Advisor, CLOSED};
use super::rules;
use super::warning::Warning;
use crate::{CredentialKind, Dialect, Issuer, Paths, Route, Verification, Via};

impl Advisor<'_> {
    pub(super) fn route(&mut self, route: &Route) {
        let label = format!("routes.{}", route.name);
        let takes_tokens = route.takes_tokens();
        if !takes_tokens && (route.bearer.query || route.bearer.form) {
            self.say(
                Warning::SettingUnused,
                &label,
                "`query` and `form` have no effect, since `accept` has neither `bearer` nor `issuer:<name>`",
            );
        }
        if takes_tokens && route.bearer.query {
            self.say(
                Warning::TokenInQuery,
                &label,
                "`query = true`: tokens in addresses end up in logs, histories and `Referer` headers",
            );
        }
        if takes_tokens && route.bearer.form {
            self.say(
                Warning::TokenInForm,
                &label,
                "`form = true`: bodies are held in memory to find a token in them, and a page elsewhere can post one",
            );
        }
        self.schemes_of(route);
        let asks = |issuer: &&Arc<Issuer>| matches!(issuer.verification, Verification::Introspection { .. });
        let mut asked = route.accept.iter().filter_map(CredentialKind::issuer).filter(asks);
        if let Some(first) = asked.next() {
            for other in asked {
                let (first, other) = (&first.name, &other.name);
                self.say(Warning::IssuerNeverAsked, &label, &format!("`issuer:{other}` is never asked: no token is asked about twice, and `issuer:{first}` comes before it"));
            }
        }
        if route.dialect == Dialect::Checkfront && !route.takes_credentials() {
            self.say(
                Warning::SettingUnused, &label,
                "takes no credential, so `dialect = \"checkfront\"` refuses `X-On-Behalf` and has next to no other effect",
            );
        }
        if let Some(places) = route.tags {
            for (is_open, place) in [(places.script, "script"), (places.style, "style"), (places.comment, "comment")] {
                if is_open {
                    self.say(Warning::TagsInUserText, &label, &format!("`tags` holds `{place}`: what stands there in a page may be another user's words, and gets the visitor's token"));
                }
            }
        }
        match (route.luminate().is_some(), route.path_parameters) {
            // The dialect lets no other `;` than that of a routing id through, and cuts it.
            (true, true) | (false, false) => {}
            (true, false) => self.say(
                Warning::LuminateWithoutPathParameters, &label,
                "speaks `luminate` without `path_parameters = true`: its clients add `;jsessionid=` to addresses, and are refused",
            ),
            (false, true) => self.say(
                Warning::PathParametersAllowed, &label,
                "`path_parameters = true`: origins differ on what a `;` in a path means; open it only where one does",
            ),
        }
        if let Some(remark) = rules::shared_subjects(&route.require, &route.accept) {
            self.say(Warning::SubjectOfSeveral, &label, &remark);
        }
        self.sessions_of(route, &label);
        if route.maintenance {
            self.say(Warning::MaintenanceOn, &label, CLOSED);
        }
        if route.forward.passes_authorization {
            self.say(
                Warning::AuthorizationPassed,
                &label,
                "`authorization = \"pass\"`: passwords and tokens that are not this gateway's reach the origin, which alone checks them and counts guesses",
            );
        }
        let Paths { encoded_slash, double_slash, needless_escapes } = route.paths;
        for (is_allowed, warning, remark) in [
            (
                encoded_slash,
                Warning::EncodedSlashAllowed,
                "`encoded_slash = true`: origins differ on whether `%2F` parts segments",
            ),
            (double_slash, Warning::DoubleSlashAllowed, "`double_slash = true`: origins differ on whether `//` is `/`"),
            (
                needless_escapes,
                Warning::NeedlessEscapesAllowed,
                "`needless_escapes = true`: what stands before the origin may know a page by another spelling",
            ),
        ] {
            if is_allowed {
                self.say(warning, &label, remark);
            }
        }
        if route.method_override {
            self.say(
                Warning::MethodOverrideAllowed,
                &label,
                "`method_override = true`: where the origin takes the method from `_method`, `methods` bounds nothing",
            );
        }
        if route.luminate().is_some() && !route.methods.iter().any(|method| method == "POST") {
            self.say(
                Warning::LuminateWithoutPost,
                &label,
                "speaks `luminate` without `POST`: passwords and tokens are taken from nothing else",
            );
        }
        let signs = self.policy.luminate.as_ref().map(|luminate| &luminate.signature);
        let is_signed_here = |accept: &CredentialKind| match (accept, signs) {
            (CredentialKind::SignedRedirect(taken), Some(signs)) => taken.shares_key(signs),
            _ => false,
        };
        if route.accept.iter().any(is_signed_here) {
            self.say(Warning::RedirectSignedHere, &label, "takes what the gate itself signs for every caller of the Luminate API: whoever asks gets in, as nobody unless the subject says who");
        }
        let has = |kind: fn(&CredentialKind) -> bool| route.accept.iter().any(kind);
        if has(|one| matches!(one, CredentialKind::Nonce)) && !has(|one| matches!(one, CredentialKind::Session)) {
            self.say(
                Warning::NonceWithoutSession,
                &label,
                "accepts `nonce` but not `session`, so what a nonce opens is of no use here",
            );
        }
        if has(|one| matches!(one, CredentialKind::Anonymous)) && route.accept.len() > 1 {
            self.say(
                Warning::CredentialOptional,
                &label,
                "`none` at the end of `accept`: a request without credentials goes through as nobody",
            );
        }
        if let Some(cors) = &route.cors
            && cors.credentials
            && let Some(wildcard) = cors.origins.iter().find(|origin| origin.is_wildcard())
        {
            self.say(Warning::CorsWildcard, &label, &format!("`{wildcard}` with `credentials = true`: a page on any subdomain, even a forgotten one, acts as its visitor"));
        }
        let changes = |method: &&String| matches!(method.as_str(), "PUT" | "DELETE");
        if let (Via::Bucket(_), false, Some(method)) =
            (&route.forward.origin.via, route.is_guarded(), route.methods.iter().find(changes))
        {
            let remark = format!(
                "takes `{method}` from everybody: whoever comes fills the bucket, and replaces or deletes what is in it"
            );
            self.say(Warning::BucketOpen, &label, &remark);
        }
        if let Via::Url(url) = &route.forward.origin.via
            && url.authority() == self.policy.gateway.issuer.authority()
        {
            self.say(
                Warning::RouteToItself,
                &label,
                "forwards to the gateway's own host; that reaches the site behind a Worker route, but comes back on a Custom Domain",
            );
        }
    }
}
