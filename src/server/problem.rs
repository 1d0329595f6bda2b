//! How the API says no: problem documents (RFC 9457), whatever is wrong with a request.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::JsonRejection},
    http::{HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

use crate::{error::AppError, paths::is_api};

use super::error::REQUEST_ID;

/// The media type of problem documents.
const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");

/// How every call says no (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Document {
    /// `about:blank`: what kind of problem it is, the status says.
    r#type: &'static str,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong, and what to do, in words for a person.
    detail: String,
}

/// What a refusal with this status says.
pub fn document(status: u16, detail: &str) -> Document {
    let known = StatusCode::from_u16(status).ok();
    Document {
        r#type: "about:blank",
        title: known.and_then(|status| status.canonical_reason()).unwrap_or_default(),
        status,
        detail: detail.to_owned(),
    }
}

/// An error as a problem document: `{"type":"about:blank","title":…,"status":…,"detail":…}`.
pub struct Problem(pub AppError);

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let detail = self.0.to_string();
        // Retry-After and the like are the error's own.
        as_problem(self.0.into_response(), &detail)
    }
}

/// An answer with a problem document in the place of its body.
pub fn as_problem(mut response: Response, detail: &str) -> Response {
    let document = document(response.status().as_u16(), detail);
    *response.body_mut() = serde_json::to_vec(&document).unwrap_or_default().into();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::CONTENT_ENCODING);
    headers.insert(header::CONTENT_TYPE, PROBLEM);
    response
}

/// Has every refusal under the API be a problem document, also where no handler of ours made it: no route takes the request,
/// it took too long, what answers panicked.
pub async fn whatever_refused(request: Request, next: Next) -> Response {
    let is_api = is_api(request.uri().path());
    let response = next.run(request).await;
    let status = response.status();
    let refused = status.is_client_error() || status.is_server_error();
    if !is_api || !refused || response.headers().get(header::CONTENT_TYPE) == Some(&PROBLEM) {
        return response;
    }
    let detail = match status {
        StatusCode::NOT_FOUND => "There is no such call. All there are stand in /api/v1/openapi.json.".to_owned(),
        // The router adds that header further out.
        StatusCode::METHOD_NOT_ALLOWED => "This call takes other methods: the header Allow names them.".to_owned(),
        StatusCode::RANGE_NOT_SATISFIABLE => "The file has no such part; its length is in Content-Range.".to_owned(),
        StatusCode::SERVICE_UNAVAILABLE => "This took too long and was given up. Try again in a moment.".to_owned(),
        StatusCode::INTERNAL_SERVER_ERROR => {
            let id = REQUEST_ID.try_with(Clone::clone).unwrap_or_default();
            AppError::Internal(id).to_string()
        }
        other => other.canonical_reason().unwrap_or_default().to_owned(),
    };
    as_problem(response, &detail)
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

/// What is told of a path with something else where an id belongs.
const WRONG_PATH: &str = "Where the URL names a room, a message or something else by its id, there must be a whole number, \
                          such as the 7 in /api/v1/rooms/7/messages.";

/// What stands in the URL's path; what is wrong with it is a [`Problem`].
pub struct At<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = Path::from_request_parts(parts, state).await;
        let Path(value) = found.map_err(|_| Problem(AppError::Invalid(WRONG_PATH.into())))?;
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::{
        Router,
        body::{Body, to_bytes},
        middleware::from_fn,
        routing::get,
    };
    use tower::ServiceExt;
    use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};

    use super::*;
    use crate::server::refusal::panicked;

    #[tokio::test]
    async fn panics_and_what_takes_too_long_are_problems_under_the_api_alone() {
        let panics = get(async || -> &'static str { panic!("the secret cause") });
        let never = get(std::future::pending::<&'static str>);
        let app = Router::new()
            .route("/api/v1/panics", panics.clone())
            .route("/panics", panics)
            .route("/api/v1/never", never.clone())
            .route("/never", never)
            .layer(TimeoutLayer::with_status_code(
                StatusCode::SERVICE_UNAVAILABLE,
                Duration::from_millis(10),
            ))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(from_fn(whatever_refused));
        for (path, status, words) in [
            ("/api/v1/panics", 500, Some("logged under")),
            ("/api/v1/never", 503, Some("took too long")),
            ("/panics", 500, None),
            ("/never", 503, None),
        ] {
            let request = Request::builder().uri(path).body(Body::empty()).unwrap();
            let answer = app.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.status(), status, "{path}");
            let is_problem = answer.headers().get(header::CONTENT_TYPE) == Some(&PROBLEM);
            let body = to_bytes(answer.into_body(), 10_000).await.unwrap();
            let text = String::from_utf8_lossy(&body);
            assert_eq!(is_problem, words.is_some(), "{path}: {text}");
            assert!(words.is_none_or(|words| text.contains(words)), "{path}: {text}");
            assert!(!text.contains("secret"), "{path}: {text}");
        }
    }
}
