//! Tokens of other issuers.

mod discovery;
mod hostile;
mod keys;
mod presets;
mod sent_away;
