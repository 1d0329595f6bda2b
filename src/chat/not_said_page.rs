//! What answers a plain form whose message was refused: the reason, and the message, to be mended and sent again.

use leptos::prelude::*;

use crate::{error::AppError, ids::RoomId};

/// The title of the page, and what stands on it first.
pub const HEADING: &str = "That was not sent";

/// The page.
#[component]
pub fn NotSaidPage(
    /// Why.
    error: AppError,
    /// Where it was to be said.
    room: RoomId,
    /// What.
    body: String,
    /// The page that it came from.
    back: String,
) -> impl IntoView {
    // Leptos doesn't escape what stands in a text area. The first line break in one is not part of its text.
    let text = format!("\n{}", body.replace('&', "&amp;").replace('<', "&lt;"));
    view! {
        <section class="fault" aria-labelledby="fault">
            <h1 id="fault">{HEADING}</h1>
            <p role="alert">{error.to_string()}</p>
            <form method="post" enctype="multipart/form-data" action=format!("/rooms/{room}/say")>
                <div class="field">
                    <label for="body">"Your message"</label>
                    <textarea id="body" name="body" rows="8" dir="auto" autofocus inner_html=text></textarea>
                </div>
                <p class="ways">
                    <button class="button" type="submit">
                        "Send"
                    </button>
                    <a class="button quiet" href=back>
                        "Back without it"
                    </a>
                </p>
            </form>
            <p class="hint">"Files have to be picked again; they go with it from the room's page."</p>
        </section>
    }
}
