//! Venues' own bars from before we listened: asked for once, at a symbol's first tick, so that a fresh install shows a
//! chart at once. Where ticks have made a bar, theirs is not looked at.
//!
//! A venue is one file: what to ask, and how to read the answer. The rest is here. The demo's past is made up (`demo`).

pub mod binance;
pub mod candle;
pub mod coinbase;
pub mod demo;
pub mod kraken;

use std::{collections::VecDeque, time::Duration};

use reqwest::{StatusCode, header::ACCEPT};
use tokio::{sync::mpsc, time::Instant};

use self::{binance::Binance, candle::Candle, coinbase::Coinbase, kraken::Kraken};
use super::{
    bars::{Interval, bar::Bar, keeper::Fill},
    record::Recorder,
};
use crate::{
    server::{
        config::Config,
        outbound::{self, Outbound, Scheme},
    },
    ticker::model::{Key, VenueKind},
    time::Timestamp,
};

/// Bars of each length that are asked for.
pub const BARS: usize = 300;
/// For a request, from looking up its name to the last byte of its answer.
const LIMIT: Duration = Duration::from_secs(10);
/// Largest answer, in bytes.
const LARGEST: usize = 512 * 1024;
/// From one request to the next at least: less than any venue's limit.
const PACE: Duration = Duration::from_millis(250);
/// How long after a failure the venue is asked once more.
const AGAIN: Duration = Duration::from_secs(60);
/// Symbols that wait to be asked about; of a further one nothing is asked before the next start.
pub const QUEUE: usize = 2_000;

/// A venue's way to tell of its past.
pub trait History: Send + Sync {
    /// Its name, as in [`Key::venue`].
    fn venue(&self) -> &'static str;
    /// Where its newest bars of a minute or a day are: a path with its query.
    fn path(&self, symbol: &str, interval: Interval) -> String;
    /// Reads the answer; in any order.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read(&self, body: &[u8]) -> Result<Vec<Candle>, String>;
}

/// A venue and where it is asked.
struct Source {
    history: Box<dyn History>,
    /// Without a path.
    base: String,
}

/// Asks venues.
pub struct Histories {
    sources: Vec<Source>,
    outbound: Option<Outbound>,
}

impl Histories {
    /// Those that the settings allow: where a venue's feed is asked elsewhere than at the venue, so is not its past.
    pub fn new(config: &Config) -> Self {
        let at = |history: Box<dyn History>, feed: &str, its_feed: &str, its_past: &str| {
            let own = feed.starts_with(its_feed).then(|| its_past.to_owned());
            let base = config.history_url.clone().or(own)?;
            Some(Source { history, base })
        };
        let feeds = &config.feeds;
        let sources = [
            at(
                Box::new(Coinbase),
                &feeds.coinbase_url,
                "wss://ws-feed.exchange.coinbase.com",
                "https://api.exchange.coinbase.com",
            ),
            at(
                Box::new(Binance),
                &feeds.binance_url,
                "wss://data-stream.binance.vision",
                "https://data-api.binance.vision",
            ),
            at(
                Box::new(Kraken),
                &feeds.kraken_url,
                "wss://ws.kraken.com",
                "https://api.kraken.com",
            ),
        ];
        let outbound = Outbound::new(config.reach(), LIMIT)
            .inspect_err(|error| tracing::error!(%error, "venues can't be asked for their past"));
        Self {
            sources: sources.into_iter().flatten().collect(),
            outbound: outbound.ok(),
        }
    }

    /// Asks for each symbol that comes, one after the other, as long as it is polled; where that fails, once more later.
    pub async fn run(self, mut wanted: mpsc::Receiver<Key>, recorder: Recorder) {
        let mut later: VecDeque<(Instant, Key)> = VecDeque::new();
        loop {
            let due = later.front().map(|(due, _)| *due);
            let again = async {
                match due {
                    Some(due) => tokio::time::sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            let (key, is_first) = tokio::select! {
                key = wanted.recv() => match key {
                    Some(key) => (key, true),
                    None => return,
                },
                () = again => match later.pop_front() {
                    Some((_, key)) => (key, false),
                    None => continue,
                },
            };
            if key.venue == VenueKind::Demo.name() {
                if let Some(bars) = demo::past(&key.symbol, Timestamp::now()) {
                    let is_all = true;
                    recorder.fill(Fill { key, bars, is_all });
                }
                continue;
            }
            let Some(source) = self.sources.iter().find(|source| source.history.venue() == key.venue) else {
                continue;
            };
            let mut bars = Vec::new();
            let outcome = self.ask(source, &key.symbol, &mut bars).await;
            if let Err(error) = &outcome {
                tracing::warn!(symbol = key.symbol, venue = key.venue, error, "no bars from before");
            }
            let is_all = outcome.is_ok();
            if is_all || !bars.is_empty() {
                let key = key.clone();
                recorder.fill(Fill { key, bars, is_all });
            }
            if outcome.is_err() && is_first && later.len() < QUEUE {
                later.push_back((Instant::now() + AGAIN, key));
            }
        }
    }

    /// Asks for both lengths; what was answered before a failure is in `bars`.
    async fn ask(&self, source: &Source, symbol: &str, bars: &mut Vec<(Interval, Vec<Bar>)>) -> Result<(), String> {
        let outbound = self.outbound.as_ref().ok_or("no requests can be made")?;
        for interval in [Interval::Minute, Interval::Day] {
            tokio::time::sleep(PACE).await;
            let url = format!("{}{}", source.base, source.history.path(symbol, interval));
            let answer = outbound.get(&url, Scheme::Https, 0, |request| {
                request.header(ACCEPT, "application/json")
            });
            let answer = answer.await.map_err(|e| e.to_string())?;
            if answer.status() != StatusCode::OK {
                return Err(format!("the venue answered {}", answer.status()));
            }
            let body = outbound::body(answer, LARGEST).await.map_err(|e| e.to_string())?;
            let candles = source.history.read(&body)?;
            bars.push((interval, candle::newest(interval, candles, BARS)));
        }
        Ok(())
    }
}
