//! The files of the next message, over the field in which it is written.

use leptos::{ev, html, prelude::*};
use web_sys::HtmlInputElement;

use super::{
    connection::ChatConnection,
    files::amount,
    uploads::{Coming, Upload},
};
use crate::{
    ids::RoomId,
    ui::{self, handler::press, text::text},
};

/// Sends what the paperclip picked for `room`, where a file can have `largest` bytes.
pub fn picking(room: RoomId, largest: u64, field: NodeRef<html::Textarea>) -> impl Fn(ev::Event) {
    let chat = expect_context::<ChatConnection>();
    move |event| {
        let input: HtmlInputElement = event_target(&event);
        if let Some(files) = input.files() {
            chat.attach(room, &files, largest);
        }
        // The same file can be picked again.
        input.set_value("");
        // Enter there sends; at the paperclip it would pick others.
        if let Some(field) = field.get_untracked() {
            let _ = field.focus();
        }
    }
}

/// What was picked for `room`: how far each file has come, and what one can do about it.
pub fn picked(room: RoomId) -> AnyView {
    let chat = expect_context::<ChatConnection>();
    let all = move || {
        chat.uploads
            .with(|uploads| uploads.in_room(room).cloned().collect::<Vec<_>>())
    };
    // Drawn anew when it is another state; the bar moves by itself.
    let key = |upload: &Upload| (upload.key, std::mem::discriminant(&upload.coming));
    let list = ui::rows::rows(all, key, move |upload| one(chat, upload));
    view! { <ul class="picked" aria-label="Files to send">{list}</ul> }.into_any()
}

fn one(chat: ChatConnection, upload: Upload) -> AnyView {
    let Upload {
        key,
        name,
        bytes,
        coming,
        ..
    } = upload;
    let (state, remove) = match coming {
        Coming::Sending(_) => {
            let hundredths = text(move || {
                chat.uploads
                    .with(|uploads| match uploads.find(key).map(|upload| &upload.coming) {
                        Some(Coming::Sending(hundredths)) => hundredths.to_string(),
                        _ => "100".to_owned(),
                    })
            });
            let label = format!("Sending {name}");
            (
                view! { <progress max="100" value=hundredths aria-label=label></progress> }.into_any(),
                "Cancel",
            )
        }
        Coming::Failed(why) => {
            let state = view! {
                <span class="error" role="alert">{why}</span>
                <button class="button quiet" type="button" on:click=press(move |_| chat.send_file(key))>"Try again"</button>
            };
            (state.into_any(), "Remove")
        }
        Coming::There(_) => (().into_any(), "Remove"),
    };
    let label = format!("{remove} {name}");
    view! {
        <li>
            <span class="name" dir="auto">{name}</span>
            " "
            <span class="size">{amount(bytes)}</span>
            {state}
            <button class="button quiet" type="button" aria-label=label on:click=press(move |_| chat.remove_file(key))>"✕"</button>
        </li>
    }
    .into_any()
}
