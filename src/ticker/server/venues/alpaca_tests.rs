//! What Alpaca's frames mean.

use super::{
    super::frames::testing::{json, names, read, survives, ticks},
    *,
};

fn alpaca() -> Alpaca {
    let (Ok(key), Ok(secret)) = ("K".parse(), "S".parse());
    let mut alpaca = Alpaca::new("ws://x".into(), &key, &secret);
    alpaca.hello();
    alpaca.subscribe(&names(&["AAPL", "AMD"]));
    alpaca
}

fn trade(symbol: &str, id: u64, price: &str, second: u32) -> String {
    format!(
        r#"{{"T":"t","i":{id},"S":"{symbol}","x":"D","p":{price},"s":1,"t":"2021-02-22T15:51:{second:02}.208000001Z",
         "c":["@","I"],"z":"C"}}"#
    )
}

fn quote(symbol: &str, bid: &str, ask: &str, second: u32) -> String {
    format!(
        r#"{{"T":"q","S":"{symbol}","bx":"U","bp":{bid},"bs":1,"ax":"Q","ap":{ask},"as":4,
         "t":"2021-02-22T15:51:{second:02}Z","c":["R"],"z":"C"}}"#
    )
}

fn error(code: u16, msg: &str) -> String {
    format!(r#"[{{"T":"error","code":{code},"msg":"{msg}"}}]"#)
}

#[test]
fn signs_in_when_it_is_connected_and_is_ready_when_it_is_let_in() {
    let mut alpaca = alpaca();
    let said = read(&mut alpaca, r#"[{"T":"success","msg":"connected"}]"#);
    let [Frame::Reply(login)] = &said[..] else {
        panic!("{said:?}")
    };
    assert_eq!(
        json(vec![login.clone()]),
        [json!({"action": "auth", "key": "K", "secret": "S"})]
    );
    assert!(matches!(
        read(&mut alpaca, r#"[{"T":"success","msg":"authenticated"}]"#)[..],
        [Frame::Ready]
    ));
    assert_eq!(alpaca.secrets(), ["K", "S"]);
}

#[test]
fn asks_for_what_is_wanted_and_no_more() {
    let mut alpaca = alpaca();
    for (what, frames) in [
        ("subscribe", alpaca.subscribe(&names(&["IBM"]))),
        ("unsubscribe", alpaca.unsubscribe(&names(&["IBM"]))),
    ] {
        assert_eq!(
            json(frames),
            [json!({"action": what, "trades": ["IBM"], "quotes": ["IBM"]})]
        );
    }
    let trade = format!("[{}]", trade("IBM", 1, "1", 1));
    assert!(read(&mut alpaca, &trade).is_empty(), "any more");
}

#[test]
fn trades_and_quotes_make_one_picture_with_their_digits() {
    let mut alpaca = alpaca();
    let first = format!("[{}]", quote("AAPL", "126.50", "126.6", 1));
    assert!(read(&mut alpaca, &first).is_empty(), "no price before a trade");
    let both = format!(
        "[{},{},{}]",
        trade("AAPL", 1, "126.550", 2),
        trade("AMD", 2, "87.7", 2),
        quote("AAPL", "126.51", "0", 3)
    );
    let ticks = ticks(&mut alpaca, &both);
    assert_eq!(ticks.len(), 3);
    let sizes: Vec<_> = ticks
        .iter()
        .map(|tick| tick.size.map(|size| size.to_string()))
        .collect();
    assert_eq!(
        sizes,
        [Some("1".to_owned()), Some("1".to_owned()), None],
        "a quote is no trade"
    );
    assert_eq!(
        ticks.iter().map(|tick| tick.is_trade).collect::<Vec<_>>(),
        [true, true, false]
    );
    let figures = |tick: &Tick| [Some(tick.last), tick.bid, tick.ask].map(|n| n.map(|n| n.to_string()));
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(figures(&ticks[0]), [some("126.550"), some("126.50"), some("126.6")]);
    assert_eq!(figures(&ticks[1]), [some("87.7"), None, None]);
    assert_eq!(
        figures(&ticks[2]),
        [some("126.550"), some("126.51"), None],
        "an empty side is none"
    );
    assert_eq!(ticks[0].time.to_string(), "2021-02-22T15:51:02.208000Z");
    assert_eq!(ticks[2].time.to_string(), "2021-02-22T15:51:03.000000Z");
}

#[test]
fn duplicates_and_late_quotes_do_not_replace() {
    let mut alpaca = alpaca();
    let mut is = |message: String| match &read(&mut alpaca, &format!("[{message}]"))[..] {
        [Frame::Tick(_)] => "tick",
        [Frame::Late] => "late",
        [] => "nothing",
        other => panic!("{other:?}"),
    };
    assert_eq!(is(trade("AAPL", 7, "1", 5)), "tick");
    assert_eq!(is(trade("AAPL", 7, "2", 5)), "late", "the same");
    assert_eq!(is(trade("AAPL", 8, "2", 4)), "tick", "counts at its own time");
    assert_eq!(is(trade("AAPL", 3, "2", 5)), "tick", "another of that moment");
    assert_eq!(is(quote("AAPL", "1", "2", 5)), "tick");
    assert_eq!(is(quote("AAPL", "1", "3", 4)), "late");
    assert_eq!(is(quote("AMD", "1", "3", 4)), "nothing", "counts for itself");
}

#[test]
fn a_trade_keeps_its_time_beside_a_newer_quote_and_a_late_one_is_not_the_price() {
    let mut alpaca = alpaca();
    ticks(&mut alpaca, &format!("[{}]", trade("AAPL", 1, "1", 1)));
    ticks(&mut alpaca, &format!("[{}]", quote("AAPL", "4", "5", 9)));
    let both = ticks(&mut alpaca, &format!("[{}]", trade("AAPL", 2, "2", 5)));
    let [traded, known] = &both[..] else { panic!("{both:?}") };
    assert!(traded.is_trade && traded.time.to_string().contains(":05") && traded.last == 2.into());
    assert!(!known.is_trade && known.time.to_string().contains(":09") && known.last == 2.into());
    let late = ticks(&mut alpaca, &format!("[{}]", trade("AAPL", 3, "3", 4)));
    assert!(late.len() == 1 && late[0].time.to_string().contains(":04") && late[0].last == 3.into());
    let next = ticks(&mut alpaca, &format!("[{}]", quote("AAPL", "4", "6", 10)));
    assert_eq!(next[0].last, 2.into());
}

#[test]
fn errors_end_the_line_or_refuse_what_was_asked_last() {
    let ends = |code| match &read(&mut alpaca(), &error(code, "no"))[..] {
        [Frame::End(words, pause)] => (words.clone(), *pause),
        other => panic!("{other:?}"),
    };
    assert_eq!(ends(402), ("no (402)".to_owned(), WRONG_KEY));
    assert_eq!(ends(406).1, ONE_CONNECTION);
    assert_eq!(ends(404).1, Duration::ZERO);
    let mut alpaca = alpaca();
    read(
        &mut alpaca,
        r#"[{"T":"subscription","trades":["AAPL","AMD"],"quotes":["AAPL","AMD"]}]"#,
    );
    alpaca.unsubscribe(&names(&["AMD"]));
    alpaca.subscribe(&names(&["IBM", "GE"]));
    assert!(
        matches!(read(&mut alpaca, &error(410, "no"))[..], [Frame::Fault(_)]),
        "the first"
    );
    let said = read(&mut alpaca, &error(405, "symbol limit exceeded"));
    let refused: Vec<&str> = said
        .iter()
        .map(|frame| match frame {
            Frame::Refused(symbol, words) if words == "symbol limit exceeded (405)" => symbol.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(refused, ["IBM", "GE"]);
}

#[test]
fn everything_else_is_told_apart() {
    let mut alpaca = alpaca();
    for other in [
        "[]",
        r#"[{"T":"b","S":"AAPL","o":1,"t":"2021-02-22T19:15:00Z"}]"#,
        r#"[{"T":"s","S":"AAPL","sc":"H","t":"x"},{"T":"success","msg":"later"}]"#,
        r#"[{"T":"error","code":403,"msg":"already authenticated"}]"#,
    ] {
        assert!(read(&mut alpaca, other).is_empty(), "{other}");
    }
    for garbage in ["", "{}", "[{}]", r#"[{"T":"t","S":"AAPL","i":1,"t":7,"p":1}]"#] {
        assert!(
            matches!(read(&mut alpaca, garbage)[..], [Frame::Garbage(_)]),
            "{garbage}"
        );
    }
    let mixed = format!(r#"[{{"T":"t","S":"AAPL"}},{}]"#, trade("AAPL", 1, "1", 1));
    assert!(matches!(
        read(&mut alpaca, &mixed)[..],
        [Frame::Garbage(_), Frame::Tick(_)]
    ));
    survives(
        alpaca,
        &[
            r#"[{"T":"t","S":"AAPL","i":NUMBER,"p":NUMBER,"t":WORD}]"#,
            r#"[{"T":"q","S":"AAPL","bp":WORD,"ap":NUMBER,"t":"2021-02-22T15:51:01Z"}]"#,
            r#"[{"T":"error","code":NUMBER,"msg":WORD}]"#,
        ],
    );
}
