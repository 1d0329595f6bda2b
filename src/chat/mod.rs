//! Rooms and messages.
//!
//! A message: `composer` → `live/socket` → `server/socket` → `server/post` → `server/store` → the hub →
//! every `server/socket` → `live/socket` → `connection` → `timeline` (the fold) → `message_list`.

pub mod api;
pub mod composer;
pub mod connection;
pub mod message_list;
pub mod model;
pub mod outbox;
pub mod room_page;
pub mod rooms_page;
pub mod rules;
pub mod timeline;
pub mod wire;

#[cfg(feature = "ssr")]
pub mod server;
