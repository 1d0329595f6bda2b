//! What programs are bringing right now, in bytes: bounded for all of them together, since a token alone may bring hundreds of
//! bodies at once.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Request},
};
use futures::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{limits::INGEST_BODY, state::AppState};
use crate::error::AppError;

/// Bytes of all bodies at once. When they are there, further ones are refused with `Busy` until some are kept.
const MOST: usize = 64 * 1024 * 1024;

/// The room there is; cheap to clone.
#[derive(Clone)]
pub struct InFlight(Arc<Semaphore>);

impl Default for InFlight {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MOST)))
    }
}

/// The body of an ingest request; its room is given back when it is dropped, so it is held until all of it is kept.
pub struct Brought {
    /// What was sent.
    pub bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

impl InFlight {
    /// Takes room for `bytes` more.
    ///
    /// # Errors
    /// `Busy` when there is none.
    pub fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, AppError> {
        let bytes = u32::try_from(bytes).map_err(|_| AppError::Busy)?;
        self.0.clone().try_acquire_many_owned(bytes).map_err(|_| AppError::Busy)
    }

    /// Reads a body of `most` bytes at most. Room is taken as it comes, so that who sends slowly, or promises much, holds
    /// no more than they sent.
    async fn read(&self, body: Body, most: usize) -> Result<Brought, AppError> {
        let (mut bytes, mut room) = (Vec::new(), None::<OwnedSemaphorePermit>);
        let mut stream = body.into_data_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|_| AppError::Invalid("The body broke off before its end.".into()))?;
            if bytes.len() + chunk.len() > most {
                return Err(AppError::TooLarge(format!(
                    "A request can hold {} MiB at most: send fewer lines at once.",
                    most / 1024 / 1024
                )));
            }
            let more = self.take(chunk.len())?;
            match &mut room {
                Some(room) => room.merge(more),
                None => room = Some(more),
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Brought {
            bytes: bytes.into(),
            _room: room,
        })
    }
}

impl FromRequest<AppState> for Brought {
    type Rejection = AppError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, AppError> {
        state.in_flight.read(request.into_body(), INGEST_BODY).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn all_bodies_together_are_bounded_and_give_their_room_back() {
        let room = InFlight(Arc::new(Semaphore::new(10)));
        let read = async |body: &'static str| room.read(Body::from(body), 8).await.map(|brought| brought.bytes);
        let held = room.read(Body::from("six..."), 8).await.unwrap();
        assert_eq!(read("four").await.unwrap(), "four");
        assert_eq!(read("five.").await, Err(AppError::Busy));
        drop(held);
        assert_eq!(read("five.").await.unwrap(), "five.");
        assert!(matches!(read("nine.....").await, Err(AppError::TooLarge(_))));
        assert_eq!(
            room.0.available_permits(),
            10,
            "all was given back, also by those refused"
        );
    }
}
