//! The gateway's own pages: plain, accessible, no script, light and dark, in the visitor's language.
//!
//! A page says what happened, what to do, and who helps. At its head stands whose it is: the site's name and picture, and the
//! host, so that nobody gives a password to somebody else.

pub mod me;
pub mod provider;
mod refusal;
mod setting;
mod sign_in;
mod style;

pub use crate::page::refusal::{Way, key as refusal_key, refusal, small_print, way_on};
pub use crate::page::setting::{Setting, isolated, leading_away, page};
pub use crate::page::sign_in::{SignInForm, confirm, sign_in, sign_out};
pub use crate::texts::escape;
