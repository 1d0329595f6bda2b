//! A refusal before a protocol has put it into its own words.

use axum::{
    body::Body,
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::Response,
};

use crate::{accounts::server::tokens::Refused, error::AppError};

/// Seconds after which a shipper may try again when something is wrong here.
const MENDED: u32 = 10;

/// Why nothing was taken, as every protocol's shippers understand it: 429 and 503 are sent again, the rest is dropped.
pub struct Refusal {
    /// 503 for whatever is wrong on our side: some send again after no other status of ours.
    pub status: StatusCode,
    /// For whoever reads the shipper's log.
    pub words: String,
    /// Seconds to wait.
    pub wait: Option<u32>,
}

impl From<AppError> for Refusal {
    fn from(error: AppError) -> Self {
        let status = match error.status() {
            408 | 500.. => StatusCode::SERVICE_UNAVAILABLE,
            other => StatusCode::from_u16(other).unwrap_or(StatusCode::BAD_REQUEST),
        };
        let wait = match error {
            AppError::SlowDown(seconds) => Some(seconds),
            AppError::Busy | AppError::TooSlow(_) => Some(1),
            _ => (status == StatusCode::SERVICE_UNAVAILABLE).then_some(MENDED),
        };
        Self {
            status,
            words: error.to_string(),
            wait,
        }
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Other(error) => error.into(),
            Refused::Unknown(words) => Self {
                status: StatusCode::UNAUTHORIZED,
                words: words.to_owned(),
                wait: None,
            },
        }
    }
}

impl Refusal {
    /// The answer, with the body that the protocol makes of it.
    pub fn respond(&self, kind: &'static str, body: impl Into<Body>) -> Response {
        let mut response = Response::new(body.into());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        if let Some(seconds) = self.wait {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer, Basic realm=\"logs\""),
            );
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_go_through_later_is_to_be_sent_again() {
        for (error, status, wait) in [
            (AppError::Invalid("x".into()), 400, None),
            (AppError::TooLarge("x".into()), 413, None),
            (AppError::SlowDown(7), 429, Some("7")),
            (AppError::Busy, 503, Some("1")),
            (AppError::TooSlow("x".into()), 503, Some("1")),
            (AppError::DiskFull, 503, Some("10")),
            (AppError::Internal("x".into()), 503, Some("10")),
        ] {
            let answer = Refusal::from(error.clone()).respond("text/plain", error.to_string());
            let told = answer.headers().get(RETRY_AFTER).map(|value| value.to_str().unwrap());
            assert_eq!((answer.status().as_u16(), told), (status, wait), "{error:?}");
        }
    }
}
