//! The policy's types. Every value here has been judged; doc comments give the form in the file and the default.

mod credential;
mod gateway;
mod luminate;
mod route;

pub use credential::*;
pub use gateway::*;
pub use luminate::*;
pub use route::*;
