//! `/rooms/new`: a plain form to make a room with.

use leptos::{prelude::*, server_fn::ServerFn};

use super::api::rooms::CreateRoom;
use crate::{
    accounts::pages::frame::Frame,
    ui::outcome::{Wrong, refusal},
};

/// The page.
#[component]
pub fn NewRoomPage() -> impl IntoView {
    view! {
        <Frame title="New room">
            <Wrong error=refusal(CreateRoom::PATH) />
            <form method="post" action=CreateRoom::PATH>
                <div class="field">
                    <label for="room-name">"Room name"</label>
                    <input id="room-name" name="name" required maxlength="40" autocomplete="off" />
                    <p class="hint">"Letters, digits, hyphens, dots and underscores; spaces become hyphens."</p>
                </div>
                <label class="choice">
                    <input type="checkbox" name="private" value="true" />
                    <span>
                        "Private " <span class="hint">"Only people who are invited can read and write in it."</span>
                    </span>
                </label>
                <button class="button" type="submit">"Create room"</button>
            </form>
        </Frame>
    }
}
