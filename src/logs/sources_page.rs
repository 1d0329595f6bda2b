//! `/logs/sources`: who sends lines, what was refused, and how to send more.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    api::{SetTokenLimit, log_sources},
    log_row::thousands,
    shipping::shippers,
    sources::{Refused, Sources, Token},
};
use crate::{
    accounts::model::Role,
    accounts::pages::frame::{Done, Frame, me},
    paths,
    time::Timestamp,
    ui::{
        loaded::loaded_once,
        outcome::{Wrong, refusal},
    },
};

/// The page.
#[component]
pub fn SourcesPage() -> impl IntoView {
    let body = || {
        loaded_once(log_sources, |sources| match sources {
            Ok(sources) => view! { <Shown sources /> }.into_any(),
            Err(error) => view! { <Wrong error /> }.into_any(),
        })
    };
    view! {
        <Frame title="Log sources">
            {body()}
            <script src="/logs.js" type="module"></script>
        </Frame>
    }
}

#[component]
fn Shown(sources: Sources) -> impl IntoView {
    let (lines, text, kept) = sources.kept;
    let of_text = match text {
        0 => String::new(),
        text => format!(", {} % of their text", kept * 100 / text),
    };
    let summary = format!(
        "Of older lines {} are packed, in {}{of_text}; when that is more than {}, the oldest go. The newest are kept as they are.",
        thousands(lines),
        size(kept),
        size(sources.most)
    );
    let rows = sources.sources.into_iter().map(|source| {
        let query = format!("source:\"{}\"", source.name.replace('\\', "\\\\").replace('"', "\\\""));
        view! {
            <tr>
                <th scope="row"><a href=paths::log_search(&query)>{source.name}</a></th>
                <td class="n">{thousands(source.a_minute)}</td>
                <td>{source.last.map(moment)}</td>
                <td class="n">{thousands(source.lines)}</td>
                <td class="n">{size(source.bytes)}</td>
                <td class="n">{size(source.takes)}</td>
                <td>{source.keep}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let ways = shippers(&sources.url).into_iter().map(|(name, words, text)| {
        view! {
            <details>
                <summary>{name}</summary>
                <p>{words}</p>
                <pre tabindex="0">{text.clone()}</pre>
                <button type="button" class="button quiet" data-copy=text>"Copy"</button>
            </details>
        }
    });
    view! {
        <div class="finding sources">
            <p><a class="button quiet" href=paths::LOG_SEARCH>"Search all lines"</a></p>
            <div class="wide" tabindex="0" role="region" aria-label="Sources">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Source"</th>
                            <th scope="col" class="n">"Lines in the last minute"</th>
                            <th scope="col">"Last line (UTC)"</th>
                            <th scope="col" class="n">"Lines kept"</th>
                            <th scope="col" class="n">"Text"</th>
                            <th scope="col" class="n">"Takes about"</th>
                            <th scope="col">"Kept for"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {(lines > 0).then(|| view! { <p class="hint">{summary}</p> })}
            <RefusedList refused=sources.refused />
            {(me().role == Role::Admin).then(|| view! { <Tokens tokens=sources.tokens /> })}
            <section aria-labelledby="ways">
                <h2 id="ways">"Send lines"</h2>
                <p>
                    "Whoever runs the server makes a token for each source, "
                    <code>"squawkbox token create --name gateway --scope ingest"</code>
                    ", which stands below as " <code>"$TOKEN"</code> "."
                </p>
                {ways.collect_view()}
            </section>
        </div>
    }
}

/// How much each token may bring.
#[component]
fn Tokens(tokens: Vec<Token>) -> impl IntoView {
    let rows = tokens.into_iter().map(|token| {
        let Token { id, name, last_used, limit, refused } = token;
        let number = |number: Option<u64>| number.map(|number| number.to_string());
        view! {
            <tr>
                <th scope="row">{name.clone()}</th>
                <td>{last_used.map_or("never".to_owned(), moment)}</td>
                <td class="n">{thousands(refused)}</td>
                <td>
                    <form method="post" action=SetTokenLimit::PATH class="side-by-side">
                        <input type="hidden" name="id" value=id.to_string() />
                        <input
                            type="number"
                            name="lines"
                            min="1"
                            max="100000000"
                            value=number(limit.lines)
                            placeholder="lines"
                            aria-label=format!("Lines a minute by {name}")
                        />
                        <input
                            type="number"
                            name="megabytes"
                            min="1"
                            max="100000"
                            value=number(limit.bytes.map(|bytes| bytes / 1_000_000))
                            placeholder="MB"
                            aria-label=format!("Megabytes a minute by {name}")
                        />
                        <button class="button quiet" type="submit" aria-label=format!("Set the limit of {name}")>"Set"</button>
                    </form>
                </td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section aria-labelledby="tokens">
            <h2 id="tokens">"Tokens"</h2>
            <p>
                "Every token may bring 100 requests and 16 MiB a second. One for which you set less waits when it has brought that much, and its shipper sends again; nothing is lost but by shippers that give up."
            </p>
            <Done what="limit" words="That is its limit from now on." />
            <Wrong error=refusal(SetTokenLimit::PATH) />
            <div class="wide" tabindex="0" role="region" aria-label="Tokens">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Token"</th>
                            <th scope="col">"Last used (UTC)"</th>
                            <th scope="col" class="n">"Refused"</th>
                            <th scope="col">"At most in a minute"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

#[component]
fn RefusedList(refused: Vec<Refused>) -> impl IntoView {
    let none = refused
        .is_empty()
        .then(|| view! { <p>"Nothing since the server started."</p> });
    let rows = refused.into_iter().map(|refused| {
        let token = if refused.token.is_empty() {
            "(unknown)".to_owned()
        } else {
            refused.token
        };
        view! {
            <li>
                <strong>{token}</strong>
                " "
                <code>{refused.path}</code>
                " "
                {refused.why}
                <span class="hint">
                    {format!(" {} times, last {}", thousands(refused.count), moment(refused.last))}
                </span>
            </li>
        }
    });
    view! {
        <section aria-labelledby="refused">
            <h2 id="refused">"Refused"</h2>
            {none}
            <ul class="refused" role="list">{rows.collect_view()}</ul>
        </section>
    }
}

fn moment(at: Timestamp) -> String {
    format!("{} {}", at.day(), at.second())
}

/// `12.3 MB`, decimal.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}
