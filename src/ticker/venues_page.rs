//! `/ticker/venues`: how each venue is. Without scripts: what it says is of when it was loaded.

use leptos::prelude::*;

use super::{
    api::venue_reports,
    model::{Line, VenueReport},
};
use crate::{
    accounts::pages::frame::Frame,
    time::Timestamp,
    ui::{loaded::loaded_once, outcome::Wrong},
};

/// The page.
#[component]
pub fn VenuesPage() -> impl IntoView {
    let body = || {
        loaded_once(venue_reports, |reports| match reports {
            Ok(reports) => view! { <Venues reports /> }.into_any(),
            Err(error) => view! { <Wrong error /> }.into_any(),
        })
    };
    view! { <Frame title="Venues">{body()}</Frame> }
}

#[component]
fn Venues(reports: Vec<VenueReport>) -> impl IntoView {
    let (off, on): (Vec<_>, Vec<_>) = reports.into_iter().partition(|report| report.state.line == Line::Off);
    let off: Vec<&str> = off.iter().map(|report| report.state.venue.name()).collect();
    view! {
        <section aria-labelledby="on-heading">
            <h2 id="on-heading">"Where prices come from"</h2>
            {on
                .is_empty()
                .then(|| view! { <p class="empty">"From no venue; programs may send theirs."</p> })}
            <ul class="entries">{on.into_iter().map(venue).collect_view()}</ul>
            {(!off.is_empty()).then(|| view! { <p class="hint">"Not chosen: " {off.join(", ")}</p> })}
        </section>
    }
}

fn venue(report: VenueReport) -> impl IntoView {
    let VenueReport {
        state,
        last,
        frames,
        ticks,
        symbols,
    } = report;
    let line = match state.line {
        Line::Off => "off".into_any(),
        Line::Connecting => "connecting".into_any(),
        Line::Live(since) => view! { "live since " <Second at=since /> }.into_any(),
        Line::Stale(since) => view! { "down since " <Second at=since /> }.into_any(),
        Line::Idle => "nothing to watch".into_any(),
    };
    let counted = |n: u64, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let counts = [
        counted(frames, "frame"),
        counted(ticks, "price"),
        counted(state.reconnects.into(), "reconnection"),
        counted(state.gaps.into(), "gap"),
    ];
    view! {
        <li>
            <div>
                <strong>{state.venue.name()}</strong>
                <p class="hint">{line} {last.map(|last| view! { " · last heard from " <Second at=last /> })}</p>
                <p class="hint">{counts.join(" · ")}</p>
                {(!symbols.is_empty()).then(|| view! { <p class="hint">"Watched: " {symbols.join(", ")}</p> })}
                {state.fault.map(|fault| view! { <p class="notice error">{fault}</p> })}
            </div>
        </li>
    }
}

/// A moment, to the second.
#[component]
fn Second(at: Timestamp) -> impl IntoView {
    view! { <time datetime=at.to_string()>{at.day()} " " {at.second()} " UTC"</time> }
}
