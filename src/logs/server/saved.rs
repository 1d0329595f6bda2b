//! Searches that people keep.

use super::store;
use crate::{error::AppError, ids::UserId, logs::query::Query, server::writer::Writer};

/// Searches of one person, and of the team, at most.
const MOST: u32 = 100;
/// Longest name, in characters.
const LONGEST_NAME: usize = 60;

/// Keeps a search under `name`, in the place of one's own of that name; the query in its usual form.
///
/// # Errors
/// `Invalid` for the name or the query, `Conflict` when there are as many as are kept.
pub async fn save(writer: &Writer, who: UserId, team: bool, name: &str, q: &str) -> Result<String, AppError> {
    let query = Query::parse(q).map_err(|wrong| AppError::Invalid(wrong.to_string()))?;
    if query.is_everything() {
        return Err(AppError::Invalid(
            "There is nothing to save yet: search for something first.".into(),
        ));
    }
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(AppError::Invalid(format!(
            "A saved search has a name of 1 to {LONGEST_NAME} characters."
        )));
    }
    let (owner, query) = ((!team).then_some(who), query.to_string());
    let text = query.clone();
    let kept =
        writer.write(move |conn| Box::pin(async move { store::saved::keep(conn, owner, &name, &text, MOST).await }));
    if kept.await? {
        return Ok(query);
    }
    Err(AppError::Conflict(format!(
        "The team has another search of this name, or there are {MOST} already: choose another name, or forget one first."
    )))
}

/// Forgets one that `who` sees.
///
/// # Errors
/// `NotFound`.
pub async fn forget(writer: &Writer, who: UserId, id: i64) -> Result<(), AppError> {
    let gone = writer.write(move |conn| Box::pin(store::saved::delete(conn, who, id)));
    let none = || AppError::NotFound("This saved search is gone.".into());
    gone.await?.then_some(()).ok_or_else(none)
}
