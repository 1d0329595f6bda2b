//! Instruments in `ticker.db`.

use serde::Serialize;

use super::{Instrument, session::Session};
use crate::{error::AppError, server::db::Database, ticker::model::Key};

/// A row of `instrument` on its way in.
#[derive(Serialize)]
struct NewRow<'a> {
    symbol: &'a str,
    venue: &'a str,
    name: Option<&'a str>,
    digits: u32,
    said: bool,
    currency: Option<&'a str>,
    session: Option<&'static str>,
}

/// A row of `instrument`.
#[derive(sqlx::FromRow)]
struct Row {
    symbol: String,
    venue: String,
    name: Option<String>,
    digits: i64,
    said: bool,
    currency: Option<String>,
    session: Option<String>,
}

const UPSERT: &str = "
    INSERT INTO instrument (symbol, venue, name, digits, said, currency, session)
    SELECT value->>'symbol', value->>'venue', value->>'name', value->>'digits', value->>'said', value->>'currency',
        value->>'session'
    FROM json_each(?) WHERE true
    ON CONFLICT (symbol, venue) DO UPDATE SET name = excluded.name, digits = excluded.digits, said = excluded.said,
        currency = excluded.currency, session = excluded.session";

const DELETE: &str =
    "DELETE FROM instrument WHERE (symbol, venue) IN (SELECT value->>'symbol', value->>'venue' FROM json_each(?))";

/// Writes what is known of `instruments`, in one statement, and deletes what is `gone`, in another.
///
/// # Errors
/// `Internal` when it can't be written.
pub async fn keep(db: &Database, instruments: &[Instrument], gone: &[Key]) -> Result<(), AppError> {
    let rows: Vec<NewRow> = instruments.iter().map(NewRow::from).collect();
    let json = |rows: serde_json::Result<String>| rows.map_err(|e| crate::server::error::internal("instruments", &e));
    let (rows, gone) = (json(serde_json::to_string(&rows))?, json(serde_json::to_string(gone))?);
    db.writer
        .write(move |conn| {
            Box::pin(async move {
                sqlx::query(DELETE).bind(gone).execute(&mut *conn).await?;
                sqlx::query(UPSERT).bind(rows).execute(conn).await?;
                Ok(())
            })
        })
        .await
}

/// Everything kept, in the order of the symbols.
///
/// # Errors
/// `Internal` when the database can't be read.
pub async fn instruments(db: &Database) -> Result<Vec<Instrument>, AppError> {
    let sql = "SELECT symbol, venue, name, digits, said, currency, session FROM instrument ORDER BY symbol, venue";
    let rows: Vec<Row> = sqlx::query_as(sql).fetch_all(&db.readers).await?;
    Ok(rows.into_iter().map(Instrument::from).collect())
}

impl<'a> From<&'a Instrument> for NewRow<'a> {
    fn from(one: &'a Instrument) -> Self {
        Self {
            symbol: &one.key.symbol,
            venue: &one.key.venue,
            name: one.name.as_deref(),
            digits: one.digits,
            said: one.said,
            currency: one.currency.as_deref(),
            session: one.session.map(Session::name),
        }
    }
}

impl From<Row> for Instrument {
    fn from(row: Row) -> Self {
        Self {
            key: Key {
                symbol: row.symbol,
                venue: row.venue,
            },
            name: row.name,
            digits: u32::try_from(row.digits).unwrap_or(0),
            said: row.said,
            currency: row.currency,
            session: row.session.as_deref().and_then(Session::named),
        }
    }
}
