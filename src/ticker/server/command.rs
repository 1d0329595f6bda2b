//! `/price` in chat.

use std::{collections::HashMap, sync::Arc};

use super::{
    bars::keeper::DayStats,
    board::PublicBoard,
    meant::{named, names},
    near::near,
};
use crate::{
    chat::server::commands::{Call, Command, Outcome, Run},
    error::AppError,
    paths,
    ticker::{
        figures::{Change, grouped},
        model::{Key, Quote},
    },
    time::Timestamp,
};

/// Venues of a symbol that an answer names at most.
const VENUES: usize = 5;

/// The command.
pub struct Price(pub Arc<PublicBoard>);

impl Command for Price {
    fn name(&self) -> &'static str {
        "price"
    }
    fn usage(&self) -> &'static str {
        "SYMBOL"
    }
    fn summary(&self) -> &'static str {
        "tells you a price"
    }
    fn run<'a>(&'a self, call: Call<'a>) -> Run<'a> {
        Box::pin(async move {
            let typed = call.draft.body.trim();
            if typed.is_empty() {
                return Err((self as &dyn Command).misused());
            }
            let quotes = self.0.ranked(|_| true);
            let told = answer(typed, &quotes, &self.0.days())?;
            let link = named(&quotes, typed, None, names)
                .into_iter()
                .next()
                .map(|quote| paths::discuss(&paths::chart(&quote.symbol, &quote.venue), Some(call.draft.room)));
            Ok(Outcome::Note(
                [Some(told), link].into_iter().flatten().collect::<Vec<_>>().join("\n"),
            ))
        })
    }
}

/// What is told of the symbol that somebody typed, on lines.
fn answer(typed: &str, quotes: &[Quote], days: &HashMap<Key, DayStats>) -> Result<String, AppError> {
    let found = named(quotes, typed, None, names);
    if found.is_empty() {
        let near = near(typed, quotes.iter().map(|quote| quote.symbol.as_str()));
        let words = match near.is_empty() {
            true => format!("There is no price of {typed}."),
            false => format!("There is no price of {typed}. Near it: {}.", near.join(", ")),
        };
        return Err(AppError::NotFound(words));
    }
    let told = found
        .iter()
        .take(VENUES)
        .map(|quote| card(quote, days.get(&quote.key())));
    Ok(told.collect::<Vec<_>>().join("\n"))
}

fn card(quote: &Quote, day: Option<&DayStats>) -> String {
    let mut out = format!("{} {}", quote.symbol, grouped(&quote.last.to_string()));
    if let Some(change) = &quote.change {
        let Change(amount, percent) = change;
        let arrow = change.direction().arrow();
        let gap = if arrow.is_empty() { "" } else { " " };
        out.push_str(&format!("{gap}{arrow} {amount}"));
        if let Some(percent) = percent {
            out.push_str(&format!(" ({percent})"));
        }
    }
    let demo = if quote.demo { ", made up" } else { "" };
    out.push_str(&format!(" at {}{demo}\n", quote.venue));
    // Of the day that the price is of, whatever day it is now.
    if let Some(day) = day {
        let figure = |price: &rust_decimal::Decimal| grouped(&price.to_string());
        out.push_str(&format!("day {} – {}, ", figure(&day.low), figure(&day.high)));
    }
    out.push_str(&format!("{} {} UTC", quote.time.day(), Timestamp::second(quote.time)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticker::server::change::change;

    fn quote(symbol: &str, venue: &str) -> Quote {
        let (last, open) = ("96412.50".parse().unwrap(), "95231.00".parse().unwrap());
        Quote {
            version: 1,
            symbol: symbol.into(),
            venue: venue.into(),
            last,
            open: Some(open),
            previous_close: None,
            change: change(last, open),
            bid: None,
            ask: None,
            volume: None,
            range: None,
            rest: None,
            time: Timestamp::parse("2026-11-20T14:03:07.5Z").unwrap(),
            demo: venue == "demo",
            spark: None,
        }
    }

    #[test]
    fn last_change_range_time_and_venue() {
        let quotes = [quote("BTC-USD", "coinbase"), quote("BTC-USD", "demo")];
        let day = DayStats {
            day: 20_777,
            open: "95000.10".parse().unwrap(),
            high: "97000.00".parse().unwrap(),
            low: "94999.90".parse().unwrap(),
            close: "96412.50".parse().unwrap(),
            volume: None,
            previous_close: None,
        };
        let told = answer("btc-usd", &quotes, &HashMap::from([(quotes[0].key(), day)])).unwrap();
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines[0], "BTC-USD 96,412.50 ▲ +1,181.50 (+1.24%) at coinbase");
        assert_eq!(lines[1], "day 94,999.90 – 97,000.00, 2026-11-20 14:03:07 UTC");
        assert_eq!(lines[2], "BTC-USD 96,412.50 ▲ +1,181.50 (+1.24%) at demo, made up");
    }

    #[test]
    fn a_venue_can_be_named() {
        let quotes = [quote("BTC-USD", "coinbase"), quote("BTC-USD", "demo")];
        let told = answer("Demo:btc-usd", &quotes, &HashMap::new()).unwrap();
        assert!(
            told.contains("at demo, made up") && !told.contains("coinbase"),
            "{told}"
        );
    }

    #[test]
    fn the_unknown_is_told_what_is_near() {
        let words = answer("BTCUSD", &[quote("BTC-USD", "coinbase")], &HashMap::new()).unwrap_err();
        assert_eq!(words.to_string(), "There is no price of BTCUSD. Near it: BTC-USD.");
        let words = answer("X", &[], &HashMap::new()).unwrap_err();
        assert_eq!(words.to_string(), "There is no price of X.");
    }
}
