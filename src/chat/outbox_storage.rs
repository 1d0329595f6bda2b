//! Keeps the [outbox](super::outbox), and what isn't sent yet, in the browser's local storage, so that a reload loses
//! nothing. An entry for each message: tabs of one person share the storage, and none undoes what another keeps.

use leptos::prelude::window;
use web_sys::Storage;

use super::{model::File, outbox::Waiting};
use crate::ids::{RoomId, UserId};

/// What waits for `user`; nothing when the browser keeps nothing.
pub fn load(user: UserId) -> Vec<Waiting> {
    let Some(storage) = storage() else { return Vec::new() };
    let prefix = key(user, "");
    let names = (0..storage.length().unwrap_or(0)).filter_map(|i| storage.key(i).ok().flatten());
    let ours = names.filter(|name| name.starts_with(&prefix));
    let read = |name: String| serde_json::from_str(&storage.get_item(&name).ok().flatten()?).ok();
    ours.filter_map(read).collect()
}

/// Keeps a message. A full or forbidden storage only costs what a reload would have saved.
pub fn keep(user: UserId, waiting: &Waiting) {
    if let (Some(storage), Ok(json)) = (storage(), serde_json::to_string(waiting)) {
        let _ = storage.set_item(&key(user, &waiting.client_id), &json);
    }
}

/// Forgets a message.
pub fn forget(user: UserId, client_id: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&key(user, client_id));
    }
}

/// What was being written in `room`; empty when nothing was.
pub fn draft(user: UserId, room: RoomId) -> String {
    let kept = storage().and_then(|storage| storage.get_item(&draft_key(user, room)).ok().flatten());
    kept.unwrap_or_default()
}

/// Keeps what is being written in `room`.
pub fn keep_draft(user: UserId, room: RoomId, text: &str) {
    if let Some(storage) = storage() {
        let _ = if text.is_empty() {
            storage.remove_item(&draft_key(user, room))
        } else {
            storage.set_item(&draft_key(user, room), text)
        };
    }
}

/// Files that were there for the next message in `room`.
pub fn files(user: UserId, room: RoomId) -> Vec<File> {
    let kept = storage().and_then(|storage| storage.get_item(&files_key(user, room)).ok().flatten());
    kept.and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_default()
}

/// Keeps which files are there for the next message in `room`.
pub fn keep_files(user: UserId, room: RoomId, files: &[File]) {
    if let (Some(storage), Ok(json)) = (storage(), serde_json::to_string(files)) {
        let _ = if files.is_empty() {
            storage.remove_item(&files_key(user, room))
        } else {
            storage.set_item(&files_key(user, room), &json)
        };
    }
}

/// What makes a message's name unique for its author, whatever the browser.
pub fn random() -> String {
    let part = || (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
    format!("{:08x}{:08x}{:08x}", part(), part(), part())
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn draft_key(user: UserId, room: RoomId) -> String {
    format!("squawkbox.draft.{user}.{room}")
}

fn files_key(user: UserId, room: RoomId) -> String {
    format!("squawkbox.files.{user}.{room}")
}

fn key(user: UserId, client_id: &str) -> String {
    format!("squawkbox.outbox.{user}.{client_id}")
}
