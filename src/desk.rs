//! The page that joins the features: tape, rail, the room or page in the middle, ticker and logs beside it.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    components::{Outlet, Redirect},
    hooks::use_location,
};

use crate::{
    accounts::{api::who, model::Visitor},
    chat::{
        api::list_rooms,
        connection::ChatConnection,
        rooms_page::{PeopleHere, RoomLinks},
    },
    live::event_source::EventStream,
    logs::{api::log_tail, connection::provide_log_buffer, panel::LogsPanel},
    ticker::{api::quotes, connection::provide_board, panel::TickerPanel, tape::Tape},
    ui::error_page::ErrorPage,
};

/// What every signed-in page stands in. Whoever may not see it is sent where they can come in.
#[component]
pub fn Desk() -> impl IntoView {
    let visitor = Resource::new_blocking(|| (), |()| who());
    let rooms = Resource::new_blocking(|| (), |()| list_rooms());
    let board = Resource::new_blocking(|| (), |()| quotes());
    let tail = Resource::new_blocking(|| (), |()| log_tail());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let team = match visitor.await {
                    Ok(Visitor::In { me, team }) => {
                        provide_context(me);
                        team
                    }
                    Ok(Visitor::NoTeam) => return view! { <Redirect path="/set-up" /> }.into_any(),
                    Ok(Visitor::SignedOut) => return view! { <Redirect path="/sign-in" /> }.into_any(),
                    Err(error) => return view! { <ErrorPage error /> }.into_any(),
                };
                match (rooms.await, board.await, tail.await) {
                    (Ok(rooms), Ok(board), Ok(tail)) => {
                        EventStream::provide();
                        provide_board(board);
                        provide_log_buffer(tail);
                        ChatConnection::provide(expect_context(), rooms);
                        view! { <Layout team /> }.into_any()
                    }
                    (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => {
                        view! { <ErrorPage error /> }.into_any()
                    }
                }
            })}
        </Suspense>
    }
}

#[component]
fn Layout(team: String) -> impl IntoView {
    let path = use_location().pathname;
    let view = Memo::new(move |_| {
        path.with(
            |path| match path.trim_matches('/').split('/').collect::<Vec<_>>().as_slice() {
                ["rooms"] => "rooms",
                ["ticker"] => "ticker",
                ["logs"] => "logs",
                ["more"] => "more",
                _ => "room",
            },
        )
    });
    let current = move |name: &'static str| (view.get() == name).then_some("page");
    view! {
        <div class="desk" data-view=move || view.get()>
            <a class="skip" href="#main">"Skip to the page"</a>
            <Tape />
            <nav class="rail" aria-label="Rooms">
                <header>
                    <span class="mark" aria-hidden="true"></span>
                    {team}
                </header>
                <h2>"Rooms"</h2>
                <RoomLinks />
                <a href="/rooms" aria-current=move || current("rooms")>"All rooms"</a>
                <h2>"Here now"</h2>
                <PeopleHere />
                <h2>"Feeds"</h2>
                <a href="/ticker" aria-current=move || current("ticker")>"Ticker"</a>
                <a href="/logs" aria-current=move || current("logs")>"Logs"</a>
                <footer>
                    <a href="/more" aria-current=move || current("more")>"You and the team"</a>
                </footer>
            </nav>
            <main id="main" tabindex="-1">
                <Outlet />
            </main>
            <aside class="side" aria-label="Feeds">
                <TickerPanel />
                <LogsPanel />
            </aside>
            <nav class="tabs" aria-label="Pages">
                <a href="/rooms" aria-current=move || current("rooms").or(current("room"))>"Rooms"</a>
                <a href="/ticker" aria-current=move || current("ticker")>"Ticker"</a>
                <a href="/logs" aria-current=move || current("logs")>"Logs"</a>
                <a href="/more" aria-current=move || current("more")>"More"</a>
            </nav>
        </div>
    }
}

/// `/`: to the first room.
#[component]
pub fn FirstRoom() -> impl IntoView {
    let first = expect_context::<ChatConnection>()
        .rooms
        .with_untracked(|rooms| rooms.first().map(|room| room.id));
    let path = first.map_or_else(|| "/rooms".to_owned(), |id| format!("/rooms/{id}"));
    view! { <Redirect path /> }
}

/// `/ticker`: the panel itself is part of the layout, which gives it the room here.
#[component]
pub fn TickerPage() -> impl IntoView {
    view! {
        <Title text="Ticker" />
        <h1 class="visually-hidden">"Ticker"</h1>
    }
}

/// `/logs`: as the ticker.
#[component]
pub fn LogsPage() -> impl IntoView {
    view! {
        <Title text="Logs" />
        <h1 class="visually-hidden">"Logs"</h1>
    }
}
