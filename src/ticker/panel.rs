//! The ticker panel.

use leptos::prelude::*;

use super::{
    connection::LiveBoard,
    model::{Key, Line, VenueKind, VenueState},
    quote_row::QuoteRow,
};
use crate::{
    live::badge::{Link, LinkBadge},
    paths,
    ui::{rows::rows, when::when},
};

/// The panel beside the room, and the page `/ticker`; shows the [`LiveBoard`] of the page.
#[component(transparent)]
pub fn TickerPanel() -> impl IntoView {
    let Some(board) = use_context::<LiveBoard>() else {
        return ().into_any();
    };
    let (keys, link) = (board.keys(), board.link());
    let any = Memo::new(move |_| keys.with(|keys| !keys.is_empty()));
    view! {
        <section class="panel ticker" aria-labelledby="ticker-heading">
            <div class="bar">
                <h2 id="ticker-heading">"Ticker"</h2>
                <div class="tools">
                    <a href=paths::WATCHLISTS rel="external">"Lists"</a>
                    <VenueLines board />
                    <LinkBadge link />
                </div>
            </div>
            <Faults board />
            {when(
                move || any.get(),
                move || {
                    view! {
                        <ul class="watch num" role="list" aria-label="Prices" tabindex="0">
                            {rows(
                                move || keys.get(),
                                Key::clone,
                                move |key| {
                                    board.quote(&key).map(|quote| view! { <QuoteRow quote now=board.now() /> }).into_any()
                                },
                            )}
                        </ul>
                    }
                        .into_any()
                },
            )}
            {when(move || !any.get(), || view! { <NoPrices /> }.into_any())}
        </section>
    }
    .into_any()
}

/// How the lines of the venues are, apart from the page's own connection: while that is down nothing is known.
#[component(transparent)]
fn VenueLines(board: LiveBoard) -> impl IntoView {
    let shown = Memo::new(move |_| {
        let down = matches!(board.link().get(), Link::Stale(_));
        let with_line = |state: &VenueState| !down && state.venue != VenueKind::Demo && state.line != Line::Off;
        board.venues().get().into_iter().filter(with_line).collect::<Vec<_>>()
    });
    move || shown.get().into_iter().map(venue_line).collect_view()
}

fn venue_line(state: VenueState) -> impl IntoView {
    let link = match state.line {
        Line::Off | Line::Connecting => Link::Connecting,
        Line::Live(_) => Link::Live,
        Line::Stale(since) => Link::Stale(since),
    };
    let title = match state.line {
        Line::Live(since) => format!("Live since {} UTC. ", since.second()),
        _ => String::new(),
    };
    let counted = |n: u32, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let title = format!(
        "{title}{}, {} since it was started.",
        counted(state.reconnects, "reconnection"),
        counted(state.gaps, "gap")
    );
    view! {
        <span class="venue" title=title>
            {state.venue.name()}
            " "
            <LinkBadge link />
        </span>
    }
}

/// What venues complain about, such as a product that they don't know.
#[component(transparent)]
fn Faults(board: LiveBoard) -> impl IntoView {
    let faults = Memo::new(move |_| {
        let fault = |state: VenueState| Some((state.venue, state.fault?));
        board.venues().get().into_iter().filter_map(fault).collect::<Vec<_>>()
    });
    move || {
        faults
            .get()
            .into_iter()
            .map(|(venue, fault)| view! { <p class="notice error">{format!("{}: {fault}", venue.name())}</p> })
            .collect_view()
    }
}

/// What to do when there is nothing to show.
#[component(transparent)]
fn NoPrices() -> impl IntoView {
    view! {
        <div class="empty">
            <p>"No prices yet."</p>
            <p>
                "Start the server with " <code>"--venues coinbase"</code> " or " <code>"--venues demo"</code>
                ", or send your own:"
            </p>
            <pre>
                <code>
                    {format!(
                        "curl -H 'Authorization: Bearer TOKEN' \\\n  -d '{{\"symbol\":\"AAPL\",\"last\":\"228.31\"}}' \\\n  http://THIS-SERVER{}",
                        paths::INGEST_TICKS,
                    )}
                </code>
            </pre>
            <p>"A token comes from " <code>"squawkbox token create --name prices --scope ingest"</code> "."</p>
        </div>
    }
}
