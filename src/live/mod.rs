//! The browser's side of a connection: reconnecting socket and event stream, and the state that a badge shows.
//!
//! Knows no feature. Nothing here runs on the server: everything starts in effects, which only browsers run.

pub mod badge;
pub mod event_source;
pub mod socket;
pub mod wake;
