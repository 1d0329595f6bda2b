//! What pages ask about log lines.

use leptos::prelude::*;

use super::model::Tail;
use crate::error::AppError;

/// The newest lines.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "log_tail")]
pub async fn log_tail() -> Result<Tail, AppError> {
    Ok(Tail::default())
}
