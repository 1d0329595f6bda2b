//! Where one writes. A plain form that posts without scripts; with them it sends over the socket.

use leptos::{ev, html, prelude::*};
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use web_sys::{DataTransfer, DragEvent, Element, HtmlInputElement};

use super::{
    composer_files::{picked, picking},
    connection::ChatConnection,
    model::{Quote, Room},
    rules,
};
use crate::{
    ids::RoomId,
    paths,
    ui::{
        focus,
        handler::{key, press},
        options,
        outcome::refusal,
        text::text,
    },
};

/// The form under a room's messages. `client_id` names the message that the plain form would send; a file can have
/// `largest_file` bytes.
#[component(transparent)]
pub fn Composer(room: Room, client_id: String, largest_file: u64) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let room_id = room.id;
    // What the word before the caret could become.
    let (beside, completions) = match chat.thread {
        Some(_) => (true, "thread-completions"),
        None => (false, "completions"),
    };
    let (say_path, note_path) = paths::answers(beside);
    let field = NodeRef::<html::Textarea>::new();
    // What a plain form's post answered, or what the rules say before sending.
    let problem = RwSignal::new(refusal(say_path).map(|error| error.to_string()));
    // What a plain form's command answered.
    if let Some(words) = refusal(note_path) {
        chat.note.set(Some(words.to_string()));
    }
    let send = move || {
        let Some(area) = field.try_get_untracked().flatten() else {
            return;
        };
        if !chat.uploads.with_untracked(|uploads| uploads.is_ready(room_id)) {
            problem.set(Some(
                "Some files are not there yet. Wait for them, or remove them.".to_owned(),
            ));
            return;
        }
        let files = chat.uploads.with_untracked(|uploads| uploads.there(room_id));
        let has_files = !files.is_empty();
        let body = if has_files { rules::caption } else { rules::body };
        match body(&area.value()) {
            Ok(body) => {
                let taken = chat.say(room_id, body, chat.replying.get_untracked(), files);
                if taken {
                    if has_files {
                        chat.files_sent(room_id);
                    }
                    chat.answer(room_id, None);
                    chat.note.set(None);
                    chat.told.set(None);
                    area.set_value("");
                    chat.keep_draft(room_id, "");
                    chat.to_newest();
                }
                problem.set((!taken).then(|| "Too many messages wait. They go out when the line is back.".to_owned()));
            }
            Err(_) if area.value().trim().is_empty() => problem.set(None),
            Err(error) => problem.set(Some(error.to_string())),
        }
        options::close(completions);
        let _ = area.focus();
    };
    let write = move || {
        if let Some(area) = field.try_get_untracked().flatten() {
            chat.keep_draft(room_id, &area.value());
            // What was wrong with what stood there before.
            if problem.with_untracked(Option::is_some) || chat.told.with_untracked(Option::is_some) {
                problem.set(None);
                chat.told.set(None);
            }
            complete(completions, room_id, area.unchecked_ref());
            let text = area.value();
            // Of a command the others see nothing.
            if !text.starts_with('/') || text.starts_with("//") {
                chat.typing();
            }
        }
    };
    let taken = move |text: Option<String>| {
        if let (Some(area), Some(text)) = (field.try_get_untracked().flatten(), text) {
            let area = area.unchecked_ref();
            options::put(area, Some(options::word(area).0), &text);
            write();
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        if options::key(completions, &event, &taken) {
            event.stop_propagation();
            return;
        }
        // Enter that ends an input method's composition is not ours; on a screen it starts a line, and Send sends.
        let sends = event.ctrl_key() || event.meta_key() || focus::has_keys();
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() && sends {
            event.prevent_default();
            send();
            return;
        }
        let is_empty = || {
            field
                .try_get_untracked()
                .flatten()
                .is_some_and(|area| area.value().is_empty())
        };
        if event.key() == "ArrowUp" && !event.alt_key() && is_empty() && chat.edit_last() {
            event.prevent_default();
        } else if event.key() == "Escape" {
            // Esc beside the room closes the thread, unless there was something to leave off.
            if chat.replying.with_untracked(Option::is_some) {
                event.stop_propagation();
            }
            chat.answer(room_id, None);
            chat.note.set(None);
            chat.read_all();
        }
    };
    // A room's text stays the room's: the field itself may be taken over by the next one.
    Effect::new(move |_| {
        let Some(area) = field.get() else { return };
        let draft = chat.draft(room_id);
        chat.restore_files(room_id, &draft.files);
        chat.replying.set(draft.reply);
        if !draft.body.is_empty() {
            area.set_value(&draft.body);
        }
        let area = SendWrapper::new(area);
        on_cleanup(move || area.set_value(""));
    });
    let dropping = RwSignal::new(false);
    let attach = move |data: Option<DataTransfer>| {
        if let Some(files) = data.and_then(|data| data.files()) {
            chat.attach(room_id, &files, largest_file);
        }
    };
    // Onto the whole page: a browser would leave it for what is dropped beside the place that takes it.
    Effect::new(move |_| {
        for event in ["dragover", "dragleave", "drop"] {
            let listener = window_event_listener_untyped(event, move |event| {
                let event: DragEvent = event.unchecked_into();
                let data = event.data_transfer();
                if !data
                    .as_ref()
                    .is_some_and(|data| data.types().includes(&"Files".into(), 0))
                {
                    return;
                }
                event.prevent_default();
                // The thread's, or the room's.
                let target: Element = event_target(&event);
                if target.closest(".pane").is_ok_and(|pane| pane.is_some()) != beside {
                    dropping.try_set(false);
                    return;
                }
                dropping.try_set(event.type_() == "dragover");
                if event.type_() == "drop" {
                    attach(data);
                }
            });
            on_cleanup(move || listener.remove());
        }
    });
    let paste = move |event: ev::ClipboardEvent| {
        let data = event.clipboard_data();
        // What was copied as text as well is meant as text.
        let is_file = |data: &DataTransfer| {
            let text = data.get_data("text/plain").unwrap_or_default();
            text.is_empty() && data.files().is_some_and(|files| files.length() > 0)
        };
        if data.as_ref().is_some_and(is_file) {
            event.prevent_default();
            attach(data);
        }
    };
    let label = || match beside {
        true => text(|| "Reply in thread".to_owned()),
        false => chat.titled(room.clone(), "Message "),
    };
    view! {
        <form
            class="compose"
            class:dropping=move || dropping.get()
            method="post"
            action=format!("/rooms/{room_id}/say")
            enctype="multipart/form-data"
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <input type="hidden" name="client_id" value=client_id />
            {move || chat.replying.get().map(|quote| view! { <Replying room=room_id quote /> })}
            {picked(room_id)}
            // The field keeps the focus.
            <div
                class="options"
                role="listbox"
                tabindex="0"
                aria-label="Suggestions"
                id=completions
                on:mousedown=press(|event| event.prevent_default())
                on:click=press(move |event| options::click(completions, &event, Box::new(taken)))
            ></div>
            <div class="box">
                <textarea
                    id=chat.composer()
                    data-focus="say"
                    node_ref=field
                    name="body"
                    rows="1"
                    aria-label=label()
                    placeholder=label()
                    aria-autocomplete="list"
                    aria-controls=completions
                    on:keydown=key(on_key)
                    on:input=move |_| write()
                    on:blur=move |_| options::close(completions)
                    on:paste=paste
                    dir="auto"
                ></textarea>
                <button
                    class="emoji"
                    type="button"
                    aria-label="Emoji"
                    on:click=press(move |_| chat.pick_emoji_to_say())
                >
                    "☺"
                </button>
                <label class="attach" title="Attach files">
                    <input type="file" name="file" multiple aria-label="Attach files" on:change=picking(room_id, largest_file, field) />
                </label>
                <button class="button" type="submit">"Send"</button>
            </div>
            {move || problem.try_get().flatten().or_else(|| chat.told.get()).map(|words| view! { <p class="error" role="alert">{words}</p> })}
            {move || {
                chat.note.get().map(|words| {
                    // An answer may end in where others can be told of it.
                    let (words, link) = match words.rsplit_once('\n') {
                        Some((words, link)) if link.starts_with("/discuss?") => (words.to_owned(), link.to_owned()),
                        _ => (words, String::new()),
                    };
                    let has_link = !link.is_empty();
                    view! {
                        <p class="note" role="status">{words} " " {has_link.then(|| view! { <a href=link rel="external">"Post to a room"</a> })}</p>
                    }
                })
            }}
            <div class="hint">
                <TypingHint />
                <span
                    class="keys"
                    inner_html="<kbd>Enter</kbd> sends, <kbd>Shift Enter</kbd> starts a line"
                ></span>
            </div>
        </form>
    }
}

/// Offers what the word before the caret could become.
fn complete(list: &'static str, room: RoomId, field: &HtmlInputElement) {
    let (from, word) = options::word(field);
    if word.starts_with(['@', ':']) || (from == 0 && word.starts_with('/')) {
        let url = format!("/options/words?room={room}&q={}", paths::encoded(&word));
        options::ask(list, url);
    } else {
        options::close(list);
    }
}

/// What is being answered, and the way out of it.
#[component(transparent)]
fn Replying(room: RoomId, quote: Quote) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    view! {
        <p class="replying">
            <span class="quote">"Reply to " <span class="by">{quote.author}</span> " " {quote.text}</span>
            <button class="button quiet" type="button" aria-label="Don't reply" on:click=press(move |_| chat.answer(room, None))>
                "✕"
            </button>
        </p>
    }
}

#[component(transparent)]
fn TypingHint() -> impl IntoView {
    let typing = expect_context::<ChatConnection>().typing;
    let words = text(move || {
        let names: Vec<String> = typing.with(|typing| typing.iter().map(|(person, _)| person.name.clone()).collect());
        match names.as_slice() {
            [] => String::new(),
            [one] => format!("{one} is typing…"),
            [one, two] => format!("{one} and {two} are typing…"),
            _ => "Several people are typing…".to_owned(),
        }
    });
    view! { <span class="typing" aria-live="polite">{words}</span> }
}
