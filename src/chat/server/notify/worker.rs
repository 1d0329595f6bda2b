//! `GET /worker.js`: the program that shows notifications in a browser, also while no page is open. Served from the root,
//! since it acts for the pages beside and below it, with a policy of its own: it may ask this server and nobody else.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

const SOURCE: &str = include_str!("../../../../public/worker.js");
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; connect-src 'self'");

/// Answers with it. Browsers ask again whenever they look for a newer one.
pub async fn worker() -> Response {
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/javascript; charset=utf-8"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    (headers, SOURCE).into_response()
}
