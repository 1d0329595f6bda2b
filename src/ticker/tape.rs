//! The strip across the top of the desk: the first few prices and the time.

use std::time::Duration;

use leptos::prelude::*;

use crate::time::Timestamp;

/// The tape.
#[component(transparent)]
pub fn Tape(
    /// What stands before the prices, as HTML: another feature's.
    first: String,
    /// See [`super::panel::Prices`].
    items: String,
) -> impl IntoView {
    view! {
        <section class="tape" aria-label="Tape">
            <div class="first" inner_html=first></div>
            // One stop of the keyboard, which holds it still; the panel leads to the same pages.
            <div class="items" role="group" aria-label="Tape" tabindex="0" inner_html=items></div>
            <Clock />
        </section>
    }
}

/// The time in UTC. It stands still as text until the page is alive, so that both ends render the same.
#[component(transparent)]
fn Clock() -> impl IntoView {
    let now = RwSignal::new(None::<Timestamp>);
    Effect::new(move |_| {
        now.set(Some(Timestamp::now()));
        let tick = move || {
            now.try_set(Some(Timestamp::now()));
        };
        let beat = set_interval_with_handle(tick, Duration::from_secs(1));
        on_cleanup(move || {
            if let Ok(beat) = beat {
                beat.clear();
            }
        });
    });
    let text = move || match now.get() {
        Some(now) => format!("{} UTC", now.second()),
        None => "--:--:-- UTC".to_owned(),
    };
    view! { <span class="clock num">{text}</span> }
}
