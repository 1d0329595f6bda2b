//! One row of the viewer: a line, or a gap that can be loaded.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};

use super::{
    colours::Style,
    connection::LogBuffer,
    model::{Gap, Level, LogLine},
};
use crate::{
    paths,
    ui::{handler::press, text::text},
};

/// A line: when (UTC; leads to what stands around it), how bad, from where, what. The spaces are for whoever copies it.
#[component(transparent)]
pub fn LineRow(line: Arc<LogLine>) -> impl IntoView {
    let fields = (!line.fields.0.is_empty()).then(|| view! { <span class="fields">{line.fields.to_string()}</span> });
    view! {
        <div class="line">
            <time datetime=line.time.to_string()>
                <a href=paths::log_line(line.id) rel="external" tabindex="-1">{line.time.milli()}</a>
            </time>
            " "
            <span class=level_class(line.level)>{line.level.word()}</span>
            " "
            <span class="src">{line.source.clone()}</span>
            " "
            <span class="text">{message(&line)} " " {fields}</span>
        </div>
    }
}

/// A line's text in its colours.
pub fn message(line: &LogLine) -> AnyView {
    if line.colours.is_empty() {
        return line.message.clone().into_any();
    }
    let runs = line.colours.runs(&line.message).into_iter();
    let run = |(style, text): (Style, &str)| view! { <span class=style.class()>{text.to_owned()}</span> }.into_any();
    runs.map(run).collect::<Vec<AnyView>>().into_any()
}

/// The class of what is coloured by a level.
pub fn level_class(level: Level) -> &'static str {
    match level {
        Level::Trace => "l-trace",
        Level::Debug => "l-debug",
        Level::Info => "l-info",
        Level::Warn => "l-warn",
        Level::Error => "l-error",
    }
}

/// Lines left out, with a button that loads the newest 500 of them into the row's place.
#[component(transparent)]
pub fn GapRow(gap: Gap, log: LogBuffer) -> impl IntoView {
    let loading = RwSignal::new(false);
    let failed = RwSignal::new(String::new());
    let load = move |_| {
        loading.set(true);
        failed.set(String::new());
        spawn_local(async move {
            // When it went well the row is gone, and its signals with it.
            if let Err(error) = log.load(gap).await {
                loading.try_set(false);
                failed.try_set(format!(" {error}"));
            }
        });
    };
    let lines = if gap.count == 1 { "line" } else { "lines" };
    view! {
        <div class="gap">
            <span>{format!("{} {lines} skipped while you were behind ", thousands(gap.count))}</span>
            <button type="button" disabled=loading on:click=press(load)>
                {text(move || if loading.get() { "Loading…" } else { "Load" }.to_owned())}
            </button>
            <span role="status">{text(move || failed.get())}</span>
        </div>
    }
}

/// `1,204`.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn numbers_are_grouped() {
        for (n, text) in [(0, "0"), (999, "999"), (1_204, "1,204"), (12_345_678, "12,345,678")] {
            assert_eq!(thousands(n), text);
        }
    }
}
