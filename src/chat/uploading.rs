//! The part of the [connection](super::connection) that sends files. A request for each, since only that tells how far
//! it has come; it goes on whatever page is on show.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{FileList, ProgressEvent, XmlHttpRequest};

use super::{
    connection::ChatConnection,
    model::File,
    rules::{too_many_files, unfit},
    uploads::{Coming, Uploads},
};
use crate::{error::AppError, ids::RoomId, paths};

/// A file that was picked, by its key, and the request that sends it.
pub(super) type Source = SendWrapper<(u32, web_sys::File, XmlHttpRequest)>;

impl ChatConnection {
    /// Sends what was picked for the next message in `room`; `largest` is what the server takes, in bytes.
    pub fn attach(self, room: RoomId, picked: &FileList, largest: u64) {
        for file in (0..picked.length()).filter_map(|n| picked.get(n)) {
            let bytes = file.size() as u64;
            // Another try would end the same.
            if let Some(why) = unfit(&file.name(), bytes, largest) {
                self.told.set(Some(why));
                continue;
            }
            let added = self
                .uploads
                .try_update(|uploads| uploads.add(room, file.name(), bytes, Coming::Sending(0)));
            let (Some(Some(key)), Ok(request)) = (added, XmlHttpRequest::new()) else {
                self.told.set(Some(too_many_files().to_string()));
                return;
            };
            self.sources
                .update_value(|sources| sources.push(SendWrapper::new((key, file, request))));
            self.send_file(key);
        }
    }

    /// Sends a file again.
    pub fn send_file(self, key: u32) {
        let Some((room, name)) = self
            .uploads
            .with_untracked(|uploads| uploads.find(key).map(|upload| (upload.room, upload.name.clone())))
        else {
            return;
        };
        self.came(key, Coming::Sending(0));
        let progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
            let hundredths = event.loaded() / event.total().max(1.0) * 100.0;
            self.came(key, Coming::Sending(hundredths as u32));
        });
        let done = Closure::<dyn FnMut()>::new(move || self.sent_file(key));
        self.with_source(key, |file, request| {
            let url = format!("{}?room={room}&name={}", paths::FILES, paths::encoded(&name));
            let _ = request.open("POST", &url);
            if let Ok(upload) = request.upload() {
                upload.set_onprogress(Some(progress.into_js_value().unchecked_ref()));
            }
            request.set_onloadend(Some(done.into_js_value().unchecked_ref()));
            let _ = request.send_with_opt_blob(Some(file));
        });
    }

    /// Gives a file up, sent or not.
    pub fn remove_file(self, key: u32) {
        // Before its request ends, or that would be taken for a failure.
        let room = self.uploads.try_update(|uploads| uploads.remove(key)).flatten();
        self.with_source(key, |_, request| {
            let _ = request.abort();
        });
        self.forget_source(key);
        if let Some(room) = room {
            self.keep_there(room);
        }
    }

    /// Takes back what was there when the page was left.
    pub fn restore_files(self, room: RoomId, kept: &[File]) {
        let is_new = |uploads: &Uploads| uploads.in_room(room).next().is_none();
        if self.uploads.with_untracked(is_new) {
            self.uploads.maybe_update(|uploads| {
                for file in kept {
                    uploads.add(room, file.name.clone(), file.bytes, Coming::There(file.clone()));
                }
                !kept.is_empty()
            });
        }
    }

    /// They are part of a message now.
    pub fn files_sent(self, room: RoomId) {
        self.uploads.update(|uploads| uploads.sent(room));
        self.keep_there(room);
    }

    fn sent_file(self, key: u32) {
        let mut outcome = None;
        self.with_source(key, |_, request| outcome = Some(outcome_of(request)));
        match outcome {
            Some(Ok(file)) => {
                self.forget_source(key);
                if let Some(room) = self.came(key, Coming::There(file)) {
                    self.keep_there(room);
                }
            }
            Some(Err(words)) => {
                self.came(key, Coming::Failed(words));
            }
            None => (),
        }
    }

    fn came(self, key: u32, coming: Coming) -> Option<RoomId> {
        self.uploads.try_update(|uploads| uploads.set(key, coming)).flatten()
    }

    fn keep_there(self, room: RoomId) {
        let there = self.uploads.with_untracked(|uploads| uploads.there(room));
        let mut draft = self.draft(room);
        draft.files = there;
        self.put_draft(room, &draft);
    }

    fn with_source(self, key: u32, f: impl FnOnce(&web_sys::File, &XmlHttpRequest)) {
        self.sources.with_value(|sources| {
            if let Some(source) = sources.iter().find(|source| source.0 == key) {
                f(&source.1, &source.2);
            }
        });
    }

    fn forget_source(self, key: u32) {
        self.sources
            .update_value(|sources| sources.retain(|source| source.0 != key));
    }
}

/// What the server answered, or why it didn't, in words.
fn outcome_of(request: &XmlHttpRequest) -> Result<File, String> {
    let text = request.response_text().ok().flatten().unwrap_or_default();
    match request.status().unwrap_or(0) {
        201 => serde_json::from_str(&text).map_err(|_| AppError::Unreachable.to_string()),
        0 => Err(AppError::Unreachable.to_string()),
        status => {
            let told =
                js_sys::JSON::parse(&text).and_then(|json| js_sys::Reflect::get(&json, &JsValue::from_str("message")));
            let words = told.ok().and_then(|words| words.as_string());
            // Without words it is a proxy's answer.
            Err(words.unwrap_or_else(|| format!("It was refused on its way ({status}).")))
        }
    }
}
