//! Kinds of credential, one file each: how it is read off a request, verified, and minted.
//!
//! [`own`] recognizes what the gateway issued, in any encoding, so that it is neither forwarded nor sent to another issuer.
//! [`session::xsrf`], [`session::handoff`], [`session::http_session`], [`ticket`] and [`journey`] have no record in storage. The
//! form of all of them is [`crate::sealed`].

pub mod bearer;
pub mod dpop;
pub mod grant;
pub(crate) mod identity_jwt;
pub mod issuer;
pub mod journey;
pub mod nonce;
pub mod own;
pub mod provider;
pub mod registry;
pub mod session;
pub mod ticket;
