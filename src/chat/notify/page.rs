//! `/you/notifications`: what one is notified of, how it reaches this device, and what was decided lately. Plain forms;
//! what only the browser can do is in `public/notify.js`.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    api::{SetLevel, TestNotification, Unsubscribe, own_notifications},
    model::{Decision, Level, NotifyPage},
};
use crate::{
    accounts::pages::frame::{Done, Frame, When, is_done},
    ids::RoomId,
    time::Timestamp,
    ui::{
        loaded::loaded_once,
        outcome::{Wrong, refusal},
    },
};

/// The page.
#[component]
pub fn NotificationsPage() -> impl IntoView {
    let body = || {
        loaded_once(own_notifications, |page| match page {
            Ok(page) => view! { <Notifications page /> }.into_any(),
            Err(error) => view! { <Wrong error /> }.into_any(),
        })
    };
    view! { <Frame title="Notifications">{body()}</Frame> }
}

#[component]
fn Notifications(page: NotifyPage) -> impl IntoView {
    let NotifyPage {
        rooms,
        key,
        pushes,
        decisions,
    } = page;
    // The test is the last thing that was decided; what came of it is wanted at once, not below all rooms.
    let tested = is_done("test").then(|| decisions.first().cloned()).flatten();
    view! {
        <Device key pushes tested />
        <section aria-labelledby="rooms-heading">
            <h2 id="rooms-heading">"Rooms"</h2>
            <Done what="level" words="That is what you are notified of there from now on." />
            <Wrong error=refusal(SetLevel::PATH) />
            <p class="hint">
                "Mentions are messages with your sign-in name after an @, or with @here or @room. A room of nothing counts what is unread, and calls for no attention."
            </p>
            <ul class="entries">{rooms.into_iter().map(level_of).collect_view()}</ul>
        </section>
        <section aria-labelledby="lately-heading">
            <h2 id="lately-heading">"Lately"</h2>
            <p class="hint">"Whether you were notified of what others said, and why."</p>
            {if decisions.is_empty() {
                view! { <p class="empty">"Nobody has said anything yet."</p> }.into_any()
            } else {
                view! { <ol class="entries">{decisions.into_iter().map(decided).collect_view()}</ol> }.into_any()
            }}
        </section>
    }
}

#[component]
fn Device(key: String, pushes: Option<Timestamp>, tested: Option<Decision>) -> impl IntoView {
    let (push, off) = match pushes {
        Some(since) => (
            view! { <p>"This browser takes pushes, since " <When at=since /> "."</p> }.into_any(),
            view! {
                <form method="post" action=Unsubscribe::PATH>
                    <button class="button quiet" type="submit">"No more pushes"</button>
                </form>
            }
            .into_any(),
        ),
        None => (
            view! { <p>"This browser takes no pushes."</p> }.into_any(),
            ().into_any(),
        ),
    };
    view! {
        <section aria-labelledby="device-heading">
            <h2 id="device-heading">"This device"</h2>
            <Done what="on" words="Notifications are on." />
            <Done what="off" words="This browser gets no more pushes." />
            <Done what="test" words="A notification was sent by every way that is on." />
            {tested.map(|decision| view! { <ul class="entries">{decided(decision)}</ul> })}
            <Wrong error=refusal(TestNotification::PATH) />
            {push}
            <noscript>
                <p class="hint">"Turning notifications on needs JavaScript: the browser asks you itself."</p>
            </noscript>
            <div id="device" class="device" data-key=key data-pushes=pushes.map(|_| "on") hidden>
                <p id="device-state" role="status"></p>
                <button id="device-on" class="button" type="button" hidden>"Turn on notifications"</button>
                <label class="choice">
                    <input id="sound" type="checkbox" />
                    <span>"With a sound, while a page is open"</span>
                </label>
            </div>
            <div class="side-by-side">
                <form method="post" action=TestNotification::PATH>
                    <button class="button quiet" type="submit">"Send a test"</button>
                </form>
                {off}
            </div>
        </section>
    }
}

fn level_of((room, title, level): (RoomId, String, Level)) -> impl IntoView {
    view! {
        <li>
            <div>
                <a href=format!("/rooms/{room}")>{title.clone()}</a>
            </div>
            <form class="side-by-side" method="post" action=SetLevel::PATH>
                <input type="hidden" name="room" value=room.to_string() />
                <input type="hidden" name="all" value="true" />
                <LevelChoice level label=format!("Notify me of, in {title}") />
                <button class="button quiet" type="submit" aria-label=format!("Set for {title}")>
                    "Set"
                </button>
            </form>
        </li>
    }
}

fn decided(decision: Decision) -> impl IntoView {
    let Decision {
        at,
        place,
        text,
        link,
        notified,
        reached,
        why,
        ways,
    } = decision;
    let verdict = match (notified, reached) {
        (true, true) => "Notified",
        (true, false) => "Not reached",
        (false, _) => "Not notified",
    };
    let reasons = std::iter::once(why).filter(|why| !why.is_empty()).chain(ways);
    let place = match link {
        Some(link) => view! { <a href=link>{place}</a> " · " }.into_any(),
        None => ().into_any(),
    };
    view! {
        <li>
            <div>
                <p>
                    <strong class="verdict" class:yes=reached>
                        {verdict}
                    </strong>
                    ": "
                    {reasons.collect::<Vec<_>>().join("; ")}
                </p>
                <p class="heard" dir="auto">{text}</p>
                <p class="hint">{place} <When at /></p>
            </div>
        </li>
    }
}

/// What somebody may choose, in a form.
#[component]
pub fn LevelChoice(
    /// What holds.
    level: Level,
    /// What the field is called.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let option = |other: Level| {
        let words = match other {
            Level::Everything => "Everything",
            Level::Mentions => "Mentions",
            Level::Nothing => "Nothing",
        };
        view! {
            <option value=other.text() selected=other == level>
                {words}
            </option>
        }
    };
    view! {
        <select name="level" aria-label=label>
            {Level::ALL.map(option).collect_view()}
        </select>
    }
}
