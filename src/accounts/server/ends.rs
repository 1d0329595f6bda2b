//! Tells sockets and streams that their session has ended, or that their token was revoked.
//!
//! Bounded by the requests, sockets and streams being served: an entry goes with the last of them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use tokio_util::sync::CancellationToken;

use super::secret::TokenHash;

/// The sessions that something is being served for. Keyed by the token's hash, which a request knows before it
/// has asked the database: a sign-out between that answer and the first wait is not missed.
#[derive(Clone, Default)]
pub struct Ends(Arc<Mutex<Watched>>);

type Watched = HashMap<TokenHash, Weak<End>>;

/// One session's end, shared by all that is served for it.
pub struct End {
    ended: CancellationToken,
    key: TokenHash,
    all: Ends,
}

impl Ends {
    /// Watches the session of this token.
    pub fn watch(&self, key: TokenHash) -> Arc<End> {
        let mut watched = self.lock();
        if let Some(end) = watched.get(&key).and_then(Weak::upgrade) {
            return end;
        }
        let end = Arc::new(End {
            ended: CancellationToken::new(),
            key,
            all: self.clone(),
        });
        watched.insert(key, Arc::downgrade(&end));
        end
    }

    /// Says that the session of this token has ended.
    pub fn end(&self, key: &TokenHash) {
        // Upgraded under the lock, dropped after it: dropping the last one takes the lock again.
        let end = self.lock().remove(key).and_then(|end| end.upgrade());
        if let Some(end) = end {
            end.ended.cancel();
        }
    }

    /// Those that something is being served for.
    pub fn watched(&self) -> Vec<TokenHash> {
        self.lock().keys().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Watched> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl End {
    /// Completes when the session has ended.
    pub async fn reached(&self) {
        self.ended.cancelled().await;
    }
}

impl std::fmt::Debug for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("End").finish_non_exhaustive()
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let mut watched = self.all.lock();
        // Another may have been put in its place since.
        if watched.get(&self.key).is_some_and(|end| end.strong_count() == 0) {
            watched.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const KEY: TokenHash = TokenHash([7; 32]);

    #[tokio::test]
    async fn ends_everyone_who_watches_and_forgets_them() {
        let ends = Ends::default();
        let (one, other) = (ends.watch(KEY), ends.watch(KEY));
        let stranger = ends.watch(TokenHash([8; 32]));
        ends.end(&KEY);
        one.reached().await;
        other.reached().await;
        let waited = tokio::time::timeout(Duration::from_millis(20), stranger.reached()).await;
        assert!(waited.is_err(), "another session goes on");
        drop((one, other, stranger));
        assert!(ends.lock().is_empty());
    }

    #[test]
    fn a_late_drop_leaves_its_successor_alone() {
        let ends = Ends::default();
        let old = ends.watch(KEY);
        ends.end(&KEY);
        let new = ends.watch(KEY);
        drop(old);
        assert!(Arc::ptr_eq(&new, &ends.watch(KEY)));
    }
}
