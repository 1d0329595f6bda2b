//! `/checkup`: what is checked, how it is, and what mends it. `public/checkup.js` tries it; without scripts the page says what it
//! would try, and how each proxy is set.

use leptos::prelude::*;

use super::{
    checks::{CHECKS, Check},
    mends::PROXIES,
};
use crate::accounts::pages::frame::Frame;

/// The page.
#[component]
pub fn CheckupPage() -> impl IntoView {
    view! {
        <Frame title="Connection check">
            <div class="checkup" id="checkup">
                <p>
                    "Whether everything gets through between this browser and the server; a proxy on the way, when it is set "
                    "wrongly, breaks some of it. What is broken says which setting mends it."
                </p>
                // Its script takes it away.
                <p class="notice" id="no-script">
                    "This page tries it by a script, and your browser runs none here. Below is what it would try, and which "
                    "settings each of the usual proxies needs for it."
                </p>
                <div class="run" id="run" hidden>
                    <p id="summary" role="status"></p>
                    <button type="button" class="button quiet" id="again">"Check again"</button>
                </div>
                <ol id="checks">{CHECKS.iter().map(check).collect_view()}</ol>
                <section id="report" aria-labelledby="report-heading" hidden>
                    <h2 id="report-heading">"Report"</h2>
                    <textarea readonly rows="14" aria-labelledby="report-heading" spellcheck="false"></textarea>
                    <button type="button" class="button quiet" id="copy">"Copy report"</button>
                </section>
            </div>
            <script src="/checkup.js" type="module"></script>
        </Frame>
    }
}

fn check(check: &'static Check) -> impl IntoView {
    let mends = PROXIES.iter().zip(check.mends).map(|((id, name), text)| {
        view! {
            <details data-proxy=*id>
                <summary>{*name}</summary>
                <pre tabindex="0">{text}</pre>
            </details>
        }
    });
    let cancel = (check.id == "latency")
        .then(|| view! { <button type="button" class="button quiet" id="stop" hidden>"Stop"</button> });
    view! {
        <li data-check=check.id>
            <h2>{check.name}</h2>
            <strong class="verdict"></strong>
            <p class="hint">{check.tries}</p>
            <p class="told"></p>
            {cancel}
            <details class="mend">
                <summary>"What mends it"</summary>
                {(!check.also.is_empty()).then(|| view! { <p>{check.also}</p> })}
                {mends.collect_view()}
            </details>
        </li>
    }
}
