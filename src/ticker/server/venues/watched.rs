//! Which symbols of a venue somebody wants: what subscriptions follow.
//!
//! A want ends when its [`Guard`] is dropped; the symbol is watched a while longer, as people come back. When a venue
//! takes no more symbols, those that nobody wants any more make room, the one longest unwanted first; when all are
//! wanted, a further one is refused.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, time::Instant};

use crate::ticker::server::tick::check_symbol;

/// The symbols of a venue; cheap to clone.
#[derive(Clone)]
pub struct Watched {
    inner: Arc<Inner>,
}

struct Inner {
    symbols: Mutex<BTreeMap<String, Wants>>,
    changed: watch::Sender<()>,
    most: usize,
    linger: Duration,
}

struct Wants {
    count: usize,
    /// When the last one ended.
    left: Option<Instant>,
}

/// Somebody wants a symbol, until this is dropped.
pub struct Guard {
    inner: Arc<Inner>,
    symbol: String,
}

impl Watched {
    /// Nothing yet; `most` symbols at most, each for `linger` longer than it is wanted.
    pub fn new(most: usize, linger: Duration) -> Self {
        let inner = Inner {
            symbols: Mutex::default(),
            changed: watch::Sender::default(),
            most,
            linger,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Wants `symbol` until the guard is dropped.
    ///
    /// # Errors
    /// In words for whoever asked: when it can't be a symbol, or when no more can be watched.
    pub fn want(&self, symbol: &str) -> Result<Guard, String> {
        check_symbol(symbol)?;
        let mut symbols = self.inner.lock();
        if !symbols.contains_key(symbol) && symbols.len() >= self.inner.most {
            let longest_unwanted = symbols
                .iter()
                .filter_map(|(name, wants)| Some((wants.left?, name)))
                .min()
                .map(|(_, name)| name.clone());
            let Some(unwanted) = longest_unwanted else {
                return Err(format!(
                    "{symbol} can't be watched: the venue gives {} symbols at most, and all of them are wanted",
                    self.inner.most
                ));
            };
            symbols.remove(&unwanted);
        }
        let wants = symbols
            .entry(symbol.to_owned())
            .or_insert(Wants { count: 0, left: None });
        wants.count += 1;
        wants.left = None;
        drop(symbols);
        self.inner.changed.send_replace(());
        Ok(Guard {
            inner: self.inner.clone(),
            symbol: symbol.to_owned(),
        })
    }

    /// What to watch at time `now`; what was unwanted for long enough is forgotten.
    pub fn symbols(&self, now: Instant) -> BTreeSet<String> {
        let linger = self.inner.linger;
        let mut symbols = self.inner.lock();
        symbols.retain(|_, wants| wants.left.is_none_or(|left| now < left + linger));
        symbols.keys().cloned().collect()
    }

    /// When the next is forgotten, as things are.
    pub fn next_end(&self) -> Option<Instant> {
        let symbols = self.inner.lock();
        let first = symbols.values().filter_map(|wants| wants.left).min();
        first.map(|left| left + self.inner.linger)
    }

    /// Wakes when wants begin or end.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.inner.changed.subscribe()
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Wants>> {
        self.symbols.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut symbols = self.inner.lock();
        if let Some(wants) = symbols.get_mut(&self.symbol) {
            wants.count = wants.count.saturating_sub(1);
            if wants.count == 0 {
                wants.left = Some(Instant::now());
            }
        }
        drop(symbols);
        self.inner.changed.send_replace(());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINGER: Duration = Duration::from_secs(600);

    fn names(watched: &Watched) -> Vec<String> {
        watched.symbols(Instant::now()).into_iter().collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_symbol_is_watched_until_nobody_has_wanted_it_for_a_while() {
        let watched = Watched::new(10, LINGER);
        let (first, second) = (watched.want("A").unwrap(), watched.want("A").unwrap());
        drop(first);
        tokio::time::advance(2 * LINGER).await;
        assert_eq!((names(&watched), watched.next_end()), (vec!["A".to_owned()], None));
        drop(second);
        tokio::time::advance(LINGER - Duration::from_secs(1)).await;
        assert_eq!(names(&watched), ["A"]);
        let again = watched.want("A").unwrap();
        tokio::time::advance(LINGER).await;
        assert_eq!(names(&watched), ["A"], "wanted again in time");
        drop(again);
        assert_eq!(watched.next_end(), Some(Instant::now() + LINGER));
        tokio::time::advance(LINGER).await;
        assert_eq!(names(&watched), [""; 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_unwanted_make_room_and_the_wanted_do_not() {
        let watched = Watched::new(2, LINGER);
        let (a, b) = (watched.want("A").unwrap(), watched.want("B").unwrap());
        let refusal = watched.want("C").err().unwrap();
        assert!(refusal.contains("2 symbols at most"), "{refusal}");
        drop(b);
        tokio::time::advance(Duration::from_secs(1)).await;
        drop(a);
        let _c = watched.want("C").unwrap();
        assert_eq!(names(&watched), ["A", "C"], "B was unwanted for longer");
        assert!(watched.want("no symbol").err().unwrap().contains("a symbol is"));
    }

    #[tokio::test]
    async fn readers_wake_when_wants_begin_and_end() {
        let watched = Watched::new(2, LINGER);
        let mut changes = watched.changes();
        let guard = watched.want("A").unwrap();
        changes.changed().await.unwrap();
        drop(guard);
        changes.changed().await.unwrap();
    }
}
