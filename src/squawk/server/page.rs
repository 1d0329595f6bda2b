//! What the page of squawks shows.

use sqlx::SqlitePool;

use super::{Squawk, store};
use crate::{
    accounts::model::{Me, Role},
    chat::server::rooms::new_client_id,
    error::AppError,
    ids::HeadlineId,
    squawk::{
        model::{Headline, SquawkPage, Wanted},
        rules,
    },
};

/// Headlines on a page.
const PAGE: u32 = 50;

/// The newest headlines that fit, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn found(
    db: &SqlitePool,
    q: &str,
    before: Option<HeadlineId>,
    limit: u32,
) -> Result<Vec<Headline>, AppError> {
    let (indexed, short) = rules::parts(q);
    let wanted = store::Wanted { indexed, short, before };
    store::newest(db, &wanted, limit).await
}

/// The page, as `me` sees it.
///
/// # Errors
/// `SlowDown`; when the database fails.
pub async fn page(squawk: &Squawk, me: &Me, wanted: Wanted) -> Result<SquawkPage, AppError> {
    squawk.asks.check(&me.id)?;
    let db = &squawk.db.readers;
    let (_, changed) = store::reached(db).await?;
    let mut headlines = found(db, &wanted.q, wanted.before, PAGE + 1).await?;
    let has_more = headlines.len() > PAGE as usize;
    headlines.truncate(PAGE as usize);
    Ok(SquawkPage {
        before: headlines.last().filter(|_| has_more).map(|last| last.id),
        headlines,
        changed,
        may: store::may(db, me.id).await?,
        form_id: new_client_id(),
        feeds: match me.role {
            Role::Admin => Some(squawk.following.list(db).await?),
            Role::Member => None,
        },
    })
}
