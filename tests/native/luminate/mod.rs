//! The Luminate dialect through the whole gate: what is answered, what is forwarded, what is refused and how.

mod auth;
mod calls;
mod cookies;
mod envelopes;
mod establish;
mod formats;
mod forwarded;
mod http_session;
mod lines;
mod methods;
mod mistyped;
mod nonces;
mod passwords;
mod places;
mod redirects;
mod review;
mod servers;
mod sessions;
mod sign_on;
mod signed_redirects;
mod sites;
mod vectors;
mod words;
