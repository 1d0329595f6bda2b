//! `/ticker/lists`: a list of symbols as it is now, and what one changes about it. Plain forms, without the program.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use super::{
    api::{
        AddToList, ChooseColumns, DeleteList, ImportList, MakeList, MoveInList, RemoveFromList, RenameList, list_page,
    },
    lists::{Column, LONGEST_NAME, ListPage, Row, Watchlist, columns},
    model::Key,
    quote_parts::DemoMark,
};
use crate::{
    accounts::pages::frame::Frame,
    ids::ListId,
    paths,
    ui::{
        loaded::loaded,
        outcome::{Wrong, refusal},
    },
};

/// The page; with `?list=ID` that list, else the first.
#[component]
pub fn ListsPage() -> impl IntoView {
    let query = use_query_map();
    let wanted = move || query.with(|query| query.get("list").and_then(|id| id.parse::<ListId>().ok()));
    let told = query.with_untracked(|query| query.get("told"));
    let body = move || {
        let told = told.clone();
        loaded(wanted, list_page, move |page| match page {
            Ok(page) => view! { <Lists page told=told.clone() /> }.into_any(),
            Err(error) => view! { <Wrong error /> }.into_any(),
        })
    };
    view! { <Frame title="Watchlists">{body()}</Frame> }
}

/// `told` is what became of an import.
#[component]
fn Lists(page: ListPage, told: Option<String>) -> impl IntoView {
    let ListPage {
        lists,
        shown,
        rows,
        text,
    } = page;
    let current = lists.lists.iter().find(|list| Some(list.id) == shown).cloned();
    let link = |list: &Watchlist| {
        let words = if list.team {
            format!("{} (team)", list.name)
        } else {
            list.name.clone()
        };
        let here = (Some(list.id) == shown).then_some("page");
        view! { <li><a href=paths::watchlist(list.id) aria-current=here>{words}</a></li> }
    };
    let links = lists.lists.iter().map(link).collect_view();
    let none = lists.lists.is_empty().then(|| {
        view! {
            <p class="empty">
                "No list yet. What is on one is watched at its venue while somebody of those who see it has the desk open."
            </p>
        }
    });
    let refused = [
        MakeList::PATH,
        RenameList::PATH,
        DeleteList::PATH,
        AddToList::PATH,
        RemoveFromList::PATH,
        MoveInList::PATH,
        ImportList::PATH,
        ChooseColumns::PATH,
    ];
    let wrong = refused.into_iter().find_map(refusal);
    view! {
        <Wrong error=wrong />
        {told.map(|told| view! { <p class="notice" role="status">{told}</p> })}
        {none}
        <nav aria-label="Lists"><ul class="lists">{links}</ul></nav>
        {current.map(|list| view! { <Shown list rows text /> })}
        <section aria-labelledby="new-heading">
            <h2 id="new-heading">"New list"</h2>
            <form method="post" action=MakeList::PATH class="side-by-side">
                <label for="new-name">"Name"</label>
                <input id="new-name" name="name" required maxlength=LONGEST_NAME.to_string() autocomplete="off" />
                <label class="choice">
                    <input type="checkbox" name="team" value="true" />
                    <span>"The team's, which everybody sees and changes"</span>
                </label>
                <button class="button" type="submit">"Make list"</button>
            </form>
        </section>
    }
}

#[component]
fn Shown(list: Watchlist, rows: Vec<Row>, text: String) -> impl IntoView {
    let (id, last) = (list.id.to_string(), rows.len().saturating_sub(1));
    let shown: Vec<Column> = columns(&list.columns).collect();
    let heads = shown
        .iter()
        .map(|column| view! { <th scope="col">{column.title()}</th> })
        .collect_view();
    let count = rows.len();
    let rows = rows
        .into_iter()
        .enumerate()
        .map(|(at, row)| one(&id, at, last, row, &shown))
        .collect_view();
    let table = if count == 0 {
        view! { <p class="empty">"Nothing is on it yet."</p> }.into_any()
    } else {
        view! {
            <div class="wide" tabindex="0" role="region" aria-label=list.name.clone()>
                <table class="watchlist num">
                    <thead>
                        <tr>
                            <th scope="col">"Symbol"</th>
                            {heads}
                            <th scope="col"><span class="visually-hidden">"Change the list"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    let boxes = Column::ALL.map(|column| {
        view! {
            <label class="choice">
                <input type="checkbox" name="columns[]" value=column.name() checked=shown.contains(&column) />
                <span>{column.title()}</span>
            </label>
        }
    });
    view! {
        <section aria-labelledby="list-heading">
            <h2 id="list-heading">{list.name.clone()}</h2>
            {table}
            <form method="post" action=AddToList::PATH class="side-by-side">
                <input type="hidden" name="list" value=id.clone() />
                <label for="add">"Add"</label>
                <input id="add" name="symbol" required placeholder="BTC-USD, or coinbase:BTC-USD" autocomplete="off" spellcheck="false" />
                <button class="button" type="submit">"Add symbol"</button>
            </form>
        </section>
        <details>
            <summary>"Columns"</summary>
            <form method="post" action=ChooseColumns::PATH>
                <input type="hidden" name="list" value=id.clone() />
                <fieldset class="choices">
                    <legend class="visually-hidden">"Columns"</legend>
                    {boxes.collect_view()}
                </fieldset>
                <button class="button quiet" type="submit">"Show these columns"</button>
            </form>
        </details>
        <details>
            <summary>"As text"</summary>
            <form method="post" action=ImportList::PATH>
                <input type="hidden" name="list" value=id.clone() />
                <div class="field">
                    <label for="list-text">"One VENUE:SYMBOL on a line; # begins a comment"</label>
                    <textarea id="list-text" name="text" rows="8" spellcheck="false">{text}</textarea>
                </div>
                <input type="hidden" name="replace" value="true" />
                <button class="button quiet" type="submit">"Make this the list"</button>
            </form>
        </details>
        <details>
            <summary>"Rename or delete"</summary>
            <form method="post" action=RenameList::PATH class="side-by-side">
                <input type="hidden" name="list" value=id.clone() />
                <label for="list-name">"List name"</label>
                <input id="list-name" name="name" required maxlength=LONGEST_NAME.to_string() value=list.name autocomplete="off" />
                <button class="button quiet" type="submit">"Rename"</button>
            </form>
            <form method="post" action=DeleteList::PATH>
                <input type="hidden" name="list" value=id />
                <label class="choice">
                    <input type="checkbox" required />
                    <span>"For everybody who sees it, with all that is on it"</span>
                </label>
                <button class="button quiet" type="submit">"Delete the list"</button>
            </form>
        </details>
    }
}

fn one(list: &str, at: usize, last: usize, row: Row, shown: &[Column]) -> AnyView {
    let Row {
        key,
        demo,
        cells,
        refused,
    } = row;
    let cells = cells
        .into_iter()
        .zip(shown)
        // On a phone no head stands over it.
        .map(|(cell, column)| view! { <td data-head=column.title() inner_html=cell></td> })
        .collect_view();
    let form = |action: &'static str, to: Option<usize>, words: &'static str, sign: &'static str| {
        let Key { symbol, venue } = key.clone();
        let label = format!("{words} {symbol}");
        view! {
            <form method="post" action=action>
                <input type="hidden" name="list" value=list.to_owned() />
                <input type="hidden" name="symbol" value=symbol />
                <input type="hidden" name="venue" value=venue />
                {to.map(|to| view! { <input type="hidden" name="to" value=to.to_string() /> })}
                <button class="button quiet" type="submit" aria-label=label title=words>{sign}</button>
            </form>
        }
    };
    let up = (at > 0).then(|| form(MoveInList::PATH, Some(at - 1), "Move up", "↑"));
    let down = (at < last).then(|| form(MoveInList::PATH, Some(at + 1), "Move down", "↓"));
    let chart = paths::chart(&key.symbol, &key.venue);
    view! {
        <tr>
            <th scope="row">
                <a href=chart>{key.symbol.clone()}</a>
                " "
                <span class="hint">{if demo { view! { <DemoMark /> }.into_any() } else { key.venue.clone().into_any() }}</span>
                {refused.map(|why| view! { <p class="error">{why}</p> })}
            </th>
            {cells}
            <td class="edits">{up} {down} {form(RemoveFromList::PATH, None, "Remove", "✕")}</td>
        </tr>
    }
    .into_any()
}
