//! The kinds of warning.
//!
//! The list is closed and its codes are stable: `edgegate check` prints them, `[[allow_warnings]]` of a policy names
//! them, and docs/warnings.md has a section for each.

use std::fmt;

/// Declares the warnings with their codes, so that no warning is without one.
macro_rules! warnings {
    ($($(#[$doc:meta])+ $name:ident = $code:literal,)+) => {
        /// What a warning is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Warning { $($(#[$doc])+ $name,)+ }

        impl Warning {
            /// Every warning, in the order of docs/warnings.md.
            pub const ALL: &[Warning] = &[$(Warning::$name,)+];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Warning::$name => $code,)+ }
            }
        }
    };
}

warnings! {
    /// A table that nothing refers to, or that no route puts to use.
    TableUnused = "table_unused",
    /// A setting that changes nothing, given the rest of the policy.
    SettingUnused = "setting_unused",
    /// An entry of `[[allow_warnings]]` without the warning that it is about.
    AllowanceUnused = "allowance_unused",

    /// `explain = true`.
    ExplainOn = "explain_on",
    /// `decision_log = false`.
    DecisionLogOff = "decision_log_off",
    /// Networks of proxies in `[admin] allow`.
    ProxiesAdminister = "proxies_administer",
    /// `maintenance = true`.
    MaintenanceOn = "maintenance_on",
    /// `single_use = "best-effort"`.
    SingleUseBestEffort = "single_use_best_effort",
    /// `insecure = true` of an origin.
    OriginInsecure = "origin_insecure",
    /// A key with `algorithm = "hmac-sha1"`.
    KeyHmacSha1 = "key_hmac_sha1",

    /// `cover_method = false`.
    LinkAnyMethod = "link_any_method",
    /// `cover_host = false`.
    LinkAnyHost = "link_any_host",
    /// `max_lifetime` of more than 30 days.
    LinkLifetimeLong = "link_lifetime_long",
    /// The day on which a digest was to be given up is past.
    RedirectSunsetPast = "redirect_sunset_past",
    /// That day is near.
    RedirectSunsetNear = "redirect_sunset_near",
    /// `single_use = false` of a signed redirect.
    RedirectReplayable = "redirect_replayable",
    /// Two redirects of one second and one query are the same.
    RedirectIdentical = "redirect_identical",
    /// `window` of more than a minute.
    RedirectWindowLong = "redirect_window_long",
    /// `boundary = "either"`.
    RedirectBoundaryEither = "redirect_boundary_either",

    /// `pkce = false`.
    ClientWithoutPkce = "client_without_pkce",
    /// `act_for_others = true`.
    ClientActsForOthers = "client_acts_for_others",
    /// `introspect = true`.
    ClientIntrospectsAll = "client_introspects_all",
    /// A redirect URI with a scheme that any app can register.
    ClientPrivateScheme = "client_private_scheme",
    /// `query = true` of `[oauth]`.
    OauthInQuery = "oauth_in_query",
    /// `access_lifetime` of more than 12 hours.
    OauthAccessLifetimeLong = "oauth_access_lifetime_long",
    /// `retry_window` of more than 30 seconds.
    OauthRetryWindowLong = "oauth_retry_window_long",
    /// Refreshes without the Ledger.
    OauthBestEffort = "oauth_best_effort",
    /// An authorization server whose tokens open no route.
    OauthWithoutRoute = "oauth_without_route",
    /// An authorization server at which no session can be opened.
    OauthWithoutSessions = "oauth_without_sessions",
    /// An authorization server without a client.
    OauthWithoutClients = "oauth_without_clients",
    /// `cache` of an issuer that is long for what it caches.
    IssuerCacheLong = "issuer_cache_long",
    /// An issuer by introspection without `audience`.
    IssuerWithoutAudience = "issuer_without_audience",
    /// `id_tokens = true`, also by a preset.
    IssuerIdTokens = "issuer_id_tokens",

    /// `recheck` without the Ledger.
    RecheckBestEffort = "recheck_best_effort",

    /// A ticket that would outlive its session.
    TicketLifetimeLong = "ticket_lifetime_long",
    /// `pages = true` of `[ticket]`.
    TicketForPages = "ticket_for_pages",
    /// `identity_names` without one of the usual names.
    LuminateIdentityNames = "luminate_identity_names",
    /// `withheld_names` without one of the usual names.
    LuminateWithheldNames = "luminate_withheld_names",
    /// `http_host`: sessions by plain http.
    LuminateHttpHost = "luminate_http_host",
    /// A method in `no_auth` that is not in the usual list.
    LuminateNoAuth = "luminate_no_auth",

    /// An open route that no request ever takes.
    RouteUnreached = "route_unreached",
    /// A guarded route some of whose methods an open one takes.
    RoutePartlyOpen = "route_partly_open",
    /// An open route for other methods of a guarded path.
    RouteOpenBesideGuarded = "route_open_beside_guarded",
    /// An open route that surrounds guarded ones.
    RouteOpenAroundGuarded = "route_open_around_guarded",
    /// A route that surrounds one which asks for more.
    RouteLooserAround = "route_looser_around",
    /// A route whose origin is the gateway.
    RouteToItself = "route_to_itself",
    /// PUT or DELETE of a bucket, open to all.
    BucketOpen = "bucket_open",
    /// `none` behind credentials.
    CredentialOptional = "credential_optional",
    /// `query = true`.
    TokenInQuery = "token_in_query",
    /// `form = true`.
    TokenInForm = "token_in_form",
    /// A rule about a subject that several issuers may say.
    SubjectOfSeveral = "subject_of_several",
    /// A claim of a session that several ways to sign in may say.
    ClaimOfSeveral = "claim_of_several",
    /// A route for every session, although anybody can have one.
    SessionOfAnybody = "session_of_anybody",
    /// An issuer behind another that is asked already.
    IssuerNeverAsked = "issuer_never_asked",
    /// `nonce` without `session`.
    NonceWithoutSession = "nonce_without_session",
    /// A signed redirect that the gateway itself signs for every caller.
    RedirectSignedHere = "redirect_signed_here",
    /// A `broker` that helps no visitor.
    BrokerUnusable = "broker_unusable",
    /// `xsrf = "off"`.
    XsrfOff = "xsrf_off",
    /// `xsrf = "always"` where visitors without a session are let through.
    XsrfAlwaysOnOpen = "xsrf_always_on_open",
    /// `xsrf = "token"` on Luminate pages that get no token.
    XsrfTokenWithoutTags = "xsrf_token_without_tags",
    /// `superoffice` without the token on every request.
    SuperofficeWithoutXsrf = "superoffice_without_xsrf",
    /// `tags` in text that another user may have written.
    TagsInUserText = "tags_in_user_text",
    /// Credentials for every subdomain of a wildcard.
    CorsWildcard = "cors_wildcard",
    /// `forward.authorization = "pass"`.
    AuthorizationPassed = "authorization_passed",
    /// `encoded_slash = true`.
    EncodedSlashAllowed = "encoded_slash_allowed",
    /// `double_slash = true`.
    DoubleSlashAllowed = "double_slash_allowed",
    /// `needless_escapes = true`.
    NeedlessEscapesAllowed = "needless_escapes_allowed",
    /// `path_parameters = true`.
    PathParametersAllowed = "path_parameters_allowed",
    /// `method_override = true`.
    MethodOverrideAllowed = "method_override_allowed",
    /// `luminate` without `path_parameters = true`.
    LuminateWithoutPathParameters = "luminate_without_path_parameters",
    /// `luminate` without `POST`.
    LuminateWithoutPost = "luminate_without_post",
}

impl Warning {
    /// Whether a policy can acknowledge it: an acknowledgement that is not needed is removed instead.
    pub fn can_be_allowed(self) -> bool {
        self != Warning::AllowanceUnused
    }

    /// The codes that a policy can acknowledge.
    pub(crate) fn allowable() -> impl Iterator<Item = &'static str> + Clone {
        Warning::ALL.iter().filter(|warning| warning.can_be_allowed()).map(|warning| warning.code())
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_short_words_and_each_is_one_warning() {
        for (index, warning) in Warning::ALL.iter().enumerate() {
            let code = warning.code();
            assert!(
                code.len() <= 40 && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
            );
            assert!(Warning::ALL[..index].iter().all(|other| other.code() != code), "{code} twice");
        }
    }
}
