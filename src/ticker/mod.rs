//! Prices.
//!
//! A tick: a venue's socket or POST → `server/record` → `server/rounds` → `server/store` → `server/board` → `server/stream` →
//! `live/event_source` → `connection` → `board` (the fold) → `quote_row`.
//!
//! `lists` are those of the symbols that people watch; how they are kept and become subscriptions, `server/lists` says.

pub mod api;
pub mod board;
pub mod chart;
pub mod chart_page;
pub mod connection;
pub mod figures;
pub mod lists;
pub mod lists_page;
pub mod model;
pub mod panel;
/// Prices: decimals where they are calculated with, text where they are only shown.
#[cfg(feature = "ssr")]
#[path = "price_decimal.rs"]
pub mod price;
#[cfg(not(feature = "ssr"))]
#[path = "price_text.rs"]
pub mod price;
pub mod quiet;
pub mod quote_row;
pub mod sparkline;
pub mod tape;
pub mod venues_page;
pub mod wire;

#[cfg(feature = "ssr")]
pub mod server;
