//! What the tags of a page stand for (`protocols.md` A3.1, A2).

use crate::credential::passage::Mint;
use crate::policy::{HostPattern, TagPlaces};
use crate::secret::Secret;

/// What tags stand for on one visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tags {
    /// Where they are expanded.
    pub places: TagPlaces,
    /// The token of the visitor's session.
    pub token: Secret,
    /// Nonces for that session.
    pub nonces: Mint,
    /// The gateway's own host.
    pub own_host: String,
    /// Other hosts that may get a nonce.
    pub hosts: Vec<HostPattern>,
    /// The Set-Cookie value that goes out with a page, where the session is new.
    pub cookie: Option<String>,
}
