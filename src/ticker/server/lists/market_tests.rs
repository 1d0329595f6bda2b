//! Tests of what somebody means.

use super::{
    super::text::{read, told},
    *,
};
use crate::{
    ticker::{
        model::{Line, VenueState},
        server::{board::Changes, instruments::Said, meant::tests::quote, rounds::off},
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
    assert_eq!(meant(&[VenueKind::Kraken], "Aapl"), Ok("kraken:AAPL".into()));
    assert_eq!(meant(&[VenueKind::Kraken], "aapl"), Ok("desk:aapl".into()));
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
            "Coinbase:btc-usd, binance:ethusdt, desk:abc, desk:ABC, desk:aBc"
        )
        .unwrap(),
        [
            "coinbase:BTC-USD",
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

#[test]
fn of_several_with_a_price_the_one_is_meant_that_is_meant_everywhere() {
    let market = market(&[VenueKind::Coinbase, VenueKind::Kraken], &["binance:A", "kraken:B"]);
    let publish = |version, quotes: Vec<Quote>| {
        let changes = Changes {
            version,
            quotes: quotes.into_iter().map(|quote| Quote { version, ..quote }).collect(),
            ..Changes::default()
        };
        market.board.publish(changes);
    };
    publish(10, vec![quote("kraken", "A", 100)]);
    assert_eq!(
        resolved(&market, "a").unwrap(),
        ["kraken:A"],
        "before one that has no price"
    );
    publish(11, vec![quote("coinbase", "A", 50)]);
    publish(12, vec![quote("demo", "A", 900_000)]);
    publish(13, vec![quote("demo", "B", 900_000)]);
    assert_eq!(
        resolved(&market, "A\nkraken:A\ndemo:A").unwrap(),
        ["coinbase:A", "kraken:A", "demo:A"]
    );
    assert_eq!(
        resolved(&market, "B").unwrap(),
        ["kraken:B"],
        "what is made up is meant last"
    );
    assert_eq!(market.board.ranked(|symbol| symbol == "A")[0].venue, "coinbase");
}

#[test]
fn others_lists_are_taken_as_far_as_it_is_known_what_they_mean() {
    let text = "###Stocks,NASDAQ:AAPL,###Coins,COINBASE:BTCUSD,BINANCE:BTCUSDT,BITSTAMP:ETHUSD,desk:X,OANDA:EURUSD";
    let known = ["coinbase:BTC-USD", "kraken:ETHUSD", "binance:BTCUSDT"];
    let sorted = |running: &[VenueKind]| {
        let Sorted { taken, left, faults } = market(running, &known).sort_out(read(text).unwrap());
        assert_eq!(faults, []);
        let keys = taken.iter().map(|(_, key)| format!("{}:{}", key.venue, key.symbol));
        (keys.collect::<Vec<_>>().join(" "), told(&taken, &left).unwrap())
    };
    let (keys, words) = sorted(&[VenueKind::Coinbase, VenueKind::Alpaca]);
    assert_eq!(
        keys,
        "alpaca:AAPL coinbase:BTC-USD binance:BTCUSDT kraken:ETHUSD desk:X"
    );
    for part in [
        "Taken: NASDAQ:AAPL as alpaca:AAPL, coinbase:BTCUSD as coinbase:BTC-USD, BITSTAMP:ETHUSD as kraken:ETHUSD.",
        "Left out: OANDA:EURUSD can't be watched: OANDA is no venue",
    ] {
        assert!(words.contains(part), "{part} in {words}");
    }
    let (keys, words) = sorted(&[VenueKind::Coinbase]);
    assert!(!keys.contains("AAPL"), "{keys}");
    assert!(
        words.contains("NASDAQ:AAPL can't be watched: prices of NASDAQ come by finnhub or alpaca"),
        "{words}"
    );
    let idle = |running: &[VenueKind]| {
        let taken = market(running, &known).sort_out(read(text).unwrap()).taken;
        market(running, &known).idle(taken.into_iter().map(|(_, key)| key))
    };
    assert_eq!(idle(&[VenueKind::Coinbase, VenueKind::Alpaca]), ["binance", "kraken"]);
    let plain = market(&[], &known).sort_out(read("coinbase:BTC-USD").unwrap());
    assert_eq!(told(&plain.taken, &plain.left), None);
}
