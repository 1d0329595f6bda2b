//! One search over everything: what was said, logged and priced, and who there is, of what the person may see.
//!
//! `page` → `api` → `server` (asks each feature's own search) → `page`. What was said is chat's own list, with its pages.

pub mod api;
pub mod model;
pub mod page;

#[cfg(feature = "ssr")]
pub mod server;
