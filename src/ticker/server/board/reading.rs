//! What is looked up on the board, without copying the rest of it.

use std::{collections::HashMap, sync::PoisonError};

use super::{Name, PublicBoard, Update};
use crate::ticker::{
    model::{Key, Line, Quote, VenueKind, VenueState},
    server::{bars::keeper::DayStats, meant::ranked},
};

impl PublicBoard {
    /// The quotes that are newer than version `after` and `wanted`, by their symbols, the oldest first; and the version up
    /// to which that is.
    pub fn newer(&self, after: u64, wanted: impl Fn(&str) -> bool) -> (u64, Vec<Quote>) {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let newer = inner.entries.range(after.min(inner.version) + 1..);
        let quotes = newer.filter_map(|(_, entry)| match &entry.update {
            Update::Quote(quote) if wanted(&quote.symbol) => Some(quote.clone()),
            _ => None,
        });
        (inner.version, quotes.collect())
    }

    /// The quotes of the `wanted` symbols, for each symbol in the order in which its venues are meant where none is said.
    pub fn ranked(&self, wanted: impl Fn(&str) -> bool) -> Vec<Quote> {
        ranked(self.newer(0, wanted).1, &self.running())
    }

    /// The symbols that have a price, in no order.
    pub fn keys(&self) -> Vec<Key> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let quotes = inner.versions.keys().filter_map(|name| match name {
            Name::Quote(key) => Some(key.clone()),
            _ => None,
        });
        quotes.collect()
    }

    /// How every venue's line is, in no order.
    pub fn venues(&self) -> Vec<VenueState> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let states = VenueKind::ALL.into_iter().filter_map(|kind| {
            let at = inner.versions.get(&Name::Venue(kind))?;
            match &inner.entries.get(at)?.update {
                Update::Venue(state) => Some(state.clone()),
                _ => None,
            }
        });
        states.collect()
    }

    /// The newest price of a symbol at a venue, without its earlier ones.
    pub fn quote(&self, key: &Key) -> Option<Quote> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let at = inner.versions.get(&Name::Quote(key.clone()))?;
        match &inner.entries.get(at)?.update {
            Update::Quote(quote) => Some(quote.clone()),
            _ => None,
        }
    }

    /// What its day brought to a symbol at a venue.
    pub fn day(&self, key: &Key) -> Option<DayStats> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        inner.days.get(key).cloned()
    }

    /// The venues that were chosen.
    pub fn running(&self) -> Vec<VenueKind> {
        let on = self.venues().into_iter().filter(|state| state.line != Line::Off);
        on.map(|state| state.venue).collect()
    }

    /// The version at which lists of symbols last changed.
    pub fn lists(&self) -> u64 {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).lists()
    }

    /// What the day brought to each symbol at each venue.
    pub fn days(&self) -> HashMap<Key, DayStats> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).days.clone()
    }
}
