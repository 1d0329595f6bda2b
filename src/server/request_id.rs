//! A request's id: minted here (a client's own is not trusted), logged with everything it caused, answered in
//! `x-request-id`, and shown on the 500 page, so that a person can quote it and an operator can find it.

use axum::{extract::Request, http::HeaderValue, middleware::Next, response::Response};

use crate::paths::shown;

use super::error::{REQUEST_ID, RequestId, new_id};

/// Gives the request its id for as long as it is being answered.
pub async fn scope(mut request: Request, next: Next) -> Response {
    let id = new_id();
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = REQUEST_ID.scope(id.clone(), next.run(request)).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

/// The span around a request. The query is left out: it may hold tokens.
pub fn span(request: &Request) -> tracing::Span {
    let id = REQUEST_ID.try_with(Clone::clone).unwrap_or_default();
    let path = shown(request.uri().path());
    tracing::info_span!("request", method = %request.method(), path, request_id = id)
}
