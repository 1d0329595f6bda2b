//! What pages said of themselves.

use sqlx::{FromRow, SqliteConnection, SqlitePool};

use crate::{chat::server::previews::card::Card, error::AppError, time::Timestamp};

/// Pages that are remembered at most.
const PAGES: i64 = 10_000;
/// Pictures that are kept at most; cards with an older one are without it.
const PICTURES: i64 = 5_000;

#[derive(FromRow)]
struct PageRow {
    title: String,
    description: String,
    site: String,
    picture: Option<String>,
}

/// A picture, as it is served.
#[derive(FromRow)]
pub struct Picture {
    /// Its name.
    pub key: String,
    /// Its media type.
    pub kind: String,
    /// Itself.
    pub bytes: Vec<u8>,
}

/// Whether links are looked up.
pub async fn previews_on(db: &SqlitePool) -> Result<bool, AppError> {
    let on: Option<bool> = sqlx::query_scalar("SELECT previews FROM team")
        .fetch_optional(db)
        .await?;
    Ok(on.unwrap_or(false))
}

/// Has links looked up, or no longer.
pub async fn set_previews(conn: &mut SqliteConnection, on: bool) -> Result<(), AppError> {
    sqlx::query("UPDATE team SET previews = ?")
        .bind(on)
        .execute(conn)
        .await?;
    Ok(())
}

/// What is known of a page now: `None` when it must be asked, `Some(None)` when it had nothing to say lately.
pub async fn known_page(db: &SqlitePool, url: &str, now: Timestamp) -> Result<Option<Option<Card>>, AppError> {
    let row: Option<PageRow> =
        sqlx::query_as("SELECT title, description, site, picture FROM preview WHERE url = ? AND expires > ?")
            .bind(url)
            .bind(now.micros())
            .fetch_optional(db)
            .await?;
    let card = |row: PageRow| {
        (!row.title.is_empty()).then(|| Card {
            url: url.to_owned(),
            title: row.title,
            description: row.description,
            site: row.site,
            picture: row.picture,
        })
    };
    Ok(row.map(card))
}

/// Remembers what a page said, until `expires`, and forgets what is too old.
pub async fn keep_page(
    conn: &mut SqliteConnection,
    url: &str,
    card: Option<&Card>,
    picture: Option<&Picture>,
    (now, expires): (Timestamp, Timestamp),
) -> Result<(), AppError> {
    if let Some(picture) = picture {
        sqlx::query("INSERT INTO preview_picture (key, kind, bytes) VALUES (?, ?, ?)")
            .bind(&picture.key)
            .bind(&picture.kind)
            .bind(&picture.bytes)
            .execute(&mut *conn)
            .await?;
    }
    sqlx::query(
        "INSERT OR REPLACE INTO preview (url, expires, title, description, site, picture) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(url)
    .bind(expires.micros())
    .bind(card.map_or("", |card| &card.title))
    .bind(card.map_or("", |card| &card.description))
    .bind(card.map_or("", |card| &card.site))
    .bind(card.and_then(|card| card.picture.as_deref()))
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "DELETE FROM preview WHERE expires < ? OR id <= (SELECT max(id) FROM preview) - ?; \
         DELETE FROM preview_picture WHERE id <= (SELECT max(id) FROM preview_picture) - ?",
    )
    .bind(now.micros())
    .bind(PAGES)
    .bind(PICTURES)
    .execute(conn)
    .await?;
    Ok(())
}

/// A page's picture.
///
/// # Errors
/// `NotFound`.
pub async fn picture(db: &SqlitePool, key: &str) -> Result<Picture, AppError> {
    let found = sqlx::query_as("SELECT key, kind, bytes FROM preview_picture WHERE key = ?")
        .bind(key)
        .fetch_optional(db)
        .await?;
    found.ok_or_else(|| AppError::NotFound("There is no such picture any more.".into()))
}
