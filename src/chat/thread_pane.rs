//! A thread, beside the room of its root: `/rooms/{id}?thread={place of the root}`. It is a room like any other and has a
//! connection of its own, so that all that a room can do it does.

use std::sync::Arc;

use leptos::{ev, prelude::*, server_fn::ServerFn};
use web_sys::Element;

use super::{
    acting::ACTIONS,
    api::messages::FollowThread,
    connection::ChatConnection,
    message::said,
    model::{Message, RoomPage},
    room_page::RoomView,
    timeline::Timeline,
};
use crate::{
    error::AppError,
    ids::RoomId,
    live::badge::{Link, LinkBadge},
    ui::{self, focus, handler::key, link, rows::hash},
};

/// The thread of the message at `root` of `room`.
pub fn pane(room: RoomId, root: u64, page: Result<RoomPage, AppError>) -> AnyView {
    let chat = expect_context::<ChatConnection>();
    let back = format!("/rooms/{room}");
    // Written as HTML, which takes less of the program than views do; there is nothing in it but numbers.
    let close_link = format!(r#"<a class="button quiet" href="{back}">Close</a>"#);
    chat.act(None);
    let inner = match page {
        Ok(page) => {
            let was_there = chat.link().get_untracked() != Link::Connecting;
            provide_context(RoomsChat(chat));
            let side = chat.provide_beside(page.room.id);
            // Whoever opens a thread wants to write, but for one that the page came with.
            Effect::new(move |_| focus::restore("thread".to_owned(), was_there.then(|| "say".to_owned())));
            let (id, followed) = (page.room.id, page.follows);
            // Whoever replies follows it, of which the room's connection hears.
            let tools = move || {
                let follows = followed || chat.rooms.with(|rooms| rooms.iter().any(|room| room.id == id));
                let words = if follows { "Unfollow" } else { "Follow" };
                format!(
                    r#"<form method="post" action="{}"><input type="hidden" name="room" value="{id}"><button class="button quiet" name="follows" value="{}">{words}</button></form>{close_link}"#,
                    FollowThread::PATH,
                    !follows,
                )
            };
            view! {
                <div class="bar">
                    <h2>"Thread"</h2>
                    <LinkBadge link=side.link() />
                    <div class="tools" inner_html=tools></div>
                </div>
                <RoomView page />
            }
            .into_any()
        }
        Err(error) => view! {
            <div class="tools" inner_html=close_link></div>
            <p class="error" role="alert">{error.to_string()}</p>
        }
        .into_any(),
    };
    let close = move |event: ev::KeyboardEvent| {
        let target: Element = event_target(&event);
        // An image that is shown large closes by the same key.
        if event.key() == "Escape" && !target.closest("dialog").is_ok_and(|dialog| dialog.is_some()) {
            link::follow(&back);
            // It goes on where the thread was opened.
            focus::restore(format!("m{root}"), Some(ACTIONS.to_owned()));
        }
    };
    view! {
        <section class="pane" id="thread" aria-label="Thread" on:keydown=key(close)>
            {inner}
        </section>
    }
    .into_any()
}

/// The message that it hangs on: as the room has it, while that shows it.
pub fn root(root: Message) -> AnyView {
    // That of the room, which is around this one's.
    let chat = expect_context::<RoomsChat>().0;
    let root = Arc::new(root);
    let newest = move || {
        let shown = chat.shown.get().filter(|shown| shown.room == root.room);
        let now = shown.and_then(|shown| {
            let find = |timeline: &Timeline| timeline.shared().find(|message| message.seq == root.seq).cloned();
            shown.timeline.try_with(find).flatten()
        });
        vec![now.unwrap_or_else(|| Arc::clone(&root))]
    };
    let said = said(expect_context(), expect_context());
    // What it quotes may be taken back, which is no change of it.
    let look = |message: &Arc<Message>| hash(&(message.changed, message.reply.as_ref().map(|quote| &quote.text)));
    ui::rows::rows(newest, look, move |message| said(message, false))
}

/// The connection of the room that the thread stands beside.
#[derive(Clone, Copy)]
struct RoomsChat(ChatConnection);
