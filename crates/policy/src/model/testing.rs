//! A policy's own tests: requests and what they must come to.

use core::net::IpAddr;
use std::sync::Arc;

use crate::{Link, SignedRedirect};

/// `[[tests]]`
#[derive(Debug, Clone)]
pub struct PolicyTest {
    /// What it shows.
    pub name: String,
    /// Line of its table in the file, from 1.
    pub line: usize,
    /// The request's method.
    pub method: String,
    /// Its address: a whole one, or the part behind the issuer.
    pub url: String,
    /// Its header fields, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// Where it comes from, if that is known.
    pub client: Option<IpAddr>,
    /// A credential that is made for it.
    pub credential: Option<TestCredential>,
    /// When it arrives (Unix seconds).
    pub at: u64,
    /// What it must come to.
    pub expected: Expected,
}

/// `credential = { … }`
#[derive(Debug, Clone)]
pub struct TestCredential {
    /// What it is.
    pub kind: TestCredentialKind,
    /// Seconds before the request that it is made.
    pub age: u64,
}

/// A credential that the policy's own keys can make. People are given as subjects.
#[derive(Debug, Clone)]
pub enum TestCredentialKind {
    /// `link`
    Link(Arc<Link>),
    /// `signed_redirect`
    SignedRedirect(Arc<SignedRedirect>),
    /// `bearer` and `scope`
    Bearer(String, Vec<String>),
    /// `token_pair`: a client's id.
    TokenPair(String),
    /// `basic`: a machine's name.
    Basic(String),
    /// `session`, and whether `xsrf_token` goes with it.
    Session(String, bool),
    /// `ticket`
    Ticket(String),
    /// `nonce`
    Nonce(String),
}

/// What a test says of the outcome; what it leaves out may be anything.
#[derive(Debug, Clone, Default)]
pub struct Expected {
    /// Name of the route.
    pub route: Option<String>,
    /// Code of the reason.
    pub refused: Option<String>,
    /// The URL at the origin, or its path and query.
    pub forwarded: Option<String>,
    /// Status of the gateway's own answer.
    pub status: Option<u64>,
    /// As whom; empty for nobody.
    pub subject: Option<String>,
}
