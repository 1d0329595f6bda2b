//! Lists in `ticker.db`.

use std::collections::HashSet;

use sqlx::{FromRow, SqliteConnection, SqlitePool};

use crate::{
    accounts::rules::folded,
    error::AppError,
    ids::{ListId, UserId},
    server::error::{internal, is_taken},
    ticker::{
        lists::{MOST_LISTS, USUAL_COLUMNS, Watchlist},
        model::Key,
    },
};

/// Whose a list is: a person's, or the team's.
pub type Owner = Option<UserId>;

#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    team: bool,
    columns: String,
    /// A JSON array of pairs: symbol and venue.
    entries: String,
}

/// The lists that `me` sees: their own, then the team's, each by their places.
///
/// # Errors
/// `Internal` when the database can't be read.
pub async fn lists(db: &SqlitePool, me: UserId) -> Result<Vec<Watchlist>, AppError> {
    // In one statement, so that lists and entries are of one moment.
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, name, owner IS NULL AS team, columns, \
         (SELECT json_group_array(json_array(symbol, venue)) FROM \
          (SELECT symbol, venue FROM watchlist_entry WHERE watchlist = w.id ORDER BY position)) AS entries \
         FROM watchlist w WHERE owner IS NULL OR owner = ? ORDER BY owner IS NULL, position, id",
    )
    .bind(me.0)
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Watchlist::try_from).collect()
}

/// The symbols on the lists of an owner, in the order of the lists; one may come several times.
///
/// # Errors
/// `Internal` when the database can't be read.
pub async fn wanted(db: &SqlitePool, owner: Owner) -> Result<Vec<Key>, AppError> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT symbol, venue FROM watchlist_entry e JOIN watchlist w ON w.id = e.watchlist WHERE owner IS ? \
         ORDER BY w.position, w.id, e.position",
    )
    .bind(owner.map(|id| id.0))
    .fetch_all(db)
    .await?;
    Ok(keys(rows))
}

/// All that is on anybody's list.
///
/// # Errors
/// `Internal` when the database can't be read.
pub async fn all(db: &SqlitePool) -> Result<HashSet<Key>, AppError> {
    let rows: Vec<(String, String)> = sqlx::query_as("SELECT DISTINCT symbol, venue FROM watchlist_entry")
        .fetch_all(db)
        .await?;
    Ok(keys(rows).into_iter().collect())
}

/// Whose a list is that `me` may change, and what is on it.
///
/// # Errors
/// `NotFound`.
pub async fn entries(conn: &mut SqliteConnection, me: UserId, list: ListId) -> Result<(Owner, Vec<Key>), AppError> {
    let owner = owner(conn, me, list).await?;
    let sql = "SELECT symbol, venue FROM watchlist_entry WHERE watchlist = ? ORDER BY position";
    let rows: Vec<(String, String)> = sqlx::query_as(sql).bind(list.0).fetch_all(conn).await?;
    Ok((owner, keys(rows)))
}

/// Writes what is on a list, in place of what was.
///
/// # Errors
/// `Internal` when it can't be written, as when an entry comes twice.
pub async fn set_entries(conn: &mut SqliteConnection, list: ListId, entries: &[Key]) -> Result<(), AppError> {
    let pairs: Vec<[&str; 2]> = entries.iter().map(|key| [key.symbol.as_str(), &key.venue]).collect();
    let pairs = serde_json::to_string(&pairs).map_err(|e| internal("a list", &e))?;
    sqlx::query("DELETE FROM watchlist_entry WHERE watchlist = ?")
        .bind(list.0)
        .execute(&mut *conn)
        .await?;
    sqlx::query(
        "INSERT INTO watchlist_entry (watchlist, position, symbol, venue) \
         SELECT ?, key, value->>0, value->>1 FROM json_each(?)",
    )
    .bind(list.0)
    .bind(pairs)
    .execute(conn)
    .await?;
    Ok(())
}

/// Makes an empty list, the last of its owner's.
///
/// # Errors
/// `Conflict` when the name is taken, or the owner has as many as there can be.
pub async fn make(conn: &mut SqliteConnection, owner: Owner, name: &str) -> Result<ListId, AppError> {
    let made: Option<i64> = sqlx::query_scalar(
        "INSERT INTO watchlist (owner, name, folded, position, columns) \
         SELECT ?1, ?2, ?3, coalesce((SELECT max(position) FROM watchlist WHERE owner IS ?1), 0) + 1, ?4 \
         WHERE (SELECT count(*) FROM watchlist WHERE owner IS ?1) < ?5 RETURNING id",
    )
    .bind(owner.map(|id| id.0))
    .bind(name)
    .bind(folded(name))
    .bind(USUAL_COLUMNS)
    .bind(i64::try_from(MOST_LISTS).unwrap_or(i64::MAX))
    .fetch_optional(conn)
    .await
    .map_err(|cause| named(cause, name))?;
    let full = || {
        let whose = if owner.is_some() { "You have" } else { "The team has" };
        AppError::Conflict(format!(
            "{whose} {MOST_LISTS} lists, which is as many as there can be. Delete one first."
        ))
    };
    made.map(ListId).ok_or_else(full)
}

/// Gives a list another name; whose it is.
///
/// # Errors
/// `NotFound`, `Conflict` when the name is taken.
pub async fn rename(conn: &mut SqliteConnection, me: UserId, list: ListId, name: &str) -> Result<Owner, AppError> {
    let owner = owner(conn, me, list).await?;
    sqlx::query("UPDATE watchlist SET name = ?, folded = ? WHERE id = ?")
        .bind(name)
        .bind(folded(name))
        .bind(list.0)
        .execute(conn)
        .await
        .map_err(|cause| named(cause, name))?;
    Ok(owner)
}

/// Has other columns shown; whose the list is.
///
/// # Errors
/// `NotFound`.
pub async fn set_columns(
    conn: &mut SqliteConnection,
    me: UserId,
    list: ListId,
    columns: &str,
) -> Result<Owner, AppError> {
    let owner = owner(conn, me, list).await?;
    sqlx::query("UPDATE watchlist SET columns = ? WHERE id = ?")
        .bind(columns)
        .bind(list.0)
        .execute(conn)
        .await?;
    Ok(owner)
}

/// Deletes a list with what is on it; whose it was.
///
/// # Errors
/// `NotFound`.
pub async fn delete(conn: &mut SqliteConnection, me: UserId, list: ListId) -> Result<Owner, AppError> {
    let owner = owner(conn, me, list).await?;
    sqlx::query("DELETE FROM watchlist WHERE id = ?")
        .bind(list.0)
        .execute(conn)
        .await?;
    Ok(owner)
}

/// The people who have lists of their own.
///
/// # Errors
/// `Internal` when the database can't be read.
pub async fn owners(db: &SqlitePool) -> Result<Vec<UserId>, AppError> {
    let sql = "SELECT DISTINCT owner FROM watchlist WHERE owner IS NOT NULL";
    let rows: Vec<i64> = sqlx::query_scalar(sql).fetch_all(db).await?;
    Ok(rows.into_iter().map(UserId).collect())
}

/// Deletes the lists of these people.
///
/// # Errors
/// `Internal` when it can't be written.
pub async fn forget(conn: &mut SqliteConnection, people: &[UserId]) -> Result<(), AppError> {
    for person in people {
        sqlx::query("DELETE FROM watchlist WHERE owner = ?")
            .bind(person.0)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// Whose a list is that `me` may change.
async fn owner(conn: &mut SqliteConnection, me: UserId, list: ListId) -> Result<Owner, AppError> {
    let sql = "SELECT owner FROM watchlist WHERE id = ? AND (owner IS NULL OR owner = ?)";
    let found: Option<Option<i64>> = sqlx::query_scalar(sql)
        .bind(list.0)
        .bind(me.0)
        .fetch_optional(conn)
        .await?;
    found.map(|owner| owner.map(UserId)).ok_or_else(no_list)
}

/// There is no such list, or not for this person.
pub fn no_list() -> AppError {
    AppError::NotFound("There is no such list. It may have been deleted, or the link is wrong.".into())
}

/// What is told when a name can't be kept.
fn named(cause: sqlx::Error, name: &str) -> AppError {
    match is_taken(&cause) {
        true => AppError::Conflict(format!("There is a list called {name} already. Choose another name.")),
        false => cause.into(),
    }
}

fn keys(rows: Vec<(String, String)>) -> Vec<Key> {
    rows.into_iter().map(|(symbol, venue)| Key { symbol, venue }).collect()
}

impl TryFrom<Row> for Watchlist {
    type Error = AppError;

    fn try_from(row: Row) -> Result<Self, AppError> {
        let pairs = serde_json::from_str(&row.entries).map_err(|e| internal("a list", &e))?;
        Ok(Self {
            id: ListId(row.id),
            name: row.name,
            team: row.team,
            columns: row.columns,
            entries: keys(pairs),
        })
    }
}
