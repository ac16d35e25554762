//! Tokens of other issuers.

mod discovery;
mod hostile;
mod keys;
mod presets;
mod rules;
mod rules_oracle;
mod sent_away;
