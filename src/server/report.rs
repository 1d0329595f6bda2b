//! What became of the items of an ingest request: the answer of every way in that takes many at once.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::error::AppError;

/// Refusals that an answer lists at most; the rest is counted.
const LISTED: usize = 100;

/// How many were taken, and why the others were not.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// How many are kept.
    pub accepted: usize,
    /// Those refused, the first hundred of them.
    pub rejected: Vec<Refusal>,
    /// How many more were refused.
    #[serde(skip_serializing_if = "is_zero")]
    pub more_rejected: usize,
}

/// One refused item.
#[derive(Debug, PartialEq, Serialize)]
pub struct Refusal {
    /// The line in NDJSON, the item in an array; the first is 1.
    pub line: usize,
    /// What to change.
    pub error: String,
}

fn is_zero(n: &usize) -> bool {
    *n == 0
}

impl Report {
    /// Adds a refusal.
    pub fn refuse(&mut self, line: usize, error: String) {
        if self.rejected.len() < LISTED {
            self.rejected.push(Refusal { line, error });
        } else {
            self.more_rejected += 1;
        }
    }

    /// 200 with the report; 400 with it and what was wrong first, as errors have it, when nothing was taken.
    pub fn respond(self) -> Response {
        let Some(first) = self.rejected.first().filter(|_| self.accepted == 0) else {
            return Json(self).into_response();
        };
        let lines = match self.rejected.len() + self.more_rejected {
            1 => "The line can't be taken".to_owned(),
            lines => format!("None of the {lines} lines can be taken"),
        };
        let error = AppError::Invalid(format!("{lines}. Line {}: {}.", first.line, first.error));
        let mut answer = serde_json::to_value(&self).unwrap_or_default();
        answer["error"] = "invalid".into();
        answer["message"] = error.to_string().into();
        (StatusCode::BAD_REQUEST, Json(answer)).into_response()
    }
}
