//! What stands below the chart of a symbol: the figures of its day, and what it is compared with.

use leptos::prelude::*;

use super::{
    chart::Chart,
    figures::{Change, grouped},
    price::Price,
};

/// What the UTC day brought.
#[component]
pub fn DayFigures(
    /// Whose.
    chart: Chart,
) -> impl IntoView {
    let (quote, day) = (chart.quote, chart.day);
    let text = |price: Option<&Price>| price.map_or("\u{2013}".to_owned(), |price| grouped(&price.to_string()));
    let (day, quote) = (day.as_ref(), quote.as_ref());
    let figures = [
        (
            "open",
            "Open",
            text(quote.and_then(|quote| quote.open.as_ref()).or(day.map(|day| &day.open))),
        ),
        ("high", "High", text(day.map(|day| &day.high))),
        ("low", "Low", text(day.map(|day| &day.low))),
        (
            "previous",
            "Previous close",
            text(
                quote
                    .and_then(|quote| quote.previous_close.as_ref())
                    .or(day.and_then(|day| day.previous_close.as_ref())),
            ),
        ),
        ("bid", "Bid", text(quote.and_then(|quote| quote.bid.as_ref()))),
        ("ask", "Ask", text(quote.and_then(|quote| quote.ask.as_ref()))),
        ("volume", "Volume", text(day.and_then(|day| day.volume.as_ref()))),
    ];
    let figures = figures.map(|(id, name, figure)| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd id=format!("day-{id}")>{figure}</dd>
            </div>
        }
    });
    view! { <dl class="figures" aria-label="The UTC day">{figures.collect_view()}</dl> }
}

/// What the symbol is compared with: the field to say so, and how far each has come.
#[component]
pub fn Comparison(
    /// What is compared.
    chart: Chart,
    /// What was asked for.
    with: Option<String>,
    /// The page without it.
    alone: String,
) -> impl IntoView {
    let interval = chart.interval.clone();
    let came = |symbol: String, change: Change| {
        let direction = change.direction();
        let figure = change.1.unwrap_or(change.0);
        view! {
            <span>
                {symbol} " "
                <span class=format!("c {}", direction.class())>
                    <span aria-hidden="true">{direction.arrow()}</span>
                    " "
                    {figure}
                </span>
            </span>
        }
    };
    let symbol = chart.symbol.clone();
    let since = chart.other.and_then(|other| {
        let (since, one, two) = other.since?;
        Some(view! {
            <p class="came" id="came">
                <span>"Since " <time datetime=since.to_string()>{since.day()} " " {since.minute()} " UTC"</time> ":"</span>
                {came(symbol, one)}
                {came(other.symbol, two)}
            </p>
        })
    });
    view! {
        <form class="compare" method="get" action="/ticker/chart">
            <input type="hidden" name="symbol" value=chart.symbol />
            <input type="hidden" name="venue" value=chart.venue />
            <input type="hidden" name="interval" value=interval.clone() />
            <label for="with">"Compare with"</label>
            <input id="with" name="with" value=with.clone() placeholder="ETH-USD" autocomplete="off" spellcheck="false" list="symbols" maxlength="200" />
            <datalist id="symbols"></datalist>
            <button class="button quiet" type="submit">"Compare"</button>
            {with.map(|_| view! { <a class="button quiet" href=format!("{alone}&interval={interval}")>"Compare no more"</a> })}
        </form>
        {chart.unlike.map(|why| view! { <p class="notice error" role="alert">{why}</p> })}
        {since}
    }
}
