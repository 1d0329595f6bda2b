//! How the API says no: problem documents (RFC 9457), whatever is wrong with a request.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::JsonRejection},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::error::AppError;

/// An error as a problem document: `{"type":"about:blank","title":…,"status":…,"detail":…}`.
pub struct Problem(pub AppError);

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let document = json!({
            "type": "about:blank",
            "title": status.canonical_reason().unwrap_or_default(),
            "status": status.as_u16(),
            "detail": self.0.to_string(),
        });
        // Retry-After and the like are the error's own.
        as_problem(self.0.into_response(), &document)
    }
}

/// An answer with this document in the place of its body.
pub fn as_problem(mut response: Response, document: &serde_json::Value) -> Response {
    *response.body_mut() = document.to_string().into();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    response
}

/// A JSON body; what is wrong with it is a [`Problem`].
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Problem(AppError::TooLarge(
                "A request's body can hold 256 KiB at most.".into(),
            ))),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Problem(AppError::Invalid(
                "Send JSON, with the header `Content-Type: application/json`.".into(),
            ))),
            Err(rejection) => Err(Problem(AppError::Invalid(rejection.body_text()))),
        }
    }
}

/// What stands in the URL's path; what is wrong with it is a [`Problem`].
pub struct At<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = Path::from_request_parts(parts, state).await;
        let Path(value) = found.map_err(|rejection| Problem(AppError::Invalid(rejection.body_text())))?;
        Ok(Self(value))
    }
}

/// What is asked in the URL's query; what is wrong with it is a [`Problem`].
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = Query::from_request_parts(parts, state).await;
        let Query(value) = found.map_err(|rejection| Problem(AppError::Invalid(rejection.body_text())))?;
        Ok(Self(value))
    }
}
