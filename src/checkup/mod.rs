//! The connection check: tells whoever runs the server what their proxy breaks.
//!
//! `page` lists what is tried (`checks`) and which setting mends it (`mends`); `public/checkup.js` does the trying, against the
//! socket of `server/echo`, the stream of `server/clock`, and `server/seen`, which says what a request was like when it got
//! here. Programs try the same three.

pub mod checks;
mod mends;
pub mod model;
pub mod page;

#[cfg(feature = "ssr")]
pub mod server;
