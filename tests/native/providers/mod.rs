//! Sign-in with a provider. The way of a browser with a provider that answers is tested end to end (`tests/e2e/providers/`).

mod logout;
mod presets;
