//! `/squawks`: what everyone heard, the newest first, found again by words; and where one squawks oneself. Plain forms,
//! without the program; `public/squawk.js` keeps who has seen what up to date.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use super::{
    api::{FollowFeed, LeaveFeed, SeeHeadline, SeeHeadlines, TellHeadline, list_headlines},
    model::{Feed, Headline, SquawkPage, Wanted},
    rules,
};
use crate::{
    accounts::pages::frame::{Done, Frame, When},
    ids::HeadlineId,
    paths::{self, encoded},
    ui::{
        loaded::loaded,
        outcome::{Wrong, refusal},
    },
};

/// The page; with `?q=` what fits, with `?before=` what came earlier.
#[component]
pub fn SquawksPage() -> impl IntoView {
    let query = use_query_map();
    let wanted = move || {
        query.with(|query| Wanted {
            q: query.get("q").unwrap_or_default(),
            before: query.get("before").and_then(|id| id.parse().ok()),
        })
    };
    let body = move || {
        loaded(wanted, list_headlines, move |page| match page {
            Ok(page) => view! { <Squawks page wanted=wanted() /> }.into_any(),
            Err(error) => view! { <Wrong error /> }.into_any(),
        })
    };
    view! { <Frame title="Squawks">{body()}</Frame> }
}

#[component]
fn Squawks(page: SquawkPage, wanted: Wanted) -> impl IntoView {
    let SquawkPage {
        headlines,
        unseen,
        before,
        since,
        changed,
        may,
        form_id,
        feeds,
    } = page;
    let address = |q: &str, before: Option<i64>| {
        let before = before.map_or_else(String::new, |id| format!("&before={id}"));
        format!("{}?q={}{before}", paths::SQUAWKS, encoded(q))
    };
    let empty = (headlines.is_empty() && since.is_none()).then(|| {
        let words = match wanted.q.is_empty() {
            true => "Nothing was squawked yet. What is, everybody hears: on the tape, as a banner, and as loud as they like.",
            false => "No squawk has all of these words.",
        };
        view! { <p class="empty">{words}</p> }
    });
    let stopped = since.map(|since| {
        let none = headlines
            .is_empty()
            .then_some("No squawk there has all of these words.");
        view! { <p class="hint" role="status">"Looked back to " <When at=since /> ". " {none}</p> }
    });
    let all_seen = match unseen[..] {
        [until, .., from] => Some(view! { <AllSeen from until /> }),
        _ => None,
    };
    let rows = headlines
        .into_iter()
        .map(|headline| {
            let is_unseen = unseen.contains(&headline.id);
            view! { <Row headline is_unseen /> }
        })
        .collect_view();
    let further = if since.is_some() { "Look further back" } else { "Older" };
    let older = before.map(|id| view! { <a class="button quiet" href=address(&wanted.q, Some(id.0))>{further}</a> });
    view! {
        <Done what="told" words="Everyone hears it." />
        <Wrong error=[TellHeadline::PATH, SeeHeadline::PATH, SeeHeadlines::PATH].into_iter().find_map(refusal) />
        {if may {
            view! { <Telling form_id /> }.into_any()
        } else {
            view! { <p class="hint">"On this team administrators squawk, and programs."</p> }.into_any()
        }}
        <form class="search" method="get" action=paths::SQUAWKS role="search">
            <input
                type="search"
                name="q"
                aria-label="Search squawks"
                placeholder="Search squawks"
                value=wanted.q.clone()
                maxlength=rules::LONGEST_QUERY
                autocomplete="off"
                dir="auto"
            />
            <button class="button" type="submit">"Search"</button>
        </form>
        // Its script says how many came meanwhile.
        <p role="status"><a id="squawks-new" href=paths::SQUAWKS hidden></a></p>
        {empty}
        {all_seen}
        <ol class="entries squawks" id="squawks" data-changed=changed.to_string() aria-label="Squawks">{rows}</ol>
        {stopped}
        <p>{older}</p>
        <section class="hears" id="squawk-hears" aria-labelledby="hears-heading" hidden>
            <h2 id="hears-heading">"In this browser"</h2>
            <label class="choice">
                <input type="checkbox" data-hears="sound" />
                <span>"A sound for each squawk"</span>
            </label>
            <label class="choice">
                <input type="checkbox" data-hears="voice" />
                <span>"Read squawks out"</span>
            </label>
            <p class="hint">"While the desk is open. Of several tabs only one is heard."</p>
        </section>
        {feeds.map(|feeds| view! { <Feeds feeds /> })}
        <script src="/squawk.js" type="module"></script>
    }
}

#[component]
fn AllSeen(from: HeadlineId, until: HeadlineId) -> impl IntoView {
    view! {
        <form method="post" action=SeeHeadlines::PATH class="all-seen">
            <input type="hidden" name="from" value=from.to_string() />
            <input type="hidden" name="until" value=until.to_string() />
            <button class="button quiet" type="submit">"All seen"</button>
        </form>
    }
}

#[component]
fn Telling(form_id: String) -> impl IntoView {
    view! {
        <form method="post" action=TellHeadline::PATH class="tell">
            <input type="hidden" name="client_id" value=form_id />
            <div class="field">
                <label for="squawk-text">"Tell everyone"</label>
                <input id="squawk-text" name="text" required maxlength=rules::LONGEST autocomplete="off" dir="auto" />
            </div>
            <div class="field">
                <label for="squawk-url">"Where there is more (a link, if there is one)"</label>
                <input id="squawk-url" name="url" type="url" maxlength=rules::LONGEST_URL placeholder="https://" autocomplete="off" />
            </div>
            <button class="button" type="submit">"Squawk"</button>
        </form>
    }
}

#[component]
fn Row(headline: Headline, is_unseen: bool) -> impl IntoView {
    let (seen, names) = (headline.seen_words(), headline.names());
    let (id, seen_id) = (headline.id.to_string(), headline.id.to_string());
    let text = match headline.url {
        Some(url) => {
            view! { <a href=url target="_blank" rel="noopener noreferrer" dir="auto">{headline.text}</a> }.into_any()
        }
        None => view! { <span dir="auto">{headline.text}</span> }.into_any(),
    };
    let none = headline.seen == 0;
    view! {
        <li data-headline=id>
            <div>
                <p class="said">{text}</p>
                <p class="hint">
                    <bdi>{headline.source}</bdi>
                    " · "
                    <When at=headline.at />
                </p>
                <details class="by" hidden=none>
                    <summary title=names.clone()>{seen}</summary>
                    <p class="hint names">{names}</p>
                </details>
            </div>
            {is_unseen.then(|| view! {
                <form method="post" action=SeeHeadline::PATH>
                    <input type="hidden" name="id" value=seen_id />
                    <button class="button quiet" type="submit">"Seen"</button>
                </form>
            })}
        </li>
    }
}

#[component]
fn Feeds(feeds: Vec<Feed>) -> impl IntoView {
    let none = feeds
        .is_empty()
        .then(|| view! { <p class="empty">"No feed is followed yet."</p> });
    let rows = feeds.into_iter().map(|feed| view! { <FeedRow feed /> }).collect_view();
    view! {
        <section aria-labelledby="feeds-heading">
            <h2 id="feeds-heading">"Feeds"</h2>
            <Done what="followed" words="It is followed. What comes into it from now on is squawked." />
            <Done what="left" words="It is no longer followed." />
            <Wrong error=refusal(FollowFeed::PATH).or_else(|| refusal(LeaveFeed::PATH)) />
            <p class="hint">"What is new in an RSS or Atom feed, everyone hears."</p>
            {none}
            <ul class="entries">{rows}</ul>
            <form method="post" action=FollowFeed::PATH class="side-by-side">
                <label for="feed">"Address"</label>
                <input
                    id="feed"
                    name="feed"
                    type="url"
                    required
                    maxlength=rules::LONGEST_URL
                    placeholder="https://www.ecb.europa.eu/rss/press.html"
                    autocomplete="off"
                />
                <button class="button" type="submit">"Follow"</button>
            </form>
        </section>
    }
}

#[component]
fn FeedRow(feed: Feed) -> impl IntoView {
    let name = if feed.title.is_empty() {
        feed.url.clone()
    } else {
        feed.title
    };
    let read = match feed.polled {
        Some(at) => view! { "read " <When at /> }.into_any(),
        None => "not read yet".into_any(),
    };
    let fault = (!feed.fault.is_empty()).then(|| view! { <p class="notice error">{feed.fault}</p> });
    view! {
        <li>
            <div>
                <strong class="heard">{name.clone()}</strong>
                <p class="hint heard">{feed.url} " · " {read}</p>
                {fault}
            </div>
            {if feed.fixed {
                view! { <span class="hint">"by --feed"</span> }.into_any()
            } else {
                view! {
                    <form method="post" action=LeaveFeed::PATH>
                        <input type="hidden" name="id" value=feed.id.to_string() />
                        <button class="button quiet" type="submit" aria-label=format!("Remove {name}")>"Remove"</button>
                    </form>
                }
                .into_any()
            }}
        </li>
    }
}
