//! `/search?q=…`: everything, found again. A plain form and plain links.

use std::sync::Arc;

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use super::{
    api::search_elsewhere,
    model::{Elsewhere, Symbol},
};
use crate::{
    accounts::pages::frame::Frame,
    chat::{
        api::{messages::search_messages, rooms::OpenDirect},
        model::Teammate,
        search_page::Hits,
    },
    logs::{log_row::level_class, model::LogLine},
    paths,
    squawk::model::Headline,
    ui::{avatar::Avatar, loaded::loaded, outcome::Wrong},
};

/// The page.
#[component]
pub fn SearchPage() -> impl IntoView {
    let query = use_query_map();
    let asked = move || query.with(|query| query.get("q").unwrap_or_default());
    let before = move || query.with(|query| query.get("before").and_then(|id| id.parse::<i64>().ok()));
    let messages = move || {
        loaded(
            move || (asked(), before()),
            |(text, before)| search_messages(text, before),
            move |found| match found {
                Ok(found) => view! { <Hits found query=asked() /> }.into_any(),
                Err(error) => view! { <Wrong error /> }.into_any(),
            },
        )
    };
    let elsewhere = move || {
        before().is_none().then(|| {
            loaded(asked, search_elsewhere, move |found| match found {
                Ok(found) => view! { <Others found /> }.into_any(),
                Err(error) => view! { <Wrong error /> }.into_any(),
            })
        })
    };
    view! {
        <Frame title="Search">
            <form class="search" method="get" action="/search" role="search">
                <input
                    type="search"
                    name="q"
                    aria-label="Search everything"
                    placeholder="Messages, log lines, squawks, symbols, people"
                    value=asked()
                    maxlength="400"
                    autocomplete="off"
                    dir="auto"
                />
                <button class="button" type="submit">"Search"</button>
            </form>
            {elsewhere()}
            {messages()}
        </Frame>
    }
}

/// What was found besides messages.
#[component]
fn Others(found: Elsewhere) -> impl IntoView {
    let Elsewhere {
        symbols,
        people,
        squawks,
        lines,
        logs,
    } = found;
    let is_any = !(symbols.is_empty() && people.is_empty() && squawks.is_empty() && lines.is_empty());
    let has_lines = !lines.is_empty();
    view! {
        <div class="elsewhere">
            {(!symbols.is_empty()).then(|| view! {
                <section aria-labelledby="found-symbols">
                    <h2 id="found-symbols">"Symbols"</h2>
                    <ul role="list">{symbols.into_iter().map(symbol).collect_view()}</ul>
                </section>
            })}
            {(!people.is_empty()).then(|| view! {
                <section aria-labelledby="found-people">
                    <h2 id="found-people">"People"</h2>
                    <ul role="list">{people.into_iter().map(person).collect_view()}</ul>
                </section>
            })}
            {(!squawks.is_empty()).then(|| view! {
                <section aria-labelledby="found-squawks">
                    <h2 id="found-squawks">"Squawks"</h2>
                    <ul role="list">{squawks.into_iter().map(headline).collect_view()}</ul>
                </section>
            })}
            {has_lines.then(|| view! {
                <section aria-labelledby="found-lines">
                    <h2 id="found-lines">"Log lines"</h2>
                    <ul role="list" class="found">{lines.into_iter().map(line).collect_view()}</ul>
                    <p><a href=paths::log_search(&logs)>"All log lines that fit"</a></p>
                </section>
            })}
            {is_any.then(|| view! { <h2>"Messages"</h2> })}
        </div>
    }
}

fn symbol(found: Symbol) -> impl IntoView {
    let Symbol {
        symbol,
        venue,
        name,
        last,
    } = found;
    let words = name.map_or_else(|| venue.clone(), |name| format!("{venue}, {name}"));
    view! {
        <li>
            <a href=paths::chart(&symbol, &venue)>
                <strong>{symbol.clone()}</strong>
                " "
                <span class="figure">{last}</span>
                " "
                <small>{words}</small>
            </a>
        </li>
    }
}

fn person(mate: Teammate) -> impl IntoView {
    let (id, name, words) = (mate.person.id, mate.person.name.clone(), mate.words());
    view! {
        <li>
            <form method="post" action=OpenDirect::PATH>
                <button class="button quiet" type="submit" name="people[]" value=id.to_string()>
                    <Avatar name=name.clone() id />
                    <strong>{name}</strong>
                    " "
                    <small>{words}</small>
                </button>
            </form>
        </li>
    }
}

fn headline(headline: Headline) -> impl IntoView {
    view! {
        <li>
            <a href=paths::then(headline.at)>
                <time datetime=headline.at.to_string()>{headline.at.day()} " " {headline.at.second()}</time>
                " "
                <strong>{headline.source}</strong>
                " "
                <span dir="auto">{headline.text}</span>
            </a>
        </li>
    }
}

fn line(line: Arc<LogLine>) -> impl IntoView {
    view! {
        <li>
            <a href=paths::log_line(line.id)>
                <time datetime=line.time.to_string()>{line.time.day()} " " {line.time.second()}</time>
                " "
                <span class=level_class(line.level)>{line.level.word()}</span>
                " "
                <span class="src">{line.source.clone()}</span>
                " "
                <span class="text">{line.message.clone()}</span>
            </a>
        </li>
    }
}
