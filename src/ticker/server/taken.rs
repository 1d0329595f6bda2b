//! What was taken in of each symbol: its newest price, and what the next round has to keep of it. Pure.
//!
//! All of a symbol stands in one place, which a tick finds once.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::{
    bars::bar::{Edge, Trade},
    instruments::guess::pads,
    kept::Kept,
    room::SERIES,
    tick::Tick,
};
use crate::{ticker::model::Key, time::Timestamp};

/// Digits after the point that a symbol has at most.
const MOST_DIGITS: u32 = 12;
/// Symbols that are away of which the newest price is remembered, at most: as many as have bars (`room`), and as many again that
/// were only quoted. What isn't remembered begins anew, and its bars go on.
const AWAY: usize = 2 * SERIES;

/// All symbols.
#[derive(Debug, Default)]
pub struct Taken {
    symbols: HashMap<Key, Symbol>,
    /// The newest prices of those that aren't on the board.
    away: HashMap<Key, Edge>,
    /// Those of which the next round has to keep something, each once.
    touched: Vec<Key>,
    /// Ticks for the bars of the next round.
    waiting: usize,
}

#[derive(Debug)]
struct Symbol {
    kept: Kept,
    /// For the bars, in the order of their arrival.
    trades: Vec<Trade>,
    /// Digits after the point that were told of; none after a start.
    digits: Option<u32>,
    is_touched: bool,
    /// Another price than what is kept, or other figures of its day.
    has_changed: bool,
}

impl Symbol {
    fn of(kept: Kept) -> Self {
        Self {
            kept,
            trades: Vec::new(),
            digits: None,
            is_touched: false,
            has_changed: false,
        }
    }

    fn note(&mut self, tick: &Tick, trade: Option<Trade>, is_newest: bool, touched: &mut Vec<Key>) -> Outcome {
        // A late one changes the figures of its day.
        let tells = trade.is_some() || tick.open.is_some() || tick.previous_close.is_some();
        self.has_changed |= is_newest || tells;
        self.trades.extend(trade);
        if !std::mem::replace(&mut self.is_touched, true) {
            touched.push(tick.key.clone());
        }
        let digits = digits(tick, self.digits);
        self.digits = digits.or(self.digits);
        Outcome { is_newest, digits }
    }
}

/// What became of a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// It is the newest of its symbol.
    pub is_newest: bool,
    /// The digits of its prices, where it is the first since the start, or none before had as many.
    pub digits: Option<u32>,
}

/// What the next round has to keep of a symbol.
#[derive(Debug)]
pub struct Touched<'a> {
    /// Which.
    pub key: Key,
    /// For its bars.
    pub trades: Vec<Trade>,
    /// Its price, where it or the figures of its day have changed.
    pub changed: Option<&'a mut Kept>,
}

impl Taken {
    /// With what is kept, and the newest prices that bars have.
    pub fn new(kept: Vec<Kept>, mut lasts: HashMap<Key, Edge>) -> Self {
        let kept = kept.into_iter().map(|kept| (kept.quote.key(), Symbol::of(kept)));
        let symbols: HashMap<Key, Symbol> = kept.collect();
        lasts.retain(|key, _| !symbols.contains_key(key));
        Self {
            symbols,
            away: lasts,
            ..Self::default()
        }
    }

    /// Takes a tick in, and `trade` for the bars; `None` when it would be of one symbol more than `most`. One that was away is
    /// back with it, be it late.
    pub fn take(&mut self, tick: &Tick, trade: Option<Trade>, most: usize) -> Option<Outcome> {
        let has_trade = trade.is_some();
        let outcome = if let Some(symbol) = self.symbols.get_mut(&tick.key) {
            let is_newest = symbol.kept.take(tick);
            symbol.note(tick, trade, is_newest, &mut self.touched)
        } else {
            if self.symbols.len() >= most {
                return None;
            }
            let (kept, is_newest) = match self.away.remove(&tick.key) {
                Some(last) => Kept::again(&last, tick),
                None => (Kept::first(tick), true),
            };
            let mut symbol = Symbol::of(kept);
            // The board doesn't have it.
            symbol.has_changed = true;
            let outcome = symbol.note(tick, trade, is_newest, &mut self.touched);
            self.symbols.insert(tick.key.clone(), symbol);
            outcome
        };
        self.waiting += usize::from(has_trade);
        Some(outcome)
    }

    /// Whether it is on the board, or was.
    pub fn knows(&self, key: &Key) -> bool {
        self.symbols.contains_key(key) || self.away.contains_key(key)
    }

    /// How many ticks wait for the bars.
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// True when there is something to keep.
    pub fn is_touched(&self) -> bool {
        !self.touched.is_empty()
    }

    /// What there is to keep, in the order of the symbols; `each` is given all of it.
    pub fn hand_over(&mut self, mut each: impl FnMut(Touched<'_>)) {
        self.waiting = 0;
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort_unstable();
        for key in touched {
            // What was forgotten meanwhile has nothing to keep.
            let Some(symbol) = self.symbols.get_mut(&key) else {
                continue;
            };
            symbol.is_touched = false;
            let has_changed = std::mem::take(&mut symbol.has_changed);
            each(Touched {
                key,
                trades: std::mem::take(&mut symbol.trades),
                changed: has_changed.then_some(&mut symbol.kept),
            });
        }
    }

    /// Takes back what could not be kept of a symbol: ticks before those that came meanwhile, and that its price changed,
    /// with earlier prices where `sampled`. What was forgotten meanwhile stays so.
    pub fn take_back(&mut self, key: &Key, mut trades: Vec<Trade>, changed: Option<bool>) {
        let Some(symbol) = self.symbols.get_mut(key) else {
            return;
        };
        self.waiting += trades.len();
        trades.append(&mut symbol.trades);
        symbol.trades = trades;
        if let Some(sampled) = changed {
            symbol.has_changed = true;
            symbol.kept.sampled |= sampled;
        }
        if !std::mem::replace(&mut symbol.is_touched, true) {
            self.touched.push(key.clone());
        }
    }

    /// The symbols that have been silent since before `since`; none that is `held`, or of which something waits.
    pub fn silent(&self, since: Timestamp, held: impl Fn(&Key) -> bool) -> Vec<Key> {
        let may_go = |(key, symbol): &(&Key, &Symbol)| {
            !symbol.is_touched && symbol.trades.is_empty() && symbol.kept.quote.time < since && !held(key)
        };
        let silent = self.symbols.iter().filter(may_go);
        silent.map(|(key, _)| key.clone()).collect()
    }

    /// Lets go of a symbol of which nothing waits, and remembers its newest price.
    pub fn let_go(&mut self, key: &Key) {
        if let Some(symbol) = self.symbols.remove(key)
            && self.away.len() < AWAY
        {
            self.away.insert(key.clone(), symbol.kept.last());
        }
    }

    /// Forgets those that `are_gone`, on the board or away; gives which those were.
    pub fn forget(&mut self, are_gone: impl Fn(&Key) -> bool) -> Vec<Key> {
        let known = self.symbols.keys().chain(self.away.keys());
        let gone: Vec<Key> = known.filter(|key| are_gone(key)).cloned().collect();
        for key in &gone {
            self.waiting -= self.symbols.remove(key).map_or(0, |symbol| symbol.trades.len());
            self.away.remove(key);
        }
        // A symbol that comes anew is touched anew.
        self.touched.retain(|key| !are_gone(key));
        gone
    }
}

/// Digits after the point of a tick's prices, where they are more than `known`.
fn digits(tick: &Tick, known: Option<u32>) -> Option<u32> {
    let prices = [Some(tick.last), tick.bid, tick.ask].into_iter().flatten();
    let more = prices.filter(|price| known.is_none_or(|known| price.scale() > known));
    let digits = more.map(|price| digits_of(price, pads(&tick.key.venue))).max()?;
    known.is_none_or(|known| digits > known).then_some(digits)
}

/// As they were sent, zeros at the end too, unless they were filled up with them. What has more than any market quotes was
/// calculated.
fn digits_of(price: Decimal, is_padded: bool) -> u32 {
    let price = if is_padded { price.normalize() } else { price };
    price.scale().min(MOST_DIGITS)
}

#[cfg(test)]
#[path = "taken_tests.rs"]
mod tests;
