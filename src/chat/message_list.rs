//! The messages of a room, by day, those of one author together.

use leptos::prelude::*;

use super::{
    connection::ChatConnection,
    message::Said,
    model::Message,
    outbox::{Outbox, Progress, Waiting},
    timeline::Timeline,
};
use crate::{ids::RoomId, ui::avatar::Avatar};

/// Messages of one author this close, in seconds, show the author once.
const TOGETHER: i64 = 300;

/// A row of the list; equal rows are not drawn again.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Row {
    Day(String),
    Said { message: Message, again: bool },
    Waiting { waiting: Waiting, by: String },
}

impl Row {
    fn key(&self) -> String {
        match self {
            Self::Day(day) => day.clone(),
            Self::Said { message, again } => format!("{} {} {again}", message.seq, message.changed),
            Self::Waiting { waiting, .. } => format!("{} {:?}", waiting.client_id, waiting.progress),
        }
    }
}

fn rows(timeline: &Timeline, outbox: &Outbox, room: RoomId, me: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut before: Option<&Message> = None;
    for message in timeline.messages() {
        let new_day = before.is_none_or(|before| before.at.day() != message.at.day());
        if new_day {
            rows.push(Row::Day(message.at.day()));
        }
        let follows =
            |before: &Message| before.author.id == message.author.id && message.at.seconds_since(before.at) < TOGETHER;
        let again = !new_day && before.is_some_and(follows);
        rows.push(Row::Said {
            message: message.clone(),
            again,
        });
        before = Some(message);
    }
    rows.extend(outbox.in_room(room).cloned().map(|waiting| Row::Waiting {
        waiting,
        by: me.to_owned(),
    }));
    rows
}

/// The rows of `timeline`, then what waits in `room`, under the name `me`.
#[component]
pub fn MessageList(room: RoomId, timeline: RwSignal<Timeline>, me: String) -> impl IntoView {
    let outbox = expect_context::<ChatConnection>().outbox;
    // While another room loads, this one is still shown, but what it owned has gone; the outbox hasn't.
    let rows = ArcMemo::new(move |before: Option<&Vec<Row>>| {
        let now = timeline.try_with(|timeline| outbox.with(|outbox| rows(timeline, outbox, room, &me)));
        now.or_else(|| before.cloned()).unwrap_or_default()
    });
    view! {
        <For each=move || rows.get() key=Row::key let:row>
            {match row {
                Row::Day(day) => view! { <div class="day">{day}</div> }.into_any(),
                Row::Said { message, again } => view! { <Said message again /> }.into_any(),
                Row::Waiting { waiting, by } => view! { <OwnMessage waiting by /> }.into_any(),
            }}
        </For>
    }
}

#[component]
fn OwnMessage(waiting: Waiting, by: String) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let Waiting {
        client_id,
        body,
        reply,
        progress,
        ..
    } = waiting;
    let (sending, failed) = (progress == Progress::Sending, matches!(progress, Progress::Failed(_)));
    let state = match progress {
        Progress::Sending => view! { <span class="state">"sending…"</span> }.into_any(),
        Progress::Kept(_) => ().into_any(),
        Progress::Failed(why) => {
            let again = client_id.clone();
            view! {
                <span class="state" role="alert">"Not sent. " {why}</span>
                <button class="button quiet" on:click=move |_| chat.retry(&again)>"Try again"</button>
                <button class="button quiet" on:click=move |_| chat.discard(&client_id)>"Discard"</button>
            }
            .into_any()
        }
    };
    view! {
        <article class="msg" class:sending=sending class:failed=failed>
            <Avatar name=by.clone() />
            <div>
                <header>
                    <span class="by">{by}</span>
                </header>
                {reply.map(|quote| view! { <p class="quote"><span class="by">{quote.author}</span> " " {quote.text}</p> })}
                <p class="body" dir="auto">{body}</p>
                {state}
            </div>
        </article>
    }
}
