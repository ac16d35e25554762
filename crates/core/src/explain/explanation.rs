//! What there is to say of an address.

use serde::Serialize;

use crate::refusal::Reason;

/// The verdict where storage, or what comes beside the address, decides.
pub const NOT_KNOWN_HERE: &str = "not_known_here";

/// What there is to say of one address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// `ok`, the reason's code, or [`NOT_KNOWN_HERE`] where more than the address decides.
    pub verdict: String,
    /// The route that takes the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// Which format was checked: `link` or `signed-redirect`, with the profile's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Key that the link names, or whose secret was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// The exact text that the gateway hashes; the secret is no part of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hashed_text: Option<String>,
    /// The signature that came with the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presented: Option<String>,
    /// What it is and what to do, the likeliest first.
    pub causes: Vec<String>,
}

pub(super) fn refused(reason: Reason, causes: Vec<String>) -> Explanation {
    Explanation { verdict: reason.code().to_owned(), causes, ..Explanation::default() }
}
