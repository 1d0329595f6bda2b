//! Every refusal in the form that its asker reads: a page where a browser asks for one, else JSON; what the API says is a
//! problem document (`problem`). So is what axum says by itself in plain text, or with nothing: a method that is none, a query that can't be
//! read, an answer that took too long, a panic.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{ACCEPT, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    },
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use tokio::time::timeout;

use crate::{app::error_shell, error::AppError, paths};

use super::error::{internal, panic_text};

/// What axum says is short; more of it isn't shown.
const WORDS: usize = 1024;
/// The page of an error has no scripts.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; manifest-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// The answer when it takes longer than `time` until its head is there.
pub async fn in_time(time: Duration, request: Request, next: Next) -> Response {
    let path = paths::shown(request.uri().path()).to_owned();
    timeout(time, next.run(request)).await.unwrap_or_else(|_| {
        tracing::warn!(path, "an answer took too long and was given up");
        AppError::Busy.into_response()
    })
}

/// The answer when a handler panicked.
pub fn panicked(cause: Box<dyn Any + Send>) -> Response {
    internal("panic", &panic_text(&*cause)).into_response()
}

/// Gives refusals their form.
pub async fn speak(State(options): State<LeptosOptions>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let accepts = request.headers().get(ACCEPT).and_then(|kinds| kinds.to_str().ok());
    let wants_page = accepts.is_some_and(|kinds| kinds.contains("text/html"));
    // Slack's and Loki's words, and those of `/send`, are plain text, the API's are problem documents.
    let has_its_own =
        path.starts_with("/hooks/") || path == paths::SEND || paths::is_shipped(path) || paths::is_api(path);
    let mut response = next.run(request).await;
    if has_its_own || !(response.status().is_client_error() || response.status().is_server_error()) {
        return response;
    }
    let said = response.extensions_mut().remove::<AppError>();
    let is_said = said.is_some();
    let error = match said {
        Some(error) => error,
        None if is_wordless(&response) => worded(&mut response).await,
        None => return response,
    };
    if wants_page {
        let page = page(options, error);
        return instead(response, page, HeaderValue::from_static("text/html; charset=utf-8"));
    }
    if is_said {
        return response;
    }
    let (parts, body) = error.into_response().into_parts();
    let kind = parts.headers.get(CONTENT_TYPE).cloned();
    let kind = kind.unwrap_or_else(|| HeaderValue::from_static("application/json"));
    instead(response, body, kind)
}

/// True for what a library has answered: nothing, or plain text. A range that can't be had is told by its headers.
fn is_wordless(response: &Response) -> bool {
    response.status() != StatusCode::RANGE_NOT_SATISFIABLE
        && response
            .headers()
            .get(CONTENT_TYPE)
            .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

/// What such an answer means.
async fn worded(response: &mut Response) -> AppError {
    let body = std::mem::take(response.body_mut());
    let text = to_bytes(body, WORDS).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&text).trim_end_matches('.').to_owned();
    let or = |words: &str| match text.is_empty() {
        true => words.to_owned(),
        false => format!("{text}."),
    };
    match response.status().as_u16() {
        404 => AppError::NotFound(or("There is nothing at this address.")),
        405 => AppError::Invalid("Nothing here is asked by this method.".into()),
        413 => AppError::TooLarge(or("This is more than can be sent there at once.")),
        408 | 503 | 504 => AppError::Busy,
        400..500 => AppError::Invalid(or("The request can't be read.")),
        status => internal("an answer of a library", &format!("{status} {text}")),
    }
}

fn instead(mut response: Response, body: impl Into<Body>, kind: HeaderValue) -> Response {
    *response.body_mut() = body.into();
    let headers = response.headers_mut();
    headers.remove(CONTENT_LENGTH);
    headers.remove(CONTENT_ENCODING);
    if kind.as_bytes().starts_with(b"text/html") {
        headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    }
    headers.insert(CONTENT_TYPE, kind);
    response
}

/// A page that is rendered apart from the others and has no scripts.
pub fn plain_page(status: u16, html: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    (status, [(CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response()
}

/// The page of an error. Whatever renders pages may be what failed: then it is one that stands alone.
fn page(options: LeptosOptions, error: AppError) -> String {
    let words = error.to_string();
    let render = AssertUnwindSafe(move || {
        Owner::new().with(|| {
            provide_meta_context();
            error_shell(options, error).to_html()
        })
    });
    catch_unwind(render).unwrap_or_else(|_| {
        format!(
            "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
             <title>Something went wrong · Squawkbox</title><h1>Something went wrong</h1><p>{}</p>\
             <p>Nothing that was sent and confirmed is lost. <a href='/'>Back to the desk</a></p>",
            words.replace('&', "&amp;").replace('<', "&lt;")
        )
    })
}

#[cfg(test)]
mod tests {
    use axum::{
        Router,
        extract::Query,
        middleware::{from_fn, from_fn_with_state},
        routing::get,
    };
    use serde_json::Value;
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;

    #[derive(serde::Deserialize)]
    struct Asked {
        #[expect(dead_code, reason = "only what can't be read is asked here")]
        room: u32,
    }

    fn app() -> Router {
        let options = LeptosOptions::builder().output_name("squawkbox").build();
        let slow = |request: Request, next: Next| in_time(Duration::from_millis(50), request, next);
        Router::new()
            .route("/room", get(async |_: Query<Asked>| "read"))
            .route("/hooks/x", get(async || (StatusCode::BAD_REQUEST, "no_text")))
            .route("/slow", get(async || std::future::pending::<()>().await))
            .route(
                "/broken",
                get(async || {
                    if true {
                        panic!("secret words")
                    }
                }),
            )
            .route("/taken", get(async || AppError::Conflict("Taken & <gone>.".into())))
            .layer(from_fn(slow))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(from_fn_with_state(options, speak))
    }

    async fn ask(method: &str, path: &str, accept: &str) -> (u16, String, String) {
        let request = Request::builder().method(method).uri(path).header(ACCEPT, accept);
        let response = app().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let kind = response.headers()[CONTENT_TYPE].to_str().unwrap().to_owned();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, kind, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn programs_are_answered_in_json_whatever_went_wrong() {
        for (method, path, status, error) in [
            ("GET", "/room?room=x", 400, "invalid"),
            ("POST", "/room", 405, "invalid"),
            ("GET", "/slow", 503, "busy"),
            ("GET", "/broken", 500, "internal"),
            ("GET", "/nowhere", 404, "not_found"),
            ("GET", "/taken", 409, "conflict"),
        ] {
            let (answered, kind, body) = ask(method, path, "*/*").await;
            assert_eq!(
                (answered, kind.as_str()),
                (status, "application/json"),
                "{path}: {body}"
            );
            let body: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(body["error"], error, "{path}");
            assert!(body["message"].as_str().unwrap().ends_with('.'), "{path}: {body}");
            assert!(!body.to_string().contains("secret words"), "{body}");
        }
        let (status, _, body) = ask("GET", "/hooks/x", "*/*").await;
        assert_eq!((status, body.as_str()), (400, "no_text"), "Slack's own words");
    }

    #[tokio::test]
    async fn browsers_are_answered_with_a_page_whatever_went_wrong() {
        for (path, status, words) in [
            ("/room?room=x", 400, "That doesn't work · Squawkbox</title>"),
            ("/slow", 503, "One moment"),
            ("/broken", 500, "It is logged under"),
            ("/taken", 409, "Taken &amp; &lt;gone&gt;."),
        ] {
            let (answered, kind, body) = ask("GET", path, "text/html,application/xhtml+xml,*/*;q=0.8").await;
            assert_eq!(
                (answered, kind.as_str()),
                (status, "text/html; charset=utf-8"),
                "{path}: {body}"
            );
            assert!(body.contains(words) && body.contains("href=\"/\""), "{path}: {body}");
            assert!(
                body.contains("</html>") && !body.contains("secret words"),
                "{path}: {body}"
            );
        }
    }
}
