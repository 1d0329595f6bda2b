//! What the desk shows of squawks before scripts do, as HTML: the newest on the tape, and as a banner what came last and
//! wasn't seen. From there `public/squawk.js` goes on.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{NEWS, Squawk, page, store, stream::FRESH};
use crate::{
    chat::server::options::fragment,
    error::AppError,
    ids::UserId,
    paths,
    squawk::{
        api::{SeeHeadline, SeeHeadlines},
        model::{Headline, Shown},
    },
    time::Timestamp,
};

/// The squawks as `me` sees them now.
///
/// # Errors
/// `Internal` when the database can't be read.
pub async fn shown(squawk: &Squawk, me: UserId) -> Result<Shown, AppError> {
    let db = &squawk.db.readers;
    let (newest, _) = store::reached(db).await?;
    let mut news = store::newest(db, &store::Wanted::default(), FRESH).await?;
    let since = Timestamp::now().plus_seconds(-NEWS);
    news.retain(|headline| headline.at >= since);
    let tape = fragment(on_the_tape(news.first()));
    let unseen = page::unseen(db, me, &news).await?;
    let (unseen, seen): (Vec<Headline>, Vec<Headline>) = news.into_iter().partition(|one| unseen.contains(&one.id));
    let seen: Vec<String> = seen.iter().map(|one| one.id.to_string()).collect();
    Ok(Shown {
        tape,
        banner: fragment(banner(me, newest, &seen.join(" "), &unseen)),
    })
}

fn on_the_tape(headline: Option<&Headline>) -> impl IntoView {
    let (minute, text) = headline
        .map(|one| (one.at.minute(), one.text.clone()))
        .unwrap_or_default();
    view! {
        <a class="head" id="squawk-head" href=paths::SQUAWKS rel="external" hidden=headline.is_none()>
            <b class="squawk">"SQUAWK"</b>
            " "
            <time class="num">{minute}</time>
            " "
            <span>{text}</span>
        </a>
    }
}

/// The banner, with the newest of those that wait in it, if any does, and how many more there are. The ids of those that don't
/// are with it, as what is told of a headline later names only those who saw it last.
fn banner(me: UserId, newest: u64, seen: &str, unseen: &[Headline]) -> impl IntoView {
    let (headline, more) = (unseen.first(), unseen.len().saturating_sub(1));
    let (from, until) = unseen
        .last()
        .zip(headline)
        .map(|(from, until)| (from.id.to_string(), until.id.to_string()))
        .unwrap_or_default();
    let none = headline.is_none();
    let (id, text, url) = headline
        .map(|one| (one.id.to_string(), one.text.clone(), one.url.clone()))
        .unwrap_or_default();
    let by = headline.map_or_else(String::new, |one| format!("{} · {} UTC", one.source, one.at.minute()));
    let (seen_by, names) = headline.map(|one| (one.seen_words(), one.names())).unwrap_or_default();
    let waiting = (more > 0).then(|| format!("{more} more"));
    view! {
        <div
            class=if none { "banner none" } else { "banner" }
            id="squawk-banner"
            data-me=me.to_string()
            data-newest=newest.to_string()
            data-seen=seen.to_owned()
            data-news=NEWS.to_string()
            data-headline=id.clone()
        >
            <p class="said">
                <b class="squawk" aria-hidden="true">"SQUAWK"</b>
                " "
                // There from the beginning, so that what comes into it is read out.
                <span role="status">{text}</span>
                " "
                <a class="where" href=url.clone() hidden=url.is_none() target="_blank" rel="noopener noreferrer">"More"</a>
            </p>
            <div class="acts">
                <span class="hint by">{by}</span>
                <span class="hint seen-by" title=names>{seen_by}</span>
                <a class="hint more" href=paths::SQUAWKS rel="external">{waiting}</a>
                <details class="hearing" hidden>
                    <summary>"Sound"</summary>
                    <div>{choices()}</div>
                </details>
                <form method="post" action=SeeHeadline::PATH>
                    <input type="hidden" name="id" value=id.clone() />
                    <button class="button" type="submit">"Seen"</button>
                </form>
                <form class="all" method="post" action=SeeHeadlines::PATH hidden=more == 0>
                    <input type="hidden" name="from" value=from />
                    <input type="hidden" name="until" value=until />
                    <button class="button quiet" type="submit">"All seen"</button>
                </form>
            </div>
        </div>
    }
}

/// What one may choose for this browser; scripts bring it to life.
pub fn choices() -> impl IntoView {
    let choice = |name: &'static str, words: &'static str| {
        view! {
            <label class="choice">
                <input type="checkbox" data-hears=name />
                <span>{words}</span>
            </label>
        }
    };
    view! {
        {choice("sound", "A sound for each squawk")}
        {choice("voice", "Read squawks out")}
        <a href=paths::SQUAWKS rel="external">"All squawks"</a>
    }
}
