//! The authorization server, and the authorization servers of others.

use std::sync::Arc;

use super::super::Key;

/// `[oauth]`: the gateway is an authorization server (RFC 6749).
#[derive(Debug, Clone)]
pub struct OAuth {
    /// Seal keys; the first mints, all verify.
    pub keys: Vec<Arc<Key>>,
    /// Where its endpoints stand (default `/oauth`).
    pub path: String,
    /// Whose texts its errors have.
    pub dialect: Dialect,
    /// Seconds an authorization code lives (default 60).
    pub code_lifetime: u64,
    /// Seconds an access token lives (default 1 h).
    pub access_lifetime: u64,
    /// Seconds a refresh token lives, each anew (default 14 days).
    pub refresh_lifetime: u64,
    /// Seconds after which nothing is refreshed any more (default 365 days).
    pub grant_lifetime: u64,
    /// Seconds for which a client is not asked about again what it was allowed (default 0: it always is).
    pub remember_consent: u64,
    /// Seconds for which a refresh token that was used gets the same successor again (default 10).
    pub retry_window: u64,
    /// Over how many objects of the Ledger grants and proofs (DPoP) are spread, which no single key made.
    pub shards: u16,
    /// Seconds an isolate may answer from its own copy of a grant (default 30).
    pub cache: u64,
    /// `query = true`: parameters of the token endpoint may stand in the address.
    pub query: bool,
    /// What the consent page says of scopes, in file order.
    pub scopes: Vec<(String, String)>,
}

/// `dialect = "..."`: in whose words a refusal is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dialect {
    /// `generic` (default): the RFCs'.
    #[default]
    Generic,
    /// `checkfront`: `protocols.md` B1.
    Checkfront,
    /// `superoffice`, of a route alone: `protocols.md` C3.
    SuperOffice,
}

coded!(struct OAuth { keys, path, dialect, code_lifetime, access_lifetime, refresh_lifetime, grant_lifetime, remember_consent, retry_window, shards, cache, query, scopes });
coded!(enum Dialect { 0 Generic, 1 Checkfront, 2 SuperOffice });
