//! The Luminate dialect through the whole gate: what is answered, what is forwarded, what is refused and how.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod support;

#[path = "luminate/auth.rs"]
mod auth;
#[path = "luminate/calls.rs"]
mod calls;
#[path = "luminate/cookies.rs"]
mod cookies;
#[path = "luminate/envelopes.rs"]
mod envelopes;
#[path = "luminate/establish.rs"]
mod establish;
#[path = "luminate/formats.rs"]
mod formats;
#[path = "luminate/forwarded.rs"]
mod forwarded;
#[path = "luminate/http_session.rs"]
mod http_session;
#[path = "luminate/methods.rs"]
mod methods;
#[path = "luminate/mistyped.rs"]
mod mistyped;
#[path = "luminate/nonces.rs"]
mod nonces;
#[path = "luminate/passwords.rs"]
mod passwords;
#[path = "luminate/places.rs"]
mod places;
#[path = "luminate/redirects.rs"]
mod redirects;
#[path = "luminate/review.rs"]
mod review;
#[path = "luminate/servers.rs"]
mod servers;
#[path = "luminate/sessions.rs"]
mod sessions;
#[path = "luminate/sign_on.rs"]
mod sign_on;
#[path = "luminate/signed_redirects.rs"]
mod signed_redirects;
#[path = "luminate/sites.rs"]
mod sites;
#[path = "luminate/vectors.rs"]
mod vectors;
