//! What programs are bringing right now, in bytes: bounded for all of them together, since a token alone may bring hundreds of
//! bodies at once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

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
/// Of these, what one token's shippers may have: the largest body as it was sent and as it is unpacked. So that a source that
/// floods leaves room to the others.
const SHARE: usize = MOST / 2;
/// Shares that are remembered before those in which nothing lies are forgotten.
const SHARES: usize = 256;

/// The room there is; cheap to clone.
#[derive(Clone)]
pub struct InFlight {
    all: Arc<Semaphore>,
    shares: Arc<Mutex<HashMap<i64, Arc<Semaphore>>>>,
}

impl Default for InFlight {
    fn default() -> Self {
        Self::of(MOST)
    }
}

/// What one request holds of all the room and of its token's share; given back when it is dropped.
pub struct Room {
    in_flight: InFlight,
    share: Arc<Semaphore>,
    held: Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)>,
}

impl Room {
    /// Takes room for `bytes` more.
    ///
    /// # Errors
    /// `SlowDown` when the token has its share already, `Busy` when all room is taken.
    pub fn more(&mut self, bytes: usize) -> Result<(), AppError> {
        let count = u32::try_from(bytes).map_err(|_| AppError::Busy)?;
        let share = self.share.clone().try_acquire_many_owned(count);
        let more = (share.map_err(|_| AppError::SlowDown(1))?, self.in_flight.take(bytes)?);
        match &mut self.held {
            Some(held) => {
                held.0.merge(more.0);
                held.1.merge(more.1);
            }
            None => self.held = Some(more),
        }
        Ok(())
    }
}

/// The body of an ingest request; its room is given back when it is dropped, so it is held until all of it is kept.
pub struct Brought {
    /// What was sent.
    pub bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

impl InFlight {
    fn of(most: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(most)),
            shares: Arc::default(),
        }
    }

    /// Room for a request of a token, of which nothing is taken yet.
    pub fn room(&self, token: i64) -> Room {
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        if shares.len() >= SHARES {
            shares.retain(|_, share| Arc::strong_count(share) > 1);
        }
        let share = shares
            .entry(token)
            .or_insert_with(|| Arc::new(Semaphore::new(SHARE)))
            .clone();
        Room {
            in_flight: self.clone(),
            share,
            held: None,
        }
    }

    /// Takes room for `bytes` more.
    ///
    /// # Errors
    /// `Busy` when there is none.
    pub fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, AppError> {
        let bytes = u32::try_from(bytes).map_err(|_| AppError::Busy)?;
        self.all
            .clone()
            .try_acquire_many_owned(bytes)
            .map_err(|_| AppError::Busy)
    }

    /// Reads a body of `most` bytes at most. Room is taken as it comes, so that who sends slowly, or promises much, holds
    /// no more than they sent.
    async fn read(&self, body: Body, most: usize) -> Result<Brought, AppError> {
        let mut room = None::<OwnedSemaphorePermit>;
        let bytes = read(body, most, |bytes| {
            let more = self.take(bytes)?;
            match &mut room {
                Some(room) => room.merge(more),
                None => room = Some(more),
            }
            Ok(())
        });
        Ok(Brought {
            bytes: bytes.await?,
            _room: room,
        })
    }
}

/// Reads a body of `most` bytes at most, for which room is taken as it comes.
///
/// # Errors
/// `TooLarge`, `TooSlow` when it breaks off, and those of `take`.
pub async fn read(
    body: Body,
    most: usize,
    mut take: impl FnMut(usize) -> Result<(), AppError>,
) -> Result<Bytes, AppError> {
    let (mut bytes, mut stream) = (Vec::new(), body.into_data_stream());
    while let Some(chunk) = stream.next().await {
        // Not what it holds is wrong: the same may go through when it is sent again.
        let chunk = chunk.map_err(|_| AppError::TooSlow("The body broke off before its end: send it again.".into()))?;
        if bytes.len() + chunk.len() > most {
            return Err(too_large(most));
        }
        take(chunk.len())?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}

/// What whoever sends more than `most` bytes is told.
pub fn too_large(most: usize) -> AppError {
    AppError::TooLarge(format!(
        "A request can hold {} MiB at most: send fewer lines at once.",
        most / 1024 / 1024
    ))
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
        let room = InFlight::of(10);
        let read = async |body: &'static str| room.read(Body::from(body), 8).await.map(|brought| brought.bytes);
        let held = room.read(Body::from("six..."), 8).await.unwrap();
        assert_eq!(read("four").await.unwrap(), "four");
        assert_eq!(read("five.").await, Err(AppError::Busy));
        drop(held);
        assert_eq!(read("five.").await.unwrap(), "five.");
        assert!(matches!(read("nine.....").await, Err(AppError::TooLarge(_))));
        assert_eq!(
            room.all.available_permits(),
            10,
            "all was given back, also by those refused"
        );
    }
    #[tokio::test]
    async fn a_token_has_its_share_and_leaves_the_rest_to_others() {
        let in_flight = InFlight::default();
        let (mut flood, mut again, mut other) = (in_flight.room(1), in_flight.room(1), in_flight.room(2));
        flood.more(SHARE - 1).unwrap();
        again.more(1).unwrap();
        assert_eq!(again.more(1), Err(AppError::SlowDown(1)));
        other.more(MOST - SHARE).unwrap();
        assert_eq!(in_flight.room(3).more(1), Err(AppError::Busy));
        drop(flood);
        again.more(SHARE - 1).unwrap();
        drop((again, other));
        assert_eq!(in_flight.all.available_permits(), MOST);
    }
}
