//! `GET /sse`: the server's time, once a second. Unlike `/events` it asks no proxy for an exception, so that it shows how a
//! stream fares that doesn't.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderValue, header},
    response::Response,
};
use futures::{StreamExt, stream};
use tokio::time::{MissedTickBehavior, interval};

use super::guest::Guest;
use crate::{error::AppError, server::state::AppState, time::Timestamp};

/// From one event to the next.
const EVERY: Duration = Duration::from_secs(1);

/// The stream. It ends with the session or token, or the server; a reader that stalls is left to the connection's own limits,
/// since it can hold up little: forty bytes a second.
///
/// # Errors
/// `SlowDown`, and `Conflict` for more lines than one may have.
pub async fn sse(State(state): State<AppState>, guest: Guest) -> Result<Response, AppError> {
    let held = state.checkup.line(guest.who)?;
    let stopping = state.shutdown.begun.clone();
    let end = async move {
        tokio::select! {
            () = guest.ended() => (),
            () = stopping.cancelled_owned() => (),
        }
    };
    let mut every = interval(EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let beats = stream::unfold((every, held), |(mut every, held)| async move {
        every.tick().await;
        Some((Ok::<_, Infallible>(event(Timestamp::now())), (every, held)))
    });
    let mut response = Response::new(Body::from_stream(beats.take_until(Box::pin(end))));
    for (name, value) in [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-cache"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

fn event(now: Timestamp) -> Bytes {
    Bytes::from(format!("data: {now}\n\n"))
}
