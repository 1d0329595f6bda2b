//! What a symbol's name and its venue tell. Pure.

use super::session::Session;
use crate::ticker::model::{Key, VenueKind};

/// What prices are in at Binance, whose symbols write both sides without anything between. Longer ones first where one
/// ends as another.
const BINANCE: [&str; 24] = [
    "FDUSD", "USDT", "USDC", "TUSD", "BUSD", "USD1", "USDE", "DAI", "EUR", "GBP", "AUD", "TRY", "BRL", "JPY", "PLN",
    "ARS", "MXN", "ZAR", "RON", "CZK", "BTC", "ETH", "BNB", "USD",
];
/// What Finnhub puts before symbols of exchanges that never close.
const NEVER_CLOSED: [&str; 8] = [
    "BINANCE", "BITFINEX", "BITMEX", "BYBIT", "COINBASE", "GEMINI", "KRAKEN", "OKX",
];

/// The currency and the trading hours of what `key` names, as far as that shows.
pub fn guess(key: &Key) -> (Option<String>, Option<Session>) {
    let symbol = key.symbol.as_str();
    // What is replayed is what it was.
    let venue = key.venue.strip_prefix("replay:").unwrap_or(&key.venue);
    let kind = VenueKind::ALL.into_iter().find(|kind| kind.name() == venue);
    let usd = || Some("USD".to_owned());
    match kind {
        Some(VenueKind::Demo | VenueKind::Coinbase | VenueKind::Kraken) => (second(symbol), Some(Session::Always)),
        Some(VenueKind::Binance) => (at_binance(symbol), Some(Session::Always)),
        // It has pairs of currencies that are traded all the time, too.
        Some(VenueKind::Alpaca) if symbol.contains('/') => (second(symbol), Some(Session::Always)),
        Some(VenueKind::Alpaca) => (usd(), Some(Session::UsEquities)),
        Some(VenueKind::Finnhub) => match symbol.split_once(':') {
            Some((exchange, rest)) if NEVER_CLOSED.contains(&exchange) => {
                (second(rest).or_else(|| at_binance(rest)), Some(Session::Always))
            }
            Some((_, rest)) => (second(rest), None),
            // `BRK.B` is a class of shares, `RY.TO` a stock in Toronto.
            None if symbol.split_once('.').is_none_or(|(_, suffix)| suffix.len() == 1) => {
                (usd(), Some(Session::UsEquities))
            }
            None => (None, None),
        },
        Some(VenueKind::Replay) | None => (second(symbol), None),
    }
}

/// Its prices are all filled up with zeros to the same length, whatever is traded: to eight digits, at Binance.
pub fn pads(venue: &str) -> bool {
    venue.strip_prefix("replay:").unwrap_or(venue) == VenueKind::Binance.name()
}

/// The second side of a pair such as `BTC-USD`.
fn second(symbol: &str) -> Option<String> {
    let (first, second) = symbol.rsplit_once(['-', '/', '_'])?;
    let is_currency = |side: &str| (3..=5).contains(&side.len()) && side.bytes().all(|b| b.is_ascii_uppercase());
    (!first.is_empty() && is_currency(second)).then(|| second.to_owned())
}

fn at_binance(symbol: &str) -> Option<String> {
    let ends = |currency: &&str| symbol.len() > currency.len() && symbol.ends_with(currency);
    BINANCE
        .iter()
        .find(|currency| ends(currency))
        .map(|currency| (*currency).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_venues_tell() {
        let (always, us) = (Some(Session::Always), Some(Session::UsEquities));
        for (venue, symbol, currency, session) in [
            ("coinbase", "BTC-USD", Some("USD"), always),
            ("kraken", "ETH/EUR", Some("EUR"), always),
            ("replay:kraken", "ETH/EUR", Some("EUR"), always),
            ("binance", "BTCUSDT", Some("USDT"), always),
            ("binance", "ETHBTC", Some("BTC"), always),
            ("binance", "BTCFDUSD", Some("FDUSD"), always),
            ("binance", "USDT", None, always),
            ("alpaca", "AAPL", Some("USD"), us),
            ("alpaca", "BTC/USD", Some("USD"), always),
            ("finnhub", "BRK.B", Some("USD"), us),
            ("finnhub", "RY.TO", None, None),
            ("finnhub", "BINANCE:BTCUSDT", Some("USDT"), always),
            ("finnhub", "OANDA:EUR_USD", Some("USD"), None),
            ("desk", "EUR/USD", Some("USD"), None),
            ("desk", "AAPL", None, None),
            ("desk", "power-peak", None, None),
            ("demo", "AAPL", None, always),
        ] {
            let key = Key {
                symbol: symbol.into(),
                venue: venue.into(),
            };
            assert_eq!(
                guess(&key),
                (currency.map(str::to_owned), session),
                "{symbol} at {venue}"
            );
        }
    }
}
