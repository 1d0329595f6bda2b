//! One row of the panel.

use std::time::Duration;

use super::{
    figures::{Change, Direction, grouped},
    model::Quote,
    price::about,
    quiet::{quiet_since, since_in_words},
    sparkline::Sparkline,
};
use crate::{paths, time::Timestamp, ui::text::text};
use leptos::prelude::*;

/// How long a changed figure is marked; the style decides what is seen of it.
const FLASH: Duration = Duration::from_millis(900);

/// Symbol and venue, the line of earlier prices, the last price and its change.
#[component(transparent)]
pub fn QuoteRow(
    /// The price.
    #[prop(into)]
    quote: Signal<Quote>,
    /// The page's clock; `None` on the server and until the page is alive.
    #[prop(into)]
    now: Signal<Option<Timestamp>>,
) -> impl IntoView {
    let (symbol, venue, demo) = quote.with_untracked(|quote| (quote.symbol.clone(), quote.venue.clone(), quote.demo));
    let chart = paths::chart(&symbol, &venue);
    let quiet = Memo::new(move |_| {
        let now = now.get()?;
        let since = quote.with(|quote| quiet_since(quote, now))?;
        Some((since, since_in_words(since, now)))
    });
    let last = Memo::new(move |_| quote.with(|quote| grouped(&quote.last.to_string())));
    let (flash, same) = flash(quote, last);
    let flash = move || match flash.get() {
        Direction::Up => "flash-up",
        Direction::Down => "flash-down",
        Direction::Flat => "",
    };
    let part = move |changed: bool| {
        text(move || {
            let (last, same) = (last.get(), same.get());
            let (stays, changes) = last.split_at_checked(same).unwrap_or(("", &last));
            if changed { changes } else { stays }.to_owned()
        })
    };
    view! {
        <li class="q">
            <div class="s">
                <a href=chart rel="external">
                    {symbol}
                </a>
                {if demo { view! { <DemoMark /> }.into_any() } else { view! { <span>{venue}</span> }.into_any() }}
                {move || {
                    quiet
                        .get()
                        .map(|(since, words)| {
                            view! {
                                " "
                                <span class="quiet" title=format!("No price since {since}")>
                                    "quiet "
                                    <time datetime=since.to_string()>{words}</time>
                                </span>
                            }
                        })
                }}
            </div>
            <Sparkline quote />
            <div class="p">
                {part(false)}
                <span class=flash>{part(true)}</span>
            </div>
            <ChangeFigure quote />
        </li>
    }
}

/// Says that a price is made up, or played from a recording.
#[component(transparent)]
pub fn DemoMark() -> impl IntoView {
    view! {
        <span class="demo" title="Not a real price of now">
            "DEMO"
        </span>
    }
}

/// The change since the open: arrow, sign and percent. The sign is what a screen reader says.
#[component(transparent)]
pub fn ChangeFigure(#[prop(into)] quote: Signal<Quote>) -> impl IntoView {
    let change = Memo::new(move |_| quote.with(|quote| quote.change.clone()));
    let direction = move || change.with(|change| change.as_ref().map_or(Direction::Flat, Change::direction));
    let figure = text(move || {
        change.with(|change| match change {
            Some(Change(amount, percent)) => percent.as_ref().unwrap_or(amount).clone(),
            None => "\u{2013}".to_owned(),
        })
    });
    let title = text(move || {
        change.with(|change| match change {
            Some(Change(amount, _)) => format!("{amount} since the open"),
            None => "No price to compare with".to_owned(),
        })
    });
    view! {
        <span class=text(move || format!("c {}", direction().class())) title=title>
            <span aria-hidden="true">{text(move || direction().arrow().to_owned())}</span>
            " "
            {figure}
        </span>
    }
}

/// Which way the last price has just gone, flat again after [`FLASH`], and how many bytes of its `words` are as before. A
/// price that keeps going the same way is marked anew each time, not for as long as it does.
fn flash(quote: Signal<Quote>, words: Memo<String>) -> (RwSignal<Direction>, RwSignal<usize>) {
    let (shown, same) = (RwSignal::new(Direction::Flat), RwSignal::new(0));
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let clear = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    Effect::new(move |before: Option<(f64, String)>| {
        let (last, now) = (quote.with(|quote| about(&quote.last)), words.get());
        let direction = before.map_or(Direction::Flat, |(before, was)| {
            if now != was {
                same.set(now.bytes().zip(was.bytes()).take_while(|(a, b)| a == b).count());
            }
            Direction::of(&before, &last)
        });
        if direction != Direction::Flat && direction != shown.get_untracked() {
            clear();
            shown.set(direction);
            let over = move || {
                shown.try_set(Direction::Flat);
            };
            timer.set_value(set_timeout_with_handle(over, FLASH).ok());
        }
        (last, now)
    });
    on_cleanup(clear);
    (shown, same)
}
