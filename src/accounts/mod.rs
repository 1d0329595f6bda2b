//! Who may come in, and as whom.
//!
//! A session: a form or the command line → `server/` checks the password → a random token goes into a cookie,
//! its hash into `session` → every request's cookie is looked up by `server/session` → pages ask `api::who`.

pub mod api;
pub mod model;
pub mod pages;
pub mod rules;

#[cfg(feature = "ssr")]
pub mod server;
