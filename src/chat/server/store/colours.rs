//! A message's HTML, with its code in colours.

use sqlx::SqliteConnection;

use super::{place, touch};
use crate::{
    chat::{model::Message, server::said::Place},
    error::AppError,
};

/// Gives a message other HTML, if it still has this; gives the message as it is then.
///
/// # Errors
/// When the database fails.
pub async fn replace_html(
    conn: &mut SqliteConnection,
    (room, seq): Place,
    html: &str,
    other: &str,
) -> Result<Option<Message>, AppError> {
    let done =
        sqlx::query("UPDATE message SET html = ?4 WHERE room = ?1 AND seq = ?2 AND html = ?3 AND deleted IS NULL")
            .bind(room.0)
            .bind(place(seq))
            .bind(html)
            .bind(other)
            .execute(&mut *conn)
            .await?;
    match done.rows_affected() {
        0 => Ok(None),
        _ => touch(conn, room, seq).await.map(Some),
    }
}
