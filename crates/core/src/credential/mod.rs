//! Kinds of credential, one file each: how it is read off a request, verified, and minted.
//!
//! [`seal`] is the form of everything that Edgegate issues itself; [`record`] is what KV keeps of it;
//! [`store`] finds, mints and revokes records; [`once`] claims what works once; [`spelling`] has a vendor's alphabets.
//! [`own`] knows all of it again, whatever became of its spelling; [`traces`] finds what must not be forwarded by its form.
//! [`link`], [`signed_redirect`], [`bound`], [`xsrf`], [`passage`], [`http_session`], [`sign_on`], [`ticket`] and
//! [`errand`] have no record.

pub mod authorization;
pub mod basic;
pub mod bearer;
pub mod bound;
pub mod code;
pub mod dpop;
pub mod errand;
pub mod foreign;
pub mod grant;
pub mod heads;
pub mod http_session;
pub mod introspection;
mod issuer_keys;
pub mod jwk;
pub mod jws;
pub mod jwt;
pub mod link;
pub mod nonce;
pub mod once;
pub mod own;
pub mod passage;
pub mod recent;
pub mod record;
pub mod registry;
pub mod seal;
pub mod session;
pub mod sign_on;
pub mod signed_redirect;
pub mod spelling;
pub mod store;
pub mod ticket;
pub mod traces;
pub mod xsrf;

use crate::digest::sha256;
use crate::ports::ClaimKey;

/// As whom a request goes through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// Which kind of credential opened the route, as the log names it.
    pub kind: &'static str,
    /// Who.
    pub subject: Option<String>,
    /// The client (RFC 6749 section 1.1) that the credential was issued to.
    pub client: Option<String>,
    /// Granted scopes.
    pub scope: Vec<String>,
    /// Who issued the credential, if it was not this gateway: a subject is somebody only there.
    pub issuer: Option<String>,
    /// Id of the key that authenticated it, or name of the issuer.
    pub key_id: Option<String>,
    /// It may act for other accounts.
    pub acts_for_others: bool,
}

impl Identity {
    /// What an authentic credential says before its record is read.
    pub fn by_key(kind: &'static str, key_id: &str) -> Self {
        Self { kind, key_id: Some(key_id.to_owned()), ..Self::default() }
    }

    /// The same with what its record says.
    pub fn by_record(kind: &'static str, key_id: &str, record: record::Record) -> Self {
        let scope = record.scopes();
        let client = Some(record.client).filter(|client| !client.is_empty());
        Self { subject: Some(record.sub), client, scope, ..Self::by_key(kind, key_id) }
    }
}

/// The key under which a credential is claimed: a digest of what authenticates it, so that no other
/// spelling of the same credential is a new one.
pub fn claim_key(what: &str, key_id: &str, mac: &[u8]) -> ClaimKey {
    let digest = sha256(&[b"edgegate claim v1\0", what.as_bytes(), b"\0", key_id.as_bytes(), b"\0", mac]);
    ClaimKey::by(key_id, digest)
}
