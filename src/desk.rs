//! The page that joins the features: tape, rail, the room or page in the middle, ticker and logs beside it.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    components::{Outlet, Redirect},
    hooks::use_location,
};

use serde::{Deserialize, Serialize};

use crate::{
    accounts::model::Me,
    chat::{
        connection::ChatConnection,
        counts::new_words,
        model::Rooms,
        rooms_page::{PeopleHere, RoomLinks, ThreadsLink},
    },
    desk_keys,
    error::AppError,
    json::Json,
    live::event_source::EventStream,
    logs::{connection::provide_log_buffer, model::Tail, panel::LogsPanel},
    paths,
    squawk::{connection::follow_squawks, model::Shown},
    ticker::{
        connection::follow_prices,
        panel::{Prices, TickerPanel},
        tape::Tape,
    },
    ui::{error_page::ErrorPage, handler::press, loaded::loaded_once, picker::Picker, text::text},
};

/// What the desk begins with, or why it doesn't.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opening {
    /// There is no team yet: set it up.
    NoTeam,
    /// Sign in.
    SignedOut,
    /// Come in.
    Desk(Box<Start>),
}

/// What the desk begins with. Every stream goes on from here.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Start {
    /// Who looks at it.
    pub me: Me,
    /// The team's name.
    pub team: String,
    /// The rooms and who is here.
    pub rooms: Rooms,
    /// The prices, as HTML; of no use to a browser, which gets them with the page.
    #[serde(skip)]
    pub prices: Prices,
    /// The squawks, likewise.
    #[serde(skip)]
    pub squawks: Shown,
    /// The newest log lines.
    pub tail: Tail,
}

/// All that the desk is rendered from.
///
/// # Errors
/// `Internal` when a database can't be read.
#[server(prefix = "/do", endpoint = "desk", input = Json, output = Json)]
pub async fn open_desk() -> Result<Opening, AppError> {
    use crate::accounts::model::Visitor;
    let state = crate::server::state::AppState::here()?;
    let (me, team) = match state.accounts.visitor().await? {
        Visitor::NoTeam => return Ok(Opening::NoTeam),
        Visitor::SignedOut => return Ok(Opening::SignedOut),
        Visitor::In { me, team } => (me, team),
    };
    Ok(Opening::Desk(Box::new(Start {
        team,
        rooms: crate::chat::server::room_pages::list(&state.chat, me.id).await?,
        prices: crate::ticker::server::rendered::prices(&state.ticker, me.id).await?,
        squawks: crate::squawk::server::rendered::shown(&state.squawk, me.id).await?,
        tail: state.logs.tail().await?,
        me,
    })))
}

/// What every signed-in page stands in. Whoever may not see it is sent where they can come in.
#[component(transparent)]
pub fn Desk() -> impl IntoView {
    loaded_once(open_desk, |opening| match opening {
        Ok(Opening::Desk(start)) => {
            let Start {
                me,
                team,
                rooms,
                prices,
                squawks,
                tail,
            } = *start;
            provide_context(me.clone());
            EventStream::provide();
            follow_prices();
            follow_squawks();
            provide_log_buffer(tail);
            ChatConnection::provide(me, rooms);
            view! { <Layout team prices squawks /> }.into_any()
        }
        Ok(Opening::NoTeam) => view! { <Redirect path="/set-up" /> }.into_any(),
        Ok(Opening::SignedOut) => view! { <Redirect path="/sign-in" /> }.into_any(),
        Err(error) => view! { <ErrorPage error /> }.into_any(),
    })
}

#[component(transparent)]
fn Layout(team: String, prices: Prices, squawks: Shown) -> impl IntoView {
    let Prices { tape, tools, panel } = prices;
    let chat = expect_context::<ChatConnection>();
    Effect::new(|_| desk_keys::listen());
    let path = use_location().pathname;
    let view = Memo::new(move |_| {
        path.with(
            |path| match path.trim_matches('/').split('/').collect::<Vec<_>>().as_slice() {
                ["rooms"] => "rooms",
                ["ticker"] => "ticker",
                ["logs"] => "logs",
                _ => "room",
            },
        )
    });
    // The page waits for what it needs itself. Waited for from out here as well, it would be made twice on the server, and
    // a message between the two would part what is rendered from what the browser takes over with.
    let outlet = view! { <Outlet /> };
    let page = Unsuspend::new(move || outlet);
    let current = move |name: &'static str| move || (view.get() == name).then_some("page");
    // On a phone everything about rooms lies behind one tab.
    let in_rooms = move || matches!(view.get(), "rooms" | "room").then_some("page");
    let calls = text(move || match new_words(chat.calls()) {
        none if none.is_empty() && chat.any_unread() => "unread".to_owned(),
        words => words,
    });
    view! {
        <div class="desk" data-view=move || view.get()>
            // Left to the browser, which moves the focus too; the router would only scroll.
            <a class="skip" href="#main" rel="external">
                "Skip to the page"
            </a>
            <Tape first=squawks.tape items=tape />
            <section class="squawks" aria-label="Squawk" inner_html=squawks.banner></section>
            <nav class="rail" aria-label="Rooms">
                <header>
                    <span class="mark" aria-hidden="true"></span>
                    {team}
                </header>
                <a href="/search" rel="external">
                    "Search" <kbd aria-hidden="true">"Ctrl K"</kbd>
                </a>
                <ThreadsLink class="" />
                <a href="/bookmarks" rel="external">"Bookmarks"</a>
                <h2>"Rooms"</h2>
                <RoomLinks direct=false />
                <a href="/rooms" aria-current=current("rooms")>"All rooms"</a>
                <h2>"Conversations"</h2>
                <RoomLinks direct=true />
                <a href="/people" rel="external">"People"</a>
                <h2>"Here now"</h2>
                <PeopleHere />
                <h2>"Feeds"</h2>
                <a href="/ticker" aria-current=current("ticker")>"Ticker"</a>
                <a href="/logs" aria-current=current("logs")>"Logs"</a>
                <a href="/alerts" rel="external">"Alerts"</a>
                <a href=paths::SQUAWKS rel="external">"Squawks"</a>
                <a href="/at/now" rel="external">"One clock"</a>
                <a href=paths::SHARE rel="external">"Share this moment"</a>
                <footer>
                    <Leave words="You and the team" />
                </footer>
            </nav>
            <main id="main" tabindex="-1">
                {page}
            </main>
            <aside class="side" aria-label="Feeds">
                <TickerPanel tools panel />
                <LogsPanel />
            </aside>
            <nav class="tabs" aria-label="Pages">
                <a href="/rooms" aria-current=in_rooms>
                    "Rooms " <b>{calls}</b>
                </a>
                <a href="/ticker" aria-current=current("ticker")>"Ticker"</a>
                <a href="/logs" aria-current=current("logs")>"Logs"</a>
                <button type="button" on:click=press(|_| desk_keys::jump())>"Go to"</button>
                <Leave words="You" />
            </nav>
            <Picker picked=move |text| chat.picked(text) />
        </div>
    }
}

/// The way to one's account and the team, which are documents of their own.
#[component(transparent)]
fn Leave(words: &'static str) -> impl IntoView {
    view! { <a href="/you" rel="external">{words}</a> }
}

/// `/`: to the oldest room, which stays where people arrive whatever others are made.
#[component(transparent)]
pub fn FirstRoom() -> impl IntoView {
    let first = expect_context::<ChatConnection>()
        .rooms
        .with_untracked(|rooms| rooms.iter().map(|room| room.id).min());
    let path = first.map_or_else(|| "/rooms".to_owned(), |id| format!("/rooms/{id}"));
    view! { <Redirect path /> }
}

/// `/ticker`: the panel itself is part of the layout, which gives it the room here.
#[component(transparent)]
pub fn TickerPage() -> impl IntoView {
    view! {
        <Title text="Ticker" />
        <h1 class="visually-hidden">"Ticker"</h1>
    }
}

/// `/logs`: as the ticker.
#[component(transparent)]
pub fn LogsPage() -> impl IntoView {
    view! {
        <Title text="Logs" />
        <h1 class="visually-hidden">"Logs"</h1>
    }
}
