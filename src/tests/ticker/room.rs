//! What bounds what is shown and asked for: a board that is full, pages of a symbol that is seldom traded; and what a fresh
//! demo has.

use futures::StreamExt;
use serde_json::json;

use super::{
    TestApp,
    bars::{desk, get},
    post, quote,
    stream::read,
};
use crate::ticker::{
    model::Key,
    server::{Ticker, ingest::take, record::SYMBOLS, tick::Tick},
    wire::Update,
};

fn line(symbol: &str, last: u32, time: &str) -> String {
    format!("{{\"symbol\":\"{symbol}\",\"venue\":\"desk\",\"last\":{last},\"time\":\"{time}\"}}\n")
}

#[tokio::test]
async fn a_full_board_makes_room_for_a_symbol_and_keeps_the_bars_of_the_one_that_goes() {
    let (app, token) = desk().await;
    let ticker = &app.running.state.ticker;
    let now = crate::time::Timestamp::now().to_string();
    let held = Key {
        symbol: "S0".into(),
        venue: "desk".into(),
    };
    let ines = app.sign_in("ines").await;
    let made = ines
        .client
        .post(format!("{}/do/make_list", app.url))
        .form(&[("name", "Held")]);
    assert!(made.send().await.expect("an answer").status().is_success());
    let add = [("list", "1"), ("symbol", "S0"), ("venue", "desk")];
    let added = ines.client.post(format!("{}/do/add_to_list", app.url)).form(&add);
    assert!(added.send().await.expect("an answer").status().is_success());
    // The longest silent are the first; all but two have a price of now.
    let many: String = (0..SYMBOLS)
        .map(|n| match n {
            0 | 1 => line(&format!("S{n}"), 1, "2026-01-05T10:00:00Z"),
            n => line(&format!("S{n}"), 1, &now),
        })
        .collect();
    post(ticker, &many).await;
    post(ticker, &line("NEW", 7, &now)).await;
    let keys = ticker.public_board().keys();
    let has = |symbol: &str| keys.iter().any(|key| key.symbol == symbol);
    assert_eq!(keys.len(), SYMBOLS);
    assert!(has("NEW") && has("S0") && !has("S1"), "the one on a list stays");
    // There is none besides.
    let refused = take(&ticker.recorder, "desk", line("MORE", 1, &now).as_bytes()).await;
    let refused = refused.expect("a report").rejected;
    assert!(
        format!("{refused:?}")
            .contains("the board is full: it holds 2000 symbols, and each of them had a price in the last 7 days"),
        "{refused:?}"
    );
    let app = app.again().await;
    let ticker = &app.running.state.ticker;
    assert_eq!(ticker.public_board().quote(&held).expect("kept").last, 1.into());
    let (status, bars) = get(&app, &token, "/bars?symbol=S1&interval=1d").await;
    assert_eq!((status, bars["bars"][0]["close"].clone()), (200, json!("1")), "{bars}");
    app.running.stop().await;
}

#[tokio::test]
async fn what_made_room_is_told_by_itself_and_comes_back_as_its_bars_know_it() {
    let (app, _) = desk().await;
    let ticker = &app.running.state.ticker;
    let now = crate::time::Timestamp::now().to_string();
    let old = |n: usize| {
        let sized = |day: u32, time: &str, last: u32| {
            line(&format!("S{n}"), last, &format!("2026-01-0{day}T{time}:00Z")).replace('}', r#","size":1}"#)
        };
        [sized(4, "10:00", 2), sized(5, "09:50", 5), sized(5, "10:00", 3)].concat()
    };
    let many: String = (0..SYMBOLS)
        .map(|n| if n < 3 { old(n) } else { line(&format!("S{n}"), 1, &now) })
        .collect();
    post(ticker, &many).await;
    let mut events = ticker.feed().open(Some(ticker.board().cursor));
    post(ticker, &line("NEW", 7, &now)).await;
    for n in 0..3 {
        let event = tokio::time::timeout(super::PATIENCE, events.next())
            .await
            .expect("in time");
        let update = read(&event.expect("an event"));
        assert!(
            matches!(&update, Update::Gone(gone) if gone.key.symbol == format!("S{n}")),
            "{update:?}"
        );
    }
    assert_eq!(ticker.public_board().keys().len(), SYMBOLS - 2);
    // A late one brings it back, and is no newer than what its bars have.
    post(ticker, &line("S0", 4, "2026-01-05T09:55:00Z")).await;
    let figures = |ticker: &Ticker, symbol: &str| {
        let quote = quote(&ticker.board(), symbol).expect("it is back");
        let range = quote.range.map(|range| *range);
        let day = (quote.open, quote.previous_close, quote.volume, range);
        (quote.last, quote.time.minute(), day)
    };
    let as_known = |volume: i64| {
        let day = (
            Some(5.into()),
            Some(2.into()),
            Some(volume.into()),
            Some((3.into(), 5.into())),
        );
        (3.into(), "10:00".to_owned(), day)
    };
    assert_eq!(figures(ticker, "S0"), as_known(2));
    // The same after a restart, and of what brings no bar.
    let app = app.again().await;
    let ticker = &app.running.state.ticker;
    let quoted = Tick {
        key: Key {
            symbol: "S1".into(),
            venue: "desk".into(),
        },
        last: 9.into(),
        open: None,
        previous_close: None,
        bid: Some(8.into()),
        ask: None,
        volume: None,
        size: None,
        time: crate::time::Timestamp::parse("2026-01-05T09:59:00Z").expect("a time"),
        seq: None,
        is_trade: false,
        demo: false,
    };
    assert_eq!(ticker.recorder.record(quoted), Ok(false), "late");
    ticker.recorder.committed().await.expect("kept");
    assert_eq!(figures(ticker, "S1"), as_known(2));
    // What is away goes with its venue, too.
    ticker.recorder.forget("desk");
    ticker.recorder.committed().await.expect("kept");
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM series")
        .fetch_one(&ticker.db.readers)
        .await
        .expect("a count");
    assert_eq!((left, ticker.board().quotes.len()), (0, 0));
    app.running.stop().await;
}

#[tokio::test]
async fn a_page_of_a_seldom_traded_symbol_is_filled_up_to_its_limit() {
    let (app, token) = desk().await;
    let seconds = (0..400).map(|n: u32| {
        let (hour, minute) = (n / 60, n % 60);
        line("RARE", n + 1, &format!("2026-01-05T{hour:02}:{minute:02}:30Z"))
    });
    post(&app.running.state.ticker, &seconds.collect::<String>()).await;
    let path = "/bars?symbol=RARE&interval=1s&from=2026-01-05T00:00:00Z&limit=350";
    let (_, first) = get(&app, &token, path).await;
    let many = |answer: &serde_json::Value| answer["bars"].as_array().expect("a list").len();
    assert_eq!((many(&first), &first["bars"][349]["close"]), (350, &json!("350")));
    let next = first["next"].as_str().expect("more");
    let (_, rest) = get(&app, &token, &format!("{path}&cursor={next}")).await;
    assert_eq!(
        (many(&rest), &rest["bars"][0]["close"], rest.get("next")),
        (50, &json!("351"), None)
    );
    let (_, hours) = get(&app, &token, &path.replace("1s", "1h")).await;
    assert_eq!((many(&hours), &hours["bars"][6]["minutes"]), (7, &json!(40)));
    app.running.stop().await;
}

#[tokio::test]
async fn a_fresh_demo_has_a_day_of_bars_and_volumes() {
    let app = TestApp::start().await;
    app.admin().await;
    let token = super::bars::reader(&app).await;
    let day = async {
        loop {
            let (status, answer) = get(&app, &token, "/bars?symbol=BTC-USD&venue=demo&interval=1m&limit=2000").await;
            let bars = answer["bars"].as_array().cloned().unwrap_or_default();
            if status == 200 && bars.len() >= 1_440 {
                return bars;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let bars = tokio::time::timeout(super::PATIENCE, day).await.expect("a day in time");
    assert!(bars.iter().all(|bar| bar["volume"].is_string()));
    let (_, quotes) = get(&app, &token, "/quotes?symbols=BTC-USD").await;
    let quote = &quotes[0];
    assert!(quote["demo"] == json!(true) && quote["volume"].is_string(), "{quote}");
    assert_eq!(quote["volume"], quote["day"]["volume"]);
    assert!(
        quote["previous_close"].is_string() && quote["change"].is_string(),
        "{quote}"
    );
    app.running.stop().await;
}
