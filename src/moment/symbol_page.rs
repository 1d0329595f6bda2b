//! `/ticker/chart?symbol=…&venue=…`: a symbol's page, with its moments in words. Where scripts run, `public/chart.js` draws them
//! as markers too, and asks for those of what it draws.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    api::moments_of,
    model::{Happened, OfSymbol},
};
use crate::{
    ticker::{
        chart::{Asked, USUAL_INTERVAL, seconds_of},
        chart_page::{ChartPage, asked_of},
    },
    time::Timestamp,
    ui::loaded::loaded,
};

/// Bars that the chart begins with: moments of as long are shown.
const BARS: i64 = 500;

/// The page.
#[component]
pub fn SymbolPage() -> impl IntoView {
    view! {
        <ChartPage>
            <Moments />
        </ChartPage>
    }
}

#[component]
fn Moments() -> impl IntoView {
    let query = use_query_map();
    let asked = move || query.with(asked_of);
    let wanted = move || {
        let Asked {
            symbol,
            venue,
            interval,
            before,
            from,
            to,
            ..
        } = asked();
        let step = seconds_of(interval.as_deref().unwrap_or(USUAL_INTERVAL));
        let to = to.or(before);
        // As the page is made, so that it is asked once.
        let end = to.unwrap_or_else(Timestamp::now);
        OfSymbol {
            symbol,
            venue,
            from: from.unwrap_or_else(|| end.plus_seconds(-BARS * step)),
            to,
        }
    };
    loaded(wanted, moments_of, |found| {
        // Why there are none, the chart's own refusal says.
        let found = found.unwrap_or_default();
        let none = found.is_empty();
        view! {
            <section id="moments" aria-labelledby="moments-heading">
                <h2 id="moments-heading">"Moments"</h2>
                <p class="empty" id="no-moments" hidden=!none>
                    "No alert fired, and nobody named it after a $ while these bars were made."
                </p>
                <ol hidden=none>{found.into_iter().map(row).collect_view()}</ol>
            </section>
        }
        .into_any()
    })
}

fn row(happened: Happened) -> impl IntoView {
    let Happened {
        at,
        kind,
        by,
        words,
        place,
        then,
    } = happened;
    view! {
        <li>
            <a href=then><time datetime=at.to_string()>{at.day()} " " {at.second()} " UTC"</time></a>
            " "
            <b>{kind.word()}</b>
            " "
            <span class="hint">{by}</span>
            ": "
            {match place {
                Some(place) => view! { <a href=place rel="noopener" dir="auto">{words}</a> }.into_any(),
                None => view! { <span dir="auto">{words}</span> }.into_any(),
            }}
        </li>
    }
}
