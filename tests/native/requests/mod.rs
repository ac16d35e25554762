//! A request as it comes: its target, query and body, and the route that takes it.

mod client_address;
mod forms;
mod health;
mod loopback;
mod method_override;
mod multipart;
mod near_misses;
mod parsers;
mod paths;
mod preflights;
mod query;
mod routes;
mod target;
