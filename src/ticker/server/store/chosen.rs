//! Which venues were chosen.

use std::str::FromStr;

use crate::{error::AppError, server::db::Database, ticker::model::VenueKind};

/// The chosen venues; `None` until someone chooses. A name that this version doesn't know is left out.
///
/// # Errors
/// `Internal` when the database can't be read.
pub async fn venues(db: &Database) -> Result<Option<Vec<VenueKind>>, AppError> {
    let names: Option<String> = sqlx::query_scalar("SELECT venues FROM setting")
        .fetch_one(&db.readers)
        .await?;
    let parse = |names: String| {
        names
            .split(',')
            .filter_map(|name| VenueKind::from_str(name).ok())
            .collect()
    };
    Ok(names.map(parse))
}

/// Keeps the choice of venues.
///
/// # Errors
/// `Internal` when it can't be written.
pub async fn choose_venues(db: &Database, venues: &[VenueKind]) -> Result<(), AppError> {
    let names: Vec<&str> = venues.iter().map(|venue| venue.name()).collect();
    let names = names.join(",");
    db.writer
        .write(move |conn| {
            Box::pin(async move {
                sqlx::query("UPDATE setting SET venues = ?")
                    .bind(names)
                    .execute(conn)
                    .await?;
                Ok(())
            })
        })
        .await
}
