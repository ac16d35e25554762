//! Redirects: signed ones that come, and those that the gateway makes.

mod outcomes;
mod signed;
mod url_suite;
