//! Made-up prices, so that a desk moves before anyone has an account anywhere: a seeded random walk.

use std::time::Duration;

use futures::future::BoxFuture;
use rust_decimal::Decimal;

use super::{Venue, out::Out};
use crate::{
    ticker::{
        model::{Key, VenueKind},
        server::tick::Tick,
    },
    time::Timestamp,
};

/// Time between two ticks, which are of one symbol each.
const EVERY: Duration = Duration::from_millis(220);

/// What a tick says that changed hands at most, in hundredths.
pub const SIZES: u64 = 900;

/// Symbol, first price in its smallest unit, digits after the point.
pub const SYMBOLS: [(&str, i64, u32); 8] = [
    ("AAPL", 22_831, 2),
    ("BTC-USD", 9_641_250, 2),
    ("ETH-USD", 331_807, 2),
    ("EUR/USD", 108_412, 5),
    ("MSFT", 43_102, 2),
    ("NVDA", 14_277, 2),
    ("SOL-USD", 18_742, 2),
    ("XAU/USD", 265_430, 2),
];

/// The venue.
pub struct Demo {
    walk: Walk,
}

impl Demo {
    /// Walks as `seed` says.
    pub fn new(seed: u64) -> Self {
        Self { walk: Walk::new(seed) }
    }
}

impl Venue for Demo {
    fn kind(&self) -> VenueKind {
        VenueKind::Demo
    }

    fn run(mut self: Box<Self>, out: Out) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            out.live();
            let mut every = tokio::time::interval(EVERY);
            every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            for tick in self.walk.first(Timestamp::now()) {
                out.tick(tick);
            }
            loop {
                every.tick().await;
                out.tick(self.walk.next(Timestamp::now()));
            }
        })
    }
}

/// A random walk over [`SYMBOLS`]: the same seed gives the same prices in the same order.
pub struct Walk {
    random: Random,
    /// What changed hands last.
    size: Decimal,
    prices: [i64; SYMBOLS.len()],
}

impl Walk {
    /// At the first prices.
    pub fn new(seed: u64) -> Self {
        Self {
            random: Random(seed),
            size: Decimal::ONE,
            prices: SYMBOLS.map(|(_, first, _)| first),
        }
    }

    /// Every symbol at its price, so that the board is full at once.
    pub fn first(&self, time: Timestamp) -> impl Iterator<Item = Tick> {
        (0..SYMBOLS.len()).map(move |i| self.tick(i, time))
    }

    /// Moves one symbol.
    pub fn next(&mut self, time: Timestamp) -> Tick {
        let i = self.random.below(SYMBOLS.len() as u64) as usize;
        let (_, first, _) = SYMBOLS[i];
        let price = self.prices[i];
        // Up to 0.06 % either way, and a pull of a thousandth back to the first price, so that a demo that runs
        // for weeks still looks like one.
        let most = (first / 1_600).max(2);
        let step = self.random.below(2 * most as u64 + 1) as i64 - most;
        self.size = Decimal::new(self.random.below(SIZES) as i64 + 1, 2);
        self.prices[i] = (price + step + (first - price) / 1_000).max(1);
        self.tick(i, time)
    }

    fn tick(&self, i: usize, time: Timestamp) -> Tick {
        let (symbol, first, digits) = SYMBOLS[i];
        let price = |units: i64| Decimal::new(units, digits);
        let half_spread = (first / 20_000).max(1);
        Tick {
            key: Key {
                symbol: symbol.to_owned(),
                venue: VenueKind::Demo.name().to_owned(),
            },
            last: price(self.prices[i]),
            open: None,
            previous_close: None,
            bid: Some(price((self.prices[i] - half_spread).max(0))),
            ask: Some(price(self.prices[i] + half_spread)),
            volume: None,
            size: Some(self.size),
            time,
            seq: None,
            is_trade: true,
            demo: true,
        }
    }
}

/// SplitMix64: small, even enough for a picture, the same on every machine.
pub struct Random(pub u64);

impl Random {
    /// The next number, below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(seed: u64, steps: usize) -> Vec<Tick> {
        let mut walk = Walk::new(seed);
        let first: Vec<Tick> = walk.first(Timestamp::default()).collect();
        let rest = (0..steps).map(|_| walk.next(Timestamp::default()));
        first.into_iter().chain(rest).collect()
    }

    #[test]
    fn the_same_seed_walks_the_same_way() {
        assert_eq!(walk(7, 200), walk(7, 200));
        assert_ne!(walk(7, 200), walk(8, 200));
    }

    #[test]
    fn every_tick_is_marked_moves_little_and_passes_the_check() {
        let ticks = walk(1, 20_000);
        for tick in &ticks {
            assert!(tick.demo && tick.check(Timestamp::now()).is_ok());
        }
        for (symbol, first, digits) in SYMBOLS {
            let prices: Vec<Decimal> = ticks
                .iter()
                .filter(|t| t.key.symbol == symbol)
                .map(|t| t.last)
                .collect();
            assert!(prices.windows(2).any(|pair| pair[0] != pair[1]), "{symbol} moves");
            let first = Decimal::new(first, digits);
            let is_near = |price: &Decimal| *price > first / Decimal::TWO && *price < first * Decimal::TWO;
            assert!(
                prices.iter().all(|price| price.scale() == digits && is_near(price)),
                "{symbol}"
            );
        }
    }
}
