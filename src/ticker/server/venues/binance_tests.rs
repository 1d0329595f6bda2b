//! What Binance's frames mean.

use super::{
    super::frames::testing::{json, names, read, survives, ticks},
    *,
};

fn binance() -> Binance {
    let mut binance = Binance::new("ws://x".into());
    binance.hello();
    binance.subscribe(&names(&["BTCUSDT", "ETHUSDT"]));
    binance
}

fn trade(symbol: &str, id: u64, price: &str, time_ms: u64) -> String {
    format!(
        r#"{{"stream":"x@trade","data":{{"e":"trade","E":{time_ms},"s":"{symbol}","t":{id},"p":"{price}","q":"0.5",
         "T":{time_ms},"m":true,"M":true}}}}"#
    )
}

fn ticker(symbol: &str, last: &str, time_ms: u64) -> String {
    format!(
        r#"{{"stream":"x@ticker","data":{{"e":"24hrTicker","E":{time_ms},"s":"{symbol}","p":"1","P":"0.1","w":"2",
         "x":"3","c":"{last}","Q":"1","b":"96411.00000000","B":"1","a":"96413.00000000","A":"2","o":"95000.10000000",
         "h":"97000","l":"94000","v":"1234.50000","q":"99","O":1,"C":2,"F":1,"L":9,"n":9}}}}"#
    )
}

#[test]
fn asks_for_what_is_wanted_and_no_more() {
    let mut binance = binance();
    let streams = ["solusdt@trade", "solusdt@ticker"];
    assert_eq!(
        json(binance.subscribe(&names(&["SOLUSDT"]))),
        [json!({"method": "SUBSCRIBE", "params": streams, "id": 2})]
    );
    assert_eq!(
        json(binance.unsubscribe(&names(&["SOLUSDT"]))),
        [json!({"method": "UNSUBSCRIBE", "params": streams, "id": 3})]
    );
    assert!(read(&mut binance, &trade("SOLUSDT", 1, "1", 1)).is_empty(), "any more");
}

#[test]
fn trades_bring_the_price_and_tickers_the_rest() {
    let mut binance = binance();
    let first = ticks(&mut binance, &trade("BTCUSDT", 7, "96412.50000000", 1_767_607_200_123)).remove(0);
    assert_eq!((first.last.to_string(), first.seq), ("96412.50000000".into(), Some(7)));
    assert_eq!((first.bid, first.open), (None, None));
    assert_eq!(first.size.unwrap().to_string(), "0.5");
    assert_eq!(first.time.to_string(), "2026-01-05T10:00:00.123000Z");
    let full = ticks(&mut binance, &ticker("BTCUSDT", "96412.60000000", 1_767_607_201_000)).remove(0);
    let figures = |tick: &Tick| [tick.bid, tick.ask, tick.volume].map(|n| n.unwrap().to_string());
    let rest = ["96411.00000000", "96413.00000000", "1234.50000"];
    assert_eq!(
        (full.last.to_string(), figures(&full)),
        ("96412.60000000".into(), rest.map(str::to_owned))
    );
    assert_eq!((full.size, full.is_trade, first.is_trade), (None, false, true));
    let next = ticks(&mut binance, &trade("BTCUSDT", 8, "96412.7", 1_767_607_201_500)).remove(0);
    assert_eq!(
        (next.last.to_string(), figures(&next)),
        ("96412.7".into(), rest.map(str::to_owned))
    );
}

#[test]
fn ids_show_gaps_duplicates_and_what_is_late_across_connections_too() {
    let mut binance = binance();
    ticks(&mut binance, &trade("BTCUSDT", 7, "1", 1_000));
    assert!(matches!(
        read(&mut binance, &trade("BTCUSDT", 7, "2", 1_000))[..],
        [Frame::Late]
    ));
    assert!(matches!(
        read(&mut binance, &trade("BTCUSDT", 10, "2", 1_001))[..],
        [Frame::Gap, Frame::Tick(_)]
    ));
    assert_eq!(
        ticks(&mut binance, &trade("ETHUSDT", 3, "2", 1_001)).len(),
        1,
        "counts for itself"
    );
    // One that was missing comes late, and counts once, at its own time.
    let late = ticks(&mut binance, &trade("BTCUSDT", 8, "3", 1_000)).remove(0);
    assert_eq!(
        (late.is_trade, late.seq, late.time.micros()),
        (true, Some(8), 1_000_000)
    );
    assert!(matches!(
        read(&mut binance, &trade("BTCUSDT", 8, "3", 1_000))[..],
        [Frame::Late]
    ));
    ticks(&mut binance, &ticker("BTCUSDT", "2", 1_002));
    // Another connection opens beside this one, and both bring the same.
    binance.hello();
    binance.subscribe(&names(&["BTCUSDT", "ETHUSDT"]));
    for again in [trade("BTCUSDT", 10, "2", 1_001), ticker("BTCUSDT", "2", 1_002)] {
        assert!(matches!(read(&mut binance, &again)[..], [Frame::Late]));
    }
}

#[test]
fn an_empty_side_of_the_book_is_no_price() {
    let empty = ticker("BTCUSDT", "2", 5).replace("96411.00000000", "0.00000000");
    let tick = ticks(&mut binance(), &empty).remove(0);
    assert_eq!((tick.bid, tick.ask.is_some()), (None, true));
}

#[test]
fn the_servers_shutdown_asks_for_a_replacement() {
    for text in [
        r#"{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}}"#,
        r#"{"e":"serverShutdown","E":1770123456789}"#,
    ] {
        assert!(matches!(read(&mut binance(), text)[..], [Frame::Replace]), "{text}");
    }
}

#[test]
fn a_refused_request_is_of_the_symbols_it_named() {
    let mut binance = binance();
    assert!(read(&mut binance, r#"{"result":null,"id":1}"#).is_empty());
    binance.subscribe(&names(&["NOPE"]));
    let refusal = r#"{"error":{"code":2,"msg":"Invalid request: invalid stream"},"id":2}"#;
    let said = read(&mut binance, refusal);
    assert!(
        matches!(&said[..], [Frame::Refused(symbol, words)] if symbol == "NOPE" && words.contains("invalid stream")),
        "{said:?}"
    );
    assert!(matches!(read(&mut binance, refusal)[..], [Frame::Fault(_)]), "of none");
}

#[test]
fn everything_else_is_told_apart() {
    let mut binance = binance();
    for other in [
        r#"{"stream":"x","data":{"e":"kline","s":"BTCUSDT"}}"#,
        &trade("DOGEUSDT", 1, "1", 1),
        r#"{"result":["btcusdt@trade"],"id":9}"#,
    ] {
        assert!(read(&mut binance, other).is_empty(), "{other}");
    }
    for garbage in [
        "",
        "[]",
        "{}",
        r#"{"data":{}}"#,
        r#"{"data":{"e":"trade","s":"BTCUSDT"}}"#,
        &trade("BTCUSDT", 1, "1e5", 1),
        &trade("BTCUSDT", 1, "1", u64::MAX),
        &ticker("BTCUSDT", "x", 1),
    ] {
        assert!(
            matches!(read(&mut binance, garbage)[..], [Frame::Garbage(_)]),
            "{garbage}"
        );
    }
    assert_eq!(
        ticks(&mut binance, &trade("BTCUSDT", 1, "1", 1)).len(),
        1,
        "the bad ones left no mark"
    );
    survives(
        binance,
        &[
            r#"{"stream":"x","data":{"e":"trade","s":"BTCUSDT","t":NUMBER,"p":WORD,"q":WORD,"T":NUMBER}}"#,
            r#"{"data":{"e":"24hrTicker","s":"BTCUSDT","E":NUMBER,"c":"1","b":WORD,"a":"1","v":"1"}}"#,
            r#"{"error":{"msg":WORD},"id":NUMBER}"#,
        ],
    );
}
