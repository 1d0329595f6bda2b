//! `/discuss?link=…`: says in a room what a link into Squawkbox shows, with words of one's own. A plain form.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use super::{
    api::messages::{Discuss, before_discussing},
    model::ToDiscuss,
};
use crate::{
    accounts::pages::frame::Frame,
    ids::RoomId,
    ui::{
        loaded::loaded,
        outcome::{Wrong, refusal},
    },
};

/// The page.
#[component]
pub fn DiscussPage() -> impl IntoView {
    let query = use_query_map();
    let asked = move |name: &str| query.with(|query| query.get(name).unwrap_or_default());
    let room = move || asked("room").parse::<RoomId>().ok();
    let body = move || {
        loaded(
            move || asked("link"),
            before_discussing,
            move |found| match found {
                Ok(found) => view! { <Form found link=asked("link") room=room() /> }.into_any(),
                Err(error) => view! { <Wrong error /> }.into_any(),
            },
        )
    };
    view! { <Frame title="Discuss"><Wrong error=refusal(Discuss::PATH) /> {body()}</Frame> }
}

#[component]
fn Form(found: ToDiscuss, link: String, room: Option<RoomId>) -> impl IntoView {
    let ToDiscuss { rooms, html } = found;
    let options = rooms.into_iter().map(|(id, title)| {
        view! { <option value=id.to_string() selected=room == Some(id)>{title}</option> }
    });
    let shown = match html {
        Some(html) => view! { <div class="rich body quoted" inner_html=html></div> }.into_any(),
        None => view! { <p class="hint">"What it shows can't be kept; the link is said alone."</p> }.into_any(),
    };
    view! {
        <form method="post" action=Discuss::PATH class="discuss">
            <input type="hidden" name="link" value=link />
            <div class="field">
                <label for="discuss-room">"Room"</label>
                <select id="discuss-room" name="room" required>{options.collect_view()}</select>
            </div>
            <div class="field">
                <label for="discuss-words">"What about it?"</label>
                <textarea id="discuss-words" name="words" rows="3" maxlength="4000" placeholder="Say something, or nothing" dir="auto"></textarea>
            </div>
            {shown}
            <button class="button" type="submit">"Say it"</button>
        </form>
    }
}
