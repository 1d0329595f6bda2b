//! What came of trying an alert on the last day. The server also sends it alone (`server/forms`).

use leptos::prelude::*;

use crate::{
    accounts::pages::frame::{When, day_and_minute},
    alerts::model::{Preview, Tried},
};

/// It, in words, with where it would have fired.
#[component]
pub fn Outcome(tried: Tried) -> impl IntoView {
    match tried {
        Tried::Wrong(words) => view! { <p class="notice error">{words}</p> }.into_any(),
        Tried::Fired(preview) => view! { <Fired preview /> }.into_any(),
    }
}

#[component]
fn Fired(preview: Preview) -> impl IntoView {
    let Preview {
        sentence,
        times,
        here,
        from,
        now,
        note,
    } = preview;
    let count = match (times, &note) {
        (0, Some(_)) => String::new(),
        (0, None) => "It would not have fired in the last 24 hours.".to_owned(),
        (1, _) => "It would have fired once in the last 24 hours, here:".to_owned(),
        (times, _) => format!("It would have fired {times} times in the last 24 hours, here:"),
    };
    let more = (times > here.len()).then(|| format!("And {} times before.", times - here.len()));
    let rows = here
        .into_iter()
        .map(|(at, link)| view! { <li><a href=link>{day_and_minute(at)}</a></li> });
    let rows = rows.collect_view();
    view! {
        <p class="hint">{sentence}</p>
        {(!count.is_empty()).then(|| view! { <p><strong>{count}</strong></p> })}
        {(times > 0).then(|| view! { <ul class="times" role="list">{rows}</ul> })}
        {more.map(|more| view! { <p class="hint">{more}</p> })}
        {from.map(|from| view! { <p class="hint">"Looked back to " <When at=from /> "; what was before isn't counted."</p> })}
        {note.map(|note| view! { <p><strong>{note}</strong></p> })}
        {now.map(|now| view! { <p class="hint">{now}</p> })}
    }
}
