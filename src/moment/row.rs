//! A row of the page of one clock: what happened in one slot, in its lanes.

use std::sync::Arc;

use leptos::prelude::*;

use super::model::{Priced, Said, Slot};
use crate::{
    chat::message::permalink,
    logs::{log_row::level_class, model::LogLine},
    paths,
    squawk::model::Headline,
    ticker::quote_parts::DemoMark,
    time::Timestamp,
};

/// A slot; one that is longer than a second says when each thing in it happened, and where among its lines the instant `at` is.
#[component]
pub fn Row(then: Slot, url: String, at: Timestamp, step: i64) -> impl IntoView {
    let instant = at;
    let Slot {
        at,
        here,
        squawks,
        said,
        prices,
        lines,
    } = then;
    let nothing = here && squawks.is_empty() && said.is_empty() && prices.is_empty() && lines.is_empty();
    let lane = |name: &'static str, has: bool, view: AnyView| {
        has.then(
            || view! { <div class=format!("lane {}", name.to_lowercase()) role="group" aria-label=name>{view}</div> },
        )
    };
    let lanes = [
        lane(
            "Squawks",
            !squawks.is_empty(),
            squawks
                .into_iter()
                .map(|headline| one_squawk(headline, step))
                .collect_view()
                .into_any(),
        ),
        lane(
            "Said",
            !said.is_empty(),
            said.into_iter()
                .map(|said| one_said(said, step))
                .collect_view()
                .into_any(),
        ),
        lane(
            "Prices",
            !prices.is_empty(),
            prices.into_iter().map(one_price).collect_view().into_any(),
        ),
        lane("Logged", !lines.is_empty(), logged(lines, instant, step, here)),
    ];
    let words = if here { "This moment: " } else { "" };
    view! {
        <li id=here.then_some("here") class:here=here>
            <a class="when" href=url aria-current=here.then_some("time")>
                {here.then(pointer)}
                <span class="visually-hidden">{words}</span>
                <time datetime=at.to_string()>{at.second()}</time>
            </a>
            {nothing.then(|| view! { <p class="lane none">"Nothing was said, priced or logged."</p> })}
            {lanes.into_iter().collect_view()}
        </li>
    }
}

fn pointer() -> impl IntoView {
    view! { <span class="pointer" aria-hidden="true">"\u{25b8}"</span> }
}

/// When something was, in a slot that doesn't say it.
fn when(at: Timestamp, step: i64) -> impl IntoView {
    (step > 1).then(|| view! { <small>{at.second()}</small> })
}

fn one_squawk(headline: Headline, step: i64) -> impl IntoView {
    let at = headline.at;
    let text = match headline.url {
        Some(url) => {
            view! { <a href=url target="_blank" rel="noopener noreferrer" dir="auto">{headline.text}</a> }.into_any()
        }
        None => view! { <span dir="auto">{headline.text}</span> }.into_any(),
    };
    view! {
        <p>
            <a href=paths::SQUAWKS><b>{headline.source}</b> <small>"squawk"</small></a>
            {when(at, step)}
            " "
            {text}
        </p>
    }
}

fn one_said(said: Said, step: i64) -> impl IntoView {
    view! {
        <p>
            <a href=permalink(said.room, said.seq)>
                <b>{said.author}</b>
                <small>{said.title}</small>
                {when(said.at, step)}
            </a>
            <span dir="auto">{said.words}</span>
            {said.edited.then(|| view! { <small>"edited since"</small> })}
        </p>
        {said.then.map(|words| view! { <p class="then-said"><small>"It said:"</small>" "<span dir="auto">{words}</span></p> })}
    }
}

fn one_price(price: Priced) -> impl IntoView {
    let href = paths::chart(&price.symbol, &price.venue);
    let arrow = match price.way.as_str() {
        "up" => "\u{25b2}",
        "down" => "\u{25bc}",
        _ => "",
    };
    let words = match price.way.as_str() {
        "up" => " up",
        "down" => " down",
        _ => "",
    };
    view! {
        <a href=href>
            <span>
                {price.symbol} {price.twin.then(|| view! { " " <small>{price.venue}</small> })}
                {price.demo.then(|| view! { " " <DemoMark /> })}
            </span>
            <span class=format!("figure {}", price.way)>
                <span aria-hidden="true">{arrow}</span>
                {price.last}
                <span class="visually-hidden">{words}</span>
            </span>
        </a>
    }
}

/// Lines; among those of a longer slot that the instant is in, its place.
fn logged(lines: Vec<Arc<LogLine>>, instant: Timestamp, step: i64, here: bool) -> AnyView {
    let place = lines
        .iter()
        .position(|line| line.time >= instant)
        .unwrap_or(lines.len());
    let mut rows: Vec<AnyView> = lines.into_iter().map(|line| one_line(line, step).into_any()).collect();
    if here && step > 1 && !rows.is_empty() {
        let mark = view! { <p class="instant">{pointer()} " " {instant.second()} <span class="visually-hidden">" is this moment"</span></p> };
        rows.insert(place, mark.into_any());
    }
    rows.collect_view().into_any()
}

fn one_line(line: Arc<LogLine>, step: i64) -> impl IntoView {
    view! {
        <p>
            <a href=paths::log_line(line.id) aria-label=format!("Log line {}", line.time.milli())>{within(line.time, step)}</a>
            <span class=level_class(line.level)>{line.level.word()}</span>
            <span class="src">{line.source.clone()}</span>
            <span class="text">{line.message.clone()}</span>
        </p>
    }
}

/// What a slot's own time doesn't say of an instant in it: `.166` of a second's, `43.166` of a longer one's.
fn within(at: Timestamp, step: i64) -> String {
    let seconds = if step > 1 { 6 } else { 8 };
    at.milli().get(seconds..).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_and_what_stands_in_it_say_when_it_was() {
        let at = Timestamp::parse("2026-11-20T14:03:43.166Z").unwrap();
        // The minute is the slot's where that is a minute or ten seconds.
        for (step, shown) in [(1, ".166"), (10, "43.166"), (60, "43.166")] {
            assert_eq!(within(at, step), shown, "{step}");
        }
    }
}
