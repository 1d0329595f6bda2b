//! Tests of what somebody means.

use super::{super::text::read, *};
use crate::{
    ticker::{
        model::{Line, VenueState},
        server::{board::Changes, instruments::Said, rounds::off},
    },
    time::Timestamp,
};

fn key(venue: &str, symbol: &str) -> Key {
    Key {
        symbol: symbol.into(),
        venue: venue.into(),
    }
}

/// Where these venues run and these symbols are known, as `venue:SYMBOL`.
fn market(running: &[VenueKind], known: &[&str]) -> Market {
    let (board, instruments) = (PublicBoard::new(0), Known::default());
    let state = |(n, kind): (usize, &VenueKind)| VenueState {
        version: n as u64 + 1,
        line: Line::Live(Timestamp::default()),
        ..off(*kind)
    };
    board.publish(Changes {
        version: running.len() as u64,
        venues: running.iter().enumerate().map(state).collect(),
        ..Changes::default()
    });
    for known in known {
        let (venue, symbol) = known.split_once(':').unwrap();
        instruments.said(Said {
            key: key(venue, symbol),
            name: (symbol == "BTC-USD").then(|| "Bitcoin".into()),
            digits: 2,
            currency: None,
        });
    }
    Market {
        board: Arc::new(board),
        instruments: Arc::new(instruments),
    }
}

fn resolved(market: &Market, text: &str) -> Result<Vec<String>, AppError> {
    let keys = market.resolve(read(text)?)?;
    Ok(keys.iter().map(|key| format!("{}:{}", key.venue, key.symbol)).collect())
}

#[test]
fn a_symbol_alone_is_that_of_a_venue_where_it_is_known() {
    let known = [
        "kraken:AAPL",
        "alpaca:AAPL",
        "desk:AAPL",
        "desk:aapl",
        "demo:OLD",
        "zoo:new-usd",
    ];
    let meant = |running: &[VenueKind], text| resolved(&market(running, &known), text).map(|keys| keys.join(" "));
    // A running one first, then by name; in the letters in which it is known.
    assert_eq!(meant(&[VenueKind::Kraken], "aapl"), Ok("kraken:AAPL".into()));
    assert_eq!(meant(&[], "AAPL"), Ok("alpaca:AAPL".into()));
    assert_eq!(meant(&[], "NEW-USD"), Ok("zoo:new-usd".into()));
    // What the demo made up once is nowhere any more.
    assert_eq!(meant(&[VenueKind::Coinbase], "OLD"), Ok("coinbase:OLD".into()));
    // Unknown: of the first that can be asked, as it writes it.
    assert_eq!(
        meant(&[VenueKind::Kraken, VenueKind::Binance, VenueKind::Demo], "btcusdt"),
        Ok("binance:BTCUSDT".into())
    );
    let words = meant(&[VenueKind::Demo], "AAPL\nXYZ\n").unwrap_err().to_string();
    assert!(
        words.contains("Line 2") && words.contains("such as coinbase:XYZ"),
        "{words}"
    );
}

#[test]
fn a_symbol_with_its_venue_stays_there_and_is_spelt_as_it_is_known_there() {
    let market = market(&[VenueKind::Kraken], &["coinbase:BTC-USD", "desk:abc", "desk:ABC"]);
    assert_eq!(
        resolved(
            &market,
            "Coinbase:btc-usd, NASDAQ:aapl, binance:ethusdt, desk:abc, desk:ABC, desk:aBc"
        )
        .unwrap(),
        [
            "coinbase:BTC-USD",
            "NASDAQ:aapl",
            "binance:ETHUSDT",
            "desk:abc",
            "desk:ABC",
            "desk:ABC"
        ]
    );
}

#[test]
fn a_search_finds_the_best_first_and_what_is_near_when_nothing_fits() {
    let known = [
        "coinbase:BTC-USD",
        "kraken:BTC/USD",
        "kraken:WBTC/USD",
        "binance:BTCUSDT",
        "desk:BTC",
        "coinbase:ETH-BTC",
    ];
    let market = market(&[VenueKind::Kraken], &known);
    let found = |typed: &str| {
        let found = market.search(typed).into_iter();
        found
            .map(|found| format!("{}:{}", found.key.venue, found.key.symbol))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        found("btc"),
        [
            "desk:BTC",
            "kraken:BTC/USD",
            "coinbase:BTC-USD",
            "binance:BTCUSDT",
            "coinbase:ETH-BTC",
            "kraken:WBTC/USD"
        ]
    );
    assert_eq!(found("btc-usd")[..2], ["coinbase:BTC-USD", "kraken:BTC/USD"]);
    assert_eq!(found("btcusd")[..2], ["binance:BTCUSDT", "kraken:BTC/USD"]);
    assert_eq!(found("Coinbase: bt"), ["coinbase:BTC-USD", "coinbase:ETH-BTC"]);
    assert_eq!(found("bitcoin"), ["coinbase:BTC-USD"]);
    assert_eq!((found("").len(), found("zzzz").len()), (6, 0));
    assert_eq!(market.search("btc-usd")[0].name.as_deref(), Some("Bitcoin"));
}
