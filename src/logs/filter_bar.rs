//! Level chips and the text filter. With JavaScript they act at once; without, they are a form that asks
//! `/logs` for the page with the filter in its URL.

use leptos::{html, prelude::*};

use super::{
    connection::LogBuffer,
    filter::{Filter, LONGEST_TEXT},
    log_row::thousands,
    model::Level,
};
use crate::ui::{handler::press, text::text, when::when};

/// The bar.
#[component(transparent)]
pub fn FilterBar(log: LogBuffer) -> impl IntoView {
    let LogBuffer { buffer, filter, .. } = log;
    let counts = Memo::new(move |_| buffer.with(|buffer| filter.with(|filter| filter.counts(buffer.lines()))));
    let levels = Memo::new(move |_| filter.with(|filter| filter.levels));
    // Hardly any program traces: its chip comes with its first line.
    let has_trace = move || counts.get()[Level::Trace as usize] > 0 || !levels.get().has(Level::Trace);
    let chip = move |level: Level| {
        let pressed = text(move || levels.get().has(level).to_string());
        let toggle = move |event: leptos::ev::MouseEvent| {
            event.prevent_default();
            filter.update(|filter| filter.levels = filter.levels.toggled(level));
        };
        view! {
            <button
                type="submit"
                name="level"
                value=text(move || levels.get().toggled(level).text())
                aria-pressed=pressed
                on:click=press(toggle)
            >
                {level.name()}
                " "
                <span class="num">{text(move || thousands(counts.get()[level as usize] as u64))}</span>
            </button>
        }
    };
    let input = NodeRef::<html::Input>::new();
    let set_text = move |text: String| {
        let text = Filter::read(None, Some(&text)).text;
        if filter.with_untracked(|filter| filter.text != text) {
            filter.update(|filter| filter.text = text);
        }
    };
    // What was typed before the page came to life counts too.
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            set_text(input.value());
        }
    });
    view! {
        <form class="chips" method="get" action="/logs" aria-label="Filter" on:submit=|event| event.prevent_default()>
            // Enter presses the first button of a form: this one, which changes no level.
            <button type="submit" hidden>"Filter"</button>
            <input type="hidden" name="level" value=text(move || levels.get().text()) />
            {chip(Level::Error)}
            {chip(Level::Warn)}
            {chip(Level::Info)}
            {chip(Level::Debug)}
            {when(has_trace, move || chip(Level::Trace).into_any())}
            <label class="find">
                <span class="visually-hidden">"Filter lines by text"</span>
                <input
                    type="search"
                    name="text"
                    placeholder="Filter…"
                    autocomplete="off"
                    maxlength=LONGEST_TEXT.to_string()
                    value=filter.with_untracked(|filter| filter.text.clone())
                    node_ref=input
                    on:input=move |event| set_text(event_target_value(&event))
                />
            </label>
        </form>
    }
}
