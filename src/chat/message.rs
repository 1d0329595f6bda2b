//! One message. What stands in it is in [`super::message_html`], what one can do with it in [`super::message_actions`].

use std::sync::Arc;

use leptos::{ev::MouseEvent, prelude::*};
use web_sys::Element;

use super::{
    Said,
    acting::{ACTIONS, Act},
    connection::ChatConnection,
    counts::new_words,
    message_actions::{Can, Delete, Edit, Menu, change},
    message_html,
    model::{Change, File, Message, Quote, Thread},
    rules::AFTER,
};
use crate::{
    accounts::model::{Me, Role},
    ids::RoomId,
    paths,
    time::Timestamp,
    ui::{handler::press, text::text, when::when},
};

/// What draws messages as `me` sees them who looks by `chat`.
pub fn said(chat: ChatConnection, me: Me) -> Said {
    super::drawn(chat, me, draw)
}

fn draw(chat: ChatConnection, me: &Me, message: Arc<Message>, again: bool) -> AnyView {
    let (room, seq, at) = (message.room, message.seq, message.at);
    let label = format!("Actions for the message by {} at {}", message.author.name, at.minute());
    let is_mine = message.author.id == me.id;
    let can = Can {
        edit: is_mine,
        delete: is_mine || me.role == Role::Admin,
        unpin: message.pinned.is_some(),
    };
    // Over its own thread: the place is that of another room.
    let is_root = chat.thread.is_some_and(|thread| thread != room);
    let id = if is_root { "root".to_owned() } else { chat.row(seq) };
    let acted = move || {
        chat.acting
            .get()
            .filter(|acting| acting.seq == seq && !is_root)
            .map(|acting| acting.act)
    };
    let calls = if message_html::calls(&message, me) {
        " calls"
    } else {
        ""
    };
    let class = text(move || {
        let again = if again { " again" } else { "" };
        let acted = match acted() {
            None => "",
            Some(Act::Edit) => " acted editing",
            Some(_) => " acted",
        };
        format!("msg{again}{calls}{acted}")
    });
    let html = message_html::inside(&message, me, is_root);
    let replies = message.thread.clone().filter(|_| !is_root);
    let has_actions = !message.deleted && !is_root;
    let pressed = Arc::clone(&message);
    let open = move || match acted() {
        Some(Act::Menu) => {
            let quote = Quote {
                seq,
                author: message.author.name.clone(),
                text: message.gist(),
            };
            view! { <Menu room quote body=message.body.clone() can at /> }.into_any()
        }
        Some(Act::Edit) => view! { <Edit room seq body=message.body.clone() /> }.into_any(),
        Some(Act::Delete) => view! { <Delete room seq /> }.into_any(),
        None => ().into_any(),
    };
    view! {
        <article class=class id=id on:click=press(move |event| act(chat, &pressed, &event))>
            <div class="what" inner_html=html></div>
            {replies.map(|thread| view! { <Replies room seq thread said=at /> })}
            {open}
            {has_actions
                .then(|| {
                    view! {
                        <button
                            class="do"
                            type="button"
                            data-focus=ACTIONS
                            aria-label=label
                            aria-expanded=text(move || (acted() == Some(Act::Menu)).to_string())
                            on:click=press(move |_| chat.toggle_menu(seq))
                        >
                            "⋯"
                        </button>
                    }
                })}
        </article>
    }
    .into_any()
}

/// Does what was pressed in a message: a reaction, the quote of what it answers, an image.
fn act(chat: ChatConnection, message: &Message, event: &MouseEvent) {
    let target: Element = event_target(event);
    let at = |part: &str| target.closest(&format!(".what > div > {part}")).ok().flatten();
    if let Some(button) = at(".reactions > button") {
        let given = button.get_attribute("data-focus").unwrap_or_default();
        let on = button.get_attribute("aria-pressed").is_none_or(|mine| mine != "true");
        change(chat, message.room, message.seq, Change::React { emoji: given, on });
    } else if at(".quote").is_some() {
        let answered = message.reply.as_ref().map(|quote| chat.row(quote.seq));
        if let Some(row) = answered.and_then(|id| document().get_element_by_id(&id)) {
            event.prevent_default();
            row.scroll_into_view();
        }
    } else if let Some(link) = at(".files > li > .image") {
        let url = link.get_attribute("href");
        let is_it = |file: &&File| Some(paths::file(file.id, &file.name)) == url;
        // With a key held down the browser opens it elsewhere.
        if let Some(file) = message.files.iter().find(is_it)
            && !(event.ctrl_key() || event.meta_key() || event.shift_key())
        {
            event.prevent_default();
            chat.viewing.set(Some(file.clone()));
        }
    } else if let Ok(Some(link)) = target.closest("a[target]")
        && is_in_the_desk(&link.get_attribute("href").unwrap_or_default())
    {
        // As every link of the desk's does, it leads there in this tab.
        let _ = link.remove_attribute("target");
    }
}

fn is_in_the_desk(url: &str) -> bool {
    let path = window()
        .location()
        .origin()
        .ok()
        .and_then(|origin| url.strip_prefix(&*origin));
    path.is_some_and(|path| path.starts_with('/') && !paths::is_beside(path))
}

/// The way to what is said about the message apart, and what of it is new.
#[component(transparent)]
fn Replies(room: RoomId, seq: u64, thread: Thread, said: Timestamp) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let Thread { room: id, last, .. } = thread;
    let new = move || chat.unread(id).0;
    let day = if last.day() == said.day() {
        String::new()
    } else {
        last.day() + " "
    };
    let words = format!("{} · last {day}{} ", thread.words(), last.minute());
    view! { <a class="thread" href=thread_link(room, seq) data-focus="thread">{words} {when(move || new() > 0, move || view! { <b>{new_words(new())}</b> }.into_any())}</a> }
}

/// Where a thread stands beside the room of its root.
pub fn thread_link(room: RoomId, root: u64) -> String {
    format!("/rooms/{room}?thread={root}")
}

/// Where the reply at `seq` stands in it.
pub fn reply_link(room: RoomId, root: u64, seq: u64) -> String {
    thread_link(room, root) + &format!("&reply={seq}#t{seq}")
}

/// Where a message can be found again.
pub fn permalink(room: RoomId, seq: u64) -> String {
    format!("/rooms/{room}?before={}#m{seq}", seq + AFTER)
}
