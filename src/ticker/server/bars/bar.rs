//! One bar, and how a tick changes it. Pure.

use std::cmp::Reverse;

use rust_decimal::Decimal;

use crate::ticker::server::tick::Tick;

/// What bars take of a tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trade {
    /// When it happened, in microseconds since 1970.
    pub time: i64,
    /// The sender's number for it: one that comes again in the same second is the same tick.
    pub seq: Option<u64>,
    /// The price.
    pub last: Decimal,
    /// How much changed hands, where it is known.
    pub size: Option<Decimal>,
    /// It said no time: `time` is when it came, and will be another when it comes again.
    pub is_undated: bool,
}

impl Trade {
    /// Of a tick.
    pub fn new(tick: &Tick, is_undated: bool) -> Self {
        Self {
            time: tick.time.micros(),
            seq: tick.seq,
            last: tick.last,
            size: tick.size,
            is_undated,
        }
    }
}

/// The first or the last price of a bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// When, in microseconds since 1970.
    pub time: i64,
    /// As [`Trade::seq`].
    pub seq: Option<u64>,
    /// The price.
    pub price: Decimal,
}

impl Edge {
    /// What is first and what is last: the time decides, then the number, then the price, so that two ticks are never in
    /// any order but one.
    fn order(&self) -> (i64, Option<u64>, Decimal, u32) {
        (self.time, self.seq, self.price, self.price.scale())
    }
}

/// What happened in a stretch of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// The first price.
    pub open: Edge,
    /// The last price.
    pub close: Edge,
    /// The highest price.
    pub high: Decimal,
    /// The lowest price.
    pub low: Decimal,
    /// What changed hands, of the ticks that say so; `None` when none did. Exact as far as a [`Decimal`] reaches.
    pub volume: Option<Decimal>,
    /// How many ticks it is made of; 0 for a whole bar that a venue made.
    pub ticks: u64,
}

impl Bar {
    /// Of one tick.
    pub fn of(trade: &Trade) -> Self {
        let edge = Edge {
            time: trade.time,
            seq: trade.seq,
            price: trade.last,
        };
        Self {
            open: edge,
            close: edge,
            high: trade.last,
            low: trade.last,
            volume: trade.size,
            ticks: 1,
        }
    }

    /// Takes a tick in. A bar that a venue made knew of it already.
    pub fn take(&mut self, trade: &Trade) {
        self.take_all(&Self::of(trade));
    }

    /// Takes in all ticks of another bar, likewise.
    pub fn take_all(&mut self, ticks: &Self) {
        if self.ticks > 0 {
            self.absorb(ticks);
        }
    }

    /// Begins as a venue's bar of the same stretch says. That counts what ticks brought until then, too: volumes are not
    /// added.
    pub fn begin_with(&mut self, venues: &Self) {
        self.open = venues.open;
        self.volume = self.volume.max(venues.volume);
        self.high = self.high.max(venues.high);
        self.low = self.low.min(venues.low);
    }

    /// Becomes the bar of both stretches.
    pub fn absorb(&mut self, other: &Self) {
        if other.open.order() < self.open.order() {
            self.open = other.open;
        }
        if other.close.order() > self.close.order() {
            self.close = other.close;
        }
        // Of equal prices the one with more digits.
        if (other.high, other.high.scale()) > (self.high, self.high.scale()) {
            self.high = other.high;
        }
        if (other.low, Reverse(other.low.scale())) < (self.low, Reverse(self.low.scale())) {
            self.low = other.low;
        }
        self.volume = match (self.volume, other.volume) {
            (Some(ours), Some(theirs)) => Some(ours.checked_add(theirs).unwrap_or(Decimal::MAX)),
            (ours, theirs) => ours.or(theirs),
        };
        self.ticks += other.ticks;
    }
}
