//! What follows from a person's consent: codes, tokens, refreshes, revocation; over time, from several isolates at once,
//! with storage that lags, fails and loses answers.

mod asked;
mod codes;
pub mod flow;
mod native_apps;
mod races;
mod refresh;
mod registered;
mod told;
