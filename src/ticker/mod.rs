//! Prices.
//!
//! A tick: a venue's socket or POST → `server/record` → `server/rounds` → `server/store` → `server/board` → `server/stream` →
//! `live/event_source` → `connection` → `public/ticker.js`, which folds it (`public/ticker/board.js`) and shows it. What is
//! there before, `server/rendered` makes.
//!
//! `lists` are those of the symbols that people watch; how they are kept and become subscriptions, `server/lists` says.

pub mod api;
/// The fold of updates that browsers do, as tests hold the stream against it.
#[cfg(test)]
pub mod board;
pub mod chart;
pub mod chart_figures;
pub mod chart_page;
pub mod chart_span;
pub mod connection;
pub mod figures;
pub mod forget_page;
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
pub mod quote_parts;
pub mod sparkline;
pub mod tape;
pub mod venues_page;
pub mod wire;

#[cfg(feature = "ssr")]
pub mod server;
