//! `/ticker/forget?symbol=…&venue=…`: what is lost with a symbol, before it is. A plain form, for administrators.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use super::{
    api::{ForgetSymbol, symbol_losses},
    figures::grouped,
    model::{Key, Losses},
};
use crate::{
    accounts::pages::frame::Frame,
    paths,
    ui::{
        loaded::loaded,
        outcome::{Wrong, refusal},
    },
};

/// The page.
#[component]
pub fn ForgetPage() -> impl IntoView {
    let query = use_query_map();
    let key = move || {
        query.with(|query| Key {
            symbol: query.get("symbol").unwrap_or_default(),
            venue: query.get("venue").unwrap_or_default(),
        })
    };
    let body = move || {
        loaded(key, symbol_losses, |losses| match losses {
            Ok(losses) => view! { <Question losses /> }.into_any(),
            Err(error) => view! { <Wrong error /> }.into_any(),
        })
    };
    view! { <Frame title="Forget a symbol">{body()}</Frame> }
}

#[component]
fn Question(losses: Losses) -> impl IntoView {
    let Losses { key, last, since, days } = losses;
    let Key { symbol, venue } = key;
    let bars = since.map(|since| {
        let days = if days == 1 {
            "1 day".to_owned()
        } else {
            format!("{days} days")
        };
        view! { <li>{format!("all its bars, on {days} since {}", since.day())}</li> }
    });
    let last = last.map(|last| view! { <li>{format!("its newest price, {}", grouped(&last.to_string()))}</li> });
    let keep = paths::chart(&symbol, &venue);
    let is_empty = bars.is_none() && last.is_none();
    view! {
        <h2 class="big">
            <a href=paths::chart(&symbol, &venue)>{format!("{symbol} at {venue}")}</a>
        </h2>
        {if is_empty {
            view! { <p>"No price of it has been kept."</p> }.into_any()
        } else {
            view! {
                <p>"With the symbol are lost, for everybody and for good:"</p>
                <ul class="losses">{bars} {last}</ul>
            }
                .into_any()
        }}
        <p class="hint">
            "It leaves the board, and its place among the symbols that have bars is free. On lists and in alerts it stays, without a \
             price. When its venue or a program sends it again, it begins anew."
        </p>
        <Wrong error=refusal(ForgetSymbol::PATH) />
        <form method="post" action=ForgetSymbol::PATH>
            <input type="hidden" name="symbol" value=symbol />
            <input type="hidden" name="venue" value=venue />
            <button class="button danger" type="submit">"Forget the symbol"</button>
            " "
            <a class="button quiet" href=keep>"Keep it"</a>
        </form>
    }
}
