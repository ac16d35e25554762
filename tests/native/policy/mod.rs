//! The policy reader.

mod compiled;
mod demo;
mod files;
mod keys;
mod properties;
mod testing;
mod written;
