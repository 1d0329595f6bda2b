//! What stands beside a search: those that were saved, and the language by examples.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use super::{
    api::{ForgetSearch, SaveSearch},
    find::Saved,
};
use crate::{
    paths,
    ui::outcome::{Wrong, refusal},
};

/// Searches that were saved, and the form that saves this one.
#[component]
pub fn SavedSearches(saved: Vec<Saved>, query: String) -> impl IntoView {
    let wrong = refusal(SaveSearch::PATH).or_else(|| refusal(ForgetSearch::PATH));
    let just_saved = use_query_map().with_untracked(|query| query.get("saved").is_some());
    let is_open = wrong.is_some() || just_saved;
    let rows = saved.into_iter().map(|search| {
        let forget = format!("Forget {}", search.name);
        view! {
            <li>
                <a href=paths::log_search(&search.query)>{search.name.clone()}</a>
                <code>{search.query.clone()}</code>
                {search.team.then(|| view! { <span class="badge">"team"</span> })}
                <form method="post" action=ForgetSearch::PATH>
                    <input type="hidden" name="id" value=search.id.to_string() />
                    <input type="hidden" name="q" value=query.clone() />
                    <button class="button quiet" type="submit" aria-label=forget>"Forget"</button>
                </form>
            </li>
        }
    });
    let rows = rows.collect_view();
    let save = (!query.is_empty()).then(|| {
        view! {
            <form method="post" action=SaveSearch::PATH class="side-by-side">
                <input type="hidden" name="q" value=query.clone() />
                <input name="name" aria-label="Name of this search" placeholder="Name of this search" required maxlength="60" />
                <label class="check">
                    <input type="checkbox" name="team" value="true" />
                    "For the team"
                </label>
                <button class="button" type="submit">"Save"</button>
            </form>
        }
    });
    view! {
        <details open=is_open>
            <summary>"Saved searches"</summary>
            {just_saved.then(|| view! { <p role="status">"Saved."</p> })}
            <Wrong error=wrong />
            <ul class="saved" role="list">{rows}</ul>
            {save}
        </details>
    }
}

/// The language, by examples.
#[component]
pub fn Help() -> impl IntoView {
    let examples = [
        (
            "timeout",
            "the word, in the message or in a field; whole and in any case",
        ),
        ("\"connection refused\"", "the words one after the other"),
        ("timeout -heartbeat", "without that"),
        (
            "(timeout OR refused) venue=XLON",
            "one or the other, and a field's value",
        ),
        ("status>=500  took>1.5s", "a field's number, or a time with its unit"),
        (
            "level>=warn  source:gate*",
            "how bad, and from where; * stands for anything",
        ),
        ("*sub*string*", "parts of words"),
        ("/timeout after \\d+ ms/", "a regular expression over the message"),
        (
            "since:15m  before:2026-11-20T14:03Z",
            "when: a while ago, or a moment in UTC",
        ),
        ("sort:oldest", "those that came first at the top"),
    ];
    let rows = examples.map(|(query, words)| {
        view! {
            <dt><a href=paths::log_search(query)><code>{query}</code></a></dt>
            <dd>{words}</dd>
        }
    });
    view! {
        <details class="language">
            <summary>"How to search"</summary>
            <dl>{rows.collect_view()}</dl>
            <p class="hint keys" hidden>
                <kbd>"/"</kbd>" search, "<kbd>"j"</kbd>" "<kbd>"k"</kbd>" move, "<kbd>"J"</kbd>" "<kbd>"K"</kbd>" select, "
                <kbd>"d"</kbd>" discuss those selected, "<kbd>"e"</kbd>" open, "<kbd>"f"</kbd>
                " follow, "<kbd>"w"</kbd>" wrap, "<kbd>"c"</kbd>" copy the line's link"
            </p>
        </details>
    }
}
