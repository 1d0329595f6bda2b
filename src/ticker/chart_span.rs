//! The span that a symbol's page was asked for.

use leptos::prelude::*;

use super::{chart::Span, figures::grouped, price::Price};
use crate::time::Timestamp;

/// What the span brought that was asked for, and the way out of it.
#[component]
pub fn OfSpan(span: Span, now: String) -> impl IntoView {
    let text = |price: &Price| grouped(&price.to_string());
    let figures = [
        ("Open", text(&span.open)),
        ("High", text(&span.high)),
        ("Low", text(&span.low)),
        ("Close", text(&span.close)),
    ];
    let figures = figures.map(|(name, figure)| view! { <div><dt>{name}</dt><dd>{figure}</dd></div> });
    let change = span.change.map(|change| {
        let direction = change.direction();
        view! {
            <span class=format!("c {}", direction.class())>
                <span aria-hidden="true">{direction.arrow()}</span> " " {change.0} " "
                {change.1.map(|percent| format!("({percent})"))}
            </span>
        }
    });
    let time = |at: Timestamp| view! { <time datetime=at.to_string()>{at.day()} " " {at.second()}</time> };
    view! {
        <section class="span" aria-labelledby="span-heading">
            <h2 id="span-heading">{time(span.from)} " to " {time(span.to)} " UTC"</h2>
            <p class="came">{change} <a href=now>"Back to now"</a></p>
            <dl class="figures" aria-label="The span">{figures.collect_view()}</dl>
        </section>
    }
}
