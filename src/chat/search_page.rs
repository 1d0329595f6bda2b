//! What was said, found again, as lists of plain links.

use leptos::prelude::*;

use super::{
    message::permalink,
    model::{Found, Hit},
};
use crate::{paths::encoded, ui::avatar::Avatar};

/// Asks for what fits best first, as a word of the query.
const BEST: &str = "sort:best";

/// Messages that were found, with where it goes on; without a query, how to ask.
#[component]
pub fn Hits(
    /// They.
    found: Found,
    /// What was asked.
    query: String,
) -> impl IntoView {
    let Found { hits, before } = found;
    let (best, newest) = (query.contains(BEST), query.replace(BEST, ""));
    let order = |words, query: &str, is_current: bool| {
        let url = format!("/search?q={}", encoded(query.trim()));
        view! { <a href=url aria-current=is_current.then_some("true")>{words}</a> }
    };
    if query.trim().is_empty() {
        return view! { <Help /> }.into_any();
    }
    let further = |words: &'static str| {
        before.map(|before| {
            let rest = format!("/search?q={}&before={before}", encoded(&query));
            view! { <a class="button quiet" href=rest>{words}</a> }
        })
    };
    if hits.is_empty() {
        let words = if before.is_some() {
            "Nothing fits in the newest part of what you can read."
        } else {
            "Nothing that you can read fits. Shorter words find more."
        };
        return view! {
            <p role="status">{words}</p>
            {further("Look further back")}
            <Help />
        }
        .into_any();
    }
    view! {
        <nav class="order" aria-label="Order">
            {order("Newest first", &newest, !best)}
            {order("Best first", &format!("{newest} {BEST}"), best)}
        </nav>
        <ol class="hits">{hits.into_iter().map(|hit| view! { <Shown hit /> }).collect_view()}</ol>
        {further("Older")}
    }
    .into_any()
}

/// A message that was found.
#[component]
pub fn Shown(
    /// It.
    hit: Hit,
    /// What one can do with it.
    #[prop(optional)]
    undo: Option<AnyView>,
) -> impl IntoView {
    let Hit {
        room, message, parts, ..
    } = hit;
    let (author, at) = (message.author, message.at);
    let files: Vec<String> = message.files.into_iter().map(|file| file.name).collect();
    let text = parts
        .into_iter()
        .map(|(mark, text)| {
            if mark {
                view! { <mark>{text}</mark> }.into_any()
            } else {
                text.into_any()
            }
        })
        .collect_view();
    view! {
        <li>
            <a href=permalink(message.room, message.seq)>
                <Avatar name=author.name.clone() id=author.id />
                <span class="where">
                    <strong>{author.name}</strong>
                    {author.bot.then(|| view! { " " <span class="bot">"bot"</span> })}
                    " in "
                    {room}
                    " "
                    <time datetime=at.to_string()>{at.day()} " " {at.minute()} " UTC"</time>
                </span>
                <span class="body" dir="auto">{text}</span>
                <span class="with" dir="auto">{files.join(", ")}</span>
            </a>
            {undo}
        </li>
    }
}

#[component]
fn Help() -> impl IntoView {
    let rows = [
        ("gateway timeout", "both words, or parts of words, in any order"),
        ("\"timed out\"", "exactly this"),
        ("from:ines", "said by ines"),
        ("in:desk", "in the room # desk"),
        ("in:@ines", "in a conversation with Ines"),
        ("before:2026-11-20 after:2026-11-01", "in between (UTC)"),
        ("has:link", "with an address of the web"),
        ("has:file", "with a file"),
        ("sort:best", "what fits best first, not the newest"),
    ];
    let rows = rows
        .map(|(query, words)| view! { <dt><code>{query}</code></dt> <dd>{words}</dd> })
        .collect_view();
    view! { <dl class="help">{rows}</dl> }
}
