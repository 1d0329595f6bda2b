//! What the pages of one's account and of the team stand in, and what they share.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{components::Redirect, hooks::use_query_map};

use crate::{
    accounts::{
        api::who,
        model::{Me, Role, Visitor},
    },
    paths,
    time::Timestamp,
    ui::{loaded::loaded_once, outcome::Wrong},
};

/// A page for people who are signed in; others are sent to where they come in.
#[component]
pub fn Frame(
    /// The page's title and heading.
    #[prop(into)]
    title: String,
    /// Below the heading.
    children: ChildrenFn,
) -> impl IntoView {
    loaded_once(who, move |visitor| match visitor {
        Ok(Visitor::In { me, team }) => {
            provide_context(me.clone());
            let runs_the_team = me.role == Role::Admin;
            view! {
                <Title text=title.clone() />
                <div class="plain">
                    <header>
                        <a class="home" href="/">
                            <span class="mark" aria-hidden="true"></span>
                            <span>"Back to " {team}</span>
                        </a>
                        <nav aria-label="Settings">
                            <a href="/you">"You"</a>
                            <a href="/you/notifications">"Notifications"</a>
                            <a href="/bookmarks">"Bookmarks"</a>
                            <a href="/ticker/venues">"Venues"</a>
                            <a href=paths::ALERTS>"Alerts"</a>
                            {runs_the_team.then(|| view! { <a href="/team">"Team"</a> })}
                        </nav>
                    </header>
                    <main class="page">
                        <h1>{title.clone()}</h1>
                        {children()}
                    </main>
                    <nav class="tabs" aria-label="Pages">
                        <a href="/rooms">"Rooms"</a>
                        <a href="/ticker">"Ticker"</a>
                        <a href="/logs">"Logs"</a>
                        // Its script shows it.
                        <button type="button" id="go-to" hidden>"Go to"</button>
                        <a href="/you">"You"</a>
                    </nav>
                </div>
                <script src="/notify.js" defer></script>
                <script src="/beside.js" data-me=me.id.to_string() defer></script>
            }
            .into_any()
        }
        Ok(Visitor::SignedOut) => view! { <Redirect path="/sign-in" /> }.into_any(),
        Ok(Visitor::NoTeam) => view! { <Redirect path="/set-up" /> }.into_any(),
        Err(error) => view! { <Wrong error /> }.into_any(),
    })
}

/// Who is signed in, below a [`Frame`].
pub fn me() -> Me {
    expect_context()
}

/// What the last form has done, when the address says `?done={what}`.
#[component]
pub fn Done(
    /// Which.
    what: &'static str,
    /// In words.
    words: &'static str,
) -> impl IntoView {
    is_done(what).then(|| view! { <p class="notice" role="status">{words}</p> })
}

/// Whether the address says that the last form has done this.
pub fn is_done(what: &str) -> bool {
    use_query_map().with_untracked(|query| query.get("done").is_some_and(|done| done == what))
}

/// A moment of the past: day and minute, UTC; leads to what else happened then.
#[component]
pub fn When(
    /// When.
    at: Timestamp,
) -> impl IntoView {
    view! { <a class="then" href=paths::then(at)>{day_and_minute(at)}</a> }
}

/// The same without the link, for what is one.
pub fn day_and_minute(at: Timestamp) -> impl IntoView {
    view! { <time datetime=at.to_string()>{at.day()} " " {at.minute()} " UTC"</time> }
}
