//! What Coinbase's frames mean.

use super::{
    super::frames::testing::{json, names, read, survives, ticks},
    *,
};

fn coinbase() -> Coinbase {
    let mut coinbase = Coinbase::new("ws://x".into());
    coinbase.hello();
    coinbase.subscribe(&names(&["BTC-USD", "ETH-USD"]));
    coinbase
}

fn ticker(product: &str, sequence: u64, trade: u64, price: &str) -> String {
    format!(
        r#"{{"type":"ticker","sequence":{sequence},"product_id":"{product}","price":"{price}","open_24h":"1310.79",
         "volume_24h":"245532.79","low_24h":"1280.52","high_24h":"1313.8","volume_30d":"9788783.6",
         "best_bid":"1285.04","best_bid_size":"0.46","best_ask":"1285.27","best_ask_size":"1.56",
         "side":"buy","time":"2022-10-19T23:28:22.061769Z","trade_id":{trade},"last_size":"11.43"}}"#
    )
}

fn matched(product: &str, trade: u64, price: &str, size: &str) -> String {
    format!(
        r#"{{"type":"match","trade_id":{trade},"sequence":50,"maker_order_id":"a","taker_order_id":"b",
         "time":"2022-10-19T23:28:22.061769Z","product_id":"{product}","size":"{size}","price":"{price}","side":"sell"}}"#
    )
}

fn heartbeat(trade: u64) -> String {
    format!(
        r#"{{"type":"heartbeat","sequence":90,"last_trade_id":{trade},"product_id":"BTC-USD","time":"2022-10-19T23:28:22Z"}}"#
    )
}

#[test]
fn asks_for_what_is_wanted_and_no_more() {
    let mut coinbase = coinbase();
    for (what, frames) in [
        ("subscribe", coinbase.subscribe(&names(&["SOL-USD"]))),
        ("unsubscribe", coinbase.unsubscribe(&names(&["SOL-USD"]))),
    ] {
        let asked = serde_json::json!({"type": what, "product_ids": ["SOL-USD"], "channels": ["matches", "ticker", "heartbeat"]});
        assert_eq!(json(frames), [asked]);
    }
    assert!(
        read(&mut coinbase, &ticker("SOL-USD", 1, 1, "1")).is_empty(),
        "any more"
    );
}

#[test]
fn a_ticker_keeps_its_digits() {
    let tick = ticks(&mut coinbase(), &ticker("ETH-USD", 7, 1, "1285.20")).remove(0);
    assert_eq!(
        (tick.last.to_string(), tick.open),
        ("1285.20".into(), None),
        "what it was a day ago is no open"
    );
    assert_eq!(
        (tick.bid.unwrap().to_string(), tick.ask.unwrap().to_string()),
        ("1285.04".into(), "1285.27".into())
    );
    assert_eq!(tick.volume.unwrap().to_string(), "245532.79");
    assert_eq!(tick.size.unwrap().to_string(), "11.43");
    assert_eq!(
        (tick.time.to_string(), tick.seq),
        ("2022-10-19T23:28:22.061769Z".into(), Some(1))
    );
}

#[test]
fn a_late_trade_counts_and_a_known_one_does_not() {
    let mut coinbase = coinbase();
    let mut is = |text: &str| match &read(&mut coinbase, text)[..] {
        [Frame::Tick(tick)] if tick.is_trade => "trade",
        [Frame::Tick(_)] => "figures",
        [Frame::Late] => "known",
        [Frame::Garbage(_)] => "garbage",
        other => panic!("{other:?}"),
    };
    assert_eq!(is(&ticker("BTC-USD", 20, 10, "1")), "trade");
    assert_eq!(is(&ticker("BTC-USD", 20, 10, "2")), "known");
    assert_eq!(is(&ticker("BTC-USD", 19, 9, "2")), "trade", "late");
    assert_eq!(is(&ticker("BTC-USD", 19, 9, "2")), "known");
    assert_eq!(is(&ticker("ETH-USD", 19, 9, "2")), "trade", "counts for itself");
    assert_eq!(is(&ticker("BTC-USD", 99, 99, "x")), "garbage");
    assert_eq!(is(&ticker("BTC-USD", 21, 11, "2")), "trade", "the bad one left no mark");
    assert_eq!(is(&matched("BTC-USD", 11, "2", "1")), "known", "the ticker told it");
    coinbase.hello();
    coinbase.subscribe(&names(&["BTC-USD"]));
    assert_eq!(
        ticks(&mut coinbase, &ticker("BTC-USD", 5, 3, "2")).len(),
        1,
        "a new connection"
    );
}

#[test]
fn matches_bring_every_trade_and_tickers_the_rest() {
    let mut coinbase = coinbase();
    let first = ticks(&mut coinbase, &matched("BTC-USD", 7, "96412.50", "0.25000000")).remove(0);
    assert_eq!(
        (first.last.to_string(), first.size.unwrap().to_string(), first.seq),
        ("96412.50".into(), "0.25000000".into(), Some(7))
    );
    assert_eq!((first.is_trade, first.bid), (true, None));
    ticks(&mut coinbase, &matched("BTC-USD", 8, "96412.40", "0.5"));
    let rest = ticks(&mut coinbase, &ticker("BTC-USD", 1, 8, "96412.40")).remove(0);
    assert_eq!((rest.is_trade, rest.size, rest.seq), (false, None, None));
    assert_eq!(rest.bid.unwrap().to_string(), "1285.04");
    let next = ticks(&mut coinbase, &matched("BTC-USD", 9, "96412.30", "1")).remove(0);
    assert_eq!(next.ask.unwrap().to_string(), "1285.27");
    // One never came, and comes late.
    let after = read(&mut coinbase, &matched("BTC-USD", 11, "96412", "1"));
    assert!(matches!(after[..], [Frame::Gap, Frame::Tick(_)]), "{after:?}");
    assert!(ticks(&mut coinbase, &matched("BTC-USD", 10, "96412", "1"))[0].is_trade);
    let again = matched("BTC-USD", 11, "96412", "1").replace("\"match\"", "\"last_match\"");
    assert!(matches!(read(&mut coinbase, &again)[..], [Frame::Late]));
}

#[test]
fn heartbeats_show_gaps_once() {
    let mut coinbase = coinbase();
    assert!(read(&mut coinbase, &heartbeat(19)).is_empty(), "nothing heard yet");
    read(&mut coinbase, &ticker("BTC-USD", 1, 20, "1"));
    assert!(read(&mut coinbase, &heartbeat(20)).is_empty());
    assert!(matches!(read(&mut coinbase, &heartbeat(22))[..], [Frame::Gap]));
    assert!(read(&mut coinbase, &heartbeat(22)).is_empty());
}

#[test]
fn a_product_it_does_not_know_is_refused_and_the_others_are_asked_for_again() {
    let mut coinbase = coinbase();
    coinbase.subscribe(&names(&["NO-PE"]));
    let error = r#"{"type":"error","message":"Failed to subscribe","reason":"NO-PE is not a valid product"}"#;
    let said = read(&mut coinbase, error);
    let [Frame::Refused(product, words), Frame::Reply(again)] = &said[..] else {
        panic!("{said:?}")
    };
    assert_eq!(product, "NO-PE");
    assert_eq!(words, "Failed to subscribe: NO-PE is not a valid product");
    assert!(again.contains("BTC-USD") && again.contains("ETH-USD") && !again.contains("NO-PE"));
    assert!(
        matches!(read(&mut coinbase, error)[..], [Frame::Fault(_)]),
        "asked for no more"
    );
}

#[test]
fn the_digits_of_a_product_are_as_it_says_and_once_is_enough() {
    let mut coinbase = coinbase();
    let asked = serde_json::json!({"type": "subscribe", "channels": ["status"]});
    assert_eq!(json(coinbase.hello()), [asked]);
    let status = r#"{"type":"status","products":[{"id":"BTC-USD","base_currency":"BTC","quote_currency":"USD",
        "base_increment":"0.00000001","quote_increment":"0.01000000","display_name":"BTC/USD","status":"online",
        "margin_enabled":false}],"currencies":[{"id":"USD","name":"United States Dollar"}]}"#;
    let said = read(&mut coinbase, status);
    let [Frame::Instrument(said), Frame::Reply(enough)] = &said[..] else {
        panic!("{said:?}")
    };
    assert_eq!((said.key.symbol.as_str(), said.digits), ("BTC-USD", 2));
    assert_eq!(
        (said.name.as_deref(), said.currency.as_deref()),
        (Some("BTC/USD"), Some("USD"))
    );
    assert!(enough.contains("unsubscribe") && enough.contains("status"), "{enough}");
}

#[test]
fn everything_else_is_told_apart() {
    let mut coinbase = coinbase();
    for other in [
        r#"{"type":"subscriptions","channels":[{"name":"ticker","product_ids":["BTC-USD"]}]}"#,
        r#"{"type":"auction","mode":"soon"}"#,
        &ticker("DOGE-USD", 1, 1, "1"),
    ] {
        assert!(read(&mut coinbase, other).is_empty(), "{other}");
    }
    for garbage in [
        "",
        "hello",
        "[]",
        "{}",
        r#"{"type":7}"#,
        r#"{"type":"ticker"}"#,
        r#"{"type":"ticker","product_id":"BTC-USD"}"#,
    ] {
        assert!(
            matches!(read(&mut coinbase, garbage)[..], [Frame::Garbage(_)]),
            "{garbage}"
        );
    }
    survives(
        coinbase,
        &[
            r#"{"type":"ticker","product_id":"BTC-USD","trade_id":NUMBER,"price":WORD,"time":"2026-01-05T10:00:00Z"}"#,
            r#"{"type":"match","product_id":"BTC-USD","trade_id":NUMBER,"price":"1","size":WORD,"time":"2026-01-05T10:00:00Z"}"#,
            r#"{"type":"error","message":WORD,"reason":WORD}"#,
            r#"{"type":"heartbeat","product_id":"BTC-USD","last_trade_id":NUMBER}"#,
        ],
    );
}
