//! The one error of the product: what a caller may be told, and nothing more.
//!
//! Server functions, HTTP handlers and the chat socket all answer with it. Causes (a database error, an
//! I/O error) never travel: `server/error.rs` logs them and hands out an opaque [`AppError::Internal`].

use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

use crate::json::JsonText;

/// What went wrong, in words for the person or program that asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppError {
    /// The request makes no sense as it stands; the text says what to change (HTTP 400).
    #[error("{0}")]
    Invalid(String),
    /// Nobody is signed in, or the session or token has ended (HTTP 401).
    #[error("You are signed out. Sign in to go on.")]
    SignedOut,
    /// Signed in, but not allowed (HTTP 403).
    #[error("{0}")]
    Forbidden(String),
    /// No such thing, or not for this person (HTTP 404).
    #[error("{0}")]
    NotFound(String),
    /// It didn't come within its time (HTTP 408).
    #[error("{0}")]
    TooSlow(String),
    /// It clashes with what is already there, such as a taken name (HTTP 409).
    #[error("{0}")]
    Conflict(String),
    /// Larger than the limit that the text names (HTTP 413).
    #[error("{0}")]
    TooLarge(String),
    /// Too many in too short a time; try again after so many seconds (HTTP 429).
    #[error("That was too fast. Try again in {0} s.")]
    SlowDown(u32),
    /// The server is stopping or a queue is full; the same request may go through later (HTTP 503).
    #[error("The server is busy. Try again in a moment.")]
    Busy,
    /// Nothing can be written any more (HTTP 507).
    #[error("The server's disk is full, so this was not kept. Nothing else was lost. Tell whoever runs the server.")]
    DiskFull,
    /// The browser could not reach the server at all.
    #[error("The server can't be reached. Check the connection and try again.")]
    Unreachable,
    /// A fault of ours (HTTP 500). The text is the request id under which the cause was logged.
    #[error("Something went wrong on our side. It is logged under {0}.")]
    Internal(String),
}

impl AppError {
    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Self::Invalid(_) => 400,
            Self::SignedOut => 401,
            Self::Forbidden(_) => 403,
            Self::NotFound(_) => 404,
            Self::TooSlow(_) => 408,
            Self::Conflict(_) => 409,
            Self::TooLarge(_) => 413,
            Self::SlowDown(_) => 429,
            Self::Internal(_) => 500,
            Self::Busy | Self::Unreachable => 503,
            Self::DiskFull => 507,
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonText;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(text) | ServerFnErrorErr::MissingArg(text) => {
                Self::Invalid(format!("The form is incomplete: {text}."))
            }
            // In a browser: no answer, or one that isn't ours, such as a proxy's.
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) | ServerFnErrorErr::Deserialization(_) => {
                Self::Unreachable
            }
            other => Self::Internal(other.to_string()),
        }
    }
}
