//! Which venue is meant where a symbol has prices at several and none is said. Pure; lists, messages, alerts, charts and
//! programs all ask here.
//!
//! The first by name, so that it doesn't change with every price; but one that has fallen a day behind comes after those
//! that go on, and one that isn't run any more after those that are. What is made up is meant only where there is nothing
//! else.

use std::collections::HashMap;

use super::lists::market::kind;
use crate::{
    ticker::model::{Quote, VenueKind},
    time::Timestamp,
};

/// How far behind the newest price of its symbol one may be, in seconds.
const BEHIND: i64 = 86_400;

/// These in the order in which they are meant, those of each symbol compared with each other. `running` are the venues that
/// are run.
pub fn ranked(mut quotes: Vec<Quote>, running: &[VenueKind]) -> Vec<Quote> {
    let mut newest: HashMap<String, Timestamp> = HashMap::new();
    for quote in quotes.iter().filter(|quote| !quote.demo) {
        let known = newest.entry(quote.symbol.to_lowercase()).or_insert(quote.time);
        *known = quote.time.max(*known);
    }
    quotes.sort_by_cached_key(|quote| {
        let newest = newest.get(&quote.symbol.to_lowercase());
        let is_behind = newest.is_some_and(|newest| quote.time.plus_seconds(BEHIND) < *newest);
        // What programs post runs as long as they do.
        let is_off = kind(&quote.venue).is_some_and(|kind| !running.contains(&kind));
        (quote.demo, is_behind, is_off, quote.venue.clone(), quote.symbol.clone())
    });
    quotes
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A price of that second.
    pub fn quote(venue: &str, symbol: &str, second: i64) -> Quote {
        Quote {
            version: 1,
            symbol: symbol.into(),
            venue: venue.into(),
            last: 1.into(),
            open: None,
            previous_close: None,
            change: None,
            bid: None,
            ask: None,
            volume: None,
            range: None,
            rest: None,
            time: Timestamp::default().plus_seconds(second),
            demo: venue == "demo",
            spark: None,
        }
    }

    #[test]
    fn one_is_meant_and_stays_so_while_prices_come() {
        let order = |quotes: &[Quote], running: &[VenueKind]| {
            let ranked = ranked(quotes.to_vec(), running).into_iter();
            ranked.map(|quote| quote.venue).collect::<Vec<_>>().join(" ")
        };
        let all = [VenueKind::Coinbase, VenueKind::Kraken, VenueKind::Demo];
        let at = |coinbase, kraken| {
            [
                quote("kraken", "A", kraken),
                quote("demo", "A", 900_000),
                quote("coinbase", "A", coinbase),
            ]
        };
        assert_eq!(order(&at(10, 11), &all), "coinbase kraken demo");
        assert_eq!(order(&at(12, 11), &all), "coinbase kraken demo", "whichever is newer");
        assert_eq!(order(&at(10, 90_000), &all), "kraken coinbase demo", "a day behind");
        assert_eq!(
            order(&at(10, 11), &[VenueKind::Kraken]),
            "kraken coinbase demo",
            "not run any more"
        );
        // Others' symbols are no measure.
        let others = [quote("desk", "OLD", 5), quote("coinbase", "NEW", 900_000)];
        assert_eq!(order(&others, &all), "coinbase desk");
    }
}
