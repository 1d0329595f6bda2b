//! Pages are told that lists changed: once, also those that missed it.

use futures::StreamExt;

use super::{TestApp, two};
use crate::{
    server::sse::{Event, Feed},
    tests::ticker::PATIENCE,
    ticker::{board::Fold, model::Board, server::Ticker, wire::Update},
};

/// The updates that a reader at `after` gets, until nothing comes for a while.
async fn heard(ticker: &Ticker, after: Option<u64>) -> Vec<Update> {
    let feed: Box<dyn Feed> = ticker.feed();
    let (mut events, mut out) = (feed.open(after), Vec::new());
    while let Ok(Some(event)) = tokio::time::timeout(std::time::Duration::from_millis(500), events.next()).await {
        out.push(read(&event));
    }
    out
}

fn read(event: &Event) -> Update {
    let text = std::str::from_utf8(&event.bytes).expect("text");
    let json = text.trim_end().strip_prefix("event: ticker\ndata: ").expect("an event");
    serde_json::from_str(json).expect("an update")
}

/// The board once lists have changed after `version`.
async fn told(app: &TestApp, version: u64) -> Board {
    let wait = async {
        loop {
            let board = app.running.state.ticker.board();
            if board.lists > version {
                return board;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("told in time")
}

#[tokio::test]
async fn whoever_missed_changes_hears_once_that_there_were_some() {
    let (app, ines, _) = two().await;
    let ticker = &app.running.state.ticker;
    let rendered = told(&app, 0).await;
    assert!(ines.lists(&app).await.version >= rendered.lists);
    let id = ines.make(&app, "Crypto", false).await;
    let first = told(&app, rendered.lists).await.lists;
    for symbol in ["desk:A", "desk:B", "desk:C"] {
        ines.on_list(&app, id, "add_to_list", &[("symbol", symbol)]).await;
    }
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let last = ticker.board().lists;
    assert!(last > first);
    let seen = ines.lists(&app).await;
    assert_eq!((seen.version, seen.lists[0].entries.len()), (last, 3));
    // Nothing of what they hold is told.
    assert_eq!(heard(ticker, Some(rendered.cursor)).await, [Update::Lists(last)]);
    assert_eq!(heard(ticker, Some(last)).await, []);
    // Those who need everything hear it with the rest.
    let mut fold = Fold::new(rendered.clone());
    let whole = heard(ticker, None).await;
    assert!(whole.into_iter().any(|update| fold.apply(update).lists));
    assert_eq!(fold.lists(), last);

    // A change that the server told nobody before it stopped is told by the next one.
    let cursor = ticker.board().cursor;
    let app = app.again().await;
    let again = told(&app, last).await.lists;
    let news = heard(&app.running.state.ticker, Some(cursor)).await;
    assert!(news.contains(&Update::Lists(again)), "{news:?}");
    assert_eq!(ines_again(&app).await, ["Crypto"]);
    app.running.stop().await;
}

async fn ines_again(app: &TestApp) -> Vec<String> {
    let ines = app.sign_in("ines").await;
    ines.lists(app).await.lists.into_iter().map(|list| list.name).collect()
}
