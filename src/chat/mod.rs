//! Rooms and messages.
//!
//! A message: `composer` → `live/socket` → `server/socket` → `server/post` → `server/store` → the hub →
//! every `server/socket` → `live/socket` → `receiving` → `tab` and `timeline` (the folds) → `message_list` (`message_html` is what stands in one). From
//! `composer` on it waits in the `outbox` (`sending`, `outbox_storage`) until its room shows it. Its files are there before it is sent:
//! `composer_files` → `uploading` (`uploads`, the fold) → `server/files`; `files` and `viewer` show them.
//! Where in a room one is, and what lies beyond: `moving`. What is unread there: `reading`, `counts`.

pub mod acting;
pub mod api;
pub mod beside;
pub mod composer;
pub mod composer_files;
pub mod connection;
pub mod counts;
pub mod delete_room_page;
pub mod discuss_page;
pub mod files;
pub mod history_page;
pub mod marks_page;
pub mod message;
pub mod message_actions;
pub mod message_html;
pub mod message_list;
pub mod model;
pub mod moving;
pub mod new_room_page;
pub mod not_said_page;
pub mod notify;
pub mod other_rooms_page;
pub mod outbox;
pub mod outbox_storage;
pub mod people_page;
pub mod plain;
pub mod reading;
pub mod receiving;
pub mod room_about;
pub mod room_page;
pub mod rooms_page;
pub mod rules;
pub mod search_page;
pub mod sending;
pub mod tab;
pub mod thread_pane;
pub mod threads_page;
pub mod timeline;
pub mod uploading;
pub mod uploads;
pub mod viewer;
pub mod wire;

#[cfg(feature = "ssr")]
pub mod server;

/// What makes the look of a message: true when it follows another by the same author.
pub type Said = std::sync::Arc<dyn Fn(std::sync::Arc<model::Message>, bool) -> leptos::prelude::AnyView + Send + Sync>;

/// How one of them is drawn.
pub type Draw = fn(
    connection::ChatConnection,
    &crate::accounts::model::Me,
    std::sync::Arc<model::Message>,
    bool,
) -> leptos::prelude::AnyView;

/// Messages drawn by `draw`; on the server once for all who see the same.
#[cfg(feature = "ssr")]
use server::drawn::said as drawn;

#[cfg(not(feature = "ssr"))]
fn drawn(chat: connection::ChatConnection, me: crate::accounts::model::Me, draw: Draw) -> Said {
    std::sync::Arc::new(move |message, again| draw(chat, &me, message, again))
}
