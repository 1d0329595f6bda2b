//! What was decided about whom lately, and what came of it. In memory: a restart forgets it.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{super::said::Place, decide::Why};
use crate::{ids::UserId, time::Timestamp};

/// Decisions kept of each person.
pub const KEPT: usize = 50;
/// What came of one of them: lines at most.
const WAYS: usize = 12;

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Tells it from others of the same person.
    pub id: u64,
    /// About which message, and what was decided; `None` for a test.
    pub about: Option<(Place, Why)>,
    /// When.
    pub at: Timestamp,
    /// By which ways they were notified, and what came of it, in words.
    pub ways: Vec<String>,
    /// One of them led to them.
    pub reached: bool,
}

/// The newest decisions; bounded by the number of people.
#[derive(Default)]
pub struct Log(Mutex<(u64, HashMap<UserId, VecDeque<Entry>>)>);

impl Log {
    /// Notes a decision about `person`; gives its id, for what comes of it.
    pub fn note(&self, person: UserId, about: Option<(Place, Why)>, at: Timestamp) -> u64 {
        let mut log = self.lock();
        log.0 += 1;
        let id = log.0;
        let entries = log.1.entry(person).or_default();
        if entries.len() == KEPT {
            entries.pop_front();
        }
        entries.push_back(Entry {
            id,
            about,
            at,
            ways: Vec::new(),
            reached: false,
        });
        id
    }

    /// Adds what came of a decision, and whether that reached them, as long as it is kept.
    pub fn add(&self, person: UserId, id: u64, reached: bool, words: String) {
        let mut log = self.lock();
        let entries = log.1.get_mut(&person);
        let entry = entries.and_then(|entries| entries.iter_mut().rfind(|entry| entry.id == id));
        let Some(entry) = entry else { return };
        entry.reached |= reached;
        if entry.ways.len() < WAYS {
            entry.ways.push(words);
        }
    }

    /// The decisions about `person`, newest first.
    pub fn of(&self, person: UserId) -> Vec<Entry> {
        let log = self.lock();
        let entries = log.1.get(&person).into_iter().flatten();
        entries.rev().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, (u64, HashMap<UserId, VecDeque<Entry>>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RoomId;

    #[test]
    fn the_newest_are_kept_and_what_comes_later_is_added() {
        let (log, me, at) = (Log::default(), UserId(1), Timestamp::from_micros(1));
        let ids: Vec<u64> = (0..60)
            .map(|seq| log.note(me, Some(((RoomId(1), seq), Why::Named)), at))
            .collect();
        log.add(me, ids[59], true, "pushed".into());
        log.add(me, ids[0], true, "too late".into());
        log.add(UserId(2), ids[59], true, "somebody else's".into());
        let kept = log.of(me);
        assert_eq!((kept.len(), kept[0].id, kept[49].id), (KEPT, ids[59], ids[10]));
        assert_eq!(kept[0].ways, ["pushed"]);
        assert!(kept[0].reached && kept[1..].iter().all(|entry| entry.ways.is_empty() && !entry.reached));
        for _ in 0..100 {
            log.add(me, ids[59], false, "again".into());
        }
        let newest = &log.of(me)[0];
        assert_eq!((newest.ways.len(), newest.reached), (WAYS, true));
        assert!(log.of(UserId(2)).is_empty());
    }
}
