//! `/alerts/new`: makes an alert, or changes one, with what it would have said in the last day. What stands in the form can
//! come from the address, so that a link makes an alert on something. *Look back* asks for the page again; where scripts
//! run, `public/alerts.js` does so as one types.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use super::parts::Outcome;
use crate::{
    accounts::pages::frame::{Done, Frame},
    alerts::{
        api::{RenewAlertSecret, alert_form},
        model::{DAYS, Draft, FormPage, HELD, LONGEST_NAME, LONGEST_WORDS, Shape, Test, Tried},
    },
    paths,
    ui::{
        loaded::loaded,
        outcome::{Wrong, refusal},
    },
};

/// The page.
#[component]
pub fn AlertFormPage() -> impl IntoView {
    let query = use_query_map();
    let asked = move || {
        query.with(|query| {
            let get = |name: &str| query.get(name).unwrap_or_default();
            Draft {
                rule: get("rule"),
                name: get("name"),
                test: get("test"),
                symbol: get("symbol"),
                query: get("query"),
                by: get("by"),
                value: get("value"),
                within: get("within"),
                room: get("room"),
                words: get("words"),
                mentions: get("mentions"),
                days: query.get_all("days").unwrap_or_default().join(","),
                from: get("from"),
                until: get("until"),
                cooldown: get("cooldown"),
                shape: get("shape"),
                // What was written before, the server holds: it is a secret.
                url: match get("hook").as_str() {
                    "" => get("url"),
                    _ => HELD.to_owned(),
                },
            }
        })
    };
    let body = move || {
        loaded(asked, alert_form, |page| match page {
            Ok(page) => view! { <Form page /> }.into_any(),
            Err(error) => view! { <Wrong error /> }.into_any(),
        })
    };
    let title = match asked().rule.is_empty() {
        true => "New alert",
        false => "Change the alert",
    };
    view! {
        <Frame title>
            {body()}
            <script src="/alerts.js" defer></script>
        </Frame>
    }
}

/// What the form is called that makes the secret anew.
const RENEWAL: &str = "renewal";

#[component]
fn Form(page: FormPage) -> impl IntoView {
    let FormPage {
        draft,
        rooms,
        tried,
        secret,
        is_address_lost,
    } = page;
    if rooms.is_empty() {
        return view! { <p class="empty">"Alerts speak in rooms, and you are in none."</p> }.into_any();
    }
    let refused = refusal(paths::ALERT_KEEP).or_else(|| refusal(RenewAlertSecret::PATH));
    let refused = refused.map(|error| error.to_string());
    let wrong = match &tried {
        Some(Tried::Wrong(words)) => Some(words.clone()),
        _ => refused,
    };
    let is_new = draft.rule.is_empty();
    let chosen = Test::named(&draft.test).unwrap_or(Test::Above);
    let option = move |test: Test| view! { <option value=test.name() selected=test == chosen>{test.words()}</option> };
    let (prices, lines): (Vec<Test>, Vec<Test>) = Test::ALL.into_iter().partition(|test| test.is_price());
    let (prices, lines) = (
        prices.into_iter().map(option).collect_view(),
        lines.into_iter().map(option).collect_view(),
    );
    let rule = draft.rule.clone();
    // Beside the form of the rule, within which no other can be: the button names it.
    let renewal = secret.is_some().then(|| {
        view! {
            <form method="post" action=RenewAlertSecret::PATH id=RENEWAL>
                <input type="hidden" name="id" value=rule />
            </form>
        }
    });
    let room = draft.room.clone();
    let rooms = rooms.into_iter().map(|(id, name)| {
        let id = id.to_string();
        view! { <option value=id.clone() selected=id == room>"# " {name}</option> }
    });
    let rooms = rooms.collect_view();
    view! {
        // Its address is that of the page: what looks back is a question, not a deed.
        <form method="get" action=paths::NEW_ALERT class="alert" id="alert">
            {wrong.map(|words| view! { <p class="notice error" role="alert">{words}</p> })}
            {is_address_lost.then(|| view! {
                <p class="notice error">"Write the webhook's address again: it is a secret, which no page's address holds, and the server has let go of it. Without it the alert calls no webhook."</p>
            })}
            <Done what="renewed" words="The webhook's secret is a new one. The old one signs nothing any more." />
            <input type="hidden" name="rule" value=draft.rule.clone() />
            <div class="field">
                <label for="test">"When"</label>
                <select id="test" name="test">
                    <optgroup label="Prices">{prices}</optgroup>
                    <optgroup label="Log lines">{lines}</optgroup>
                </select>
            </div>
            <div class="field" data-for="price">
                <label for="symbol">"Symbol"</label>
                <input id="symbol" name="symbol" value=draft.symbol.clone() placeholder="BTC-USD, or coinbase:BTC-USD" autocomplete="off" spellcheck="false" maxlength="200" />
            </div>
            <div class="field" data-for="lines">
                <label for="query">"Which lines"</label>
                <input id="query" name="query" value=draft.query.clone() placeholder="timeout level>=warn source:gateway" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="1000" aria-describedby="query-hint" />
                <p class="hint" id="query-hint">"As in searching logs; without words it is every line."</p>
            </div>
            <div class="row">
                <div class="field" data-for="value">
                    <label for="value">"Value"</label>
                    <input id="value" name="value" value=draft.value.clone() inputmode="text" placeholder="100000 or 100k" autocomplete="off" autocapitalize="off" maxlength="40" />
                </div>
                <div class="field" data-for="time">
                    <label for="within">"Within"</label>
                    <input id="within" name="within" value=draft.within.clone() placeholder="5m" autocomplete="off" maxlength="12" aria-describedby="within-hint" />
                    <p class="hint" id="within-hint">"90s, 10m, 2h"</p>
                </div>
                <div class="field" data-for="lines">
                    <label for="by">"Each value of a field by itself"</label>
                    <input id="by" name="by" value=draft.by.clone() placeholder="venue" autocomplete="off" spellcheck="false" maxlength="128" />
                </div>
            </div>
            <div class="field">
                <label for="room">"In room"</label>
                <select id="room" name="room">{rooms}</select>
            </div>
            <div class="field">
                <label for="mentions">"Calls"</label>
                <input id="mentions" name="mentions" value=draft.mentions.clone() placeholder="@ines @here" autocomplete="off" spellcheck="false" maxlength="200" />
            </div>
            <details open=has_more(&draft) || is_address_lost>
                <summary>"Name, words, hours, webhook"</summary>
                <More draft=draft.clone() secret />
            </details>
            <section id="preview" aria-live="polite" aria-label="The last 24 hours">
                {tried.filter(|tried| matches!(tried, Tried::Fired(_))).map(|tried| view! { <Outcome tried /> })}
            </section>
            <p class="acts">
                <button class="button" type="submit" formmethod="post" formaction=paths::ALERT_KEEP>
                    {if is_new { "Make alert" } else { "Change alert" }}
                </button>
                <button class="button quiet" type="submit" formmethod="post" formaction=paths::ALERT_LOOK>"Look back"</button>
                <a class="button quiet" href=paths::ALERTS>"All alerts"</a>
            </p>
        </form>
        {renewal}
    }
    .into_any()
}

fn has_more(draft: &Draft) -> bool {
    let more = [
        &draft.name,
        &draft.words,
        &draft.days,
        &draft.from,
        &draft.until,
        &draft.cooldown,
        &draft.url,
    ];
    more.into_iter().any(|text| !text.is_empty())
}

#[component]
fn More(draft: Draft, secret: Option<String>) -> impl IntoView {
    let shape = Shape::named(&draft.shape).unwrap_or(Shape::Json);
    let shapes = Shape::ALL.map(|one| view! { <option value=one.name() selected=one == shape>{one.words()}</option> });
    let days = draft.days.clone();
    let days = DAYS.map(|day| {
        let is_on = days.split(',').any(|on| on == day);
        view! {
            <label class="choice">
                <input type="checkbox" name="days" value=day checked=is_on />
                <span>{day}</span>
            </label>
        }
    });
    view! {
        <div class="field">
            <label for="name">"Name"</label>
            <input id="name" name="name" value=draft.name.clone() maxlength=LONGEST_NAME.to_string() placeholder="what it looks for" autocomplete="off" />
        </div>
        <div class="field">
            <label for="words">"Words"</label>
            <textarea id="words" name="words" rows="2" maxlength=LONGEST_WORDS.to_string() aria-describedby="words-hint">{draft.words.clone()}</textarea>
            <p class="hint" id="words-hint">"Markdown, with {name} {symbol} {price} {percent} {value} {count} {within} {group} {line}; empty for the usual words. {price} is the price itself, {percent} how far it moved or its spread, {value} what stands above."</p>
        </div>
        <fieldset class="choices">
            <legend>"Days (UTC), all where none is chosen"</legend>
            {days.collect_view()}
        </fieldset>
        <div class="row">
            <div class="field">
                <label for="from">"From"</label>
                <input id="from" name="from" type="time" value=draft.from.clone() />
            </div>
            <div class="field">
                <label for="until">"Until"</label>
                <input id="until" name="until" type="time" value=draft.until.clone() />
            </div>
            <div class="field">
                <label for="cooldown">"Cool-down"</label>
                <input id="cooldown" name="cooldown" value=draft.cooldown.clone() placeholder="5m" autocomplete="off" maxlength="12" aria-describedby="cooldown-hint" />
                <p class="hint" id="cooldown-hint">"What fires again within it goes on in the same message."</p>
            </div>
        </div>
        <div class="row">
            <div class="field">
                <label for="shape">"Webhook"</label>
                <select id="shape" name="shape">{shapes.collect_view()}</select>
            </div>
            <div class="field wide">
                <label for="url">"Its address"</label>
                <input id="url" name="url" type="url" value=draft.url.clone() placeholder="https://ntfy.sh/desk" autocomplete="off" maxlength="2000" />
            </div>
        </div>
        {match secret {
            Some(secret) => view! {
                <p class="hint">"Its calls are signed, with this secret: " <code class="secret">{secret}</code></p>
                <p>
                    <button class="button quiet" type="submit" form=RENEWAL aria-describedby="renewal-hint">"Make a new secret"</button>
                    " "
                    <span class="hint" id="renewal-hint">"The old one stops at once."</span>
                </p>
            }
            .into_any(),
            None => view! {
                <p class="hint">"Calls are signed: with which secret, stands here once the alert has a webhook."</p>
            }
            .into_any(),
        }}
    }
}
