//! `/rooms/{id}/history/{seq}`: what an edited message said before, for administrators.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{api::messages::earlier_texts, message::permalink, model::Texts};
use crate::{
    accounts::pages::frame::{Frame, When},
    error::AppError,
    ids::RoomId,
    ui::{loaded::loaded, outcome::Wrong},
};

/// The page.
#[component]
pub fn HistoryPage() -> impl IntoView {
    let params = use_params_map();
    let place = move || {
        params.with(|params| {
            let room = params.get("room")?.parse::<RoomId>().ok()?;
            Some((room, params.get("seq")?.parse::<u64>().ok()?))
        })
    };
    let fetch = |place: Option<(RoomId, u64)>| async move {
        let (room, seq) = place.ok_or_else(|| AppError::NotFound("There is no such message.".into()))?;
        earlier_texts(room, seq).await
    };
    let body = move || {
        loaded(place, fetch, |texts| match texts {
            Ok(texts) => view! { <Earlier texts /> }.into_any(),
            Err(error) => view! { <Wrong error /> }.into_any(),
        })
    };
    view! { <Frame title="What a message said">{body()}</Frame> }
}

#[component]
fn Earlier(texts: Texts) -> impl IntoView {
    let Texts { message, earlier } = texts;
    let one = |words, at, text: String| {
        view! {
            <li>
                <h2>{words} " " <When at /></h2>
                <p class="text" dir="auto">{text}</p>
            </li>
        }
    };
    let earlier = earlier
        .into_iter()
        .rev()
        .map(|(until, text)| one("Until", until, text))
        .collect_view();
    view! {
        <p>
            "By " {message.author.name} ", said " <When at=message.at /> ". "
            <a href=permalink(message.room, message.seq)>"Show it in its room"</a>
        </p>
        <ol class="texts" aria-label="Texts, newest first">
            {one("Since", message.edited.unwrap_or(message.at), message.body)}
            {earlier}
        </ol>
        <p class="hint">"Only administrators see this page. When a message is deleted, all of its texts are."</p>
    }
}
