//! Claims of SECURITY.md, and attacks that were found once.

mod advisories;
mod boundaries;
