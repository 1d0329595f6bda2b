//! Keeps the [outbox](super::outbox), and what isn't sent yet, in the browser's local storage, so that a reload loses
//! nothing. An entry for each message: tabs of one person share the storage, and none undoes what another keeps.

use leptos::prelude::window;
use web_sys::Storage;

use super::outbox::Waiting;
use crate::ids::{RoomId, UserId};

/// What waits for `user`; nothing when the browser keeps nothing.
pub fn load(user: UserId) -> Vec<Waiting> {
    let Some(storage) = storage() else { return Vec::new() };
    let prefix = key(user, "");
    let ours = names(&storage).filter(|name| name.starts_with(&prefix));
    ours.filter_map(|name| get(&storage, &name)).collect()
}

/// The rooms in which `user` has begun what isn't sent yet.
pub fn drafted(user: UserId) -> Vec<RoomId> {
    let Some(storage) = storage() else { return Vec::new() };
    let prefix = draft_key(user, "");
    let rooms = names(&storage).filter_map(|name| name.strip_prefix(&prefix)?.parse().ok());
    rooms.collect()
}

/// Keeps a message. A full or forbidden storage only costs what a reload would have saved.
pub fn keep(user: UserId, waiting: &Waiting) {
    put(storage(), &key(user, &waiting.client_id), waiting);
}

/// Forgets a message.
pub fn forget(user: UserId, client_id: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&key(user, client_id));
    }
}

/// What isn't sent yet of the next message in `room`: its text, what it answers, files that are there. The tab's own, else
/// what was begun last in any.
pub fn draft(user: UserId, room: RoomId) -> Waiting {
    let key = draft_key(user, &room.to_string());
    let kept = [tab(), storage()].into_iter().flatten();
    let kept = kept.filter_map(|storage| storage.get_item(&key).ok().flatten()).next();
    let kept = kept.unwrap_or_default();
    // A text alone, as it was kept before.
    serde_json::from_str(&kept).unwrap_or_else(|_| Waiting {
        body: kept,
        ..Waiting::default()
    })
}

/// Keeps what isn't sent yet of the next message in `room`, and tells whether that is anything.
pub fn keep_draft(user: UserId, room: RoomId, draft: &Waiting) -> bool {
    let key = draft_key(user, &room.to_string());
    let is_any = !draft.body.is_empty() || draft.reply.is_some() || !draft.files.is_empty();
    for storage in [tab(), storage()] {
        if is_any {
            put(storage, &key, draft);
        } else if let Some(storage) = storage {
            let _ = storage.remove_item(&key);
        }
    }
    is_any
}

/// What makes a message's name unique for its author, whatever the browser.
pub fn random() -> String {
    let part = || (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
    format!("{:08x}{:08x}{:08x}", part(), part(), part())
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// What this tab keeps for itself, also over a reload.
fn tab() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

fn names(storage: &Storage) -> impl Iterator<Item = String> {
    (0..storage.length().unwrap_or(0)).filter_map(|i| storage.key(i).ok().flatten())
}

fn get(storage: &Storage, key: &str) -> Option<Waiting> {
    serde_json::from_str(&storage.get_item(key).ok().flatten()?).ok()
}

fn put(storage: Option<Storage>, key: &str, waiting: &Waiting) {
    if let (Some(storage), Ok(json)) = (storage, serde_json::to_string(waiting)) {
        let _ = storage.set_item(key, &json);
    }
}

fn draft_key(user: UserId, room: &str) -> String {
    format!("squawkbox.draft.{user}.{room}")
}

fn key(user: UserId, client_id: &str) -> String {
    format!("squawkbox.outbox.{user}.{client_id}")
}
