//! What happened within the last stretch of time, in a bounded number of slots: a sixtieth of the stretch each, so that
//! what leaves it leaves it as late as that.

use std::collections::VecDeque;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Slots of a window.
pub const SLOTS: i64 = 60;

/// The length of a slot of a window of so many seconds, in microseconds.
pub const fn width(seconds: i64) -> i64 {
    let width = seconds * 1_000_000 / SLOTS;
    if width > 0 { width } else { 1 }
}

/// How many came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    slots: VecDeque<(i64, u64)>,
    sum: u64,
}

impl Counts {
    /// Counts one at `at`, as seen at `now`, both in microseconds; `false` for what is too old.
    pub fn add(&mut self, at: i64, now: i64, width: i64) -> bool {
        self.forget(now, width);
        let (number, newest) = (at.div_euclid(width), now.div_euclid(width));
        if number <= newest - SLOTS {
            return false;
        }
        let place = self.slots.partition_point(|(slot, _)| *slot < number);
        match self.slots.get_mut(place) {
            Some((slot, count)) if *slot == number => *count += 1,
            _ => self.slots.insert(place, (number, 1)),
        }
        self.sum += 1;
        true
    }

    /// Lets go of what is too old at `now`.
    pub fn forget(&mut self, now: i64, width: i64) {
        let newest = now.div_euclid(width);
        while let Some((_, count)) = self.slots.pop_front_if(|(slot, _)| *slot <= newest - SLOTS) {
            self.sum -= count;
        }
    }

    /// Has all of it have come so many slots later.
    pub fn pass_over(&mut self, slots: i64) {
        self.slots.iter_mut().for_each(|(slot, _)| *slot += slots);
    }

    /// How many there are.
    pub const fn sum(&self) -> u64 {
        self.sum
    }
}

/// Between which prices it went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    slots: VecDeque<(i64, Decimal, Decimal)>,
}

impl Range {
    /// Takes a price in, as [`Counts::add`].
    pub fn add(&mut self, price: Decimal, at: i64, now: i64, width: i64) {
        self.forget(now, width);
        let (number, newest) = (at.div_euclid(width), now.div_euclid(width));
        if number <= newest - SLOTS {
            return;
        }
        let place = self.slots.partition_point(|(slot, ..)| *slot < number);
        match self.slots.get_mut(place) {
            Some((slot, low, high)) if *slot == number => (*low, *high) = ((*low).min(price), (*high).max(price)),
            _ => self.slots.insert(place, (number, price, price)),
        }
    }

    /// As [`Counts::forget`].
    pub fn forget(&mut self, now: i64, width: i64) {
        let newest = now.div_euclid(width);
        while self.slots.pop_front_if(|(slot, ..)| *slot <= newest - SLOTS).is_some() {}
    }

    /// The lowest and the highest; `None` where nothing came.
    pub fn ends(&self) -> Option<(Decimal, Decimal)> {
        let all = self.slots.iter().map(|(_, low, high)| (*low, *high));
        all.reduce(|(low, high), (lower, higher)| (low.min(lower), high.max(higher)))
    }
}
