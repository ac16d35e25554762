//! Tokens of other issuers.

mod keys;
mod sent_away;
