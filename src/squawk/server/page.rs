//! What the page of squawks shows.

use sqlx::SqlitePool;

use super::{Squawk, store};
use crate::{
    accounts::model::{Me, Role},
    chat::server::rooms::new_client_id,
    error::AppError,
    ids::{HeadlineId, UserId},
    squawk::{
        model::{Headline, SquawkPage, Wanted},
        rules,
    },
};

/// Headlines on a page.
const PAGE: u32 = 50;

/// The newest headlines that fit, the newest first, as far back as `reach` goes.
///
/// # Errors
/// When the database fails.
pub async fn found(
    db: &SqlitePool,
    q: &str,
    before: Option<HeadlineId>,
    limit: u32,
    reach: store::Reach,
) -> Result<store::Found, AppError> {
    let (indexed, short) = rules::parts(q);
    let wanted = store::Wanted {
        indexed,
        short,
        from: None,
        before,
    };
    store::find(db, &wanted, limit, reach).await
}

/// Which of these headlines, the newest first, `me` has neither seen nor squawked.
///
/// # Errors
/// When the database fails.
pub async fn unseen(db: &SqlitePool, me: UserId, headlines: &[Headline]) -> Result<Vec<HeadlineId>, AppError> {
    let (Some(newest), Some(oldest)) = (headlines.first(), headlines.last()) else {
        return Ok(Vec::new());
    };
    let seen = store::seen_by(db, me, (oldest.id, newest.id)).await?;
    let unseen = headlines
        .iter()
        .filter(|one| one.author != Some(me) && !seen.contains(&one.id));
    Ok(unseen.map(|one| one.id).collect())
}

/// The page, as `me` sees it.
///
/// # Errors
/// `SlowDown`; when the database fails.
pub async fn page(squawk: &Squawk, me: &Me, wanted: Wanted) -> Result<SquawkPage, AppError> {
    squawk.asks.check(&me.id)?;
    let db = &squawk.db.readers;
    let (_, changed) = store::reached(db).await?;
    let found = found(db, &wanted.q, wanted.before, PAGE, store::REACH).await?;
    Ok(SquawkPage {
        unseen: unseen(db, me.id, &found.headlines).await?,
        before: found.before,
        since: found.since,
        headlines: found.headlines,
        changed,
        may: store::may(db, me.id).await?,
        form_id: new_client_id(),
        feeds: match me.role {
            Role::Admin => Some(squawk.following.list(db).await?),
            Role::Member => None,
        },
    })
}
