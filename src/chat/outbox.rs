//! Messages that wait to be sent, kept in the browser's local storage, so that a reload loses none.

use leptos::prelude::window;
use web_sys::Storage;

use super::timeline::{Pending, Progress};
use crate::ids::{RoomId, UserId};

/// What waits in `room` for `user`; empty when there is nothing or the browser keeps nothing.
pub fn load(user: UserId, room: RoomId) -> Vec<Pending> {
    let kept = storage().and_then(|storage| storage.get_item(&key(user, room)).ok().flatten());
    let mut waiting: Vec<Pending> = kept
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    for pending in &mut waiting {
        pending.progress = Progress::Sending;
    }
    waiting
}

/// Keeps what waits. A full or forbidden storage only costs what a reload would have saved.
pub fn save(user: UserId, room: RoomId, waiting: &[Pending]) {
    let Some(storage) = storage() else { return };
    let _ = match (waiting.is_empty(), serde_json::to_string(waiting)) {
        (false, Ok(text)) => storage.set_item(&key(user, room), &text),
        _ => storage.remove_item(&key(user, room)),
    };
}

/// A name for a new message: unique for the author, whatever the browser.
pub fn new_client_id() -> String {
    let part = || (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
    format!(
        "{:x}-{:08x}{:08x}{:08x}",
        crate::time::Timestamp::now().micros(),
        part(),
        part(),
        part()
    )
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn key(user: UserId, room: RoomId) -> String {
    format!("squawkbox.outbox.{user}.{room}")
}
