//! Rooms and messages.

#[cfg(feature = "ssr")]
pub mod server;
