//! What leaves the board, and is told to those who had it.

use super::{Inner, Name};
use crate::ticker::{
    model::Key,
    wire::{Gone, Update},
};

/// Departures that are remembered at most. Who missed an earlier one is sent the whole board, as is everybody when so many
/// leave together: that says the same in fewer words.
pub(super) const REMEMBERED: usize = 256;

impl Inner {
    /// Its bars stay known, from which its day comes when it is back.
    pub(super) fn leave(&mut self, Gone { version, key }: Gone) {
        self.remove(&Name::Spark(key.clone()));
        self.remove(&Name::Quote(key.clone()));
        self.days.remove(&key);
        self.come_back(&key);
        self.gone.insert(version, key.clone());
        self.put(Name::Gone(key.clone()), version, Update::Gone(Gone { version, key }));
        while self.gone.len() > self.remembered
            && let Some((version, key)) = self.gone.pop_first()
        {
            self.remove(&Name::Gone(key));
            self.floor = self.floor.max(version);
        }
    }

    /// Whatever comes of it now says that it is there.
    pub(super) fn come_back(&mut self, key: &Key) {
        let name = Name::Gone(key.clone());
        if let Some(version) = self.versions.get(&name) {
            self.gone.remove(version);
            self.remove(&name);
        }
    }
}
