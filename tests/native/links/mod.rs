//! Signed links: what is signed verifies, nothing that was changed does, and other implementations sign the same.

mod folders;
mod oracle;
mod properties;
mod single_use;
mod vectors;
mod wycheproof;
