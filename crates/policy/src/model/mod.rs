//! The policy's types. Every value here has been checked; doc comments give the form in the file and the default.

mod bucket;
mod client;
mod gateway;
mod luminate;
mod oauth;
mod origin_credentials;
mod paths;
mod rate;
mod route;
#[cfg(feature = "reader")]
mod testing;

pub use bucket::Bucket;
pub use client::*;
pub use gateway::*;
pub use luminate::*;
pub use oauth::*;
pub use origin_credentials::*;
pub use paths::*;
pub use rate::{Rate, RateBy};
pub use route::*;
#[cfg(feature = "reader")]
pub use testing::*;
