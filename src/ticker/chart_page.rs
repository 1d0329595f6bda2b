//! `/ticker/chart?symbol=…&venue=…`: a symbol's price, its chart, which `public/chart.js` draws where scripts run, then its
//! figures, and its bars as a table. Without a venue it is that of the one that is meant.

use leptos::prelude::*;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

use super::{
    api::symbol_chart,
    chart::{Asked, Candle, Chart, INTERVALS, Other},
    chart_figures::{Comparison, DayFigures},
    chart_span::OfSpan,
    figures::grouped,
    price::Price,
    quote_parts::{ChangeFigure, DemoMark},
};
use crate::{
    accounts::{
        model::Role,
        pages::frame::{Frame, me},
    },
    paths,
    time::Timestamp,
    ui::{loaded::loaded, outcome::Wrong},
};

/// Bars in the table, the newest of them.
const ROWS: usize = 60;

/// Bars in the table of a span.
const SPAN_ROWS: usize = 500;

/// What the page's URL asks for.
pub fn asked_of(query: &ParamsMap) -> Asked {
    let time = |name: &str| query.get(name).and_then(|time| Timestamp::parse(&time));
    let from = time("from");
    Asked {
        symbol: query.get("symbol").unwrap_or_default(),
        venue: query.get("venue").filter(|venue| !venue.is_empty()),
        interval: query.get("interval"),
        before: time("before"),
        from,
        to: time("to"),
        limit: Some(if from.is_some() { SPAN_ROWS } else { ROWS } as u32),
        with: query.get("with").filter(|with| !with.trim().is_empty()),
    }
}

/// The page; what it holds besides stands between the chart and the table.
#[component]
pub fn ChartPage(children: ChildrenFn) -> impl IntoView {
    let query = use_query_map();
    let asked = move || query.with(asked_of);
    let body = move || {
        let children = children.clone();
        loaded(asked, symbol_chart, move |chart| match chart {
            Ok(chart) => {
                let with = chart.other.as_ref().map(|other| other.written.clone());
                let besides = children();
                view! { <Symbol chart with=with.or_else(|| asked().with) besides /> }.into_any()
            }
            Err(error) => view! { <Wrong error /> }.into_any(),
        })
    };
    let symbol = asked().symbol;
    view! { <Frame title=if symbol.is_empty() { "Chart".to_owned() } else { symbol }>{body()}</Frame> }
}

/// `with` is what was asked to be compared.
#[component]
fn Symbol(chart: Chart, with: Option<String>, besides: AnyView) -> impl IntoView {
    let alone = paths::chart(&chart.symbol, &chart.venue);
    let page = match &with {
        Some(with) => format!("{alone}&with={}", paths::encoded(with)),
        None => alone.clone(),
    };
    let words = INTERVALS
        .iter()
        .find(|(name, _)| *name == chart.interval)
        .map_or("", |(_, words)| *words);
    let interval = chart.interval.clone();
    let ends = chart.span.as_ref();
    let ends = ends.map_or(String::new(), |span| format!("&from={}&to={}", span.from, span.to));
    let steps = INTERVALS.map(|(name, words)| {
        let current = (name == interval).then_some("page");
        view! { <a href=format!("{page}{ends}&interval={name}") aria-current=current>{words}</a> }
    });
    let earlier = chart.candles.first().filter(|_| chart.more).map(|first| {
        let before = paths::encoded(&first.time.to_string());
        format!("{page}&interval={interval}&before={before}#bars")
    });
    // What is discussed: the span where there is one, else how it is now.
    let shown = match ends.as_str() {
        "" => alone.clone(),
        ends => format!("{alone}&interval={interval}{ends}"),
    };
    let label = format!("Chart of {} at {}, bars of {words}", chart.symbol, chart.venue);
    let also = chart.elsewhere.iter().map(|venue| {
        view! { " · " <a href=paths::chart(&chart.symbol, venue)>{format!("also at {venue}")}</a> }
    });
    let also = also.collect_view();
    let (symbol, venue) = (chart.symbol.clone(), chart.venue.clone());
    let currency = chart.currency.clone().map(|currency| format!(" {currency}"));
    view! {
        <div class="symbol">
            <p class="now">
                <strong class="p" id="last">
                    {chart.quote.as_ref().map(|quote| grouped(&quote.last.to_string()))}
                </strong>
                <span>{currency}</span>
                {chart.quote.clone().map(|quote| {
                    view! {
                        <span id="change"><ChangeFigure quote /></span>
                    }
                })}
                {chart.quote.as_ref().is_some_and(|quote| quote.demo).then(|| view! { <DemoMark /> })}
                <span class="hint">{chart.name.clone().map(|name| format!("{name} · "))} {chart.venue.clone()} {also}</span>
                {chart.phase.clone().filter(|phase| phase != "open").map(|phase| {
                    view! { <span class="badge">{if phase == "closed" { "market closed" } else { "extended hours" }}</span> }
                })}
                <span class="badge" id="link" role="status"></span>
            </p>
            // Its script has what one chooses beside them.
            <div class="over">
                <nav class="steps" aria-label="Length of a bar">{steps.collect_view()}</nav>
            </div>
            <div
                id="chart"
                data-symbol=chart.symbol.clone()
                data-venue=chart.venue.clone()
                data-interval=chart.interval.clone()
                data-label=label.clone()
                data-with=chart.other.as_ref().map(|other| other.written.clone())
                data-from=chart.span.as_ref().map(|span| span.from.to_string())
                data-to=chart.span.as_ref().map(|span| span.to.to_string())
                hidden
            ></div>
            {chart.span.clone().map(|span| view! { <OfSpan span now=format!("{page}&interval={interval}") /> })}
            // Its script has both that speak of it follow what is pressed in the chart.
            <p class="acts">
                <a id="discuss" href=paths::discuss(&shown, None)>"Discuss"</a>
                <a id="then" href="/at/now">"What else happened"</a>
                <a href=paths::alert_on_price(&chart.symbol, &chart.venue)>"Alert on this"</a>
            </p>
            <DayFigures chart=chart.clone() />
            <Comparison chart=chart.clone() with=with.clone() alone />
            {besides}
            <section id="bars" aria-labelledby="bars-heading">
                <h2 id="bars-heading">{format!("Bars of {words}")}</h2>
                <Table candles=chart.candles interval=chart.interval other=chart.other />
                {earlier.map(|earlier| view! { <p><a href=earlier>"Earlier bars"</a></p> })}
            </section>
            {(me().role == Role::Admin).then(|| {
                let forget = paths::forget(&symbol, &venue);
                view! { <p><a class="button danger" href=forget>"Forget this symbol…"</a></p> }
            })}
            <p class="hint credit">
                "The chart is drawn by "
                <a href="https://www.tradingview.com/" rel="noopener">"TradingView Lightweight Charts™"</a>
                ", Copyright (c) 2026 TradingView, Inc., under the Apache License 2.0. Times are UTC in the table."
            </p>
        </div>
        <script type="module" src="/chart.js"></script>
    }
}

#[component]
fn Table(candles: Vec<Candle>, interval: String, other: Option<Other>) -> impl IntoView {
    if candles.is_empty() {
        return view! { <p class="empty">"Nothing was traded yet."</p> }.into_any();
    }
    let time = move |at: Timestamp| match interval.as_str() {
        "1d" => at.day(),
        "1s" => format!("{} {}", at.day(), at.second()),
        _ => format!("{} {}", at.day(), at.minute()),
    };
    let (named, others) = other.map_or((None, Vec::new()), |other| (Some(other.symbol), other.candles));
    let compares = named.is_some();
    let row = move |candle: Candle| {
        let beside = others.iter().find(|other| other.time == candle.time);
        let beside = beside.map_or("\u{2013}".to_owned(), |other| grouped(&other.close.to_string()));
        let Candle {
            time: at,
            open,
            high,
            low,
            close,
            volume,
        } = candle;
        let price = |price: Price| view! { <td>{grouped(&price.to_string())}</td> };
        view! {
            <tr>
                <th scope="row">
                    <time datetime=at.to_string()>{time(at)}</time>
                </th>
                {[open, high, low, close].map(price).collect_view()}
                <td>{volume.map_or("\u{2013}".to_owned(), |volume| grouped(&volume.to_string()))}</td>
                {compares.then(|| view! { <td>{beside}</td> })}
            </tr>
        }
    };
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Table of bars">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Time"</th>
                        <th scope="col">"Open"</th>
                        <th scope="col">"High"</th>
                        <th scope="col">"Low"</th>
                        <th scope="col">"Close"</th>
                        <th scope="col">"Volume"</th>
                        {named.map(|named| view! { <th scope="col">{format!("{named} close")}</th> })}
                    </tr>
                </thead>
                <tbody id="rows">{candles.into_iter().rev().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
