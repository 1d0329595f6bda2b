//! The document and every page's URL.

use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use crate::{
    accounts::{
        model::{Pair, Theme},
        pages::{CodePage, JoinPage, PersonPage, ResetPage, SetUpPage, SignInPage, TeamPage, TwoFactorPage, YouPage},
    },
    alerts::pages::{AlertFormPage, AlertsPage},
    chat::connection::Calls,
    chat::{
        delete_room_page::DeleteRoomPage,
        discuss_page::DiscussPage,
        history_page::HistoryPage,
        marks_page::{BookmarksPage, PinsPage},
        new_room_page::NewRoomPage,
        not_said_page::{self, NotSaidPage},
        notify::page::NotificationsPage,
        other_rooms_page::OtherRoomsPage,
        people_page::PeoplePage,
        room_about::RoomAboutPage,
        room_page::RoomPage,
        rooms_page::RoomsPage,
        threads_page::ThreadsPage,
    },
    checkup::page::CheckupPage,
    desk::{Desk, FirstRoom, LogsPage, TickerPage},
    desk_keys::KeysPage,
    error::AppError,
    ids::RoomId,
    logs::{find_page::FindPage, sources_page::SourcesPage},
    moment::{page::MomentPage, symbol_page::SymbolPage},
    search::page::SearchPage,
    squawk::page::SquawksPage,
    ticker::{forget_page::ForgetPage, lists_page::ListsPage, venues_page::VenuesPage},
    ui::error_page::{ErrorPage, heading},
};

/// The HTML document of the desk's pages, which scripts take over.
pub fn desk_shell(options: LeptosOptions) -> impl IntoView {
    // In this order: the program hands prices and squawks to the scripts before it.
    let parts = ["board", "figures", "list", "offers", "rows"];
    let parts = parts.map(|name| view! { <link rel="modulepreload" href=format!("/ticker/{name}.js") /> });
    let scripts = view! {
        {parts.collect_view()}
        <link rel="modulepreload" href="/chips.js" />
        <script src="/ticker.js" type="module"></script>
        <script src="/squawk.js" type="module"></script>
        <HydrationScripts options=options.clone() />
        <script src="/notify.js" defer></script>
        <script src="/alerts.js" defer></script>
        <script src="/disclosed.js" type="module"></script>
    };
    page(options, scripts.into_any(), view! { <App /> }.into_any())
}

/// The HTML document of the pages beside the desk, which come without the program.
pub fn door_shell(options: LeptosOptions) -> impl IntoView {
    page(options, ().into_any(), view! { <Door /> }.into_any())
}

/// The HTML document of an error where no page comes to be rendered.
pub fn error_shell(options: LeptosOptions, error: AppError) -> impl IntoView {
    // As it is: a text would bring a mark for scripts along, which a title shows.
    let name = view! { <title inner_html=title(heading(&error).to_owned())></title> };
    page(options, name.into_any(), view! { <ErrorPage error /> }.into_any())
}

/// A whole document for a message that was refused, without scripts.
pub fn not_said_shell(
    options: LeptosOptions,
    error: AppError,
    room: RoomId,
    body: String,
    back: String,
) -> impl IntoView {
    let name = view! { <title inner_html=title(not_said_page::HEADING.to_owned())></title> };
    let view = view! { <NotSaidPage error room body back /> };
    page(options, name.into_any(), view.into_any())
}

fn page(options: LeptosOptions, head: AnyView, body: AnyView) -> impl IntoView {
    let theme = use_context::<Theme>().unwrap_or_default().text();
    let pair = use_context::<Pair>().unwrap_or_default().text();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme data-pair=pair>
            <head>
                <meta charset="utf-8" />
                <meta
                    name="viewport"
                    content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
                />
                <meta name="color-scheme" content="dark light" />
                <meta name="theme-color" content="#0d1014" media="(prefers-color-scheme: dark)" />
                <meta name="theme-color" content="#f4f2ee" media="(prefers-color-scheme: light)" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="apple-touch-icon" href="/icon-192.png" />
                <link rel="manifest" href="/manifest.webmanifest" />
                <HashedStylesheet options=options.clone() />
                <AutoReload options />
                {head}
                <MetaTags />
            </head>
            <body>{body}</body>
        </html>
    }
}

/// Every page of the desk. Rendered whole before it is sent, so that redirects and statuses are never too late.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    // Tells tests, and nobody else, that the page is live.
    Effect::new(|_| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-hydrated", "");
        }
    });
    let no_page =
        || AppError::NotFound("There is no such page. The link may be wrong, or what it led to is gone.".into());
    // What calls for attention, once the desk knows: its pages' titles begin with it.
    // Asked for by the server when the page is done, and what it owned is gone: so it isn't the page's.
    let calls = ArcRwSignal::new(0);
    provide_context(Calls(calls.clone()));
    let titled = move |page| match calls.get() {
        0 => title(page),
        calls => format!("({calls}) {}", title(page)),
    };
    view! {
        <Title formatter=titled />
        <Router>
            <Routes fallback=move || view! { <ErrorPage error=no_page() /> }>
                <ParentRoute path=path!("") view=Desk ssr=SsrMode::Async>
                    <Route path=path!("/") view=FirstRoom ssr=SsrMode::Async />
                    <Route path=path!("/rooms") view=RoomsPage ssr=SsrMode::Async />
                    <Route path=path!("/rooms/:room") view=RoomPage ssr=SsrMode::Async />
                    <Route path=path!("/ticker") view=TickerPage ssr=SsrMode::Async />
                    <Route path=path!("/logs") view=LogsPage ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// The pages beside the desk, through which people come in and look after things: plain forms, so that nobody waits for
/// a program to load, and the program is without them.
#[component]
pub fn Door() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=title />
        <Router>
            <Routes fallback=|| ()>
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async />
                <Route path=path!("/set-up") view=SetUpPage ssr=SsrMode::Async />
                <Route path=path!("/sign-in/code") view=CodePage ssr=SsrMode::Async />
                <Route path=path!("/join/:code") view=JoinPage ssr=SsrMode::Async />
                <Route path=path!("/reset/:code") view=ResetPage ssr=SsrMode::Async />
                <Route path=path!("/rooms/new") view=NewRoomPage ssr=SsrMode::Async />
                <Route path=path!("/rooms/others") view=OtherRoomsPage ssr=SsrMode::Async />
                <Route path=path!("/people") view=PeoplePage ssr=SsrMode::Async />
                <Route path=path!("/search") view=SearchPage ssr=SsrMode::Async />
                <Route path=path!("/threads") view=ThreadsPage ssr=SsrMode::Async />
                <Route path=path!("/rooms/:room/about") view=RoomAboutPage ssr=SsrMode::Async />
                <Route path=path!("/rooms/:room/delete") view=DeleteRoomPage ssr=SsrMode::Async />
                <Route path=path!("/rooms/:room/pins") view=PinsPage ssr=SsrMode::Async />
                <Route path=path!("/bookmarks") view=BookmarksPage ssr=SsrMode::Async />
                <Route path=path!("/rooms/:room/history/:seq") view=HistoryPage ssr=SsrMode::Async />
                <Route path=path!("/alerts") view=AlertsPage ssr=SsrMode::Async />
                <Route path=path!("/alerts/new") view=AlertFormPage ssr=SsrMode::Async />
                <Route path=path!("/ticker/chart") view=SymbolPage ssr=SsrMode::Async />
                <Route path=path!("/ticker/forget") view=ForgetPage ssr=SsrMode::Async />
                <Route path=path!("/ticker/lists") view=ListsPage ssr=SsrMode::Async />
                <Route path=path!("/ticker/venues") view=VenuesPage ssr=SsrMode::Async />
                <Route path=path!("/logs/sources") view=SourcesPage ssr=SsrMode::Async />
                <Route path=path!("/logs/search") view=FindPage ssr=SsrMode::Async />
                <Route path=path!("/discuss") view=DiscussPage ssr=SsrMode::Async />
                <Route path=path!("/at") view=MomentPage ssr=SsrMode::Async />
                <Route path=path!("/at/:time") view=MomentPage ssr=SsrMode::Async />
                <Route path=path!("/checkup") view=CheckupPage ssr=SsrMode::Async />
                <Route path=path!("/squawks") view=SquawksPage ssr=SsrMode::Async />
                <Route path=path!("/keys") view=KeysPage ssr=SsrMode::Async />
                <Route path=path!("/you") view=YouPage ssr=SsrMode::Async />
                <Route path=path!("/you/notifications") view=NotificationsPage ssr=SsrMode::Async />
                <Route path=path!("/you/two-factor") view=TwoFactorPage ssr=SsrMode::Async />
                <Route path=path!("/team") view=TeamPage ssr=SsrMode::Async />
                <Route path=path!("/team/:person") view=PersonPage ssr=SsrMode::Async />
            </Routes>
        </Router>
    }
}

fn title(page: String) -> String {
    if page.is_empty() {
        "Squawkbox".into()
    } else {
        format!("{page} · Squawkbox")
    }
}
