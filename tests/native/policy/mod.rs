//! The policy reader.

mod compiled;
mod files;
mod properties;
mod testing;
mod written;
