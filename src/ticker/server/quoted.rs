//! Prices in messages: what `$BTC-USD` was when it was said, and what a link to a chart shows.

use std::sync::Arc;

use rust_decimal::prelude::ToPrimitive;
use sqlx::SqlitePool;

use super::{
    bars::query::{STEPS, Stretch, page},
    board::PublicBoard,
    meant::{may_mean, named, names},
    place::{self, Place},
    span,
    venues::names::is_made_up,
};
use crate::{
    chat::server::quoting::{Link, Price, Quotable, Snapping, Snapshot, snapshot::Row},
    error::AppError,
    ids::RoomId,
    paths,
    ticker::{figures::grouped, model::Key},
    time::Timestamp,
};

/// Minutes that a snapshot shows.
const MINUTES: u32 = 120;

/// The ticker, as messages quote it.
pub struct Quoted {
    /// Readers of `ticker.db`.
    pub readers: SqlitePool,
    /// The newest prices.
    pub board: Arc<PublicBoard>,
}

impl Quotable for Quoted {
    fn price(&self, typed: &str) -> Option<Price> {
        let quotes = self.board.ranked(|own| may_mean(typed, own));
        let quote = named(&quotes, typed, None, names).into_iter().next()?;
        Some(Price {
            typed: typed.to_owned(),
            symbol: quote.symbol.clone(),
            venue: quote.venue.clone(),
            last: quote.last.to_string(),
            demo: quote.demo,
        })
    }

    fn snapshot<'a>(&'a self, link: &'a Link, _: RoomId) -> Snapping<'a> {
        Box::pin(self.chart(link))
    }
}

impl Quoted {
    /// `/ticker/chart?symbol=BTC-USD&venue=coinbase&before=…`: the price then, and how it came there.
    async fn chart(&self, link: &Link) -> Result<Option<Snapshot>, AppError> {
        let (true, Some(symbol)) = (link.path == "/ticker/chart", link.get("symbol")) else {
            return Ok(None);
        };
        let venue = link.get("venue").filter(|venue| !venue.is_empty());
        let found = place::find(&self.readers, &self.board, symbol, venue).await?;
        let Some(Place {
            key,
            series: Some(series),
            ..
        }) = found
        else {
            return Ok(None);
        };
        let time = |name: &str| link.get(name).and_then(Timestamp::parse);
        if let (Some(from), Some(to)) = (time("from"), time("to"))
            && from < to
        {
            return self.span(key, series, link.get("interval"), (from, to)).await;
        }
        let asked = time("before");
        let at = asked.unwrap_or_else(Timestamp::now);
        let bars = |step, limit| Stretch {
            step,
            from: None,
            to: Some(at.micros()),
            limit,
        };
        let minutes = page(&self.readers, series, bars(STEPS[1], MINUTES)).await?.bars;
        let second = page(&self.readers, series, bars(STEPS[0], 1)).await?.bars.pop();
        let newest = minutes.last();
        let Some(last) = second
            .as_ref()
            .filter(|second| newest.is_none_or(|bar| second.start >= bar.start))
            .or(newest)
        else {
            return Ok(None);
        };
        let mut rows = vec![Row {
            class: "figure",
            head: grouped(&last.bar.close.price.to_string()),
            text: match is_made_up(&key.venue) {
                true => format!("DEMO, at {}", key.venue),
                false => format!("at {}", key.venue),
            },
            of: None,
        }];
        let low = minutes.iter().map(|bar| bar.bar.low).min();
        let high = minutes.iter().map(|bar| bar.bar.high).max();
        if let (Some(low), Some(high), Some(first)) = (low, high, minutes.first()) {
            let since = Timestamp::from_micros(first.start).minute();
            let (low, high) = (grouped(&low.to_string()), grouped(&high.to_string()));
            rows.push(Row::plain(format!("{low} – {high} since {since}")));
        }
        Ok(Some(Snapshot {
            kind: "Price".into(),
            title: key.symbol.clone(),
            rows,
            // Where lines are drawn, not what is said.
            line: minutes.iter().filter_map(|bar| bar.bar.close.price.to_f64()).collect(),
            href: match asked {
                Some(at) => format!("{}&before={at}", paths::chart(&key.symbol, &key.venue)),
                None => paths::chart(&key.symbol, &key.venue),
            },
            at,
            of: None,
        }))
    }

    /// `…&from=…&to=…`: what a span brought.
    async fn span(
        &self,
        key: Key,
        series: i64,
        interval: Option<&str>,
        ends: (Timestamp, Timestamp),
    ) -> Result<Option<Snapshot>, AppError> {
        let bars = span::bars(&self.readers, series, ends).await?;
        let Some(found) = span::span(&bars, ends) else {
            return Ok(None);
        };
        let (from, to) = ends;
        let end = if from.day() == to.day() {
            to.second()
        } else {
            format!("{} {}", to.day(), to.second())
        };
        let mut rows = vec![Row {
            class: "figure",
            head: grouped(&found.close.to_string()),
            text: format!("at {}", key.venue),
            of: None,
        }];
        if let Some(change) = &found.change {
            let direction = change.direction();
            let percent = change
                .1
                .as_ref()
                .map_or(String::new(), |percent| format!(" ({percent})"));
            rows.push(Row {
                class: direction.class(),
                head: format!("{} {}{percent}", direction.arrow(), change.0)
                    .trim_start()
                    .to_owned(),
                text: format!("from {} {} to {end} UTC", from.day(), from.second()),
                of: None,
            });
        }
        let named = [
            ("open", found.open),
            ("high", found.high),
            ("low", found.low),
            ("close", found.close),
        ];
        let named = named.map(|(name, price)| format!("{name} {}", grouped(&price.to_string())));
        rows.push(Row::plain(named.join(", ")));
        let closes: Vec<f64> = bars.iter().filter_map(|bar| bar.bar.close.price.to_f64()).collect();
        let interval = interval.map_or(String::new(), |interval| {
            format!("&interval={}", paths::encoded(interval))
        });
        Ok(Some(Snapshot {
            kind: "Prices".into(),
            title: key.symbol.clone(),
            rows,
            line: span::thinned(&closes, MINUTES as usize),
            href: format!(
                "{}{interval}&from={from}&to={to}",
                paths::chart(&key.symbol, &key.venue)
            ),
            at: from,
            of: None,
        }))
    }
}
