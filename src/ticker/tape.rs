//! The strip across the top of the desk: the first few prices and the time.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    connection::LiveBoard,
    figures::grouped,
    model::{Key, Quote},
    quote_row::{ChangeFigure, DemoMark},
};
use crate::{
    paths,
    time::Timestamp,
    ui::{rows::rows, text::text},
};

/// Prices on the tape at most. What finds no room comes into sight by itself, unless somebody points at the tape.
const ITEMS: usize = 24;

/// The tape; shows the [`LiveBoard`] of the page.
#[component(transparent)]
pub fn Tape() -> impl IntoView {
    let board = use_context::<LiveBoard>();
    let items = board.map(|board| {
        let keys = Memo::new(move |_| {
            board
                .keys()
                .with(|keys| keys.iter().take(ITEMS).cloned().collect::<Vec<_>>())
        });
        view! {
            // One stop of the keyboard, which holds it still; the panel leads to the same pages.
            <div class="items" role="group" aria-label="Tape" tabindex="0">
                <ul class="num" role="list">
                    {rows(
                        move || keys.get(),
                        Key::clone,
                        move |key| board.quote(&key).map(|quote| view! { <TapeItem quote /> }).into_any(),
                    )}
                </ul>
            </div>
        }
    });
    view! {
        <section class="tape" aria-label="Tape">
            {items}
            <Clock />
        </section>
    }
}

#[component(transparent)]
fn TapeItem(quote: Signal<Quote>) -> impl IntoView {
    let (chart, symbol, demo) = quote.with_untracked(|quote| {
        (
            paths::chart(&quote.symbol, &quote.venue),
            quote.symbol.clone(),
            quote.demo,
        )
    });
    view! {
        <li>
            <a href=chart rel="external" tabindex="-1">
                <b>{symbol}</b>
                {demo.then(|| view! { " " <DemoMark /> })}
                " "
                {text(move || quote.with(|quote| grouped(&quote.last.to_string())))}
                " "
                <ChangeFigure quote />
            </a>
        </li>
    }
}

/// The time in UTC. It stands still as text until the page is alive, so that both ends render the same.
#[component(transparent)]
fn Clock() -> impl IntoView {
    let now = RwSignal::new(None::<Timestamp>);
    Effect::new(move |_| {
        now.set(Some(Timestamp::now()));
        let tick = move || {
            now.try_set(Some(Timestamp::now()));
        };
        let beat = set_interval_with_handle(tick, Duration::from_secs(1));
        on_cleanup(move || {
            if let Ok(beat) = beat {
                beat.clear();
            }
        });
    });
    let text = move || match now.get() {
        Some(now) => format!("{} UTC", now.second()),
        None => "--:--:-- UTC".to_owned(),
    };
    view! { <span class="clock num">{text}</span> }
}
