//! The instruments that are known: kept in memory, and written down a moment after they have changed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rust_decimal::Decimal;

use super::{Instrument, Said, guess::guess, store};
use crate::{
    error::AppError,
    server::{db::Database, shutdown::Shutdown},
    ticker::model::Key,
};

/// Instruments at most, among them all that venues list; a further one isn't known.
const MOST: usize = 20_000;
/// Between two writes at least. What a power cut takes is learnt again from the next ticks.
const EVERY: Duration = Duration::from_secs(5);

/// What is known; shared by whoever takes ticks.
#[derive(Default)]
pub struct Known {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    instruments: BTreeMap<Key, Instrument>,
    changed: BTreeSet<Key>,
}

impl Known {
    /// Reads what is kept, and keeps what becomes known until the server stops.
    ///
    /// # Errors
    /// `Internal` when the database can't be read.
    pub async fn start(db: Database, shutdown: &Shutdown) -> Result<Arc<Self>, AppError> {
        let kept = store::instruments(&db).await?;
        let known = Self::default();
        known.lock().instruments = kept.into_iter().map(|one| (one.key.clone(), one)).collect();
        let known = Arc::new(known);
        let (keeping, stop) = (known.clone(), shutdown.begun.clone());
        shutdown.background.spawn(async move {
            loop {
                let stopping = tokio::time::timeout(EVERY, stop.cancelled()).await.is_ok();
                keeping.keep(&db).await;
                if stopping {
                    return;
                }
            }
        });
        Ok(known)
    }

    /// Learns that prices have as many digits after the point; of a symbol that is new, that it is there.
    pub fn seen(&self, key: &Key, digits: u32) {
        let mut state = self.lock();
        let full = state.instruments.len() >= MOST;
        match state.instruments.get_mut(key) {
            Some(known) if known.said || known.digits >= digits => return,
            Some(known) => known.digits = digits,
            None if full => return,
            None => {
                let (currency, session) = guess(key);
                let new = Instrument {
                    key: key.clone(),
                    name: None,
                    digits,
                    said: false,
                    currency,
                    session,
                };
                state.instruments.insert(key.clone(), new);
            }
        }
        state.changed.insert(key.clone());
    }

    /// Learns from a venue.
    pub fn said(&self, said: Said) {
        let mut state = self.lock();
        if state.instruments.len() >= MOST && !state.instruments.contains_key(&said.key) {
            return;
        }
        let (currency, session) = guess(&said.key);
        let now = Instrument {
            name: said.name,
            digits: said.digits.min(Decimal::MAX_SCALE),
            said: true,
            currency: said.currency.or(currency),
            session,
            key: said.key,
        };
        if state.instruments.get(&now.key) != Some(&now) {
            state.changed.insert(now.key.clone());
            state.instruments.insert(now.key.clone(), now);
        }
    }

    /// Forgets one that its venue doesn't list; `false` where there is none.
    pub fn forget(&self, key: &Key) -> bool {
        let mut state = self.lock();
        let goes = state.instruments.get(key).is_some_and(|known| !known.said);
        if goes {
            state.instruments.remove(key);
            state.changed.insert(key.clone());
        }
        goes
    }

    /// All of them, in the order of their symbols.
    pub fn all(&self) -> Vec<Instrument> {
        self.lock().instruments.values().cloned().collect()
    }

    /// One of them.
    pub fn one(&self, key: &Key) -> Option<Instrument> {
        self.lock().instruments.get(key).cloned()
    }

    /// What `pick` makes of those that it wants.
    pub fn pick<T>(&self, pick: impl FnMut(&Instrument) -> Option<T>) -> Vec<T> {
        self.lock().instruments.values().filter_map(pick).collect()
    }

    /// Writes what has changed. What can't be written, which has been logged, is tried again the next time.
    async fn keep(&self, db: &Database) {
        let (keys, changed, gone) = {
            let mut state = self.lock();
            let keys = std::mem::take(&mut state.changed);
            let (there, gone): (Vec<_>, Vec<_>) = keys.iter().partition(|key| state.instruments.contains_key(key));
            let changed: Vec<Instrument> = there
                .iter()
                .filter_map(|key| state.instruments.get(key).cloned())
                .collect();
            let gone: Vec<Key> = gone.into_iter().cloned().collect();
            (keys, changed, gone)
        };
        if !keys.is_empty() && store::keep(db, &changed, &gone).await.is_err() {
            self.lock().changed.extend(keys);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::session::Session, *};

    fn key() -> Key {
        Key {
            symbol: "BTC-USD".into(),
            venue: "coinbase".into(),
        }
    }

    #[test]
    fn digits_are_the_most_that_were_seen_until_the_venue_says() {
        let known = Known::default();
        let digits = |known: &Known| known.all()[0].digits;
        known.seen(&key(), 0);
        assert_eq!(digits(&known), 0, "known with its first price");
        known.seen(&key(), 2);
        known.seen(&key(), 1);
        assert_eq!(digits(&known), 2);
        let said = Said {
            key: key(),
            name: Some("BTC/USD".into()),
            digits: 4,
            currency: None,
        };
        known.said(said);
        known.seen(&key(), 6);
        assert_eq!(
            known.all(),
            [Instrument {
                key: key(),
                name: Some("BTC/USD".into()),
                digits: 4,
                said: true,
                currency: Some("USD".into()),
                session: Some(Session::Always),
            }]
        );
        assert_eq!(known.one(&key()), known.all().pop());
        assert!(!known.forget(&key()), "its venue lists it");
        let posted = Key {
            venue: "desk".into(),
            ..key()
        };
        known.seen(&posted, 2);
        assert!(known.forget(&posted) && !known.forget(&posted));
        assert_eq!(known.all().len(), 1);
    }
}
