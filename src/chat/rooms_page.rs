//! The rooms: a list to choose from, a form to make one, and the rail that shows them on every page.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

use super::{api::CreateRoom, connection::ChatConnection};
use crate::ui::outcome::{Wrong, refusal};

/// `/rooms`.
#[component]
pub fn RoomsPage() -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    view! {
        <Title text="Rooms" />
        <div class="page">
            <h1>"Rooms"</h1>
            <ul class="rooms">
                <For each=move || chat.rooms.get() key=|room| (room.id, room.name.clone()) let:room>
                    <li>
                        <a href=format!("/rooms/{}", room.id)>"# " {room.name}</a>
                        <span class="hint">{room.topic}</span>
                    </li>
                </For>
            </ul>
            <h2>"New room"</h2>
            <Wrong error=refusal(CreateRoom::PATH) />
            <form method="post" action=CreateRoom::PATH>
                <div class="field">
                    <label for="room-name">"Room name"</label>
                    <input id="room-name" name="name" required maxlength="40" autocomplete="off" />
                    <p class="hint">"Everyone on the team can read and write in it."</p>
                </div>
                <button class="button" type="submit">"Create room"</button>
            </form>
        </div>
    }
}

/// The rooms in the rail.
#[component]
pub fn RoomLinks() -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let path = leptos_router::hooks::use_location().pathname;
    view! {
        <For each=move || chat.rooms.get() key=|room| (room.id, room.name.clone()) let:room>
            {
                let href = format!("/rooms/{}", room.id);
                let current = { let href = href.clone(); move || (path.get() == href).then_some("page") };
                view! { <a href=href aria-current=current>"# " {room.name}</a> }
            }
        </For>
    }
}

/// Who is here, in the rail.
#[component]
pub fn PeopleHere() -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    view! {
        <ul class="people">
            <For each=move || chat.here.get() key=|person| person.id let:person>
                <li>
                    <span class="dot on" aria-hidden="true"></span>
                    {person.name}
                </li>
            </For>
        </ul>
    }
}
