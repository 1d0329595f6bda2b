//! What is in memory of all bars, and how a round of ticks goes into them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rust_decimal::Decimal;
use sqlx::SqlitePool;

use super::{
    Interval,
    bar::{Bar, Edge, Trade},
    fold::Open,
    store::{self, Rows, Series},
};
use crate::{error::AppError, ticker::model::Key};

/// What was taken in since the last round, for the bars.
#[derive(Debug, Default)]
pub struct Waiting {
    /// Ticks by their symbol and venue, in the order of their arrival.
    pub trades: HashMap<Key, Vec<Trade>>,
    /// Bars that venues made.
    pub fills: Vec<Fill>,
}

/// Bars from before the first tick of a symbol, as its venue made them.
#[derive(Clone, Debug)]
pub struct Fill {
    /// Whose.
    pub key: Key,
    /// Of which lengths.
    pub bars: Vec<(Interval, Vec<Bar>)>,
    /// That is all there is; otherwise the venue is asked again.
    pub is_all: bool,
}

impl Waiting {
    /// Whose bars change.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.trades.keys().chain(self.fills.iter().map(|fill| &fill.key))
    }

    /// True without anything.
    pub fn is_empty(&self) -> bool {
        self.trades.is_empty() && self.fills.is_empty()
    }
}

/// What the day brought to a symbol, from its bars.
#[derive(Clone, Debug, PartialEq)]
pub struct DayStats {
    /// The UTC day, in days since 1970: that of the newest tick.
    pub day: i64,
    /// The first price.
    pub open: Decimal,
    /// The highest price.
    pub high: Decimal,
    /// The lowest price.
    pub low: Decimal,
    /// The last price.
    pub close: Decimal,
    /// What changed hands, where ticks say so.
    pub volume: Option<Decimal>,
    /// The last price of the last day before that had any.
    pub previous_close: Option<Decimal>,
}

/// The newest bars of every series. When a round could not be kept, this is made anew from the database.
pub struct Keeper {
    series: HashMap<Key, Series>,
    /// The highest number of a series so far.
    highest: i64,
}

impl Keeper {
    /// From the database.
    ///
    /// # Errors
    /// `Internal` when it can't be read.
    pub async fn load(db: &SqlitePool) -> Result<Self, AppError> {
        let (series, highest) = store::all(db).await?;
        Ok(Self { series, highest })
    }

    /// Folds what waits in; gives what is to be written. `gone` are symbols that left.
    ///
    /// # Errors
    /// `Internal` when the database can't be read.
    pub async fn fold(&mut self, db: &SqlitePool, waiting: &mut Waiting, gone: &[Key]) -> Result<Rows, AppError> {
        let mut rows = Rows::default();
        for key in gone {
            self.series.remove(key);
        }
        for key in waiting.trades.keys() {
            if !self.series.contains_key(key) {
                self.highest += 1;
                rows.add_series(self.highest, key);
                let series = Series {
                    id: self.highest,
                    ..Series::default()
                };
                self.series.insert(key.clone(), series);
            }
        }
        let mut wanted = BTreeSet::new();
        for (key, trades) in &mut waiting.trades {
            // Stable: those of one time stay in the order of their arrival, of which nothing depends.
            trades.sort_by_key(|trade| trade.time);
            if let Some(series) = self.series.get(key) {
                let needs = series.open.needs(trades);
                wanted.extend(needs.into_iter().map(|(interval, slot)| (series.id, interval, slot)));
            }
        }
        for fill in &waiting.fills {
            if let Some(series) = self.series.get(&fill.key) {
                let needs = fill
                    .bars
                    .iter()
                    .flat_map(|(interval, bars)| Open::needs_to_fill(*interval, bars));
                wanted.extend(needs.map(|(interval, slot)| (series.id, interval, slot)));
            }
        }
        let wanted: Vec<_> = wanted.into_iter().collect();
        let mut shelves = store::shelves(db, &wanted).await?;
        let mut touched = BTreeMap::new();
        for (key, trades) in &waiting.trades {
            if let Some(series) = self.series.get_mut(key) {
                series.open.take(trades, shelves.entry(series.id).or_default());
                touched.insert(series.id, key);
            }
        }
        for fill in &waiting.fills {
            if let Some(series) = self.series.get_mut(&fill.key) {
                for (interval, bars) in fill.bars.clone() {
                    series.open.fill(interval, bars, shelves.entry(series.id).or_default());
                }
                if fill.is_all {
                    series.filled = true;
                    rows.add_filled(series.id);
                }
                touched.insert(series.id, &fill.key);
            }
        }
        for (id, key) in touched {
            if let (Some(series), Some(shelf)) = (self.series.get(key), shelves.get(&id)) {
                rows.add(id, &series.open, shelf);
            }
        }
        Ok(rows)
    }

    /// Those of these of which the venue was not asked for bars from before; each is named once.
    pub fn unfilled<'a>(&mut self, keys: impl Iterator<Item = &'a Key>) -> Vec<Key> {
        let mut named = Vec::new();
        for key in keys {
            if let Some(series) = self.series.get_mut(key)
                && !std::mem::replace(&mut series.filled, true)
            {
                named.push(key.clone());
            }
        }
        named
    }

    /// The day of those with these keys.
    pub fn days<'a>(&self, keys: impl Iterator<Item = &'a Key>) -> Vec<(Key, DayStats)> {
        keys.filter_map(|key| Some((key.clone(), self.day(key)?))).collect()
    }

    /// The newest price of each.
    pub fn lasts(&self) -> HashMap<Key, Edge> {
        let last = |(key, series): (&Key, &Series)| {
            let (_, newest) = series.open.bar(Interval::Second)?;
            Some((key.clone(), newest.close))
        };
        self.series.iter().filter_map(last).collect()
    }

    /// All keys.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.series.keys()
    }

    fn day(&self, key: &Key) -> Option<DayStats> {
        let open = &self.series.get(key)?.open;
        let (day, bar) = open.bar(Interval::Day)?;
        Some(DayStats {
            day: *day,
            open: bar.open.price,
            high: bar.high,
            low: bar.low,
            close: bar.close.price,
            volume: bar.volume,
            previous_close: open.before.map(|(_, price)| price),
        })
    }
}
