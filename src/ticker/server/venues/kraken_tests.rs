//! What Kraken's frames mean.

use super::{
    super::frames::testing::{AT, json, names, read, survives, ticks},
    *,
};

fn kraken() -> Kraken {
    let mut kraken = Kraken::new("ws://x".into());
    kraken.hello();
    kraken.subscribe(&names(&["BTC/USD", "ETH/USD"]));
    kraken
}

fn ticker(pair: &str, last: &str, time: &str) -> String {
    format!(
        r#"{{"channel":"ticker","type":"update","data":[{{"symbol":"{pair}","bid":63999.70,"bid_qty":1.0,
         "ask":64001.2,"ask_qty":2.0,"last":{last},"volume":12.25,"vwap":63500.0,"low":62000.0,"high":65000.0,
         "change":100.5,"change_pct":0.15,"timestamp":"2026-08-25T00:00:{time}Z"}}]}}"#
    )
}

fn trades(kind: &str, pair: &str, ids: &[u64]) -> String {
    let trade = |id: &u64| {
        format!(
            r#"{{"symbol":"{pair}","side":"sell","price":64000.{id},"qty":0.0{id}0,"ord_type":"market","trade_id":{id},
             "timestamp":"2026-08-25T00:00:{id}.708706Z"}}"#
        )
    };
    let data = ids.iter().map(trade).collect::<Vec<_>>().join(",");
    format!(r#"{{"channel":"trade","type":"{kind}","data":[{data}]}}"#)
}

#[test]
fn trades_are_told_with_their_sizes_and_a_ticker_then_tells_of_none() {
    let mut kraken = kraken();
    assert!(
        ticks(&mut kraken, &ticker("BTC/USD", "64000.5", "10"))[0].is_trade,
        "nobody else tells"
    );
    let taken =
        r#"{"method":"subscribe","result":{"channel":"trade","snapshot":true,"symbol":"BTC/USD"},"success":true}"#;
    assert!(read(&mut kraken, taken).is_empty());
    assert!(!ticks(&mut kraken, &ticker("BTC/USD", "64000.5", "11"))[0].is_trade);
    assert!(
        ticks(&mut kraken, &ticker("ETH/USD", "2.5", "11"))[0].is_trade,
        "of another pair"
    );
    let trade = ticks(&mut kraken, &trades("update", "BTC/USD", &[12])).remove(0);
    assert_eq!(
        (trade.last.to_string(), trade.size.unwrap().to_string()),
        ("64000.12".into(), "0.0120".into())
    );
    assert_eq!(
        (trade.seq, trade.is_trade, trade.time.to_string()),
        (Some(12), true, "2026-08-25T00:00:12.708706Z".into())
    );
    assert_eq!(trade.bid.unwrap().to_string(), "63999.70");
    // A ticker that was made before it brings its bid and ask all the same.
    let rest = ticks(&mut kraken, &ticker("BTC/USD", "64000.5", "12")).remove(0);
    assert_eq!((rest.time, rest.last.to_string()), (trade.time, "64000.12".into()));
}

#[test]
fn trades_from_before_fill_what_was_missed_and_nothing_else() {
    let mut kraken = kraken();
    let ids = |frames: Vec<Frame>| -> Vec<Option<u64>> {
        let seq = |frame| match frame {
            Frame::Tick(tick) => tick.seq,
            Frame::Late => None,
            other => panic!("{other:?}"),
        };
        frames.into_iter().filter_map(seq).map(Some).collect()
    };
    assert_eq!(
        ids(read(&mut kraken, &trades("snapshot", "BTC/USD", &[10, 11, 12]))),
        []
    );
    assert_eq!(
        ids(read(&mut kraken, &trades("update", "BTC/USD", &[13, 15]))),
        [Some(13), Some(15)]
    );
    assert_eq!(
        ids(read(&mut kraken, &trades("update", "BTC/USD", &[14, 13]))),
        [Some(14)],
        "one is late"
    );
    kraken.hello();
    kraken.subscribe(&names(&["BTC/USD", "ETH/USD"]));
    let snapshot = trades("snapshot", "BTC/USD", &[18, 17, 16, 15, 14]);
    assert_eq!(
        ids(read(&mut kraken, &snapshot)),
        [16, 17, 18].map(Some),
        "while there was no line"
    );
    assert_eq!(
        ids(read(&mut kraken, &trades("update", "BTC/USD", &[18, 19]))),
        [Some(19)]
    );
}

#[test]
fn asks_for_what_is_wanted_and_no_more() {
    let mut kraken = kraken();
    let trades = json!({"channel": "trade", "symbol": ["SOL/USD"], "snapshot": true});
    let prices = json!({"channel": "ticker", "symbol": ["SOL/USD"], "event_trigger": "trades", "snapshot": true});
    assert_eq!(
        json(kraken.subscribe(&names(&["SOL/USD"]))),
        [trades, prices].map(|params| json!({"method": "subscribe", "params": params}))
    );
    let trades = json!({"channel": "trade", "symbol": ["SOL/USD"]});
    let prices = json!({"channel": "ticker", "symbol": ["SOL/USD"], "event_trigger": "trades"});
    assert_eq!(
        json(kraken.unsubscribe(&names(&["SOL/USD"]))),
        [trades, prices].map(|params| json!({"method": "unsubscribe", "params": params}))
    );
    assert!(read(&mut kraken, &ticker("SOL/USD", "1", "01")).is_empty(), "any more");
}

#[test]
fn a_ticker_keeps_its_digits() {
    let tick = ticks(&mut kraken(), &ticker("BTC/USD", "64000.50", "00.123456")).remove(0);
    assert_eq!(
        [Some(tick.last), tick.bid, tick.ask, tick.volume].map(|n| n.unwrap().to_string()),
        ["64000.50", "63999.70", "64001.2", "12.25"]
    );
    assert_eq!(tick.time.to_string(), "2026-08-25T00:00:00.123456Z");
    assert_eq!(
        (tick.key.symbol.as_str(), tick.key.venue.as_str()),
        ("BTC/USD", "kraken")
    );
    let tiny = ticks(&mut kraken(), &ticker("BTC/USD", "1.50e-7", "00")).remove(0);
    assert_eq!(tiny.last.to_string(), "0.000000150");
}

#[test]
fn several_in_a_frame_and_none_of_what_has_no_price() {
    let both = r#"{"channel":"ticker","type":"snapshot","data":[{"symbol":"BTC/USD","last":2.0},
        {"symbol":"ETH/USD","last":null,"bid":1.0},{"symbol":"XRP/USD","last":1.0},{"symbol":"ETH/USD","last":3}]}"#;
    let ticks = ticks(&mut kraken(), both);
    let short: Vec<(&str, String, Timestamp)> = ticks
        .iter()
        .map(|tick| (tick.key.symbol.as_str(), tick.last.to_string(), tick.time))
        .collect();
    assert_eq!(short, [("BTC/USD", "2.0".into(), AT), ("ETH/USD", "3".into(), AT)]);
}

#[test]
fn what_is_older_is_late() {
    let mut kraken = kraken();
    ticks(&mut kraken, &ticker("BTC/USD", "1", "05"));
    assert!(matches!(
        read(&mut kraken, &ticker("BTC/USD", "2", "04"))[..],
        [Frame::Late]
    ));
    assert_eq!(
        ticks(&mut kraken, &ticker("ETH/USD", "2", "04")).len(),
        1,
        "counts for itself"
    );
    assert_eq!(
        ticks(&mut kraken, &ticker("BTC/USD", "2", "05")).len(),
        1,
        "of the same moment"
    );
}

#[test]
fn a_pair_it_does_not_know_is_refused() {
    let named = r#"{"error":"Currency pair not supported XBT/USD","method":"subscribe","req_id":1,"success":false,
        "symbol":"XBT/USD","time_in":"2026-08-25T00:00:00Z","time_out":"2026-08-25T00:00:00Z"}"#;
    for text in [named, &named.replace("\"symbol\":\"XBT/USD\",", "")] {
        let mut kraken = kraken();
        kraken.subscribe(&names(&["XBT/USD"]));
        let said = read(&mut kraken, text);
        let [Frame::Refused(pair, words)] = &said[..] else {
            panic!("{said:?}")
        };
        assert_eq!(
            (pair.as_str(), words.as_str()),
            ("XBT/USD", "Currency pair not supported XBT/USD")
        );
    }
    let mut kraken = kraken();
    kraken.subscribe(&names(&["XBT/USD"]));
    read(&mut kraken, named);
    assert!(read(&mut kraken, named).is_empty(), "of its other channel");
    let other = r#"{"error":"Exceeded msg rate","method":"subscribe","success":false}"#;
    assert!(matches!(read(&mut kraken, other)[..], [Frame::Fault(_)]));
}

#[test]
fn the_digits_of_a_pair_are_as_it_says_and_once_is_enough() {
    let mut kraken = kraken();
    let asked = json!({"method": "subscribe", "params": {"channel": "instrument"}});
    assert_eq!(json(kraken.hello()), [asked]);
    let said = read(
        &mut kraken,
        r#"{"channel":"instrument","type":"snapshot","data":{"assets":[{"id":"USD","precision":4}],"pairs":[
            {"symbol":"BTC/USD","base":"BTC","quote":"USD","status":"online","price_increment":0.1,
             "price_precision":1,"qty_increment":0.00000001}]}}"#,
    );
    let [Frame::Instrument(said), Frame::Reply(enough)] = &said[..] else {
        panic!("{said:?}")
    };
    assert_eq!((said.key.symbol.as_str(), said.digits), ("BTC/USD", 1));
    assert_eq!(said.currency.as_deref(), Some("USD"));
    assert!(
        enough.contains("unsubscribe") && enough.contains("instrument"),
        "{enough}"
    );
}

#[test]
fn everything_else_is_told_apart() {
    let mut kraken = kraken();
    let status = |system: &str| {
        format!(
            r#"{{"channel":"status","type":"update","data":[{{"api_version":"v2",
             "connection_id":10504484002566990987,"system":"{system}","version":"2.0.10"}}]}}"#
        )
    };
    for other in [
        r#"{"channel":"heartbeat"}"#,
        r#"{"method":"pong","req_id":7}"#,
        r#"{"channel":"tomorrow","data":7}"#,
        r#"{"method":"subscribe","result":{"channel":"ticker","snapshot":true,"symbol":"BTC/USD"},"success":true,
            "time_in":"x","time_out":"y","req_id":1}"#,
        &status("online"),
    ] {
        assert!(read(&mut kraken, other).is_empty(), "{other}");
    }
    let ended = read(&mut kraken, &status("maintenance"));
    assert!(
        matches!(&ended[..], [Frame::End(_, pause)] if *pause == MAINTENANCE),
        "{ended:?}"
    );
    assert!(matches!(
        read(&mut kraken, &status("cancel_only"))[..],
        [Frame::Fault(_)]
    ));
    for garbage in [
        "",
        "[]",
        "{}",
        r#"{"channel":"ticker"}"#,
        r#"{"channel":"ticker","data":[{"symbol":"BTC/USD","last":true}]}"#,
        r#"{"channel":"ticker","data":[{"symbol":"BTC/USD","last":1,"timestamp":"noon"}]}"#,
    ] {
        assert!(
            matches!(read(&mut kraken, garbage)[..], [Frame::Garbage(_)]),
            "{garbage}"
        );
    }
    survives(
        kraken,
        &[
            r#"{"channel":"ticker","data":[{"symbol":"BTC/USD","last":NUMBER,"change":WORD,"timestamp":WORD}]}"#,
            r#"{"channel":"ticker","data":[{"symbol":"BTC/USD","last":NUMBER,"change":NUMBERe-5}]}"#,
            r#"{"channel":"trade","data":[{"symbol":"ETH/USD","price":NUMBER,"qty":WORD,"trade_id":NUMBER,"timestamp":"2026-08-25T00:00:00Z"}]}"#,
            r#"{"method":"subscribe","success":false,"error":WORD}"#,
            r#"{"method":"subscribe","success":true,"result":{"channel":WORD,"symbol":WORD}}"#,
            r#"{"channel":"status","data":[{"system":WORD}]}"#,
        ],
    );
}
