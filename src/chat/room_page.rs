//! One room: its history, live, and the composer.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    api::{earlier_messages, open_room},
    composer::Composer,
    connection::ChatConnection,
    message_list::MessageList,
    model,
    timeline::Timeline,
    viewer::Viewer,
};
use crate::{
    accounts::model::Me,
    error::AppError,
    ids::RoomId,
    live::badge::LinkBadge,
    ui::{error_page::ErrorPage, handler::press, loaded::loaded},
};

/// `/rooms/{id}`, and with `?before=N` the messages before that place.
#[component(transparent)]
pub fn RoomPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let wanted = move || {
        let room = params.with(|params| params.get("room").and_then(|id| id.parse::<RoomId>().ok()));
        let before = query.with(|query| query.get("before").and_then(|seq| seq.parse::<u64>().ok()));
        (room, before)
    };
    let fetch = |(room, before): (Option<RoomId>, _)| async move {
        let room = room.ok_or_else(|| AppError::NotFound("A room's address ends in a number.".into()))?;
        open_room(room, before).await
    };
    loaded(wanted, fetch, |page| match page {
        Ok(page) => view! { <RoomView page /> }.into_any(),
        Err(error) => view! { <ErrorPage error /> }.into_any(),
    })
}

#[component(transparent)]
fn RoomView(page: model::RoomPage) -> impl IntoView {
    let model::RoomPage {
        room,
        history,
        changed,
        read,
        is_past,
        client_id,
        largest_file,
    } = page;
    let chat = expect_context::<ChatConnection>();
    let me = expect_context::<Me>();
    let id = room.id;
    let is_new = |message: &model::Message| message.seq > read && message.author.id != me.id;
    chat.new_after
        .set(history.messages.iter().any(is_new).then_some((id, read)));
    chat.seen.set(room.people.clone());
    let timeline = RwSignal::new(Timeline::new(history, changed));
    Effect::new(move |_| {
        if !is_past {
            chat.show(id, timeline);
        }
        // A mark opens the page at a message; the browser can't, where the page came without one.
        if let Some(marked) = location_hash().and_then(|hash| document().get_element_by_id(&hash)) {
            marked.scroll_into_view();
        }
    });
    let title = room.title(me.id);
    let label = format!("Messages in {title}");
    let page_title = {
        let title = title.clone();
        move || match chat.calls() {
            0 => title.clone(),
            calls => format!("({calls}) {title}"),
        }
    };
    // The server asks for it when the page is done: what the page owned has gone then, or is another page's.
    let rendered = page_title();
    let page_title = move || {
        if cfg!(feature = "ssr") {
            rendered.clone()
        } else {
            page_title()
        }
    };
    // It may be changed meanwhile.
    let topic = move || {
        let of_this = |rooms: &Vec<model::Room>| rooms.iter().find(|room| room.id == id).map(|room| room.topic.clone());
        chat.rooms.with(of_this)
    };
    // Nobody is known to be here before the socket is up, not even oneself.
    let here = move || {
        chat.here.with(|people| {
            let here = people.iter().filter(|person| !person.away).count();
            match people.len() {
                0 => String::new(),
                all => format!("{here} of {} here", chat.members.max(all as u32)),
            }
        })
    };
    let names = move || {
        chat.here
            .with(|here| here.iter().map(model::Person::words).collect::<Vec<_>>().join(", "))
    };
    view! {
        <Title text=page_title />
        <div class="bar">
            <h1>
                <a href=format!("/rooms/{id}/about") rel="external">{title}</a>
            </h1>
            <p>{topic}</p>
            <span class="who" title=names>
                {here}
                <span class="visually-hidden">" " {names}</span>
            </span>
            <LinkBadge link=chat.link() />
        </div>
        <div
            class="log"
            role="log"
            tabindex="0"
            aria-label=label
            on:scroll=move |_| chat.attend()
        >
            <div class="messages">
                <Earlier room=id timeline />
                <MessageList room=id timeline me live=!is_past />
            </div>
        </div>
        <Viewer timeline />
        {if is_past {
            view! {
                <p class="past">
                    <a class="button" href=format!("/rooms/{id}")>
                        "Newest messages"
                    </a>
                </p>
            }
                .into_any()
        } else {
            view! { <Composer room client_id largest_file /> }.into_any()
        }}
    }
}

/// The way back in time: a link that works by itself, and loads in place with scripts.
#[component(transparent)]
fn Earlier(room: RoomId, timeline: RwSignal<Timeline>) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let outbox = chat.outbox;
    let failed = RwSignal::new(None::<String>);
    let load = Action::new(move |before: &u64| {
        let before = *before;
        let since = timeline.with_untracked(Timeline::changed);
        async move {
            let loaded = earlier_messages(room, before).await;
            // The page may have gone meanwhile.
            failed.try_set(loaded.as_ref().err().map(ToString::to_string));
            if let Ok(history) = loaded {
                let passed_over = timeline.try_update(|timeline| timeline.add_earlier(history, before, since));
                if passed_over == Some(true) {
                    chat.follow();
                }
            }
        }
    });
    let first = Memo::new(move |_| timeline.with(|t| t.first().filter(|_| t.has_earlier())));
    // As in the list: what the page owns goes before it does.
    let empty = ArcMemo::new(move |_| {
        let nothing_said = timeline.try_with(|timeline| timeline.first().is_none());
        nothing_said == Some(true) && outbox.with(|outbox| outbox.in_room(room).next().is_none())
    });
    view! {
        {move || {
            first
                .get()
                .map(|seq| {
                    view! {
                        <a
                            class="earlier button quiet"
                            href=format!("/rooms/{room}?before={seq}")
                            on:click=press(move |event| {
                                event.prevent_default();
                                load.dispatch(seq);
                            })
                        >
                            "Earlier messages"
                        </a>
                    }
                })
        }}
        {move || failed.get().map(|words| view! { <p class="error" role="alert">{words}</p> })}
        {move || {
            empty
                .get()
                .then(|| view! { <p class="empty">"Nothing has been said here yet. The first word is yours."</p> })
        }}
    }
}
