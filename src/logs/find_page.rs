//! `/logs/search?q=…`: lines of any age, found, counted and looked around in. Plain forms and links; where scripts run,
//! `public/logs.js` follows what comes, opens lines in their place and has the keys.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    api::find_lines,
    find::{Found, Wanted},
    find_aside::{Help, SavedSearches},
    find_figures::{Counted, Histogram},
    find_parts::lines,
};
use crate::{
    accounts::pages::frame::Frame,
    paths,
    time::Timestamp,
    ui::{loaded::loaded, outcome::Wrong},
};

/// Stretches of time that are one press away.
const STRETCHES: [(&str, &str); 6] = [
    ("15m", "15 min"),
    ("1h", "1 hour"),
    ("6h", "6 hours"),
    ("24h", "24 hours"),
    ("7d", "7 days"),
    ("", "Everything"),
];

/// The page.
#[component]
pub fn FindPage() -> impl IntoView {
    let query = use_query_map();
    let wanted = move || {
        query.with(|query| {
            let number = |name: &str| query.get(name).and_then(|text| text.parse().ok());
            Wanted {
                q: query.get("q").unwrap_or_default(),
                before: number("before"),
                after: number("after"),
                many: false,
                at: number("at"),
                around: number("around").and_then(|count| u32::try_from(count).ok()),
                by: query.get("by").unwrap_or_default(),
                columns: String::new(),
            }
        })
    };
    let body = move || {
        loaded(wanted, find_lines, move |found| match found {
            Ok(found) => view! { <Answer found wanted=wanted() /> }.into_any(),
            Err(error) => view! {
                <Wrong error />
                <p><a class="button" href=paths::LOG_SEARCH>"Search all lines"</a></p>
            }
            .into_any(),
        })
    };
    view! {
        <Frame title="Search logs">
            {body()}
            <script src="/logs.js" type="module"></script>
        </Frame>
    }
}

#[component]
fn Answer(found: Found, wanted: Wanted) -> impl IntoView {
    let is_around = wanted.at.is_some();
    let stretches = STRETCHES.map(|(ago, words)| {
        let base = &found.base;
        let q = if ago.is_empty() {
            base.clone()
        } else {
            format!("{base} since:{ago}")
        };
        let is_this = found.query == q.trim() || (ago == "24h" && found.query == format!("{base} since:1d").trim());
        view! { <a href=paths::log_search(q.trim()) aria-current=is_this.then_some("true")>{words}</a> }
    });
    let wrong = found.wrong.clone().map(|(at, words)| {
        let pointer = format!("{}\n{}^", found.query, " ".repeat(at));
        view! {
            <div class="notice error" role="alert" id="query-wrong">
                <pre>{pointer}</pre>
                <p>{words}</p>
            </div>
        }
    });
    let is_wrong = found.wrong.is_some();
    let results = (!is_wrong).then(|| {
        let (figures, groups) = (found.figures.clone(), found.groups.clone());
        let base = found.base.clone();
        view! {
            {figures.map(|figures| view! { <Histogram figures base=base.clone() query=found.query.clone() /> })}
            {if is_around {
                view! { <Around wanted=wanted.clone() /> }.into_any()
            } else {
                view! { <Tools found=found.clone() is_newest=wanted.before.is_none() && !found.oldest_first by=wanted.by.clone() /> }.into_any()
            }}
            {groups.map(|groups| view! { <Counted groups query=found.query.clone() /> })}
            {lines(&found, wanted.at)}
            <Further found=found.clone() is_around />
        }
    });
    view! {
        <div class="finding" id="finding" data-q=found.query.clone() data-newest=found.newest.to_string() data-oldest=found.oldest_first.then_some("first")>
            <form class="search" method="get" action=paths::LOG_SEARCH role="search">
                <input
                    type="search"
                    name="q"
                    id="log-query"
                    aria-label="Search log lines"
                    placeholder="timeout -heartbeat level>=warn source:gateway since:1h"
                    value=found.query.clone()
                    maxlength="1000"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    aria-describedby=is_wrong.then_some("query-wrong")
                    aria-invalid=is_wrong.then_some("true")
                />
                <button class="button" type="submit">"Search"</button>
            </form>
            {wrong}
            // Open on a wide screen, whatever it says; on a small one the lines come first.
            <details class="more">
                <summary>"More"</summary>
                <nav class="order" aria-label="Stretch of time">{stretches.collect_view()}</nav>
                <div class="aside">
                    <SavedSearches saved=found.saved.clone() query=found.query.clone() />
                    <Help />
                    <a class="sources-link" href=paths::LOG_SOURCES>"Sources"</a>
                </div>
            </details>
            {results}
        </div>
    }
}

/// What can be counted among the lines.
#[component]
fn CountBy(query: String, by: String) -> impl IntoView {
    let kinds = [("source", "Sources"), ("fields", "Fields"), ("pattern", "Patterns")].map(|(kind, words)| {
        let url = format!("{}&by={kind}", paths::log_search(&query));
        view! { <a href=url aria-current=(by == kind).then_some("true")>{words}</a> }
    });
    let none = (!by.is_empty()).then(|| view! { <a href=paths::log_search(&query)>"Nothing"</a> });
    view! { <nav class="order" aria-label="Count by"><span>"Count by"</span> {kinds.collect_view()} {none}</nav> }
}

/// What can be done with all lines.
#[component]
fn Tools(found: Found, is_newest: bool, by: String) -> impl IntoView {
    let Found {
        query,
        base,
        turned,
        oldest_first,
        ..
    } = found;
    let exports = [("text", "Text"), ("ndjson", "NDJSON"), ("csv", "CSV")].map(|(form, words)| {
        let url = format!("{}?format={form}&q={}", paths::LOG_EXPORT, paths::encoded(&query));
        view! { <a href=url download="">{words}</a> }
    });
    view! {
        <div class="tools">
            // Their script shows them.
            {is_newest.then(|| view! {
                <button type="button" class="button quiet" id="follow" aria-pressed="false" hidden>"Follow"</button>
            })}
            <button type="button" class="button quiet" id="wrap" aria-pressed="true" hidden>"Wrap"</button>
            <button type="button" class="button quiet" id="local" aria-pressed="false" hidden>"Local time"</button>
            <span id="follow-state" class="hint" role="status"></span>
            {(!query.is_empty()).then(|| {
                view! { <a class="button quiet" href=paths::discuss(&paths::log_search(&query), None)>"Discuss"</a> }
            })}
            <a class="button quiet" id="discuss-lines" href=paths::discuss(paths::LOG_SEARCH, None) hidden>"Discuss selected lines"</a>
            <a class="button quiet" href=paths::log_search(&turned)>
                {if oldest_first { "Newest first" } else { "Oldest first" }}
            </a>
            <CountBy query=query.clone() by />
            <a class="sources-link" href=paths::alert_on_lines(&base)>"Alert on this"</a>
            <nav class="order" aria-label="Download"><span>"Download"</span> {exports.collect_view()}</nav>
        </div>
    }
}

/// Above the lines around one.
#[component]
fn Around(wanted: Wanted) -> impl IntoView {
    let at = wanted.at.unwrap_or_default();
    let around = wanted.around.unwrap_or(10);
    let more = (around < 500).then(|| {
        let url = format!(
            "{}&around={}#line-{at}",
            paths::log_line_of(at, &wanted.q),
            (around * 5).min(500)
        );
        view! { <a class="button quiet" href=url>"More around it"</a> }
    });
    view! {
        <div class="tools">
            <p role="status">{format!("Line {at} with {around} before and after it, whatever the query")}</p>
            {more}
            <a class="button quiet" href=paths::log_search(&wanted.q)>"Back to the search"</a>
        </div>
    }
}

/// Below the lines: how far it was looked, and what leads on.
#[component]
fn Further(found: Found, is_around: bool) -> impl IntoView {
    let how_far = found.reached.map(|reached: Timestamp| {
        let (to, more) = match found.oldest_first {
            true => ("Looked up to", "after"),
            false => ("Looked back to", "before"),
        };
        format!(
            "{to} {} {}; there may be more {more}. ",
            reached.day(),
            reached.second()
        )
    });
    let none = found.lines.is_empty().then_some(if found.next.is_some() {
        "Nothing found so far. "
    } else {
        "No line fits. "
    });
    let older = found.next.filter(|_| !is_around).map(|next| {
        let (side, further, more) = match found.oldest_first {
            true => ("after", "Look further", "Newer lines"),
            false => ("before", "Look further back", "Older lines"),
        };
        let url = format!("{}&{side}={next}", paths::log_search(&found.query));
        let words = if found.reached.is_some() { further } else { more };
        view! { <a class="button quiet" id="older" href=url>{words}</a> }
    });
    view! { <p class="further" role="status">{none} {how_far} {older}</p> }
}
