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
