//! The kinds of credential: one row for each.
//!
//! Numbers are those of a compiled policy. A row's head names what the policy says of the kind: its type, where the reader
//! finds it, and which of its fields is the profile's name, if there are several.

use std::sync::Arc;

use crate::carrier::{self, ACCESS_TOKEN, APP_TOKEN, CONFIRM, Carrier, Name};
use crate::{Basic, Issuer, Link, Luminate, Networks, Policy, RateBy, SignedRedirect, Ticket, TokenPlace, Webhook};

use super::{Facts, PlainScheme, Says, Scheme, Turn};

kinds! {
    /// `link:<name>`
    LINK = 0 Link(link: Arc<Link>, links) by link.name {
        word: "link",
        scheme: None,
        carriers: &[Carrier::Prefix(carrier::LINK), Carrier::Cookie(Name::Given(link_cookie))],
        turn: Turn::InOrder,
        is_ambient: false,
        has_xsrf_token: false,
        is_revocable: false,
        has_scopes: false,
        says: Says::SubjectOfProfile,
        is_in_address: true,
        counted_by: &[RateBy::Subject, RateBy::Client, RateBy::Link],
        is_stored: false,
        is_known: |policy| !policy.links.is_empty(),
        needs: &[],
        uses: &["links"],
    }
    /// `signed-redirect:<name>`
    SIGNED_REDIRECT = 1 SignedRedirect(redirect: Arc<SignedRedirect>, signed_redirects) by redirect.name {
        word: "signed-redirect",
        scheme: None,
        carriers: &[Carrier::OfProfile],
        turn: Turn::InOrder,
        is_ambient: false,
        has_xsrf_token: false,
        is_revocable: false,
        has_scopes: false,
        says: Says::SubjectOfProfile,
        is_in_address: true,
        counted_by: &[RateBy::Subject, RateBy::Client, RateBy::Link],
        is_stored: false,
        is_known: |policy| !policy.signed_redirects.is_empty(),
        needs: &[],
        uses: &["signed_redirects"],
    }
    /// `bearer`: a token that this gateway issued.
    BEARER = 2 Bearer {
        word: "bearer",
        scheme: Some(Scheme::Bearer),
        carriers: &[Carrier::Authorization, Carrier::OfRoute(ACCESS_TOKEN)],
        turn: Turn::InOrder,
        is_ambient: false,
        has_xsrf_token: false,
        is_revocable: true,
        has_scopes: true,
        says: Says::Subject,
        is_in_address: false,
        counted_by: &[RateBy::Subject, RateBy::Client],
        is_stored: true,
        is_known: |policy| policy.bearer.is_some(),
        needs: &["bearer"],
        uses: &["bearer"],
    }
    /// `issuer:<name>`: a Bearer token that somebody else issued.
    ISSUER = 3 Issuer(issuer: Arc<Issuer>, issuers) by issuer.name {
        word: "issuer",
        scheme: Some(Scheme::Bearer),
        // The header field of Access is one that no client can write to an origin, whatever the policy accepts.
        carriers: &[
            Carrier::Authorization,
            Carrier::OfRoute(ACCESS_TOKEN),
            Carrier::Cookie(Name::Given(access_cookie)),
        ],
        turn: Turn::InOrder,
        is_ambient: false,
        has_xsrf_token: false,
        is_revocable: false,
        has_scopes: true,
        says: Says::Claims,
        is_in_address: false,
        counted_by: &[RateBy::Subject, RateBy::Client],
        is_stored: false,
        is_known: |policy| !policy.issuers.is_empty(),
        needs: &[],
        uses: &["issuers"],
    }
    /// `token-pair`: key and secret over HTTP Basic.
    TOKEN_PAIR = 4 TokenPair {
        word: "token-pair",
        scheme: Some(Scheme::Plain(&BASIC_SCHEME)),
        carriers: &[Carrier::Authorization],
        turn: Turn::InOrder,
        is_ambient: true,
        has_xsrf_token: false,
        is_revocable: false,
        has_scopes: true,
        says: Says::Subject,
        is_in_address: false,
        counted_by: &[RateBy::Subject, RateBy::Client],
        is_stored: true,
        is_known: |policy| policy.registry.is_some(),
        needs: &["registry"],
        uses: &["registry"],
    }
    /// `basic`: user name and password over HTTP Basic.
    BASIC = 5 Basic(basic: Arc<Basic>, basic) {
        word: "basic",
        scheme: Some(Scheme::Plain(&BASIC_SCHEME)),
        carriers: &[Carrier::Authorization],
        turn: Turn::InOrder,
        is_ambient: true,
        has_xsrf_token: false,
        is_revocable: true,
        has_scopes: false,
        says: Says::Subject,
        is_in_address: false,
        counted_by: &[RateBy::Subject],
        is_stored: false,
        is_known: |policy| policy.basic.is_some(),
        needs: &["basic"],
        uses: &["basic"],
    }
    /// `ticket`
    TICKET = 6 Ticket(ticket: Arc<Ticket>, ticket) {
        word: "ticket",
        scheme: Some(Scheme::Plain(&TICKET_SCHEME)),
        carriers: &[Carrier::Authorization],
        turn: Turn::InOrder,
        is_ambient: false,
        has_xsrf_token: false,
        is_revocable: true,
        has_scopes: false,
        says: Says::Subject,
        is_in_address: false,
        counted_by: &[RateBy::Subject],
        is_stored: true,
        is_known: |policy| policy.ticket.is_some(),
        needs: &["ticket"],
        uses: &["ticket", "session"],
    }
    /// `app-ticket`: a ticket, from an application that shows its own token.
    APP_TICKET = 7 AppTicket(ticket: Arc<Ticket>, ticket) {
        word: "app-ticket",
        scheme: Some(Scheme::Plain(&APP_TICKET_SCHEME)),
        carriers: &[Carrier::Authorization, Carrier::Header(APP_TOKEN)],
        turn: Turn::InOrder,
        is_ambient: false,
        has_xsrf_token: false,
        is_revocable: true,
        has_scopes: false,
        says: Says::Subject,
        is_in_address: false,
        counted_by: &[RateBy::Subject],
        is_stored: true,
        is_known: |policy| policy.ticket.is_some(),
        needs: &["ticket"],
        uses: &["ticket", "session"],
    }
    /// `session`
    SESSION = 8 Session {
        word: "session",
        scheme: Some(Scheme::Cookie),
        carriers: &[Carrier::Cookie(Name::Given(|policy| policy.session.as_ref().map(|session| &*session.cookie)))],
        turn: Turn::AfterOthers,
        is_ambient: true,
        has_xsrf_token: true,
        is_revocable: true,
        has_scopes: false,
        says: Says::Claims,
        is_in_address: false,
        counted_by: &[RateBy::Subject],
        is_stored: true,
        is_known: |policy| policy.session.is_some(),
        needs: &["session"],
        uses: &["session"],
    }
    /// `nonce`
    NONCE = 9 Nonce {
        word: "nonce",
        scheme: None,
        carriers: &[
            Carrier::Parameter(Name::Is(CONFIRM)),
            Carrier::Parameter(Name::Given(|policy| policy.nonce.as_ref().map(|nonce| &*nonce.parameter))),
        ],
        turn: Turn::InOrder,
        is_ambient: false,
        has_xsrf_token: false,
        is_revocable: false,
        has_scopes: false,
        says: Says::Subject,
        is_in_address: true,
        counted_by: &[RateBy::Subject],
        is_stored: true,
        is_known: |policy| policy.nonce.is_some(),
        needs: &["nonce", "session"],
        uses: &["nonce"],
    }
    /// `luminate`: the dialect's own rules; the only entry.
    LUMINATE = 10 Luminate(luminate: Arc<Luminate>, luminate) {
        word: "luminate",
        scheme: None,
        carriers: &[
            Carrier::OfProfile,
            Carrier::Parameter(Name::Is(carrier::SIGN_ON)),
            Carrier::Parameter(Name::Is(carrier::LUMINATE_NONCE)),
            Carrier::Parameter(Name::Is(carrier::LUMINATE_SESSION)),
        ],
        turn: Turn::InOrder,
        is_ambient: true,
        has_xsrf_token: true,
        is_revocable: true,
        has_scopes: false,
        says: Says::Subject,
        is_in_address: false,
        counted_by: &[RateBy::Subject],
        is_stored: true,
        is_known: |policy| policy.luminate.is_some(),
        needs: &["luminate"],
        uses: &["luminate", "session"],
    }
    /// `http-session`: a session at the http host; with nothing but `none` beside it.
    HTTP_SESSION = 11 HttpSession(luminate: Arc<Luminate>, luminate) {
        word: "http-session",
        scheme: None,
        carriers: &[
            Carrier::Cookie(Name::Is(carrier::HTTP_SESSION)),
            Carrier::Cookie(Name::Is(carrier::HTTP_SESSION_HANDED)),
        ],
        turn: Turn::InOrder,
        is_ambient: true,
        has_xsrf_token: false,
        is_revocable: true,
        has_scopes: false,
        says: Says::Subject,
        is_in_address: false,
        counted_by: &[RateBy::Subject],
        is_stored: true,
        is_known: |policy| policy.luminate.as_ref().is_some_and(|luminate| luminate.http_host.is_some()),
        needs: &[],
        uses: &[],
    }
    /// `webhook:<name>`: a sender's signature over what it posts. The origin gets it too, and may verify it again.
    WEBHOOK = 14 Webhook(webhook: Arc<Webhook>, webhooks) by webhook.name {
        word: "webhook",
        scheme: None,
        carriers: &[],
        turn: Turn::InOrder,
        is_ambient: false,
        has_xsrf_token: false,
        is_revocable: false,
        has_scopes: false,
        says: Says::Nothing,
        is_in_address: false,
        counted_by: &[RateBy::Client],
        is_stored: false,
        is_known: |policy| !policy.webhooks.is_empty(),
        needs: &[],
        uses: &["webhooks"],
    }
    /// `network:<name>`: where the client comes from. A browser there sends whatever another site makes it send.
    NETWORK = 13 Network(network: Arc<Networks>, networks) by network.name {
        word: "network",
        scheme: None,
        carriers: &[],
        turn: Turn::AfterOthers,
        is_ambient: true,
        has_xsrf_token: false,
        is_revocable: false,
        has_scopes: false,
        says: Says::Nothing,
        is_in_address: false,
        counted_by: &[],
        is_stored: false,
        is_known: |policy| !policy.networks.is_empty(),
        needs: &[],
        uses: &["networks"],
    }
    /// `none`: open to everybody; must be the last entry.
    NONE = 12 Anonymous {
        word: "none",
        scheme: None,
        carriers: &[],
        turn: Turn::Last,
        is_ambient: false,
        has_xsrf_token: false,
        is_revocable: false,
        has_scopes: false,
        says: Says::Nothing,
        is_in_address: false,
        counted_by: &[],
        is_stored: false,
        is_known: |_| false,
        needs: &[],
        uses: &[],
    }
}

/// The cookie of a folder, if a profile sets it.
fn link_cookie(policy: &Policy) -> Option<&str> {
    policy.links.iter().any(|link| link.cookie).then_some(carrier::LINK_COOKIE)
}

/// The cookie of Cloudflare Access, if the policy reads it.
fn access_cookie(policy: &Policy) -> Option<&str> {
    let reads = |issuer: &Arc<Issuer>| issuer.place == TokenPlace::CfAccess;
    policy.issuers.iter().any(reads).then_some(carrier::ACCESS_COOKIE)
}

/// RFC 7617.
static BASIC_SCHEME: PlainScheme = PlainScheme {
    name: ["Basic"],
    said: "Basic",
    shown: "BASIC: base64 of user name, colon and password: <code>Authorization: Basic …</code>",
};
static TICKET_SCHEME: PlainScheme = PlainScheme {
    name: [Scheme::TICKET],
    said: "SOTicket",
    shown: "SOTICKET: a ticket as it was given: <code>Authorization: SOTicket 7T:…</code>",
};
/// The same from an application that shows a token of its own.
static APP_TICKET_SCHEME: PlainScheme = PlainScheme {
    name: [Scheme::TICKET],
    said: "SOTicket with SO-AppToken",
    shown: "SOTICKET: a ticket as it was given: <code>Authorization: SOTicket 7T:…</code>, and the application's own \
            token: <code>SO-AppToken: …</code>",
};
