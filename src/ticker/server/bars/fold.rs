//! The fold of ticks into the bars of one symbol at one venue. Pure.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::{
    Interval,
    bar::{Bar, Trade},
    chunk::Chunk,
    seqs::{Recent, Seqs},
    slot,
};

/// The newest bar of each length: what is in memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Open {
    /// By [`Interval`], with their numbers.
    pub bars: [Option<(i64, Bar)>; 3],
    /// The numbers of the ticks in the newest second.
    pub seqs: Seqs,
    /// Those of ticks of the last minutes that said no time.
    pub recent: Recent,
    /// The last closed day and its last price.
    pub before: Option<(i64, Decimal)>,
}

/// What was taken out of the database for a round, and goes back changed.
#[derive(Debug, Default)]
pub struct Shelf {
    /// Chunks of bars by their slot.
    pub chunks: BTreeMap<(Interval, i64), Chunk>,
    /// Numbers of the ticks in the seconds of a slot.
    pub seen: BTreeMap<i64, Seqs>,
    /// Which chunks changed.
    pub changed: BTreeSet<(Interval, i64)>,
}

impl Shelf {
    /// The chunk of bar `number`, which changes.
    fn chunk(&mut self, interval: Interval, number: i64) -> &mut Chunk {
        let place = (interval, slot(number));
        self.changed.insert(place);
        self.chunks.entry(place).or_default()
    }
}

impl Open {
    /// The slots that [`Open::take`] must find on the shelf for `trades`, which are in the order of their times.
    pub fn needs(&self, trades: &[Trade]) -> BTreeSet<(Interval, i64)> {
        let mut needs = BTreeSet::new();
        for interval in Interval::ALL {
            let mut newest = self.newest(interval);
            for number in trades.iter().map(|trade| interval.number(trade.time)) {
                let Some(open) = newest.filter(|&open| open != number) else {
                    newest = Some(number);
                    continue;
                };
                // The one that is older lies in a chunk: the tick's, or the open one that it closes.
                needs.insert((interval, slot(open.min(number))));
                newest = Some(open.max(number));
            }
        }
        needs
    }

    /// Folds `trades` in, which are in the order of their times; gives how many are new.
    pub fn take(&mut self, trades: &[Trade], shelf: &mut Shelf) -> usize {
        let mut new = 0;
        // Those of a second go into its bar, and that one into the others: a busy symbol has many in it.
        let mut of_second: Option<(i64, Bar)> = None;
        for trade in trades {
            let number = Interval::Second.number(trade.time);
            if let Some((_, bar)) = of_second.take_if(|(second, _)| *second != number) {
                self.put_all(&bar, shelf);
            }
            if self.is_new(trade, shelf) {
                match &mut of_second {
                    Some((_, bar)) => bar.take(trade),
                    none => *none = Some((number, Bar::of(trade))),
                }
                new += 1;
            }
        }
        if let Some((_, bar)) = of_second {
            self.put_all(&bar, shelf);
        }
        new
    }

    /// Adds ticks of one second, which are new.
    fn put_all(&mut self, ticks: &Bar, shelf: &mut Shelf) {
        for interval in Interval::ALL {
            self.put(interval, ticks, shelf);
        }
    }

    /// Adds bars that a venue made, where there are none and which are older than the newest. Of the newest day it is taken
    /// what came before its first tick.
    pub fn fill(&mut self, interval: Interval, bars: Vec<Bar>, shelf: &mut Shelf) {
        for bar in bars {
            let number = interval.number(bar.open.time);
            if self.newest(interval).is_some_and(|open| number < open) {
                shelf.chunk(interval, number).entry(number).or_insert(bar);
                self.note_day(interval, number, shelf);
            } else if interval == Interval::Day
                && let Some((day, ours)) = &mut self.bars[interval as usize]
                && *day == number
            {
                ours.begin_with(&bar);
            }
        }
    }

    /// The slots that [`Open::fill`] must find on the shelf.
    pub fn needs_to_fill(interval: Interval, bars: &[Bar]) -> BTreeSet<(Interval, i64)> {
        let slots = bars.iter().map(|bar| (interval, slot(interval.number(bar.open.time))));
        slots.collect()
    }

    /// The bar that is open now.
    pub fn bar(&self, interval: Interval) -> Option<&(i64, Bar)> {
        self.bars[interval as usize].as_ref()
    }

    fn newest(&self, interval: Interval) -> Option<i64> {
        self.bar(interval).map(|(number, _)| *number)
    }

    /// Notes the number of a tick; `false` when the same was taken before.
    fn is_new(&mut self, trade: &Trade, shelf: &mut Shelf) -> bool {
        if let Some(seq) = trade.seq.filter(|_| trade.is_undated)
            && !self.recent.insert(trade.time, seq)
        {
            return false;
        }
        let number = Interval::Second.number(trade.time);
        let Some(open) = self.newest(Interval::Second).filter(|&open| number <= open) else {
            self.close(Interval::Second, shelf);
            return trade.seq.is_none_or(|seq| self.seqs.insert(seq));
        };
        let Some(seq) = trade.seq else { return true };
        if number == open {
            self.seqs.insert(seq)
        } else {
            shelf.seen.entry(slot(number)).or_default().insert(seq)
        }
    }

    fn put(&mut self, interval: Interval, ticks: &Bar, shelf: &mut Shelf) {
        let number = interval.number(ticks.open.time);
        let newest = self.newest(interval);
        if newest.is_some_and(|newest| number < newest) {
            let bar = shelf.chunk(interval, number).entry(number);
            bar.and_modify(|bar| bar.take_all(ticks))
                .or_insert_with(|| ticks.clone());
            self.note_day(interval, number, shelf);
            return;
        }
        if newest != Some(number) {
            self.close(interval, shelf);
        }
        match &mut self.bars[interval as usize] {
            Some((_, bar)) => bar.take_all(ticks),
            none => *none = Some((number, ticks.clone())),
        }
    }

    /// Puts the open bar into its chunk.
    fn close(&mut self, interval: Interval, shelf: &mut Shelf) {
        let Some((number, bar)) = self.bars[interval as usize].take() else {
            return;
        };
        shelf.chunk(interval, number).insert(number, bar);
        if interval == Interval::Second && !self.seqs.is_empty() {
            let seqs = std::mem::take(&mut self.seqs);
            shelf.seen.entry(slot(number)).or_default().absorb(seqs);
        }
        self.note_day(interval, number, shelf);
    }

    /// The price before the open day is that of the newest day before it.
    fn note_day(&mut self, interval: Interval, number: i64, shelf: &Shelf) {
        let is_newest = self.before.is_none_or(|(day, _)| number >= day);
        if interval == Interval::Day
            && is_newest
            && let Some(bar) = shelf
                .chunks
                .get(&(interval, slot(number)))
                .and_then(|chunk| chunk.get(&number))
        {
            self.before = Some((number, bar.close.price));
        }
    }
}

#[cfg(test)]
#[path = "fold_tests.rs"]
mod tests;
