//! Rows of the panel, items of the tape, and what stands in them.

use leptos::prelude::*;
use rust_decimal::Decimal;

use crate::{
    chat::server::options::fragment,
    paths,
    ticker::{
        figures::grouped,
        lists::Column,
        model::{Key, Quote},
        price::about,
        quote_parts::{ChangeFigure, DemoMark},
        sparkline::Sparkline,
    },
};

/// The columns of a panel that is too narrow for those of the list.
const NARROW: [Column; 3] = [Column::Last, Column::Percent, Column::Spark];

/// What stands in a column of a symbol, as HTML; a dash where nothing is known.
pub fn cell(column: Column, quote: Option<&Quote>) -> String {
    fragment(
        quote
            .and_then(|quote| figure(column, quote))
            .unwrap_or_else(|| "\u{2013}".into_any()),
    )
}

fn figure(column: Column, quote: &Quote) -> Option<AnyView> {
    let price = |price: Decimal| grouped(&price.to_string());
    let words = |words: String| words.into_any();
    match column {
        Column::Last => Some(words(price(quote.last))),
        Column::Change => quote.change.as_ref().map(|change| {
            let class = change.direction().class();
            view! { <span class=class>{change.0.clone()}</span> }.into_any()
        }),
        Column::Percent => Some(view! { <ChangeFigure quote=quote.clone() /> }.into_any()),
        Column::Bid => quote.bid.map(price).map(words),
        Column::Ask => quote.ask.map(price).map(words),
        Column::Spread => quote.ask?.checked_sub(quote.bid?).map(price).map(words),
        Column::Range => quote.range.as_ref().map(|ends| range(quote.last, ends.0, ends.1)),
        Column::Volume => quote.volume.map(price).map(words),
        Column::Spark => Some(view! { <Sparkline quote=quote.clone() /> }.into_any()),
        Column::Time => {
            let title = format!("{} UTC", quote.time.day());
            Some(view! { <time datetime=quote.time.to_string() title=title>{quote.time.second()}</time> }.into_any())
        }
    }
}

/// A bar from the day's lowest price to its highest, with a mark where the last one is.
fn range(last: Decimal, low: Decimal, high: Decimal) -> AnyView {
    let words = format!("{} \u{2013} {}", grouped(&low.to_string()), grouped(&high.to_string()));
    let about = |price| about(&price);
    let (from, to) = (about(low), about(high));
    let share = if to > from {
        (about(last) - from) / (to - from)
    } else {
        0.5
    };
    let x = (share.clamp(0.0, 1.0) * 96.0).round();
    view! {
        <svg class="range" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
            <rect y="4" width="100" height="2" />
            <rect class="at" x=x.to_string() width="4" height="10" />
        </svg>
        <span>{words}</span>
    }
    .into_any()
}

pub(super) fn nothing() -> Key {
    Key {
        symbol: String::new(),
        venue: String::new(),
    }
}

pub(super) fn row(key: &Key, quote: Option<&Quote>, shown: &[Column], refused: Option<&str>) -> AnyView {
    let Key { symbol, venue } = key.clone();
    let place = venue.clone();
    let more = NARROW.into_iter().filter(|column| !shown.contains(column));
    let cells = shown.iter().map(|column| (*column, None));
    let cells = cells.chain(more.map(|column| (column, Some("narrow"))));
    let cells = cells.map(|(column, class)| {
        view! { <td role="cell" class=class data-c=column.name() inner_html=cell(column, quote)></td> }
    });
    let demo = quote.is_some_and(|quote| quote.demo);
    view! {
        <tr class="q" role="row" data-symbol=symbol.clone() data-venue=venue.clone()>
            <th class="s" role="rowheader" scope="row">
                <a href=paths::chart(&symbol, &venue) rel="external">{symbol.clone()}</a>
                {if demo { view! { <DemoMark /> }.into_any() } else { view! { <span>{place}</span> }.into_any() }}
                {refused.map(|why| view! { <span class="quiet" title=why.to_owned()>"not watched"</span> })}
            </th>
            {cells.collect_view()}
            <td class="edits" role="cell">
                <span class="grip" aria-hidden="true" title="Drag to move"></span>
                <button type="button" tabindex="-1" aria-label=format!("Remove {symbol}") title="Remove">"✕"</button>
            </td>
        </tr>
    }
    .into_any()
}

/// What stands over the columns. By what can be told less from more, one sorts.
pub(super) fn heads(shown: &[Column]) -> AnyView {
    let head = |column: &Column| {
        let title = column.title();
        let inside = match column {
            Column::Range | Column::Spark => title.into_any(),
            _ => view! { <button type="button">{title}</button> }.into_any(),
        };
        view! { <th role="columnheader" scope="col" data-c=column.name()>{inside}</th> }
    };
    view! {
        <th class="s" role="columnheader" scope="col" data-c="symbol"><button type="button">"Symbol"</button></th>
        {shown.iter().map(head).collect_view()}
        <th class="edits" role="columnheader" scope="col"><span class="visually-hidden">"Change the list"</span></th>
    }
    .into_any()
}

pub(super) fn item(quote: Quote) -> AnyView {
    let (key, demo, last) = (quote.key(), quote.demo, grouped(&quote.last.to_string()));
    item_of(&key, demo, last, Some(quote))
}

pub(super) fn item_of(key: &Key, demo: bool, last: String, quote: Option<Quote>) -> AnyView {
    view! {
        <li data-symbol=key.symbol.clone() data-venue=key.venue.clone()>
            <a href=paths::chart(&key.symbol, &key.venue) rel="external" tabindex="-1">
                <b>{key.symbol.clone()}</b>
                {demo.then(|| view! { " " <DemoMark /> })}
                " "
                <span data-c="last">{last}</span>
                " "
                <span data-c="percent">{quote.map(|quote| view! { <ChangeFigure quote /> })}</span>
            </a>
        </li>
    }
    .into_any()
}
