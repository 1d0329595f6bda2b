//! Calls to others, who may be slow: each has a few places of its own, so that one that hangs holds up no other.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use tokio::sync::Semaphore;

use super::shutdown::Shutdown;

/// Those who have been called lately are forgotten when there are more, unless something is under way.
const KNOWN: usize = 1_000;

/// A queue for each of those who are called.
pub struct CallQueues<K> {
    queues: HashMap<K, Queue>,
    at_once: usize,
    waiting: usize,
    shutdown: Shutdown,
}

/// What may be under way for one of them.
struct Queue {
    places: Arc<Semaphore>,
    calls: Arc<Semaphore>,
}

impl<K: Hash + Eq> CallQueues<K> {
    /// Each has `at_once` calls at once, and `waiting` that wait or are under way. They end when the server stops.
    pub fn new(at_once: usize, waiting: usize, shutdown: Shutdown) -> Self {
        Self {
            queues: HashMap::new(),
            at_once,
            waiting,
            shutdown,
        }
    }

    /// Makes a call of `whom` when it is its turn; `false`, and none, when too many wait already.
    pub fn call(&mut self, whom: K, call: impl Future<Output = ()> + Send + 'static) -> bool {
        if self.queues.len() > KNOWN {
            let most = self.waiting;
            self.queues.retain(|_, queue| queue.places.available_permits() < most);
        }
        let queue = self.queues.entry(whom).or_insert_with(|| Queue {
            places: Arc::new(Semaphore::new(self.waiting)),
            calls: Arc::new(Semaphore::new(self.at_once)),
        });
        let Ok(waiting) = queue.places.clone().try_acquire_owned() else {
            return false;
        };
        let calls = queue.calls.clone();
        self.shutdown.spawn(async move {
            // It is never closed.
            let _turn = calls.acquire().await;
            call.await;
            drop(waiting);
        });
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::{sync::mpsc, time::sleep};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_that_hangs_is_called_no_more_and_holds_up_nobody() {
        let mut queues = CallQueues::new(2, 3, Shutdown::default());
        let (done, mut heard) = mpsc::channel(16);
        let call = |whom: &'static str, takes| {
            let done = done.clone();
            async move {
                sleep(Duration::from_secs(takes)).await;
                let _ = done.send(whom).await;
            }
        };
        for taken in [true, true, true, false] {
            assert_eq!(queues.call("sloth", call("sloth", 60)), taken);
        }
        assert!(queues.call("hare", call("hare", 1)));
        for whom in ["hare", "sloth", "sloth", "sloth"] {
            assert_eq!(heard.recv().await, Some(whom));
        }
        sleep(Duration::from_secs(1)).await;
        assert!(queues.call("sloth", call("sloth", 1)), "its places are free again");
    }
}
