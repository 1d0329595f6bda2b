//! What stands around the rows: which list is shown, what is done with it, how venues are.

use leptos::prelude::*;

use crate::{
    chat::server::options::fragment,
    paths,
    ticker::{
        lists::{Column, Watchlist, Watchlists},
        model::{Line, VenueKind, VenueState},
    },
};

/// Which list is shown and what is done with it, and how the lines of the venues are.
pub(super) fn tools(seen: &Watchlists, list: Option<&Watchlist>, shown: &[Column], venues: &[VenueState]) -> String {
    let option = |one: &Watchlist| {
        let is = list.is_some_and(|list| list.id == one.id);
        view! { <option value=one.id.to_string() selected=is>{one.name.clone()}</option> }
    };
    let group = |team: bool, title: &'static str| {
        let options: Vec<_> = seen.lists.iter().filter(|list| list.team == team).map(option).collect();
        let none = options.is_empty();
        view! { <optgroup label=title hidden=none>{options}</optgroup> }
    };
    let boxes = Column::ALL.map(|column| {
        view! {
            <label class="choice">
                <input type="checkbox" value=column.name() checked=shown.contains(&column) />
                <span>{column.title()}</span>
            </label>
        }
    });
    let lines = venues.iter().filter_map(line);
    fragment(view! {
        <span class="venues">{lines.collect_view()}</span>
        // Without scripts it leads to the list's page.
        <form action=paths::WATCHLISTS>
            <select name="list" aria-label="List">
                <option value="">"All"</option>
                {group(false, "Yours")}
                {group(true, "The team's")}
            </select>
            <noscript><button class="button quiet" type="submit">"Show"</button></noscript>
        </form>
        <button
            type="button"
            id="watch-add"
            aria-label="Change the list"
            title="Add symbols, remove and move them"
            aria-expanded="false"
            aria-controls="adding"
            hidden=list.is_none()
        >
            "+"
        </button>
        <details class="columns">
            <summary>"Columns"</summary>
            <fieldset>
                <legend class="visually-hidden">"Columns"</legend>
                {boxes.collect_view()}
            </fieldset>
        </details>
        <a href=paths::WATCHLISTS rel="external">"Lists"</a>
    })
}

/// Where a symbol is added to the list that is shown.
pub(super) fn adding() -> impl IntoView {
    view! {
        <form id="adding" class="adding" hidden>
            <input
                role="combobox"
                aria-label="Add a symbol"
                aria-autocomplete="list"
                aria-expanded="false"
                aria-controls="symbols"
                placeholder="BTC-USD, or coinbase:BTC-USD"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck="false"
                maxlength="200"
            />
            <button class="button" type="submit">"Add"</button>
            <div class="options" id="symbols" role="listbox" aria-label="Symbols"></div>
        </form>
    }
}

/// How a venue's line is, apart from the page's own.
fn line(state: &VenueState) -> Option<AnyView> {
    let (class, words, live) = match state.line {
        _ if state.venue == VenueKind::Demo => return None,
        Line::Off => return None,
        Line::Connecting => ("link connecting", "connecting".to_owned(), None),
        Line::Live(since) => ("link live", "live".to_owned(), Some(since)),
        Line::Stale(since) => ("link stale", format!("stale since {} UTC", since.second()), None),
        Line::Idle => ("link idle", "nothing to watch".to_owned(), None),
    };
    let counted = |n: u32, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let live = live.map_or_else(String::new, |since| format!("Live since {} UTC. ", since.second()));
    let (again, gaps) = (counted(state.reconnects, "reconnection"), counted(state.gaps, "gap"));
    let title = format!("{live}{again}, {gaps} since it was started.");
    let name = state.venue.name();
    Some(
        view! { <span class="venue" title=title>{name} " " <span class=class role="status">{words}</span></span> }
            .into_any(),
    )
}

/// What a venue complains about, such as a product that it doesn't know.
pub(super) fn fault(state: VenueState) -> Option<AnyView> {
    let words = format!("{}: {}", state.venue.name(), state.fault?);
    Some(view! { <p class="notice error">{words}</p> }.into_any())
}

/// What to do when there is nothing to show.
pub(super) fn no_prices() -> impl IntoView {
    let post = format!(
        "curl -H 'Authorization: Bearer TOKEN' \\\n  -d '{{\"symbol\":\"AAPL\",\"last\":\"228.31\"}}' \\\n  http://THIS-SERVER{}",
        paths::INGEST_TICKS,
    );
    view! {
        <p>"No prices yet."</p>
        <p>
            "Start the server with " <code>"--venues coinbase"</code> " or " <code>"--venues demo"</code>
            ", or send your own:"
        </p>
        <pre><code>{post}</code></pre>
        <p>"A token comes from " <code>"squawkbox token create --name prices --scope ingest"</code> "."</p>
    }
}
