//! Where a headline is born. Forms, `/squawk`, the API, `/send` and the feeds of the web all come through here.

use super::{Squawk, store, stream::Told};
use crate::{
    chat::server::rooms::new_client_id,
    error::AppError,
    ids::{HeadlineId, UserId},
    squawk::{model::Headline, rules},
    time::Timestamp,
};

/// Headlines that are marked as seen at once, at most: more than a page of them.
const AT_ONCE: u32 = 60;

/// A headline that somebody brings.
#[derive(Clone, Debug, Default)]
pub struct New {
    /// What it says.
    pub text: String,
    /// Where there is more.
    pub url: Option<String>,
    /// The sender's own name for it: the same again is the same headline. One of ours when absent.
    pub outer_id: Option<String>,
}

/// Who brings it.
#[derive(Clone, Debug)]
pub enum Source {
    /// A person, who must be allowed to, or a bot.
    Member(UserId),
    /// A feed of this title.
    Feed(String),
}

/// Keeps a headline and tells everyone; answers after the commit. The same one again is not told twice (`false`).
///
/// # Errors
/// What [`rules`] say, `SlowDown`, `Forbidden` for whoever may not squawk, `Busy`.
pub async fn publish(squawk: &Squawk, source: Source, new: New) -> Result<(Headline, bool), AppError> {
    let (text, url) = (rules::text(&new.text)?, rules::url(new.url.as_deref())?);
    let outer_id = new.outer_id.unwrap_or_else(new_client_id);
    rules::outer_id(&outer_id)?;
    if let Source::Member(member) = &source {
        squawk.pace.check(member)?;
    }
    let hub = squawk.hub.clone();
    let work = squawk.db.writer.write_then(
        move |conn| {
            Box::pin(async move {
                let (author, source) = match source {
                    Source::Member(member) => (Some(member), store::name(conn, member).await?),
                    Source::Feed(title) => (None, title),
                };
                let kept = store::NewHeadline {
                    at: Timestamp::now(),
                    author,
                    source,
                    text,
                    url,
                    outer_id,
                };
                store::insert(conn, &kept).await
            })
        },
        move |(headline, is_new): &(Headline, bool)| {
            if *is_new {
                hub.publish(Told::of(headline, true));
            }
        },
    );
    work.await
}

/// Marks a headline as seen by somebody, and tells everyone.
///
/// # Errors
/// `SlowDown`, `NotFound`, `Busy`.
pub async fn see(squawk: &Squawk, who: UserId, id: HeadlineId) -> Result<(), AppError> {
    squawk.asks.check(&who)?;
    let hub = squawk.hub.clone();
    let work = squawk.db.writer.write_then(
        move |conn| Box::pin(async move { store::see(conn, id, who, Timestamp::now()).await }),
        move |changed: &Option<Headline>| {
            if let Some(headline) = changed {
                hub.publish(Told::of(headline, false));
            }
        },
    );
    work.await.map(|_| ())
}

/// Marks the headlines between two as seen by somebody, and tells everyone.
///
/// # Errors
/// `SlowDown`, `Busy`.
pub async fn see_all(squawk: &Squawk, who: UserId, span: (HeadlineId, HeadlineId)) -> Result<(), AppError> {
    squawk.asks.check(&who)?;
    let hub = squawk.hub.clone();
    let work = squawk.db.writer.write_then(
        move |conn| Box::pin(async move { store::see_all(conn, span, who, Timestamp::now(), AT_ONCE).await }),
        move |seen: &Vec<Headline>| seen.iter().for_each(|one| hub.publish(Told::of(one, false))),
    );
    work.await.map(|_| ())
}
