//! `GET /see`: headlines for any EventSource. An event named `custom` on connecting, then each headline as an event without
//! a name, whose data is its text and whose id is its number.
//!
//! A browser's EventSource can set no headers, so a token that may nothing but read counts in the URL too; then any page of
//! the web may read along. A cookie counts for our own pages alone.

use std::convert::Infallible;

use axum::{
    Extension,
    body::Body,
    extract::{Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::stream;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{
    store,
    stream::{By, Reader, data},
};
use crate::{
    accounts::server::caller::UrlListener,
    error::AppError,
    server::{
        listen::Line,
        sse::{KEEP_ALIVE, RETRY_MS, stream_response, watch},
        state::AppState,
    },
};

/// A comment, which no listener sees: the line is up.
const BEAT: Bytes = Bytes::from_static(b":\n\n");

/// With what it is asked.
#[derive(serde::Deserialize)]
pub struct Asked {
    #[serde(default)]
    after: Option<u64>,
}

/// Streams headlines to whoever is signed in or has a token with the scope `read`, until the session or the token ends:
/// those after the header `Last-Event-ID`, or after `?after=`, else what comes from now on.
///
/// # Errors
/// `Busy`; when the database fails.
pub async fn see(
    State(state): State<AppState>,
    UrlListener { listener, by_token }: UrlListener,
    Extension(line): Extension<Line>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let after = last.and_then(|id| id.trim().parse().ok()).or(asked.after);
    // Listening begins before it is asked how far all is: nothing falls between.
    let fresh = Reader::new(&state.squawk, By::Id, None);
    let (newest, _) = store::reached(&state.squawk.db.readers).await?;
    let begin = after.filter(|after| *after <= newest).unwrap_or(newest);
    let reader = fresh.after(begin);
    let team = state.accounts.team().await?.unwrap_or_default();
    let (told, gone) = (CancellationToken::new(), CancellationToken::new());
    let (ended, stopping) = (listener.ended(), state.shutdown.begun.clone());
    let end = async move {
        tokio::select! {
            () = ended => (),
            () = stopping.cancelled_owned() => (),
        }
    };
    tokio::spawn(watch(end, told.clone(), gone.clone(), line));
    // With an id, so that who is cut off before the first headline resumes as well.
    let hello = format!(
        "retry: {RETRY_MS}\nid: {begin}\nevent: custom\n{}\n",
        data(&format!("Squawks of {team}"))
    );
    let ear = Ear {
        reader,
        hello: Some(hello.into()),
        told,
        ended: false,
        _gone: gone.drop_guard(),
    };
    let body = stream::unfold(ear, |mut ear| async move {
        let bytes = ear.next().await?;
        Some((Ok::<_, Infallible>(bytes), ear))
    });
    let mut response = stream_response(Body::from_stream(body));
    if by_token {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
    }
    Ok(response)
}

const ANY: HeaderValue = HeaderValue::from_static("*");

/// `OPTIONS /see`: what browsers ask before a page of another origin sends a token in a header.
pub async fn allowed() -> Response {
    const ALLOWED: [(HeaderName, HeaderValue); 4] = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY),
        (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET")),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("authorization, cache-control, last-event-id"),
        ),
        (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600")),
    ];
    (StatusCode::NO_CONTENT, ALLOWED).into_response()
}

struct Ear {
    reader: Reader,
    hello: Option<Bytes>,
    /// Cancelled when the stream is to end.
    told: CancellationToken,
    ended: bool,
    _gone: DropGuard,
}

impl Ear {
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(hello) = self.hello.take() {
            return Some(hello);
        }
        if self.ended {
            return None;
        }
        tokio::select! {
            biased;
            () = self.told.cancelled() => {
                self.ended = true;
                Some(Bytes::from(format!("retry: {RETRY_MS}\n\n")))
            }
            told = self.reader.next() => told.map(|told| told.plain),
            () = tokio::time::sleep(KEEP_ALIVE) => Some(BEAT),
        }
    }
}
