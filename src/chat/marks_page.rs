//! `/rooms/{id}/pins` and `/bookmarks`: messages that are kept at hand. Plain forms and links.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    api::marks::{RemoveBookmark, Unpin, bookmarks, pins},
    model::{Found, Hit},
    search_page::Shown,
};
use crate::{
    accounts::pages::frame::Frame,
    error::AppError,
    ids::RoomId,
    ui::{
        loaded::loaded,
        outcome::{Wrong, refusal},
    },
};

/// `/rooms/{id}/pins`
#[component]
pub fn PinsPage() -> impl IntoView {
    let params = use_params_map();
    let room = move || params.with(|params| params.get("room").and_then(|id| id.parse::<RoomId>().ok()));
    let fetch = |room: Option<RoomId>| async move {
        let room = room.ok_or_else(|| AppError::NotFound("A room's address ends in a number.".into()))?;
        pins(room).await
    };
    let body = move || {
        loaded(room, fetch, move |found| match found {
            Ok(found) => view! { <Pins found /> }.into_any(),
            Err(error) => view! { <Wrong error /> }.into_any(),
        })
    };
    let back = move || room().map(|id| view! { <p><a href=format!("/rooms/{id}")>"Back to the room"</a></p> });
    view! { <Frame title="Pinned messages">{back()} <Wrong error=refusal(Unpin::PATH) /> {body()}</Frame> }
}

#[component]
fn Pins(found: Found) -> impl IntoView {
    if found.hits.is_empty() {
        return view! { <p class="empty">"Nothing is pinned here. The menu of a message pins it."</p> }.into_any();
    }
    list(found.hits, Unpin::PATH, "Unpin")
}

/// `/bookmarks`
#[component]
pub fn BookmarksPage() -> impl IntoView {
    let query = use_query_map();
    let before = move || query.with(|query| query.get("before").and_then(|at| at.parse::<i64>().ok()));
    let body = move || {
        loaded(before, bookmarks, move |found| match found {
            Ok(found) => view! { <Bookmarks found /> }.into_any(),
            Err(error) => view! { <Wrong error /> }.into_any(),
        })
    };
    view! {
        <Frame title="Bookmarks">
            <p class="hint">"Only you see them."</p>
            <Wrong error=refusal(RemoveBookmark::PATH) />
            {body()}
        </Frame>
    }
}

#[component]
fn Bookmarks(found: Found) -> impl IntoView {
    let Found { hits, before } = found;
    if hits.is_empty() {
        return view! { <p class="empty">"You have bookmarked nothing. The menu of a message does it."</p> }.into_any();
    }
    let older = before.map(|before| {
        let rest = format!("/bookmarks?before={before}");
        view! { <a class="button quiet" href=rest>"Older"</a> }
    });
    let list = list(hits, RemoveBookmark::PATH, "Remove bookmark");
    view! { {list} {older} }.into_any()
}

/// The messages, each with a form that takes its mark away.
fn list(hits: Vec<Hit>, action: &'static str, words: &'static str) -> AnyView {
    let one = |hit: Hit| {
        let (room, seq) = (hit.message.room.to_string(), hit.message.seq.to_string());
        let label = format!("{words}, {} at {}", hit.message.author.name, hit.message.at.minute());
        let undo = view! {
            <form method="post" action=action>
                <input type="hidden" name="room" value=room />
                <input type="hidden" name="seq" value=seq />
                <button class="button quiet" type="submit" aria-label=label>{words}</button>
            </form>
        };
        view! { <Shown hit undo=undo.into_any() /> }
    };
    view! { <ol class="hits marks">{hits.into_iter().map(one).collect_view()}</ol> }.into_any()
}
