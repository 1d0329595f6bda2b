//! A symbol at two venues: whoever names none gets the same one everywhere, is told which, and can name the other.

use serde_json::{Value, json};

use super::{
    TestApp,
    bars::{desk, get},
    post,
};
use crate::{
    chat::{server::quoting::link::Own, wire::ServerFrame},
    ids::RoomId,
    tests::socket::Socket,
    ticker::server::lists::text,
};

const DESK: RoomId = RoomId(1);

async fn told(socket: &mut Socket, name: &str, body: &str) -> String {
    socket.post(DESK, name, body).await;
    let pick = |frame| match frame {
        ServerFrame::Done { note, .. } => Some(note.unwrap_or_default()),
        ServerFrame::Refused { error, .. } => Some(error.to_string()),
        _ => None,
    };
    socket.until(pick).await.expect("an answer")
}

async fn charted(app: &TestApp, ines: &crate::tests::app::Member, asked: Value) -> (String, Value) {
    let request = ines.client.post(format!("{}/do/chart", app.url));
    let chart: Value = request
        .json(&json!({ "asked": asked }))
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    (
        chart["venue"].as_str().expect("a venue").to_owned(),
        chart["elsewhere"].clone(),
    )
}

#[tokio::test]
async fn lists_messages_alerts_charts_and_programs_mean_the_same_venue() {
    let (app, token) = desk().await;
    let ines = app.sign_in("ines").await;
    let ticker = &app.running.state.ticker;
    // The newest price is at the later one by name, which is not what decides.
    for (venue, last, second) in [("albion", "10.50", 1), ("bourse", "20.50", 5), ("ancient", "5", 0)] {
        let day = if venue == "ancient" { 1 } else { 5 };
        let line =
            format!(r#"{{"symbol":"TWO","venue":"{venue}","last":"{last}","time":"2026-01-0{day}T10:00:0{second}Z"}}"#);
        post(ticker, &line).await;
    }
    let listed = |written: &str| {
        ticker
            .lists
            .market
            .resolve(text::read(written).expect("read"))
            .expect("known")
    };
    assert_eq!(
        (listed("two")[0].venue.as_str(), listed("bourse:TWO")[0].venue.as_str()),
        ("albion", "bourse")
    );
    let mut socket = ines.socket(&app).await;
    socket.follow(DESK, None).await;
    socket.post(DESK, "one", "$TWO or $bourse:TWO").await;
    let said = socket.said().await.expect("said").html.expect("marked up");
    let [first, second] = ["data-said=\"10.50\"", "data-said=\"20.50\""].map(|part| said.find(part).expect("a price"));
    assert!(first < second && said.contains("data-venue=\"albion\""), "{said}");
    let price = told(&mut socket, "two", "/price TWO").await;
    assert!(price.starts_with("TWO 10.50 0.00 (0.00%) at albion"), "{price}");
    assert!(
        price.contains("TWO 20.50 0.00 (0.00%) at bourse") && price.contains("TWO 5 0 (0.00%) at ancient"),
        "{price}"
    );
    assert!(
        price.contains("%26venue%3Dalbion"),
        "what is shared is the one that is meant: {price}"
    );
    let price = told(&mut socket, "three", "/price bourse:two").await;
    assert!(
        price.starts_with("TWO 20.50 0.00 (0.00%) at bourse") && !price.contains("albion"),
        "{price}"
    );
    let alert = told(&mut socket, "four", "/alert TWO > 100").await;
    assert!(
        alert.contains("That is TWO at albion; there are prices at bourse, ancient, too, such as bourse:TWO."),
        "{alert}"
    );
    let elsewhere = json!(["bourse", "ancient"]);
    assert_eq!(
        charted(&app, &ines, json!({"symbol": "TWO"})).await,
        ("albion".into(), elsewhere)
    );
    let named = charted(&app, &ines, json!({"symbol": "TWO", "venue": "bourse"})).await;
    assert_eq!(named, ("bourse".into(), json!(["albion", "ancient"])));
    for (query, venue) in [
        ("symbol=TWO", "albion"),
        ("symbol=TWO&venue=bourse", "bourse"),
        ("symbol=bourse:TWO", "bourse"),
    ] {
        let (status, bars) = get(&app, &token, &format!("/bars?{query}")).await;
        assert_eq!(
            (status, &bars["venue"], &bars["symbol"]),
            (200, &json!(venue), &json!("TWO")),
            "{bars}"
        );
    }
    app.running.stop().await;
}

#[tokio::test]
async fn a_symbol_that_was_only_quoted_has_a_page() {
    let (app, _) = desk().await;
    let ines = app.sign_in("ines").await;
    let ticker = &app.running.state.ticker;
    let tick = crate::ticker::server::tick::Tick {
        key: crate::ticker::model::Key {
            symbol: "QUIET".into(),
            venue: "desk".into(),
        },
        last: 7.into(),
        open: Some(5.into()),
        previous_close: None,
        bid: None,
        ask: None,
        volume: None,
        size: None,
        time: crate::time::Timestamp::now(),
        seq: None,
        is_trade: false,
        demo: false,
    };
    ticker.recorder.record(tick).expect("taken");
    ticker.recorder.committed().await.expect("kept");
    let page = ines
        .client
        .get(format!("{}/ticker/chart?symbol=QUIET", app.url))
        .send()
        .await
        .expect("an answer");
    let page = page.text().await.expect("a page");
    for shown in ["Nothing was traded yet.", "+40.00%", "+2 since the open"] {
        assert!(page.contains(shown), "{shown} in {page}");
    }
    app.running.stop().await;
}

#[tokio::test]
async fn a_venue_and_a_symbol_are_found_in_any_letters_by_everybody() {
    let (app, token) = desk().await;
    let ines = app.sign_in("ines").await;
    let ticker = &app.running.state.ticker;
    post(ticker, r#"{"symbol":"EURUSD","venue":"fx","last":"1.10"}"#).await;
    post(ticker, r#"{"symbol":"EURUSD","venue":"bank","last":"1.20"}"#).await;
    // A message, a command, a chart, a program, and a link to a chart.
    let mut socket = ines.socket(&app).await;
    socket.follow(DESK, None).await;
    socket.post(DESK, "one", "$FX:EURUSD or $eurusd").await;
    let said = socket.said().await.expect("said").html.expect("marked up");
    let [first, second] = ["data-said=\"1.10\"", "data-said=\"1.20\""].map(|part| said.find(part).expect("a price"));
    assert!(first < second, "{said}");
    let price = told(&mut socket, "two", "/price FX:eurusd").await;
    assert!(price.starts_with("EURUSD 1.10 0.00 (0.00%) at fx"), "{price}");
    let (venue, elsewhere) = charted(&app, &ines, json!({"symbol": "eurusd", "venue": "FX"})).await;
    assert_eq!((venue.as_str(), elsewhere), ("fx", json!(["bank"])));
    // What is compared, an alert, and a list.
    let compare = json!({"symbol": "EURUSD", "venue": "fx", "with": "BANK:eurusd"});
    let request = ines.client.post(format!("{}/do/chart", app.url));
    let both = request
        .json(&json!({ "asked": compare }))
        .send()
        .await
        .expect("an answer");
    let both: Value = both.json().await.expect("JSON");
    assert_eq!(both["other"]["written"], "bank:EURUSD", "{both}");
    let alert = told(&mut socket, "three", "/alert BANK:eurusd > 5").await;
    assert!(!alert.contains("BANK") && !alert.contains("eurusd"), "{alert}");
    let written = text::read("BANK:eurusd\nBank:GBPUSD").expect("two symbols");
    let keys = ticker.lists.market.resolve(written).expect("both known by their venue");
    let keys: Vec<String> = keys.iter().map(|key| format!("{}:{}", key.venue, key.symbol)).collect();
    assert_eq!(keys, ["bank:EURUSD", "bank:GBPUSD"]);
    for (query, venue) in [
        ("symbol=eurusd", "bank"),
        ("symbol=Fx:Eurusd", "fx"),
        ("symbol=EURUSD&venue=FX", "fx"),
    ] {
        let (status, bars) = get(&app, &token, &format!("/bars?{query}")).await;
        assert_eq!(
            (status, &bars["venue"], &bars["symbol"]),
            (200, &json!(venue), &json!("EURUSD")),
            "{bars}"
        );
    }
    let own = Own {
        host: Some("desk.test".into()),
        port: 443,
    };
    for (query, venue) in [("symbol=EURUSD&venue=FX", "at fx"), ("symbol=eurusd", "at bank")] {
        let link = own
            .link(&format!("https://desk.test/ticker/chart?{query}"))
            .expect("our own");
        let shown = ticker
            .quoted()
            .snapshot(&link, DESK)
            .await
            .expect("read")
            .expect("something");
        assert_eq!((shown.title.as_str(), shown.rows[0].text.as_str()), ("EURUSD", venue));
    }
    app.running.stop().await;
}
