//! The server's half of [`AppError`]: causes are logged here, under the request's id, and go no further.

use std::any::Any;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER, request::Parts},
    response::{IntoResponse, Response},
};

use leptos::prelude::use_context;
use serde_json::{Value, json};

use crate::error::AppError;

tokio::task_local! {
    /// The id of the request being served, as in its `x-request-id` header and its log lines.
    pub static REQUEST_ID: String;
}

/// Lies in every request, for work that a page's rendering does in tasks of its own.
#[derive(Clone)]
pub struct RequestId(pub String);

fn request_id() -> Option<String> {
    let of_page = || {
        use_context::<Parts>()?
            .extensions
            .get::<RequestId>()
            .map(|RequestId(id)| id.clone())
    };
    REQUEST_ID.try_with(Clone::clone).ok().or_else(of_page)
}

/// An id for a request, or for a fault outside of one.
pub fn new_id() -> String {
    let mut bytes = [0; 8];
    // Without randomness the id is zeros: worse to trace, no reason to fail.
    let _ = getrandom::fill(&mut bytes);
    data_encoding::HEXLOWER.encode(&bytes)
}

/// Logs the cause and gives what the caller may know: that it happened, and under which id.
pub fn internal(doing: &str, cause: &dyn std::fmt::Display) -> AppError {
    // In the writer's task, say, there is no request: what is told is still what is logged.
    let id = request_id().unwrap_or_else(new_id);
    tracing::error!(request_id = %id, doing, error = %cause, "internal error");
    AppError::Internal(id)
}

impl From<sqlx::Error> for AppError {
    /// A constraint that a caller can break is mapped by its store, before this one makes it a fault of ours.
    fn from(cause: sqlx::Error) -> Self {
        if is_disk_full(&cause) {
            tracing::error!(error = %cause, "the disk is full");
            return Self::DiskFull;
        }
        if matches!(cause, sqlx::Error::PoolTimedOut) {
            tracing::warn!("all readers of a database are busy");
            return Self::Busy;
        }
        internal("database", &cause)
    }
}

/// What a panic said.
pub fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
}

/// A fault of the file system, as what a caller may know.
pub fn io(doing: &str, cause: &std::io::Error) -> AppError {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    if matches!(cause.kind(), StorageFull | QuotaExceeded | FileTooLarge) {
        tracing::error!(error = %cause, "the disk is full");
        return AppError::DiskFull;
    }
    internal(doing, cause)
}

/// SQLite's words for it: SQLITE_FULL, and SQLITE_IOERR_WRITE where a quota or a limit on files is reached instead.
fn is_disk_full(cause: &sqlx::Error) -> bool {
    let code = cause.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("13" | "778"))
}

/// True when `cause` is a broken UNIQUE constraint, for a store to say in words what was taken.
pub fn is_taken(cause: &sqlx::Error) -> bool {
    cause.as_database_error().is_some_and(|e| e.is_unique_violation())
}

impl IntoResponse for AppError {
    /// JSON `{"error": kind, "detail": … or null, "message": sentence}` with the status of [`AppError::status`]. The error
    /// itself lies in the answer's extensions, for `refusal` to make a page of it where one is asked for.
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // `"signed_out"` or `{"not_found": detail}`.
        let (kind, detail) = match serde_json::to_value(&self) {
            Ok(Value::Object(named)) => named.into_iter().next().unwrap_or_default(),
            Ok(Value::String(kind)) => (kind, Value::Null),
            _ => Default::default(),
        };
        let message = self.to_string();
        let mut response = (
            status,
            Json(json!({"error": kind, "detail": detail, "message": message})),
        )
            .into_response();
        let wait = match self {
            Self::SlowDown(seconds) => Some(seconds),
            Self::Busy => Some(1),
            _ => None,
        };
        if let Some(seconds) = wait {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}
