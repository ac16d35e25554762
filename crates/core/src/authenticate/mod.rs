//! The credentials that a route accepts: each looks for itself.

pub(crate) mod attempt;
pub(crate) mod basic;
pub(crate) mod broker;
pub(crate) mod claim;
pub(crate) mod cross_site;
pub(crate) mod form;
pub(crate) mod nonce;
pub(crate) mod password;
pub(crate) mod scheme;
pub(crate) mod sign_in;
pub(crate) mod token;
