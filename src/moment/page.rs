//! `/at/{time}`: what was said, priced and logged around an instant. Plain links; `public/moment.js` moves along in place.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    api::around,
    model::{Moment, Priced, SPANS, Said, Slot, Wanted},
};
use crate::{
    accounts::pages::frame::Frame,
    chat::message::permalink,
    logs::{log_row::level_class, model::LogLine},
    paths,
    squawk::model::Headline,
    ticker::quote_parts::DemoMark,
    time::Timestamp,
    ui::{loaded::loaded, outcome::Wrong},
};

/// The page.
#[component]
pub fn MomentPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let wanted = move || {
        let asked = |name: &str| query.with(|query| query.get(name).unwrap_or_default());
        // The form asks by `t`.
        let at = params.with(|params| params.get("time")).unwrap_or_else(|| asked("t"));
        Wanted {
            at,
            span: asked("span").parse().unwrap_or_default(),
            q: asked("q"),
            symbols: asked("symbols"),
        }
    };
    let body = move || {
        loaded(wanted, around, move |found| match found {
            Ok(moment) => view! { <Around moment /> }.into_any(),
            Err(error) => view! {
                <Wrong error />
                <p><a class="button" href="/at/now">"Now"</a></p>
            }
            .into_any(),
        })
    };
    view! {
        <Frame title="One clock">
            {body()}
            <script src="/moment.js" type="module"></script>
        </Frame>
    }
}

impl Moment {
    /// The same of another instant.
    fn at(&self, at: Timestamp) -> String {
        self.url(&paths::moment(at), self.span) + "#here"
    }

    fn url(&self, path: &str, span: i64) -> String {
        let mut url = format!("{path}?span={span}");
        for (name, value) in [("q", &self.q), ("symbols", &self.symbols)] {
            if !value.is_empty() {
                url += &format!("&{name}={}", paths::encoded(value));
            }
        }
        url
    }
}

/// A step of the instant, in seconds, its words, and its key.
const STEPS: [(i64, &str, &str); 6] = [
    (-3_600, "\u{2212}1 h", "1 hour earlier"),
    (-60, "\u{2212}1 min", "1 minute earlier"),
    (-1, "\u{2212}1 s", "1 second earlier"),
    (1, "+1 s", "1 second later"),
    (60, "+1 min", "1 minute later"),
    (3_600, "+1 h", "1 hour later"),
];

#[component]
fn Around(moment: Moment) -> impl IntoView {
    let at = moment.at;
    let steps = STEPS.map(|(seconds, words, label)| {
        let url = moment.at(at.plus_seconds(seconds));
        view! { <a class="button quiet" href=url aria-label=format!("{words}, {label}") data-step=seconds.to_string()>{words}</a> }
    });
    let event = |at: Option<Timestamp>, words: &'static str, id: &'static str| {
        let url = at.map(|at| moment.at(at));
        url.map(|url| view! { <a class="button quiet" href=url id=id>{words}</a> })
    };
    let here = if moment.live {
        "/at/now".to_owned()
    } else {
        paths::moment(at)
    };
    let spans = SPANS.map(|span| {
        let words = match span {
            60 => "\u{b1}1 min",
            600 => "\u{b1}10 min",
            _ => "\u{b1}1 h",
        };
        view! { <a href=moment.url(&here, span) aria-current=(span == moment.span).then_some("true")>{words}</a> }
    });
    let left_out = (!moment.left_out.is_empty()).then(|| {
        let words = moment.left_out.join(", ");
        view! { <p class="hint">"Left out, as there are too many: " {words} "."</p> }
    });
    let wrong = moment
        .wrong
        .clone()
        .map(|words| view! { <p class="notice error" role="alert">{words}</p> });
    let (q, reach) = (moment.q.clone(), moment.span.to_string());
    let asked_for = reach.clone();
    let (is_live, shown) = (moment.live, format!("{}T{}", at.day(), at.second()));
    let slots = moment
        .slots
        .iter()
        .map(|slot| view! { <Row then=slot.clone() url=moment.at(slot.at) /> });
    let slots = slots.collect_view();
    view! {
        <div class="moment" id="moment" data-at=at.to_string() data-span=reach.clone() data-live=is_live.then_some("")>
            <form class="search" method="get" action="/at" role="search">
                <div class="field">
                    <label for="moment-when">"When, UTC"</label>
                    <input id="moment-when" type="datetime-local" name="t" step="1" value=shown required />
                </div>
                <div class="field">
                    <label for="moment-lines">"Log lines"</label>
                    <input id="moment-lines" name="q" value=q placeholder="level>=warn source:gateway" maxlength="1000" autocomplete="off" spellcheck="false" />
                </div>
                <div class="field">
                    <label for="moment-prices">"Prices"</label>
                    <input id="moment-prices" name="symbols" value=moment.symbols.clone() placeholder="coinbase:BTC-USD, AAPL" maxlength="400" autocomplete="off" spellcheck="false" />
                </div>
                <input type="hidden" name="span" value=asked_for />
                <button class="button" type="submit">"Go there"</button>
            </form>
            {wrong}
            <div class="clock">
                <h2>
                    <time datetime=at.to_string()>{at.day()} " " {at.second()} " UTC"</time>
                    {is_live.then(|| view! { " " <span class="badge live">"now"</span> })}
                </h2>
                <nav class="steps" aria-label="Move">
                    {event(moment.before, "\u{2039} Event", "event-before")}
                    {steps}
                    {event(moment.after, "Event \u{203a}", "event-after")}
                    {(!is_live).then(|| view! { <a class="button" href=moment.url("/at/now", moment.span)>"Now"</a> })}
                </nav>
                <a class="button quiet" href=paths::discuss(moment.at(at).trim_end_matches("#here"), None)>"Discuss"</a>
                <nav class="order" aria-label="How far">{spans}</nav>
                // Its script shows it.
                <input type="range" id="scrub" aria-label="Move within what is shown" min=(-moment.span).to_string() max=moment.span.to_string() step="1" value="0" hidden />
            </div>
            {left_out}
            <div class="lanes" aria-hidden="true">
                <span>"UTC"</span>
                <span>"Said"</span>
                <span>"Prices"</span>
                <span>"Logged"</span>
            </div>
            <ol class="slots" role="list">{slots}</ol>
            <p class="hint keys" hidden>
                <kbd>"\u{2190}"</kbd>" "<kbd>"\u{2192}"</kbd>" a second, with "<kbd>"Shift"</kbd>" a minute, "<kbd>"["</kbd>" "
                <kbd>"]"</kbd>" the next event, "<kbd>"n"</kbd>" now"
            </p>
        </div>
    }
}

#[component]
fn Row(then: Slot, url: String) -> impl IntoView {
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
            squawks.into_iter().map(one_squawk).collect_view().into_any(),
        ),
        lane(
            "Said",
            !said.is_empty(),
            said.into_iter().map(one_said).collect_view().into_any(),
        ),
        lane(
            "Prices",
            !prices.is_empty(),
            prices.into_iter().map(one_price).collect_view().into_any(),
        ),
        lane(
            "Logged",
            !lines.is_empty(),
            lines.into_iter().map(one_line).collect_view().into_any(),
        ),
    ];
    let words = if here { "This moment: " } else { "" };
    view! {
        <li id=here.then_some("here") class:here=here>
            <a class="when" href=url aria-current=here.then_some("time")>
                <span class="visually-hidden">{words}</span>
                <time datetime=at.to_string()>{at.second()}</time>
            </a>
            {nothing.then(|| view! { <p class="lane none">"Nothing was said, priced or logged."</p> })}
            {lanes.into_iter().collect_view()}
        </li>
    }
}

fn one_squawk(headline: Headline) -> impl IntoView {
    let text = match headline.url {
        Some(url) => {
            view! { <a href=url target="_blank" rel="noopener noreferrer" dir="auto">{headline.text}</a> }.into_any()
        }
        None => view! { <span dir="auto">{headline.text}</span> }.into_any(),
    };
    view! {
        <p>
            <a href=paths::SQUAWKS><b>{headline.source}</b> <small>"squawk"</small></a>
            " "
            {text}
        </p>
    }
}

fn one_said(said: Said) -> impl IntoView {
    view! {
        <p>
            <a href=permalink(said.room, said.seq)>
                <b>{said.author}</b>
                <small>{said.title}</small>
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
            <span>{price.symbol}{price.demo.then(|| view! { " " <DemoMark /> })}</span>
            <span class=format!("figure {}", price.way)>
                <span aria-hidden="true">{arrow}</span>
                {price.last}
                <span class="visually-hidden">{words}</span>
            </span>
        </a>
    }
}

fn one_line(line: Arc<LogLine>) -> impl IntoView {
    view! {
        <p>
            <a href=paths::log_line(line.id) aria-label=format!("Log line {}", line.time.milli())>{line.time.milli().get(8..).unwrap_or_default().to_owned()}</a>
            <span class=level_class(line.level)>{line.level.word()}</span>
            <span class="src">{line.source.clone()}</span>
            <span class="text">{line.message.clone()}</span>
        </p>
    }
}
