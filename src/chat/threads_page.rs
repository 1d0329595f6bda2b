//! `/threads`: the threads that one follows. Plain links and forms.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    api::messages::{FollowThread, threads},
    message::thread_link,
    model::{Message, QUOTED, Room},
};
use crate::{
    accounts::pages::frame::{Frame, day_and_minute, me},
    ui::{
        avatar::Avatar,
        loaded::loaded_once,
        outcome::{Wrong, refusal},
    },
};

/// The page.
#[component]
pub fn ThreadsPage() -> impl IntoView {
    let body = || {
        loaded_once(threads, |threads| match threads {
            Ok(threads) => view! { <List threads /> }.into_any(),
            Err(error) => view! { <Wrong error /> }.into_any(),
        })
    };
    view! {
        <Frame title="Threads">
            <Wrong error=refusal(FollowThread::PATH) />
            {body()}
        </Frame>
    }
}

#[component]
fn List(threads: Vec<(Room, Message)>) -> impl IntoView {
    let words = "You follow a thread when it hangs on a message of yours, when you reply in it, when somebody calls you in it, \
                 or when you say so beside it.";
    let list = threads.into_iter().map(|(room, root)| view! { <Line room root /> });
    view! {
        <ol class="hits threads">{list.collect_view()}</ol>
        <p class="hint">{words}</p>
    }
}

#[component]
fn Line(room: Room, root: Message) -> impl IntoView {
    let title = room.title(me().id);
    let gist = if root.deleted {
        "a deleted message".to_owned()
    } else {
        root.gist().chars().take(QUOTED).collect()
    };
    let replies = root
        .thread
        .map(|thread| view! { {thread.words()} ", last " {day_and_minute(thread.last)} });
    let unread = (room.unread > 0).then(|| view! { <strong class="n">{room.unread} " unread"</strong> });
    view! {
        <li>
            <a href=thread_link(root.room, root.seq)>
                <Avatar name=root.author.name.clone() id=root.author.id />
                <span class="where">
                    <strong>{root.author.name}</strong>
                    {root.author.bot.then(|| view! { " " <span class="bot">"bot"</span> })}
                    " · "
                    {title}
                    " · "
                    {replies}
                    " "
                    {unread}
                </span>
                <span class="body" dir="auto">{gist}</span>
            </a>
            <form method="post" action=FollowThread::PATH>
                <input type="hidden" name="room" value=room.id.to_string() />
                <button class="button quiet" type="submit">"Unfollow"</button>
            </form>
        </li>
    }
}
