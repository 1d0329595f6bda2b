//! `/at/{time}`: what was said, priced and logged around an instant. Plain links; `public/moment.js` moves along in place.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    api::around,
    model::{Moment, SPANS, Wanted},
    row::Row,
};
use crate::{
    accounts::pages::frame::Frame,
    paths,
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
    /// The same of another instant, from its row on.
    fn at(&self, at: Timestamp) -> String {
        self.url(&paths::moment(at), self.span) + paths::HERE
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
    // Where there is none its button stays, so that the others stay where they are.
    let event = |at: Option<Timestamp>, words: &'static str, id: &'static str| match at {
        Some(at) => view! { <a class="button quiet" href=moment.at(at) id=id>{words}</a> }.into_any(),
        None => view! { <a class="button quiet" role="link" aria-disabled="true">{words}</a> }.into_any(),
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
        let url = moment.url(&here, span) + paths::HERE;
        view! { <a href=url aria-current=(span == moment.span).then_some("true")>{words}</a> }
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
    let slots = moment.slots.iter().map(|slot| {
        let (url, then) = (moment.at(slot.at), slot.clone());
        view! { <Row then url at step=moment.step /> }
    });
    let slots = slots.collect_view();
    let share = moment.at(at);
    let share = paths::discuss(share.trim_end_matches(paths::HERE), None);
    let now = moment.url("/at/now", moment.span) + paths::HERE;
    view! {
        <div class="moment" id="moment" data-at=at.to_string() data-span=reach.clone() data-live=is_live.then_some("")>
            <form class="search" method="get" action=format!("/at{}", paths::HERE) role="search">
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
            {left_out}
            <div class="head">
                <div class="clock">
                    <h2>
                        <time datetime=at.to_string()>{at.day()} " " {at.second()} " UTC"</time>
                        {is_live.then(|| view! { " " <span class="badge live">"now"</span> })}
                    </h2>
                    <nav class="steps" aria-label="Move">
                        {event(moment.before, "\u{2039} Event", "event-before")}
                        {steps}
                        {event(moment.after, "Event \u{203a}", "event-after")}
                        <a class="button" href=now aria-current=is_live.then_some("true")>"Now"</a>
                    </nav>
                    <nav class="order" aria-label="How far">{spans}</nav>
                    <a class="button quiet share" href=share>"Share this moment"</a>
                    // Its script shows it.
                    <input type="range" id="scrub" aria-label="Move within what is shown" min=(-moment.span).to_string() max=moment.span.to_string() step="1" value="0" hidden />
                </div>
                <div class="lanes" aria-hidden="true">
                    <span>"UTC"</span>
                    <span>"Said"</span>
                    <span>"Prices"</span>
                    <span>"Logged"</span>
                </div>
            </div>
            <ol class="slots" role="list">{slots}</ol>
            <p class="hint keys" hidden>
                <kbd>"\u{2190}"</kbd>" "<kbd>"\u{2192}"</kbd>" a second, with "<kbd>"Shift"</kbd>" a minute, "<kbd>"["</kbd>" "
                <kbd>"]"</kbd>" the next event, "<kbd>"n"</kbd>" now"
            </p>
        </div>
    }
}
