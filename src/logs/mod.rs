//! Log lines.
//!
//! A line: shipper → `server/ingest/*` → `server/record` → `server/store` → `server/publish` →
//! `server/stream` → `live/event_source` → `connection` → `buffer` (the fold) → `log_row`.
//!
//! A search: `find_page` → `server/found` → `query` (what is asked) and `server/search` (where it is looked) → `server/store` →
//! `find_parts`, `find_figures` and `find_aside`.

pub mod api;
pub mod buffer;
pub mod colours;
pub mod connection;
pub mod filter;
mod filter_bar;
pub mod find;
mod find_aside;
mod find_figures;
pub mod find_page;
mod find_parts;
mod follow;
pub mod log_row;
pub mod model;
pub mod panel;
#[cfg(feature = "ssr")]
pub mod query;
mod shipping;
pub mod sources;
pub mod sources_page;
pub mod wire;

#[cfg(feature = "ssr")]
pub mod server;
