//! Tokens of other issuers.

mod discovery;
mod keys;
mod presets;
mod sent_away;
