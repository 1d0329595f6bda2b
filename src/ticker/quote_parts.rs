//! Parts of what is shown of a price, wherever it is. The browser's half is in `public/ticker/figures.js`.

use super::{
    figures::{Change, Direction},
    model::Quote,
};
use leptos::prelude::*;

/// Says that a price is made up, or played from a recording.
#[component(transparent)]
pub fn DemoMark() -> impl IntoView {
    view! {
        <span class="demo" title="Not a real price of now">
            "DEMO"
        </span>
    }
}

/// The change since the previous close, or the open: arrow, sign and percent. The sign is what a screen reader says.
#[component(transparent)]
pub fn ChangeFigure(
    /// Of which price.
    quote: Quote,
) -> impl IntoView {
    let direction = quote.change.as_ref().map_or(Direction::Flat, Change::direction);
    let since = quote.since();
    let (figure, title) = match quote.change {
        Some(Change(amount, percent)) => (
            percent.unwrap_or_else(|| amount.clone()),
            format!("{amount} since {since}"),
        ),
        None => ("\u{2013}".to_owned(), "No price to compare with".to_owned()),
    };
    view! {
        <span class=format!("c {}", direction.class()) title=title>
            <span aria-hidden="true">{direction.arrow()}</span>
            " "
            {figure}
        </span>
    }
}
