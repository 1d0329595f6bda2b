//! Which symbol at which venue is meant by what somebody writes, and which venue where a symbol has prices at several and
//! none is said. Pure; messages, commands, charts and programs ask here, and for the order of venues lists and alerts, which know
//! more than what has prices (`lists/market`).
//!
//! What is written the same goes before what differs in the case of its letters, and a symbol with its venue
//! (`coinbase:BTC-USD`) before a symbol alone, of which the venues come in the order in which they are meant:
//! the first by name, so that it doesn't change with every price; but one that has fallen a day behind comes after those
//! that go on, and one that isn't run any more after those that are. What is made up is meant only where there is nothing
//! else.

use std::collections::HashMap;

use super::{tick::check_symbol, venues::names::kind};
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

/// Of what is `known`, in the order in which it is meant, that which somebody means who writes `typed`: a symbol, or one with
/// its venue; at `venue`, where that is said apart. The first is the one; of a symbol alone its other venues follow. `names`
/// are the symbol and the venue of one.
pub fn named<'a, T>(
    known: &'a [T],
    typed: &str,
    venue: Option<&str>,
    names: impl Fn(&T) -> (&str, &str),
) -> Vec<&'a T> {
    let ranks: Vec<Option<u8>> = known.iter().map(|one| rank(typed, venue, names(one))).collect();
    let best = ranks.iter().flatten().min();
    let fits = known
        .iter()
        .zip(&ranks)
        .filter(|(_, rank)| rank.is_some() && rank.as_ref() == best);
    fits.map(|(one, _)| one).collect()
}

/// The symbol and the venue of a quote, for [`named`].
pub fn names(quote: &Quote) -> (&str, &str) {
    (&quote.symbol, &quote.venue)
}

/// Whether `typed` can mean something of this symbol: what isn't looked at needn't be copied.
pub fn may_mean(typed: &str, symbol: &str) -> bool {
    let start = typed.len().checked_sub(symbol.len());
    let parts = start.and_then(|start| typed.split_at_checked(start));
    parts.is_some_and(|(before, end)| end.eq_ignore_ascii_case(symbol) && (before.is_empty() || before.ends_with(':')))
}

/// The symbols that `typed` can mean, each in the letters in which it is written: both venues and symbols may have colons.
pub fn possible(typed: &str) -> Vec<&str> {
    let ends = typed.match_indices(':').map(|(at, _)| &typed[at + 1..]);
    let all = std::iter::once(typed).chain(ends);
    all.filter(|symbol| check_symbol(symbol).is_ok()).collect()
}

/// How well it fits what was written; the lowest is the best.
fn rank(typed: &str, said: Option<&str>, (symbol, venue): (&str, &str)) -> Option<u8> {
    let both = match said {
        Some(said) => Some((said, typed)),
        None => typed
            .split_at_checked(venue.len())
            .and_then(|(at, rest)| Some((at, rest.strip_prefix(':')?))),
    };
    if let Some((at, alone)) = both
        && at.eq_ignore_ascii_case(venue)
        && alone.eq_ignore_ascii_case(symbol)
    {
        return Some(2 * u8::from(alone != symbol) + u8::from(at != venue));
    }
    let is_alone = said.is_none() && typed.eq_ignore_ascii_case(symbol);
    is_alone.then_some(4 + u8::from(typed != symbol))
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

    /// `venue:SYMBOL` of those that are meant.
    fn meant(typed: &str, venue: Option<&str>) -> String {
        let known = [
            quote("coinbase", "BTC-USD", 1),
            quote("fx", "EURUSD", 1),
            quote("kraken", "BTC-USD", 1),
            quote("desk", "btc-usd", 1),
            quote("replay:coinbase", "BTC-USD", 1),
            quote("FX", "GBPUSD", 1),
            quote("fx", "GBPUSD", 1),
            quote("desk", "kraken:X", 1),
            quote("kraken", "X", 1),
        ];
        let whole = |quote: &&Quote| format!("{}:{}", quote.venue, quote.symbol);
        let found = named(&known, typed, venue, names);
        assert!(found.iter().all(|quote| may_mean(typed, &quote.symbol)), "{typed}");
        assert!(
            found.iter().all(|quote| possible(typed)
                .iter()
                .any(|part| quote.symbol.eq_ignore_ascii_case(part))),
            "{typed}"
        );
        found.iter().map(whole).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_written_finds_the_same_for_everybody() {
        for (typed, venue, found) in [
            // A symbol alone: all its venues, the one that is meant first.
            (
                "BTC-USD",
                None,
                "coinbase:BTC-USD kraken:BTC-USD replay:coinbase:BTC-USD",
            ),
            ("btc-usd", None, "desk:btc-usd"),
            ("Eurusd", None, "fx:EURUSD"),
            // With its venue, by its name in any case.
            ("kraken:BTC-USD", None, "kraken:BTC-USD"),
            ("FX:EURUSD", None, "fx:EURUSD"),
            ("Fx:eurusd", None, "fx:EURUSD"),
            ("replay:coinbase:btc-usd", None, "replay:coinbase:BTC-USD"),
            ("FX:GBPUSD", None, "FX:GBPUSD"),
            ("fx:gbpusd", None, "fx:GBPUSD"),
            ("fX:GBPUSD", None, "FX:GBPUSD fx:GBPUSD"),
            ("desk:BTC-USD", None, "desk:btc-usd"),
            // The venue goes before a symbol that is written like one with its venue.
            ("kraken:X", None, "kraken:X"),
            ("desk:kraken:X", None, "desk:kraken:X"),
            // The venue apart.
            ("EURUSD", Some("FX"), "fx:EURUSD"),
            ("eurusd", Some("fx"), "fx:EURUSD"),
            ("BTC-USD", Some("replay:coinbase"), "replay:coinbase:BTC-USD"),
            ("kraken:X", Some("desk"), "desk:kraken:X"),
            // Nothing of the kind.
            ("BTC-USD", Some("binance"), ""),
            ("binance:BTC-USD", None, ""),
            ("fx:EURUSD", Some("fx"), ""),
            ("BTC", None, ""),
            ("", None, ""),
            ("\u{20ac}:x", None, ""),
        ] {
            assert_eq!(meant(typed, venue), found, "{typed} {venue:?}");
        }
        assert_eq!(possible("a:b:c"), ["a:b:c", "b:c", "c"]);
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
