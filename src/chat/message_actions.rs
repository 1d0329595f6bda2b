//! What one can do with a message: react, answer, edit, copy, pin, bookmark, mark unread, delete.

use std::time::Duration;

use leptos::{ev, html, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDocument, HtmlTextAreaElement};

use super::{
    acting::Act,
    api::messages::change_message,
    connection::ChatConnection,
    message::{permalink, thread_link},
    model::{Change, Quote},
};
use crate::{
    ids::RoomId,
    paths,
    time::Timestamp,
    ui::handler::{key, press},
};

/// Emoji that are one press away.
const QUICK: [(&str, &str); 6] = [
    ("👍", "thumbs up"),
    ("❤️", "heart"),
    ("😂", "laughing"),
    ("🎉", "party"),
    ("👀", "eyes"),
    ("✅", "done"),
];

/// What this person may do to the message.
#[derive(Clone, Copy)]
pub struct Can {
    /// They said it.
    pub edit: bool,
    /// They said it, or administer the team.
    pub delete: bool,
    /// It is pinned.
    pub unpin: bool,
}

/// The list of actions.
#[component(transparent)]
pub fn Menu(room: RoomId, quote: Quote, body: String, can: Can, at: Timestamp) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let seq = quote.seq;
    let menu = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(menu) = menu.get()
            && chat.takes_focus()
        {
            let _ = menu.focus();
        }
    });
    let act = move |event: ev::MouseEvent| {
        let target: Element = event_target(&event);
        let Ok(Some(button)) = target.closest("button") else {
            return;
        };
        let mark = |what| {
            chat.close(seq);
            change(chat, room, seq, what);
        };
        match button.text_content().unwrap_or_default().as_str() {
            "More…" => chat.pick_emoji(),
            "Reply" => chat.reply_to(quote.clone()),
            "Edit" => chat.act(Some((seq, Act::Edit))),
            "Copy as Markdown" => copy(chat, seq, if body.is_empty() { &quote.text } else { &body }),
            "Copy link" => {
                let origin = window().location().origin().unwrap_or_default();
                copy(chat, seq, &(origin + &permalink(room, seq)));
            }
            "Pin" => mark(Change::Pin(true)),
            "Unpin" => mark(Change::Pin(false)),
            "Bookmark" => mark(Change::Bookmark),
            "Mark unread" => chat.unread_from(seq),
            "Delete" => chat.act(Some((seq, Act::Delete))),
            emoji => chat.react(room, seq, emoji),
        }
    };
    view! {
        <div
            class="menu"
            role="group"
            aria-label="Actions"
            tabindex="-1"
            node_ref=menu
            on:keydown=key(move |event| {
                if event.key() == "Escape" {
                    event.stop_propagation();
                    chat.close(seq);
                }
            })
            on:click=press(act)
            inner_html=buttons(can, at, chat.thread.is_none().then(|| thread_link(room, seq)))
        ></div>
    }
}

/// The actions, told apart by their words. Written as HTML, which takes less of the program than views do; there is nothing
/// in it but what stands here, and numbers.
fn buttons(can: Can, at: Timestamp, thread: Option<String>) -> String {
    let button = |more: &str, words: &str| format!(r#"<button type="button"{more}>{words}</button>"#);
    let mut html = r#"<div class="quick">"#.to_owned();
    for (emoji, name) in QUICK {
        html += &button(&format!(r#" aria-label="React with {name}""#), emoji);
    }
    html += &button(r#" aria-label="More… emoji to react with""#, "More…");
    html += "</div>";
    html += &button("", "Reply");
    if let Some(href) = thread {
        html += &format!(r#"<a href="{href}">Reply in thread</a>"#);
    }
    html += &format!(
        r#"<a href="{}" rel="external">What else happened then</a>"#,
        paths::then(at)
    );
    let pin = if can.unpin { "Unpin" } else { "Pin" };
    for words in [
        can.edit.then_some("Edit"),
        Some("Copy as Markdown"),
        Some("Copy link"),
        Some(pin),
        Some("Bookmark"),
        Some("Mark unread"),
    ] {
        html += &words.map_or_else(String::new, |words| button("", words));
    }
    if can.delete {
        html += &button(r#" class="danger""#, "Delete");
    }
    html
}

/// The field with its text.
#[component(transparent)]
pub fn Edit(room: RoomId, seq: u64, body: String) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let field = NodeRef::<html::Textarea>::new();
    let problem = RwSignal::new(None::<String>);
    // The row is made anew when somebody reacts meanwhile: what was typed so far is kept apart from it.
    let text = chat.edited_text(seq).unwrap_or(body);
    Effect::new(move |_| {
        if let Some(area) = field.get()
            && chat.takes_focus()
        {
            let _ = area.focus();
            let end = area.value().encode_utf16().count() as u32;
            let _ = area.set_selection_range(end, end);
        }
    });
    let save = move || {
        let Some(area) = field.try_get_untracked().flatten() else {
            return;
        };
        let body = area.value();
        spawn_local(async move {
            match change_message(room, seq, Change::Edit(body)).await {
                Ok(_) => chat.close(seq),
                Err(error) => {
                    problem.try_set(Some(error.to_string()));
                }
            }
        });
    };
    let on_key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.shift_key() && !event.is_composing() => {
            event.prevent_default();
            save();
        }
        "Escape" => {
            event.stop_propagation();
            chat.close(seq);
        }
        _ => (),
    };
    view! {
        <form
            class="edit"
            on:submit=move |event| {
                event.prevent_default();
                save();
            }
        >
            <textarea
                node_ref=field
                aria-label="Edit the message"
                dir="auto"
                on:keydown=key(on_key)
                on:input=move |event| chat.keep_edit(seq, event_target_value(&event))
            >
                {text}
            </textarea>
            {move || problem.get().map(|words| view! { <p class="error" role="alert">{words}</p> })}
            <button class="button" type="submit">"Save"</button>
            <button class="button quiet" type="button" on:click=press(move |_| chat.close(seq))>"Cancel"</button>
        </form>
    }
}

/// The question whether it should go.
#[component(transparent)]
pub fn Delete(room: RoomId, seq: u64) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let keep = NodeRef::<html::Button>::new();
    Effect::new(move |_| {
        if let Some(keep) = keep.get()
            && chat.takes_focus()
        {
            let _ = keep.focus();
        }
    });
    let delete = move |_| {
        chat.close(seq);
        change(chat, room, seq, Change::Delete);
    };
    view! {
        <div
            class="menu"
            role="group"
            aria-label="Delete the message?"
            on:keydown=key(move |event| {
                if event.key() == "Escape" {
                    event.stop_propagation();
                    chat.close(seq);
                }
            })
        >
            <span>"Delete this message for everyone? Its text is gone for good."</span>
            <button type="button" node_ref=keep on:click=press(move |_| chat.close(seq))>"Keep"</button>
            <button type="button" class="danger" on:click=press(delete)>"Delete for everyone"</button>
        </div>
    }
}

/// Asks for a change; the room shows it when it has happened. What went wrong is told over the composer.
pub fn change(chat: ChatConnection, room: RoomId, seq: u64, change: Change) {
    spawn_local(async move {
        let outcome = change_message(room, seq, change).await;
        chat.told.set(outcome.as_ref().err().map(ToString::to_string));
        if let Ok(Some(words)) = outcome {
            say(chat, words);
        }
    });
}

/// Says that it is done, for as long as it takes to read.
fn say(chat: ChatConnection, words: String) {
    const SAID_FOR: Duration = Duration::from_secs(6);
    chat.note.set(Some(words));
    set_timeout(move || drop(chat.note.try_set(None)), SAID_FOR);
}

/// Copies by way of a field that holds the text: the browser's clipboard is there only over https.
fn copy(chat: ChatConnection, seq: u64, text: &str) {
    let document: HtmlDocument = document().unchecked_into();
    let field = document.create_element("textarea").ok().zip(document.body());
    let copied = field.is_some_and(|(field, body)| {
        let field: HtmlTextAreaElement = field.unchecked_into();
        field.set_class_name("visually-hidden");
        field.set_value(text);
        let _ = body.append_child(&field);
        field.select();
        let copied = document.exec_command("copy").unwrap_or_default();
        field.remove();
        copied
    });
    if copied {
        say(chat, "Copied.".into());
    } else {
        chat.told.set(Some("This browser doesn't let Squawkbox copy.".into()));
    }
    chat.close(seq);
}
