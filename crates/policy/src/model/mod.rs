//! The policy's types. Every value here has been checked; doc comments give the form in the file and the default.

mod client;
mod credential;
mod gateway;
mod luminate;
mod oauth;
mod route;
mod scheme;

pub use client::*;
pub use credential::*;
pub use gateway::*;
pub use luminate::*;
pub use oauth::*;
pub use route::*;
pub use scheme::*;
