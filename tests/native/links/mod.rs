//! Signed links: what is signed verifies, nothing that was changed does, and other implementations sign the same.

mod oracle;
mod properties;
mod vectors;
mod wycheproof;
