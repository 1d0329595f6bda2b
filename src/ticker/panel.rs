//! The ticker panel. What is in it the server renders and `public/ticker.js` brings to life, so the program is without it.

use leptos::prelude::*;

use crate::live::{badge::LinkBadge, event_source::EventStream};

/// What is shown of prices, as HTML that the server made. Empty in a browser, which has it on the page.
#[derive(Clone, Debug, Default)]
pub struct Prices {
    /// The items of the tape.
    pub tape: String,
    /// What stands in the panel's bar.
    pub tools: String,
    /// What stands below it.
    pub panel: String,
}

/// The panel beside the room, and the page `/ticker`.
#[component(transparent)]
pub fn TickerPanel(
    /// See [`Prices`].
    tools: String,
    /// See [`Prices`].
    panel: String,
) -> impl IntoView {
    let link = expect_context::<EventStream>().link();
    view! {
        <section class="panel ticker" aria-labelledby="ticker-heading">
            <div class="bar">
                <h2 id="ticker-heading">"Ticker"</h2>
                <div class="tools">
                    <div inner_html=tools></div>
                    <LinkBadge link />
                </div>
            </div>
            <div class="prices" inner_html=panel></div>
        </section>
    }
}
