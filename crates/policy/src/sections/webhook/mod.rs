//! `[webhooks.<name>]`: how a sender signs what it posts.

#[cfg(feature = "reader")]
mod file;
#[cfg(feature = "reader")]
mod formats;

#[cfg(feature = "reader")]
pub(crate) use file::{SECTION, read};

/// `[webhooks.<name>]`
#[derive(Debug, Clone)]
pub struct Webhook {
    /// The table's name.
    pub name: String,
    /// Names of the Worker secrets that it may be signed with, one or two. Never empty.
    pub secrets: Vec<String>,
    /// Where the signature stands, and what it covers.
    pub format: WebhookFormat,
    /// Seconds: how far the signed time may lie from now, either way (default 300).
    pub tolerance: u64,
    /// Bytes of the longest body (default 1 MiB); beyond it 413.
    pub limit: usize,
    /// A delivery works once. Needs a signed time.
    pub single_use: bool,
}

/// A sender's format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookFormat {
    /// The header field of the signature, in lower case.
    pub field: String,
    /// What separates several in it; empty: there is one.
    pub separator: String,
    /// What stands before each. Elements of a list that begin otherwise are passed over.
    pub prefix: String,
    /// How the bytes are written.
    pub encoding: WebhookEncoding,
    /// HMAC-SHA-1 in place of HMAC-SHA-256.
    pub is_sha1: bool,
    /// The secret is base64 of the key, behind `whsec_` if that is there.
    pub has_base64_key: bool,
    /// Where the time of sending stands, where it is signed.
    pub time: Option<WebhookTime>,
    /// What the signature covers, one after the other. The body is in it exactly once.
    pub covered: Vec<WebhookPart>,
}

/// How a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookEncoding {
    /// Hexadecimal digits of either case.
    Hex,
    /// Base64 (RFC 4648 section 4) with its padding.
    Base64,
}

/// Where the time of sending stands, in Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookTime {
    /// In a header field of its own, in lower case.
    Field(String),
    /// In the list of signatures, behind this prefix.
    Listed(String),
}

/// A piece of what a signature covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookPart {
    /// This text.
    Text(String),
    /// The value of a header field, in lower case.
    Field(String),
    /// The time of sending, as it is written.
    Time,
    /// The body, byte for byte.
    Body,
}

coded!(struct Webhook { name, secrets, format, tolerance, limit, single_use });
coded!(struct WebhookFormat { field, separator, prefix, encoding, is_sha1, has_base64_key, time, covered });
coded!(enum WebhookEncoding { 0 Hex, 1 Base64 });
coded!(enum WebhookTime { 0 Field(value), 1 Listed(value) });
coded!(enum WebhookPart { 0 Text(value), 1 Field(value), 2 Time, 3 Body });
