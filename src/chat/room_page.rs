//! One room: its history, live, and the composer.

use std::time::Duration;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    components::Redirect,
    hooks::{use_params_map, use_query_map},
};

use super::{
    api::messages::open_room,
    composer::Composer,
    connection::ChatConnection,
    counts::newest_words,
    message::{permalink, reply_link, thread_link},
    message_list::MessageList,
    model,
    rules::{AFTER, PAGE},
    thread_pane,
    timeline::{End, Timeline},
    viewer::Viewer,
};
use crate::{
    ON_SERVER,
    accounts::model::{Me, Role},
    error::AppError,
    ids::RoomId,
    live::badge::{Link, LinkBadge},
    ui::{error_page::ErrorPage, focus, handler::press, loaded::loaded, text::text, when::when},
};

/// After this, a room that couldn't be asked for is asked for again.
const TRY_AGAIN: Duration = Duration::from_secs(3);

/// `/rooms/{id}`, with `?before=N` the messages before that place, with `?on=2026-11-20` those of that day; with `?thread=N`
/// also, beside them, what is said about the message at that place, and with `&reply=M` the reply at that place there.
#[component(transparent)]
pub fn RoomPage() -> impl IntoView {
    view! {
        <div class="room">{part(false)}</div>
        {part(true)}
    }
}

/// The room, or the thread beside it.
fn part(beside: bool) -> AnyView {
    let (params, query, tries) = (use_params_map(), use_query_map(), RwSignal::new(0_u32));
    let wanted = move || {
        let room = params.with(|params| params.get("room").and_then(|id| id.parse::<RoomId>().ok()));
        let place = query.with(|query| query.get(if beside { "thread" } else { "before" })?.parse::<u64>().ok());
        let on = query.with(|query| query.get(if beside { "reply" } else { "on" }));
        // Without a thread the same whatever the room.
        (room.filter(|_| !beside || place.is_some()), place, on, tries.get())
    };
    let fetch = move |(room, place, on, _): (Option<RoomId>, _, _, _)| async move {
        let room = room.ok_or_else(|| AppError::NotFound("A room's address ends in a number.".into()))?;
        let (before, thread) = if beside { (None, place) } else { (place, None) };
        open_room(room, before, on, thread).await
    };
    loaded(wanted, fetch, move |page| {
        let (room, place, ..) = untrack(wanted);
        if matches!(page, Err(AppError::Unreachable)) {
            Effect::new(move |_| {
                let again = move || {
                    tries.try_update(|tries| *tries += 1);
                };
                set_timeout(again, TRY_AGAIN);
            });
        }
        match page {
            Err(_) if beside && room.is_none() => ().into_any(),
            page if beside => thread_pane::pane(room.unwrap_or_default(), place.unwrap_or_default(), page),
            Ok(model::RoomPage {
                room:
                    model::Room {
                        root: Some((parent, root)),
                        ..
                    },
                ..
            }) => {
                // A permalink is that of any room.
                let path = match place {
                    Some(before) => reply_link(parent, root, before.saturating_sub(AFTER).max(1)),
                    None => thread_link(parent, root),
                };
                view! { <Redirect path /> }.into_any()
            }
            Ok(page) => view! { <RoomView page /> }.into_any(),
            Err(error) => {
                let link = expect_context::<ChatConnection>().link();
                let is_lost = matches!(error, AppError::NotFound(_));
                Effect::new(move |_| {
                    // Where the desk wasn't loaded for it: asked for as a page, the server may know where to go instead.
                    if is_lost && link.get_untracked() != Link::Connecting {
                        let _ = window().location().reload();
                    }
                });
                view! { <ErrorPage error /> }.into_any()
            }
        }
    })
}

/// A room with what is around it; of the thread beside it the part below the bar.
#[component(transparent)]
pub fn RoomView(page: model::RoomPage) -> impl IntoView {
    let model::RoomPage {
        room,
        history,
        changed,
        said,
        read,
        mark,
        client_id,
        largest_file,
        root,
        people: all,
        ..
    } = page;
    let chat = expect_context::<ChatConnection>();
    let me = expect_context::<Me>();
    let id = room.id;
    let is_new = |message: &model::Message| message.seq > read && message.author.id != me.id;
    let has_new = history.messages.iter().any(is_new);
    // What was new when one came is new still where one has gone back in the room.
    if has_new || chat.new_after.get_untracked().is_none_or(|(room, _)| room != id) {
        chat.new_after.set(has_new.then_some((id, read)));
    }
    let timeline = Timeline::new(history, changed).reaching(said);
    let is_above = has_new && timeline.first() > Some(read + 1);
    let first_unread = (is_above && chat.thread.is_none()).then(|| permalink(id, read + 1));
    let timeline = RwSignal::new(timeline);
    let people = if room.kind == model::RoomKind::Direct {
        room.people.clone()
    } else {
        Vec::new()
    };
    chat.seen.set(people);
    chat.people.set(all);
    Effect::new(move |_| {
        // Whoever comes from another page of the desk wants to write, unless that would bring a keyboard onto the screen.
        let writes = chat.link().get_untracked() != Link::Connecting && focus::has_keys()
            // A thread beside it is what one came for.
            && !window().location().search().is_ok_and(|asked| asked.contains("thread="));
        chat.show(id, timeline);
        // Once it is there to be gone to.
        request_animation_frame(move || {
            chat.arrive(id, mark);
            chat.fill();
            if writes && chat.thread.is_none() {
                chat.write();
            }
        });
    });
    let bar = chat.thread.is_none().then(|| bar(chat, room.clone()));
    let label = chat.titled(room.clone(), "Messages in ");
    let root = root.filter(|_| chat.thread.is_some()).map(thread_pane::root);
    // One reads here what isn't among one's rooms: it is archived. A thread is so with its room.
    let lives_by = room.root.map_or(id, |(parent, _)| parent);
    let is_live = move || chat.rooms.with(|rooms| rooms.iter().any(|other| other.id == lives_by));
    let composer = move || view! { <Composer room=room.clone() client_id=client_id.clone() largest_file /> }.into_any();
    let archived =
        || view! { <p class="past">"This room is archived: it can be read, and nothing changes in it."</p> }.into_any();
    view! {
        {bar}
        <div
            class="log"
            role="log"
            tabindex="0"
            aria-label=label
            on:scroll=move |_| chat.scrolled()
        >
            <div class="messages">
                {root}
                <More room=id timeline end=End::First />
                <MessageList room=id timeline me />
                <More room=id timeline end=End::Last />
            </div>
        </div>
        <div class="jumps">
            {first_unread
                .map(|href| {
                    view! {
                        <a class="button" href=href>
                            "First unread"
                        </a>
                    }
                })}
            {when(
                move || chat.away.get() || timeline.try_with(Timeline::has_later) == Some(true),
                move || {
                    view! {
                        <a class="button" href=format!("/rooms/{id}") on:click=press(move |event| chat.leave_the_past(event))>
                            {text(move || newest_words(chat.unread(id).0))}
                        </a>
                    }
                        .into_any()
                },
            )}
        </div>
        <Viewer timeline />
        {when(is_live, composer)}
        {when(move || !is_live(), archived)}
    }
}

/// What stands over a room.
fn bar(chat: ChatConnection, room: model::Room) -> AnyView {
    let (id, topic) = (room.id, room.topic.clone());
    let class = if room.kind == model::RoomKind::Private {
        "bar private"
    } else {
        "bar"
    };
    let (title, named) = (chat.titled(room.clone(), ""), chat.titled(room, ""));
    // The server asks for it when the page is done: what the page owned has gone then, or is another page's.
    let page_title = {
        let rendered = title();
        move || {
            if ON_SERVER { rendered.clone() } else { title() }
        }
    };
    // It may be changed meanwhile; an archived room is on no list.
    let topic = text(move || {
        let of_this = |rooms: &Vec<model::Room>| rooms.iter().find(|room| room.id == id).map(|room| room.topic.clone());
        chat.rooms.with(of_this).unwrap_or_else(|| topic.clone())
    });
    // Those of the room. Nobody is known to be here before the socket is up, not even oneself.
    let here = move || {
        let people = chat.people.get();
        let mut here = chat.here.get();
        here.retain(|person| people.contains(&person.id));
        (here, people.len())
    };
    let count = text(move || {
        let (here, all) = here();
        format!("{} of {all} here", here.iter().filter(|person| !person.away).count())
    });
    let names = move || here().0.iter().map(model::Person::words).collect::<Vec<_>>().join(", ");
    view! {
        <Title text=page_title />
        <div class=class>
            <h1>
                <a href=format!("/rooms/{id}/about") rel="external">{named}</a>
            </h1>
            <p>{topic}</p>
            <details class="who" title=text(names) hidden=move || chat.here.with(Vec::is_empty)>
                <summary>{count}</summary>
                <p>{text(names)}</p>
            </details>
            <details class="goto" inner_html=ways(id)></details>
            <LinkBadge link=chat.link() />
        </div>
    }
    .into_any()
}

/// The way on beyond an end of what is held: a link that works by itself, and loads in place with scripts.
#[component(transparent)]
fn More(room: RoomId, timeline: RwSignal<Timeline>, end: End) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let outbox = chat.outbox;
    // Where people arrive nobody else is at first, and only administrators see the link that others come in by.
    let first = chat
        .rooms
        .with_untracked(|rooms| rooms.iter().map(|room| room.id).min());
    let brings = first == Some(room) && expect_context::<Me>().role == Role::Admin;
    let nothing = if brings { EMPTY_FIRST } else { EMPTY };
    let failed = RwSignal::new(None::<String>);
    let load = Action::new(move |at: &u64| {
        let at = *at;
        async move {
            let loaded = chat.load(room, timeline, end, at).await;
            if loaded.is_ok() {
                request_animation_frame(move || chat.fill());
            }
            failed.try_set(loaded.err());
        }
    });
    let at = Memo::new(move |_| timeline.with(|timeline| timeline.beyond(end)));
    let (class, words, past) = match end {
        End::First => ("earlier button quiet", "Earlier messages", 0),
        End::Last => ("later button quiet", "Later messages", u64::from(PAGE) + 1),
    };
    // As in the list: what the page owns goes before it does.
    let empty = ArcMemo::new(move |_| {
        let nothing_said = timeline.try_with(|timeline| timeline.newest() == 0);
        nothing_said == Some(true) && outbox.with(|outbox| outbox.in_room(room).next().is_none())
    });
    view! {
        {move || {
            at.get()
                .map(|seq| {
                    view! {
                        <a
                            class=class
                            href=format!("/rooms/{room}?before={}", seq + past)
                            on:click=press(move |event| {
                                event.prevent_default();
                                if !load.pending().get_untracked() {
                                    load.dispatch(seq);
                                }
                            })
                        >
                            {words}
                        </a>
                    }
                })
        }}
        {move || failed.get().map(|words| view! { <p class="error" role="alert">{words}</p> })}
        {move || {
            (end == End::First && empty.get())
                .then(|| view! { <div class="empty" inner_html=nothing.to_owned()></div> })
        }}
    }
}

/// What stands in a room where nothing was said.
const EMPTY: &str = "<p>Nothing has been said here yet. The first word is yours.</p>";
/// In the first room, for whoever can bring others in.
const EMPTY_FIRST: &str = r#"<p>Nothing has been said here yet. The first word is yours.</p><p>Others come in by the join link: it is on the page <a href="/team#link-heading" rel="external">Team</a>.</p>"#;

/// The ways to another time. Written as HTML, which takes less of the program than views do.
fn ways(room: RoomId) -> String {
    format!(
        r#"<summary>Jump to…</summary><form action="/rooms/{room}"><label for="on">Day (UTC)</label><input type="date" id="on" name="on" required><button class="button">Go</button><a href="/rooms/{room}?before={}#m1">The beginning</a></form>"#,
        PAGE + 1
    )
}
