//! A request's id: minted here (a client's own is not trusted), logged with everything it caused, answered in
//! `x-request-id`, and shown on the 500 page, so that a person can quote it and an operator can find it.

use std::any::Any;

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, Response, StatusCode, header},
    middleware::Next,
};

use crate::paths::shown;

use super::error::{REQUEST_ID, RequestId, internal, new_id};

/// Gives the request its id for as long as it is being answered.
pub async fn scope(mut request: Request, next: Next) -> axum::response::Response {
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
    tracing::debug_span!("request", method = %request.method(), path, request_id = id)
}

/// The answer when a handler panicked: a page that stands alone, since whatever renders pages may be what failed.
pub fn panicked(cause: Box<dyn Any + Send>) -> Response<Body> {
    let text = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied());
    let error = internal("panic", &text.unwrap_or("no message"));
    let page = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>Something went wrong · Squawkbox</title><h1>Something went wrong</h1><p>{error}</p>\
         <p>Nothing that was sent and confirmed is lost. <a href='/'>Back to the desk</a></p>"
    );
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    response
}
