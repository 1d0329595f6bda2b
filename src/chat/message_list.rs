//! The messages of a room, by day, those of one author together.

use std::sync::Arc;

use leptos::prelude::*;

use super::{
    connection::ChatConnection,
    message, message_html,
    model::{Message, Person},
    outbox::{Outbox, Progress, Waiting},
    timeline::Timeline,
};
use crate::{
    accounts::model::Me,
    ids::RoomId,
    live::badge::Link,
    ui::{self, avatar::face, handler::press, rows::hash, text::text},
};

/// Messages of one author this close, in seconds, show the author once.
const TOGETHER: i64 = 300;

/// A row of the list; equal rows are not drawn again.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Row {
    /// A day, and the place of the message under it: a clock that was set back makes a day come twice.
    Day(String, u64),
    New,
    Said {
        message: Arc<Message>,
        again: bool,
    },
    /// Who has read up to the message before it, which stands at this place.
    Seen(Vec<Person>, u64),
    Waiting {
        waiting: Waiting,
        by: String,
    },
}

impl Row {
    fn key(&self) -> u64 {
        let kind = std::mem::discriminant(self);
        match self {
            Self::Day(day, seq) => hash(&(kind, day, seq)),
            Self::New => hash(&kind),
            Self::Said { message, again } => {
                let quoted = message.reply.as_ref().map(|quote| &quote.text);
                hash(&(kind, message.seq, message.changed, again, quoted))
            }
            Self::Seen(people, seq) => hash(&(kind, seen_by(people), seq)),
            Self::Waiting { waiting, .. } => hash(&(kind, &waiting.client_id, format!("{:?}", waiting.progress))),
        }
    }
}

fn seen_by(people: &[Person]) -> String {
    let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
    format!("Seen by {}", names.join(", "))
}

/// `new_after` is the place after which the first message of somebody else is new to this person, `me`; `seen` says how far
/// others have read.
fn rows(
    timeline: &Timeline,
    outbox: &Outbox,
    room: RoomId,
    me: &Me,
    new_after: Option<u64>,
    seen: &[Person],
) -> Vec<Row> {
    // Whoever speaks has read what was said before.
    let spoke = |person: &Person| {
        timeline
            .messages()
            .filter(|m| m.author.id == person.id)
            .map(|m| m.seq)
            .next_back()
    };
    let others = seen.iter().filter(|person| person.id != me.id);
    let seen = others.map(|person| (person, spoke(person).unwrap_or(0).max(person.read)));
    let seen: Vec<(&Person, u64)> = seen.collect();
    let mut rows = Vec::new();
    let mut new_after = new_after;
    let mut before: Option<&Arc<Message>> = None;
    for message in timeline.shared() {
        let new_day = before.is_none_or(|before| !before.at.is_same_day(message.at));
        if new_day {
            rows.push(Row::Day(message.at.day(), message.seq));
        }
        // Whoever speaks has read what was said before: their own comes next only where they marked it.
        let is_new = |after: u64| message.seq > after && (message.author.id != me.id || message.seq == after + 1);
        let is_first_new = new_after.is_some_and(is_new);
        // Where what is new begins further back, it begins nowhere here.
        let is_there = before.is_some() || !timeline.has_earlier() || new_after == Some(message.seq - 1);
        if is_first_new {
            if is_there {
                rows.push(Row::New);
            }
            new_after = None;
        }
        let follows = |before: &Arc<Message>| {
            before.author.id == message.author.id && (0..TOGETHER).contains(&message.at.seconds_since(before.at))
        };
        let again = !new_day && !is_first_new && before.is_some_and(follows);
        rows.push(Row::Said {
            message: Arc::clone(message),
            again,
        });
        let here = seen.iter().filter(|(_, place)| *place == message.seq);
        let people: Vec<Person> = here.map(|(person, _)| (*person).clone()).collect();
        if !people.is_empty() {
            rows.push(Row::Seen(people, message.seq));
        }
        before = Some(message);
    }
    // What waits will be the newest: between it and the past there is something else.
    if !timeline.has_later() {
        rows.extend(outbox.in_room(room).cloned().map(|waiting| Row::Waiting {
            waiting,
            by: me.name.clone(),
        }));
    }
    rows
}

/// The rows of `timeline`, then what waits in `room`, by `me`.
#[component(transparent)]
pub fn MessageList(room: RoomId, timeline: RwSignal<Timeline>, me: Me) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let said = message::said(chat, me.clone());
    // While another room loads, this one is still shown, but what it owned has gone; the outbox hasn't.
    let rows = ArcMemo::new(move |before: Option<&Vec<Row>>| {
        let new_after = chat
            .new_after
            .get()
            .filter(|(shown, _)| *shown == room)
            .map(|(_, seq)| seq);
        let seen = chat.seen.get();
        let rows = |timeline: &Timeline| {
            chat.outbox
                .with(|outbox| rows(timeline, outbox, room, &me, new_after, &seen))
        };
        let now = timeline.try_with(rows);
        now.or_else(|| before.cloned()).unwrap_or_default()
    });
    ui::rows::rows(
        move || rows.get(),
        Row::key,
        move |row| match row {
            Row::Day(day, _) => view! { <div class="day">{day}</div> }.into_any(),
            Row::New => view! { <div class="day new">"New"</div> }.into_any(),
            Row::Said { message, again } => said(message, again),
            Row::Seen(people, _) => {
                let faces: String = people.iter().map(|person| face(&person.name, person.id)).collect();
                let (words, title) = (seen_by(&people), seen_by(&people));
                view! { <p class="seen" role="img" aria-live="off" aria-label=words title=title inner_html=faces></p> }
                    .into_any()
            }
            Row::Waiting { waiting, by } => view! { <OwnMessage waiting by /> }.into_any(),
        },
    )
}

#[component(transparent)]
fn OwnMessage(waiting: Waiting, by: String) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let html = message_html::waiting(&waiting, &by, chat.my_id());
    let Waiting {
        client_id, progress, ..
    } = waiting;
    let class = match progress {
        Progress::Sending => "msg sending",
        Progress::Kept { .. } => "msg",
        Progress::Failed(_) => "msg failed",
    };
    let state = match progress {
        Progress::Sending => {
            let words = text(move || {
                let words = match chat.link().get() {
                    Link::Stale(_) => "sending when the line is back",
                    _ => "sending…",
                };
                words.to_owned()
            });
            view! { <span class="state">{words}</span> }.into_any()
        }
        Progress::Kept { .. } => ().into_any(),
        Progress::Failed(why) => {
            let again = client_id.clone();
            view! {
                <span class="state" role="alert">"Not sent. " {why}</span>
                <button class="button quiet" on:click=press(move |_| chat.retry(&again))>"Try again"</button>
                <button class="button quiet" on:click=press(move |_| chat.discard(&client_id))>"Discard"</button>
            }
            .into_any()
        }
    };
    view! {
        <article class=class>
            <div class="what" inner_html=html></div>
            <div>{state}</div>
        </article>
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::{
        accounts::model::Role,
        chat::model::{History, Person},
        ids::UserId,
        time::Timestamp,
    };

    #[test]
    fn a_clock_that_was_set_back_changes_neither_the_order_nor_what_is_shown() {
        let times = [
            "2026-11-20T23:59:59Z",
            "2026-11-21T00:00:01Z",
            "2026-11-20T23:59:58Z",
            "2026-11-21T00:00:02Z",
        ];
        let messages = (1..).zip(times).map(|(seq, at)| Message {
            seq,
            changed: seq,
            author: Person {
                id: UserId(1),
                name: "ada".into(),
                ..Person::default()
            },
            at: Timestamp::parse(at).expect("a time"),
            ..Message::default()
        });
        let history = History {
            messages: messages.collect(),
            ..History::default()
        };
        let me = Me {
            id: UserId(2),
            name: "bob".into(),
            username: "bob".into(),
            role: Role::Member,
        };
        // They have read up to what was said second, and ada has spoken since.
        let person = |id, name: &str| Person {
            id: UserId(id),
            name: name.into(),
            read: 2,
            ..Person::default()
        };
        let seen = [person(1, "ada"), person(2, "bob"), person(3, "carla")];
        let rows = rows(
            &Timeline::new(history, 4),
            &Outbox::default(),
            RoomId(1),
            &me,
            None,
            &seen,
        );
        let seen = |row: &Row| match row {
            Row::Seen(people, seq) => Some((seen_by(people), *seq)),
            _ => None,
        };
        let seen: Vec<_> = rows.iter().filter_map(seen).collect();
        assert_eq!(seen, [("Seen by carla".to_owned(), 2), ("Seen by ada".to_owned(), 4)]);
        let said: Vec<u64> = rows
            .iter()
            .filter_map(|row| match row {
                Row::Said { message, .. } => Some(message.seq),
                _ => None,
            })
            .collect();
        assert_eq!(said, [1, 2, 3, 4]);
        let keys: HashSet<u64> = rows.iter().map(Row::key).collect();
        assert_eq!(keys.len(), rows.len(), "or the list would not know which row is which");
    }
}
