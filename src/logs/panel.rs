//! The log panel: the newest lines of everything that logs, as they come.

use std::sync::Arc;

use leptos::{html, prelude::*};
use leptos_router::hooks::{use_location, use_query_map};

use super::{
    api::log_search,
    buffer::Row,
    connection::LogBuffer,
    filter::Filter,
    filter_bar::FilterBar,
    follow::Follow,
    log_row::{GapRow, LineRow, thousands},
    model::LogLine,
};
use crate::ui::{
    handler::{key, press},
    text::text,
    when::when,
};
use crate::{
    error::AppError,
    live::badge::{Link, LinkBadge},
    paths, ui,
};

/// Rows in the document while following. Nobody reads further up without scrolling, which pauses, and then all
/// are there; so a flood costs no more than these.
const FOLLOWED: usize = 300;

/// The panel beside the room, and the page `/logs`; shows the [`LogBuffer`] of the page.
#[component(transparent)]
pub fn LogsPanel() -> impl IntoView {
    let Some(log) = use_context::<LogBuffer>() else {
        return ().into_any();
    };
    let LogBuffer { buffer, filter, link } = log;
    let older = older_lines(log);
    let paused = Memo::new(move |_| buffer.with(|buffer| buffer.is_paused()));
    let rows = Memo::new(move |_| {
        let limit = if paused.get() { usize::MAX } else { FOLLOWED };
        buffer.with(|buffer| filter.with(|filter| buffer.rows(filter, limit)))
    });
    // A gap is no line: beside one the words are wanted all the more.
    let is_empty = move || rows.with(|rows| !rows.iter().any(|row| matches!(row, Row::Line(_))));
    let waiting = Memo::new(move |_| buffer.with(|buffer| filter.with(|filter| buffer.waiting(filter))));
    let is_paused = move || paused.get() && link.get() == Link::Live;
    let tail = NodeRef::<html::Div>::new();
    let follow = Follow::new(log, tail);
    let page = use_location().pathname;
    Effect::new(move |_| {
        rows.track();
        follow.settle();
    });
    Effect::new(move |_| {
        // On a small screen the panel is hidden on other pages, and then isn't scrolled anywhere.
        page.track();
        follow.laid_out();
    });
    // Without JavaScript nothing follows, so there is nothing to pause.
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let pause_or_follow = move |_| {
        if paused.get_untracked() {
            follow.go_on()
        } else {
            follow.pause()
        }
    };
    view! {
        <section class="panel logs" aria-labelledby="logs-heading">
            <div class="bar">
                <h2 id="logs-heading">"Logs"</h2>
                <div class="tools">
                    {when(
                        is_paused,
                        || view! { <span class="link paused" role="status">"paused"</span> }.into_any(),
                    )}
                    {when(
                        move || !is_paused(),
                        move || view! { <LinkBadge link live="following" /> }.into_any(),
                    )}
                    <a class="button quiet" href=paths::LOG_SEARCH rel="external">"Search all"</a>
                    {when(
                        move || alive.get(),
                        move || {
                            view! {
                                <button type="button" class="button quiet" on:click=press(pause_or_follow)>
                                    {text(move || if paused.get() { "Follow" } else { "Pause" }.to_owned())}
                                </button>
                            }
                                .into_any()
                        },
                    )}
                </div>
            </div>
            <FilterBar log />
            <div
                class="tail"
                role="log"
                aria-live="off"
                aria-label="Log lines"
                tabindex="0"
                node_ref=tail
                on:scroll=move |_| follow.scrolled()
                on:wheel=move |_| follow.touched()
                on:touchstart=move |_| follow.touched()
                on:pointerdown=move |_| follow.touched()
                on:keydown=key(move |_| follow.touched())
                on:pointermove=move |event| {
                    if event.buttons() == 1 {
                        follow.dragged();
                    }
                }
            >
                {older}
                {ui::rows::rows(
                    move || rows.get(),
                    Row::key,
                    move |row| match row {
                        Row::Line(line) => view! { <LineRow line /> }.into_any(),
                        Row::Gap(gap) => view! { <GapRow gap log /> }.into_any(),
                    },
                )}
                {when(is_empty, move || view! { <p class="empty">{move || empty_words(log)}</p> }.into_any())}
                // In here, so that the wheel scrolls over it too.
                {when(
                    move || waiting.get() > 0,
                    move || {
                        view! {
                            <div class="dock">
                                <button type="button" class="waiting" on:click=press(move |_| follow.go_on())>
                                    {text(move || format!("{} new", thousands(waiting.get())))}
                                </button>
                            </div>
                        }
                            .into_any()
                    },
                )}
            </div>
        </section>
    }
    .into_any()
}

/// When the page was asked for with a filter in its URL (see [`FilterBar`]): applies it, and shows what the
/// server finds in the lines before the buffer's, until the filter is changed.
fn older_lines(log: LogBuffer) -> impl IntoView {
    let query = use_query_map().get_untracked();
    let asked = Filter::read(query.get_str("level"), query.get_str("text"));
    if !asked.is_everything() {
        log.filter.set(asked.clone());
    }
    let first = log
        .buffer
        .with_untracked(|buffer| buffer.lines().next().map_or(0, |line| line.id));
    let fetch = {
        let asked = asked.clone();
        move || {
            let asked = asked.clone();
            async move {
                if asked.is_everything() {
                    return Ok(Vec::new());
                }
                log_search(asked.levels.text(), asked.text, first).await
            }
        }
    };
    let show = move |found: Result<Vec<Arc<LogLine>>, AppError>| {
        let asked = asked.clone();
        let lines = move || {
            (log.filter.get() == asked).then(|| match &found {
                Ok(lines) => {
                    let row = |line: &_| view! { <LineRow line=Arc::clone(line) /> };
                    lines.iter().map(row).collect_view().into_any()
                }
                Err(error) => view! { <p class="notice error">{error.to_string()}</p> }.into_any(),
            })
        };
        lines.into_any()
    };
    ui::loaded::loaded_once(fetch, show)
}

fn empty_words(log: LogBuffer) -> String {
    match log.buffer.with(|buffer| buffer.len()) {
        0 => {
            "No lines yet. Squawkbox's own appear here as it works; send those of your programs to /ingest/logs.".into()
        }
        n => format!("None of the {} newest lines passes the filter.", thousands(n as u64)),
    }
}
