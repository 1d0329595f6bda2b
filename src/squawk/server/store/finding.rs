//! Headlines found by words.

use std::time::Duration;

use sqlx::SqlitePool;
use tokio::time::Instant;

use super::{Wanted, newest};
use crate::{error::AppError, ids::HeadlineId, squawk::model::Headline, time::Timestamp};

/// How much a search looks at, from the newest back.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// Ids of a step.
    pub step: i64,
    /// No further step begins after this.
    pub patience: Duration,
}

/// A step takes some tens of milliseconds at most.
pub const REACH: Reach = Reach {
    step: 20_000,
    patience: Duration::from_millis(300),
};

/// All that is kept, a step at a time, so that other readers get their turns.
pub const WHOLE: Reach = Reach {
    patience: Duration::MAX,
    ..REACH
};

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The newest first.
    pub headlines: Vec<Headline>,
    /// The search goes on before this one; `None` when there is nothing more.
    pub before: Option<HeadlineId>,
    /// Since when it has looked, where it stopped before it had enough.
    pub since: Option<Timestamp>,
}

/// Up to `limit` headlines that fit, the newest first. A search that finds little looks further back until `reach` ends.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &SqlitePool, wanted: &Wanted, limit: u32, reach: Reach) -> Result<Found, AppError> {
    let ends = "SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM headline";
    let (oldest, last): (i64, i64) = sqlx::query_as(ends).fetch_one(db).await?;
    let (began, enough) = (Instant::now(), limit as usize);
    let mut found = Found::default();
    let mut until = wanted.before.map_or(last + 1, |before| before.0.min(last + 1));
    loop {
        // Without words everything fits.
        let from = if wanted.has_words() {
            until.saturating_sub(reach.step)
        } else {
            oldest
        };
        let step = Wanted {
            from: Some(HeadlineId(from)),
            before: Some(HeadlineId(until)),
            ..wanted.clone()
        };
        let more = enough + 1 - found.headlines.len();
        found
            .headlines
            .extend(newest(db, &step, u32::try_from(more).unwrap_or(limit)).await?);
        if found.headlines.len() > enough {
            found.headlines.truncate(enough);
            found.before = found.headlines.last().map(|last| last.id);
            return Ok(found);
        }
        until = from;
        if until <= oldest {
            return Ok(found);
        }
        if began.elapsed() >= reach.patience {
            let at = "SELECT at FROM headline WHERE id >= ? ORDER BY id LIMIT 1";
            let at: Option<i64> = sqlx::query_scalar(at).bind(until).fetch_optional(db).await?;
            found.before = Some(HeadlineId(until));
            found.since = at.map(Timestamp::from_micros);
            return Ok(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use sqlx::sqlite::SqlitePoolOptions;

    use super::{super::tests::told, *};

    #[tokio::test]
    async fn a_search_stops_says_where_and_goes_on() {
        // One connection, as each to memory is a database of its own.
        let db = SqlitePoolOptions::new().max_connections(1);
        let db = db.connect("sqlite::memory:").await.unwrap();
        sqlx::migrate!("./migrations/desk").run(&db).await.unwrap();
        let mut conn = db.acquire().await.unwrap();
        for n in 0..20 {
            let text = if n == 3 {
                "up 7%".to_owned()
            } else {
                format!("no change {n}")
            };
            told(&mut conn, "ECB", &text).await;
        }
        drop(conn);
        let ids = |found: &Found| found.headlines.iter().map(|one| one.id.0).collect::<Vec<_>>();
        let hasty = Reach {
            step: 6,
            patience: Duration::ZERO,
        };
        for parts in [(vec![], vec!["7%".to_owned()]), (vec!["up 7%".to_owned()], vec![])] {
            let mut wanted = Wanted {
                indexed: parts.0,
                short: parts.1,
                ..Wanted::default()
            };
            assert_eq!(ids(&find(&db, &wanted, 5, REACH).await.unwrap()), [4]);
            let mut stops = Vec::new();
            let found = loop {
                let found = find(&db, &wanted, 5, hasty).await.unwrap();
                wanted.before = found.before;
                match found.before {
                    Some(before) if found.headlines.is_empty() => {
                        assert!(found.since.is_some());
                        stops.push(before.0);
                    }
                    _ => break found,
                }
            };
            assert_eq!(
                (stops, ids(&found), found.before),
                (vec![15, 9], vec![4], Some(HeadlineId(3)))
            );
            let rest = find(&db, &wanted, 5, hasty).await.unwrap();
            assert_eq!((ids(&rest), rest.before, rest.since), (vec![], None, None));
        }
        // Without words it is a page at once, and full ones say where the next begins.
        let all = find(&db, &Wanted::default(), 20, hasty).await.unwrap();
        assert_eq!((all.headlines.len(), all.before), (20, None));
        let page = find(&db, &Wanted::default(), 19, hasty).await.unwrap();
        assert_eq!(
            (page.headlines.len(), page.before, page.since),
            (19, Some(HeadlineId(2)), None)
        );
        let short = Wanted {
            short: vec!["no".into()],
            ..Wanted::default()
        };
        let page = find(&db, &short, 10, REACH).await.unwrap();
        assert_eq!(
            (page.headlines.len(), page.before, page.since),
            (10, Some(HeadlineId(11)), None)
        );
    }
}
