//! Sessions: how long they live, and how they end.

mod life;
mod revocation;
mod rotation;
