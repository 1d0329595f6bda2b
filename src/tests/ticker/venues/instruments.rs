//! What is known of what is traded.

use super::{Exchange, app_at, board_when, quote_at};
use crate::ticker::server::{
    Ticker,
    instruments::{Instrument, session::Session},
};

async fn instrument(ticker: &Ticker, symbol: &str) -> Instrument {
    board_when(ticker, |_| {
        ticker.instruments().into_iter().find(|one| one.key.symbol == symbol)
    })
    .await
}

#[tokio::test]
async fn what_venues_and_prices_tell_is_kept() {
    let mut exchange = Exchange::open().await;
    let app = app_at(
        "coinbase",
        &exchange,
        &["--symbols", "coinbase:BTC-USD,coinbase:SOL-USD"],
    )
    .await;
    let ticker = &app.running.state.ticker;
    let mut line = exchange.line().await;
    let list = line.hear_anything().await;
    assert!(
        list.contains(r#"["status"]"#) && list.contains(r#""subscribe""#),
        "{list}"
    );
    line.hear().await;
    line.say(
        r#"{"type":"status","products":[{"id":"BTC-USD","quote_currency":"USD","quote_increment":"0.01000000",
            "display_name":"BTC/USD"},{"id":"ETH-BTC","quote_currency":"BTC","quote_increment":"0.00001"}],
            "currencies":[]}"#,
    )
    .await;
    let enough = line.hear_anything().await;
    assert!(
        enough.contains(r#"["status"]"#) && enough.contains(r#""unsubscribe""#),
        "{enough}"
    );
    line.ticker("BTC-USD", 1, 1, "96412.123456").await;
    line.ticker("SOL-USD", 2, 1, "187.420").await;
    quote_at(ticker, "SOL-USD", "187.420").await;

    let said = instrument(ticker, "BTC-USD").await;
    assert_eq!(
        (said.name.as_deref(), said.digits, said.said),
        (Some("BTC/USD"), 2, true)
    );
    let unwatched = instrument(ticker, "ETH-BTC").await;
    assert_eq!((unwatched.currency.as_deref(), unwatched.digits), (Some("BTC"), 5));
    let seen = instrument(ticker, "SOL-USD").await;
    assert_eq!(
        (seen.digits, seen.said, seen.currency.as_deref()),
        (3, false, Some("USD"))
    );
    assert_eq!(
        (seen.session, seen.key.venue.as_str()),
        (Some(Session::Always), "coinbase")
    );

    let before = ticker.instruments();
    app.running.stop().await;
    let running = super::super::again_on(&app.folder).await;
    let after = running.state.ticker.instruments();
    let kept = after.into_iter().filter(|one| one.key.venue == "coinbase");
    assert_eq!(kept.collect::<Vec<_>>(), before);
    running.stop().await;
}
