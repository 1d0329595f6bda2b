//! Has watched what is on the lists of those who look: while somebody has an event stream open, every symbol on their own
//! lists and on the team's is wanted at its venue, where one can subscribe there.
//!
//! Wants are held once for a person and once for the team, however many streams there are. What a venue refuses, since it
//! takes no more, is kept for the lists' page to say, and tried again when something else is let go.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sqlx::SqlitePool;

use super::store::{self, Owner};
use crate::{
    ids::UserId,
    server::shutdown::Shutdown,
    ticker::{
        model::Key,
        server::{
            record::Recorder,
            venues::{Venues, names::subscribes, watched::Guard},
        },
    },
};

/// Wait before the next try when the lists can't be read.
const PAUSE: Duration = Duration::from_secs(5);

/// Who looks, and what is wanted for them.
pub struct Watching {
    readers: SqlitePool,
    venues: Arc<Venues>,
    recorder: Recorder,
    shutdown: Shutdown,
    state: Mutex<State>,
    /// Whoever reads lists to carry them out holds this: what was read last is carried out last.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    held: HashMap<Owner, Held>,
    /// Why a venue doesn't take a symbol that is on a list: among those that are wanted, or were just before.
    refused: BTreeMap<Key, String>,
}

/// What is wanted for the lists of one owner.
#[derive(Default)]
struct Held {
    streams: usize,
    wanted: HashSet<Key>,
    guards: HashMap<Key, Guard>,
}

/// Somebody has a stream open, until this is dropped.
pub struct Attending {
    watching: Arc<Watching>,
    user: UserId,
}

/// What carrying out an owner's lists has changed.
#[derive(Clone, Copy, Default)]
struct Outcome {
    /// What is refused is not what it was.
    refusals: bool,
    /// Something was let go, and something is refused that could take its place.
    room: bool,
}

impl Watching {
    /// Nobody looks yet.
    pub fn new(readers: SqlitePool, venues: Arc<Venues>, recorder: Recorder, shutdown: &Shutdown) -> Arc<Self> {
        Arc::new(Self {
            readers,
            venues,
            recorder,
            shutdown: shutdown.clone(),
            state: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        })
    }

    /// Has watched what `user` sees until what it returns is dropped.
    pub fn attend(self: &Arc<Self>, user: UserId) -> Attending {
        for owner in owners(user) {
            let mut state = self.lock();
            let held = state.held.entry(owner).or_default();
            held.streams += 1;
            let is_first = held.streams == 1;
            drop(state);
            if is_first {
                self.look_anew(owner);
            }
        }
        Attending {
            watching: self.clone(),
            user,
        }
    }

    /// Carries out the lists of `owner` as they are now, in a task of its own.
    pub fn look_anew(self: &Arc<Self>, owner: Owner) {
        let this = self.clone();
        self.shutdown.spawn(async move { this.carry_out(owner).await });
    }

    /// Those of `keys` that aren't watched, and why.
    pub fn refused<'a>(&self, keys: impl Iterator<Item = &'a Key>) -> Vec<(Key, String)> {
        let state = self.lock();
        let refused: BTreeMap<&Key, &String> = keys.filter_map(|key| state.refused.get_key_value(key)).collect();
        refused
            .into_iter()
            .map(|(key, why)| (key.clone(), why.clone()))
            .collect()
    }

    async fn carry_out(self: Arc<Self>, owner: Owner) {
        let outcome = loop {
            let turn = self.turn.lock().await;
            if !self.lock().held.contains_key(&owner) {
                return;
            }
            // What went wrong has been logged.
            if let Ok(keys) = store::wanted(&self.readers, owner).await {
                break self.hold(owner, keys);
            }
            drop(turn);
            tokio::time::sleep(PAUSE).await;
        };
        if outcome.refusals {
            self.recorder.lists_changed();
        }
        if outcome.room {
            self.look_anew_but(owner);
        }
    }

    /// Wants what isn't wanted yet, and lets go of what isn't on a list any more.
    fn hold(&self, owner: Owner, keys: Vec<Key>) -> Outcome {
        let mut state = self.lock();
        let State { held, refused } = &mut *state;
        let Some(mine) = held.get_mut(&owner) else {
            return Outcome::default();
        };
        let keys: Vec<_> = keys
            .into_iter()
            .filter_map(|key| subscribes(&key.venue).map(|kind| (kind, key)))
            .collect();
        mine.wanted = keys.iter().map(|(_, key)| key.clone()).collect();
        let (before, count) = (refused.clone(), mine.guards.len());
        // Before anything new is wanted: it makes room.
        mine.guards.retain(|key, _| mine.wanted.contains(key));
        let is_less = mine.guards.len() < count;
        for (kind, key) in keys {
            if mine.guards.contains_key(&key) {
                continue;
            }
            match self.venues.want(kind, &key.symbol) {
                Ok(guard) => {
                    refused.remove(&key);
                    mine.guards.insert(key, guard);
                }
                Err(why) => {
                    let why = why.to_string();
                    if refused.get(&key) != Some(&why) {
                        tracing::warn!(
                            venue = key.venue,
                            symbol = key.symbol,
                            why,
                            "what is on a list isn't watched"
                        );
                        refused.insert(key, why);
                    }
                }
            }
        }
        refused.retain(|key, _| held.values().any(|held| held.wanted.contains(key)));
        Outcome {
            refusals: *refused != before,
            room: is_less && !refused.is_empty(),
        }
    }

    fn leave(self: &Arc<Self>, user: UserId) {
        let mut state = self.lock();
        let mut gone = Vec::new();
        for owner in owners(user) {
            if let Some(held) = state.held.get_mut(&owner) {
                held.streams -= 1;
                if held.streams == 0 {
                    gone.extend(state.held.remove(&owner));
                }
            }
        }
        let room = !state.refused.is_empty() && gone.iter().any(|held| !held.guards.is_empty());
        drop(state);
        drop(gone);
        if room {
            self.look_anew_but(Some(user));
        }
    }

    /// Carries out everybody's lists but those of `owner`.
    fn look_anew_but(self: &Arc<Self>, owner: Owner) {
        let others: Vec<Owner> = self
            .lock()
            .held
            .keys()
            .copied()
            .filter(|other| *other != owner)
            .collect();
        others.into_iter().for_each(|other| self.look_anew(other));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whose lists somebody sees.
const fn owners(user: UserId) -> [Owner; 2] {
    [Some(user), None]
}

impl Drop for Attending {
    fn drop(&mut self) {
        self.watching.leave(self.user);
    }
}
