//! What was recorded of a venue is played again.

use std::path::Path;

use clap::Parser;

use super::{Exchange, TestApp, board_when, state};
use crate::{
    server::{
        command::record::record,
        config::{Cli, Command},
    },
    ticker::model::{Line, VenueKind},
};

/// Records what a made-up Coinbase says.
async fn recording(file: &Path) -> String {
    let mut exchange = Exchange::open().await;
    let file = file.to_str().expect("a plain path");
    let flags = [
        "squawkbox",
        "record",
        "--venue",
        "coinbase",
        "--coinbase-url",
        &exchange.url,
        "--symbols",
        "BTC-USD",
        "--for",
        "4",
        file,
    ];
    let Some(Command::Record(command)) = Cli::parse_from(flags).command else {
        panic!("another command")
    };
    let recording = tokio::spawn(record(command));
    let (mut line, _) = exchange.subscribed().await;
    line.ticker("BTC-USD", 10, 100, "1.10").await;
    line.ticker("BTC-USD", 9, 99, "6.66").await; // out of order
    line.say("not JSON").await;
    drop(line);
    let (mut line, _) = exchange.subscribed().await;
    line.ticker("BTC-USD", 12, 103, "1.1200").await;
    line.heartbeat("BTC-USD", 105).await; // two never came
    recording.await.expect("no panic").expect("recorded")
}

#[tokio::test]
async fn what_was_recorded_is_played_through_the_same_code_and_marked() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("out.ndjson");
    let told = recording(&file).await;
    assert!(told.starts_with("7 frames are in "), "{told}");
    let lines = std::fs::read_to_string(&file).expect("a recording");
    assert_eq!(lines.lines().count(), 9, "two connections and seven frames:\n{lines}");
    assert!(
        lines.contains(r#","venue":"coinbase","symbols":["BTC-USD"]}"#),
        "{lines}"
    );

    let name = file.to_str().expect("a plain path");
    let app = TestApp::with(&["--venues", "replay", "--replay", name, "--replay-speed", "10"]).await;
    let ticker = &app.running.state.ticker;
    let at = |price: &'static str| {
        move |board: &crate::ticker::model::Board| {
            let found = board.quotes.iter().find(|quote| quote.last.to_string() == price);
            found.cloned()
        }
    };
    let first = board_when(ticker, at("1.1200")).await;
    assert_eq!(
        (first.symbol.as_str(), first.venue.as_str(), first.demo),
        ("BTC-USD", "replay:coinbase", true)
    );
    assert_eq!(first.bid.map(|bid| bid.to_string()).as_deref(), Some("1.04"));
    let ago = crate::time::Timestamp::now().seconds_since(first.time);
    board_when(ticker, |board| {
        (state(board, VenueKind::Replay).gaps == 1).then_some(())
    })
    .await;
    assert!(matches!(state(&ticker.board(), VenueKind::Replay).line, Line::Live(_)));
    assert_eq!(state(&ticker.board(), VenueKind::Coinbase).line, Line::Off);
    // It begins again, and what comes then is newer than what has been.
    let again = board_when(ticker, |board| {
        at("1.1200")(board).filter(|quote| quote.time > first.time)
    })
    .await;
    assert!(again.version > first.version, "{ago}");
    ticker.choose_venues(&[]).await.expect("kept");
    app.running.stop().await;

    // Without the recording its prices leave.
    let running = super::super::again_on(&app.folder).await;
    assert!(
        running
            .state
            .ticker
            .board()
            .quotes
            .iter()
            .all(|quote| quote.venue == "demo")
    );
    running.stop().await;
}

#[tokio::test]
async fn what_is_no_recording_is_refused_and_none_is_written_over() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("out.ndjson");
    std::fs::write(&file, "{\"price\":1}\n").expect("written");
    let name = file.to_str().expect("a plain path");
    let settings = |flags: &[&str]| Cli::parse_from(std::iter::once(&"squawkbox").chain(flags)).serve.replay;
    let open = |flags: &[&str]| crate::ticker::server::venues::replay::Replay::open(&settings(flags)).err();
    assert!(
        open(&["--replay", name])
            .expect("refused")
            .contains("isn't a recording")
    );
    assert!(
        open(&["--replay", "/nowhere/at/all"])
            .expect("refused")
            .contains("/nowhere/at/all")
    );
    assert!(open(&[]).expect("refused").contains("--replay"));
    let flags = ["squawkbox", "record", "--venue", "coinbase", name];
    let Some(Command::Record(command)) = Cli::parse_from(flags).command else {
        panic!("another command")
    };
    assert!(record(command).await.expect_err("refused").contains("is there already"));
    let flags = ["squawkbox", "record", "--venue", "alpaca", "/tmp/none"];
    let Some(Command::Record(command)) = Cli::parse_from(flags).command else {
        panic!("another command")
    };
    assert!(record(command).await.expect_err("refused").contains("--alpaca-key"));
}

#[tokio::test]
async fn a_recording_of_a_line_that_never_comes_up_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("out.ndjson");
    let path = file.to_str().expect("a plain path");
    // Nobody listens there.
    let url = "ws://127.0.0.1:9";
    let flags = [
        "squawkbox",
        "record",
        "--venue",
        "coinbase",
        "--coinbase-url",
        url,
        "--for",
        "1",
        path,
    ];
    let Some(Command::Record(command)) = Cli::parse_from(flags).command else {
        panic!("another command")
    };
    let why = record(command).await.expect_err("nothing came");
    assert!(
        why.starts_with("nothing is recorded: the line to coinbase never came up: "),
        "{why}"
    );
    assert!(!file.exists(), "nothing is in the way of the next try");
}
