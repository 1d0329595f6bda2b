//! One message. What one can do with it is in [`super::message_actions`].

use leptos::{ev, prelude::*};

use super::{
    acting::{ACTIONS, Act},
    connection::ChatConnection,
    message_actions::{Can, Delete, Edit, Menu, change},
    model::{Change, Message, Quote, Reaction, Thread},
    reading::new_words,
};
use crate::{
    accounts::model::{Me, Role},
    ids::RoomId,
    paths,
    time::Timestamp,
    ui::{avatar::Avatar, handler::press, text::text},
};

/// A message; `again` when it follows another by the same author.
#[component(transparent)]
pub fn Said(message: Message, again: bool) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let me = expect_context::<Me>();
    let gist = message.gist();
    let Message {
        room,
        seq,
        author,
        at,
        body,
        html,
        reply,
        edited,
        deleted,
        reactions,
        files,
        thread,
        pinned,
        ..
    } = message;
    let is_mine = author.id == me.id;
    let words = format!("{} at {}", author.name, at.minute());
    // Over its own thread: the place is that of another room.
    let is_root = chat.thread.is_some_and(|thread| thread != room);
    let id = if is_root { "root".to_owned() } else { chat.row(seq) };
    let acted = move || {
        chat.acting
            .get()
            .filter(|acting| acting.seq == seq && !is_root)
            .map(|acting| acting.act)
    };
    let said = match html {
        _ if deleted => view! { <p class="body gone">"This message was deleted."</p> }.into_any(),
        Some(html) => view! { <div class="body rich" dir="auto" inner_html=html></div> }.into_any(),
        None if body.is_empty() => ().into_any(),
        None => view! { <p class="body" dir="auto">{body.clone()}</p> }.into_any(),
    };
    let quote = Quote {
        seq,
        author: author.name.clone(),
        text: gist,
    };
    let can = Can {
        edit: is_mine,
        delete: is_mine || me.role == Role::Admin,
        unpin: pinned.is_some(),
    };
    view! {
        <article class="msg" class:again=again class:acted=move || acted().is_some() id=id>
            <Avatar name=author.name.clone() id=author.id />
            <div>
                <header>
                    <span class="by">{author.name}</span>
                    " "
                    <time datetime=at.to_string() title=format!("{} {} UTC", at.day(), at.milli())>
                        <a href=paths::moment(at) rel="external" tabindex="-1">{at.minute()}</a>
                    </time>
                </header>
                {reply.map(|quote| view! { <Answered room quote /> })}
                <div class="said" hidden=move || acted() == Some(Act::Edit)>
                    {said}
                    {edited
                        .filter(|_| !deleted)
                        .map(|at| {
                            // A link only for who may see what was said before.
                            let history = (me.role == Role::Admin).then(|| format!("/rooms/{room}/history/{seq}"));
                            view! {
                                <a class="edited" href=history rel="external" title=format!("{} {} UTC", at.day(), at.minute())>
                                    "edited"
                                </a>
                            }
                        })}
                    {pinned
                        .map(|name| {
                            view! {
                                <a class="edited" href=format!("/rooms/{room}/pins") rel="external">
                                    "pinned by "
                                    {name}
                                </a>
                            }
                        })}
                </div>
                {super::files::files(files)}
                {(!reactions.is_empty()).then(|| view! { <Reactions room seq reactions live=!is_root me=me.clone() /> })}
                {thread.filter(|_| !is_root).map(|thread| view! { <Replies room seq thread said=at /> })}
                {move || match acted() {
                    Some(Act::Menu) => view! { <Menu room quote=quote.clone() body=body.clone() can at /> }.into_any(),
                    Some(Act::Edit) => view! { <Edit room seq body=body.clone() /> }.into_any(),
                    Some(Act::Delete) => view! { <Delete room seq /> }.into_any(),
                    None => ().into_any(),
                }}
            </div>
            {(!deleted && !is_root)
                .then(|| {
                    view! {
                        <button
                            class="do"
                            type="button"
                            data-focus=ACTIONS
                            aria-label=format!("Actions for the message by {words}")
                            aria-expanded=text(move || (acted() == Some(Act::Menu)).to_string())
                            on:click=press(move |_| chat.toggle_menu(seq))
                        >
                            "⋯"
                        </button>
                    }
                })}
        </article>
    }
}

/// What the message answers; leads there.
#[component(transparent)]
fn Answered(room: RoomId, quote: Quote) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let Quote { seq, author, text } = quote;
    let text = if text.is_empty() {
        "a deleted message".to_owned()
    } else {
        text
    };
    let show = move |event: ev::MouseEvent| {
        if let Some(message) = document().get_element_by_id(&chat.row(seq)) {
            event.prevent_default();
            message.scroll_into_view();
        }
    };
    view! {
        <a class="quote" href=permalink(room, seq) on:click=press(show)>
            <span class="by">{author}</span>
            " "
            {text}
        </a>
    }
}

#[component(transparent)]
fn Reactions(room: RoomId, seq: u64, reactions: Vec<Reaction>, live: bool, me: Me) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let button = |Reaction { emoji, people }: Reaction| {
        let mine = people.iter().any(|person| person.id == me.id);
        let names: Vec<String> = people.into_iter().map(|person| person.name).collect();
        let (count, names) = (names.len(), names.join(", "));
        let label = format!("{emoji} {count}, by {names}");
        let given = emoji.clone();
        view! {
            <button
                type="button"
                disabled=!live
                aria-pressed=mine.to_string()
                aria-label=label
                title=names
                data-focus=emoji.clone()
                on:click=press(move |_| change(chat, room, seq, Change::React { emoji: given.clone(), on: !mine }))
            >
                <span aria-hidden="true">{emoji.clone()} " " {count}</span>
            </button>
        }
    };
    view! { <div class="reactions">{reactions.into_iter().map(button).collect_view()}</div> }
}

/// The way to what is said about the message apart, and what of it is new.
#[component(transparent)]
fn Replies(room: RoomId, seq: u64, thread: Thread, said: Timestamp) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let Thread { room: id, last, .. } = thread;
    let new = text(move || new_words(chat.unread(id).0));
    let day = if last.day() == said.day() {
        String::new()
    } else {
        last.day() + " "
    };
    let words = format!("{} · last {day}{} ", thread.words(), last.minute());
    view! { <a class="thread" href=thread_link(room, seq) data-focus="thread">{words} <b>{new}</b></a> }
}

/// Where a thread stands beside the room of its root.
pub fn thread_link(room: RoomId, root: u64) -> String {
    format!("/rooms/{room}?thread={root}")
}

/// Where the reply at `seq` stands in it.
pub fn reply_link(room: RoomId, root: u64, seq: u64) -> String {
    thread_link(room, root) + &format!("&reply={seq}#t{seq}")
}

/// A page ends before a place: so far behind a message that what was said next is seen too.
pub const AFTER: u64 = 30;

/// Where a message can be found again.
pub fn permalink(room: RoomId, seq: u64) -> String {
    format!("/rooms/{room}?before={}#m{seq}", seq + AFTER)
}
