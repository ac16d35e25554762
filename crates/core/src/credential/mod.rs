//! Kinds of credential, one file each: how it is read off a request, verified, and minted.
//!
//! [`seal`] is the form of everything that Edgegate issues itself; [`record`] is what KV keeps of it;
//! [`store`] finds, mints and revokes records; [`once`] claims what works once; [`spelling`] has a vendor's alphabets.
//! [`own`] knows all of it again, whatever became of its spelling; [`traces`] finds what must not be forwarded by its form.
//! [`link`], [`signed_redirect`], [`bound`], [`xsrf`], [`passage`], [`http_session`], [`sign_on`], [`ticket`] and
//! [`errand`] have no record.

pub mod bearer;
pub mod broker_state;
pub mod dpop;
pub mod grant;
pub(crate) mod identity_jwt;
pub mod issuer;
pub mod nonce;
pub mod own;
pub mod registry;
pub mod session;
pub mod ticket;

use crate::sealed::record::Record;

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
    pub fn by_record(kind: &'static str, key_id: &str, record: Record) -> Self {
        let scope = record.scopes();
        let client = Some(record.client).filter(|client| !client.is_empty());
        Self { subject: Some(record.sub), client, scope, ..Self::by_key(kind, key_id) }
    }
}
