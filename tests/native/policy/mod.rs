//! The policy reader.

mod claim_fields;
mod compiled;
mod demo;
mod files;
mod keys;
mod properties;
mod testing;
mod written;
