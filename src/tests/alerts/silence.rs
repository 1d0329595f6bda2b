//! Silence over a restart.

use std::time::Instant;

use super::*;

#[tokio::test]
async fn it_goes_on_over_a_restart_and_the_time_away_is_none() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    post_lines(&app, 3, "XLON").await;
    let made = Instant::now();
    let form = [
        ("test", "fewer"),
        ("query", "timeout"),
        ("value", "1"),
        ("within", "8s"),
        ("cooldown", "0s"),
    ];
    make(&app, &ines, &form).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let before = made.elapsed();
    let app = app
        .again_after(async |_| tokio::time::sleep(Duration::from_secs(6)).await)
        .await;
    let started = Instant::now();
    let ines = app.sign_in("ines").await;
    assert_eq!(
        messages(&app, &ines).await,
        [],
        "it was away for longer than that, but not silent"
    );
    let mut socket = ines.socket(&app).await;
    socket.follow(DESK, None).await;
    let fired = until(&mut socket, says("Firing: fewer than 1 line within")).await;
    let waited = started.elapsed();
    let whole = before + waited;
    assert!(waited < Duration::from_secs(6), "not anew: {waited:?}");
    assert!(whole >= Duration::from_millis(6_500), "not too early: {whole:?}");
    post_lines(&app, 1, "XLON").await;
    let over = until(&mut socket, says("Resolved")).await;
    assert_eq!(over.seq, fired.seq);
}

#[tokio::test]
async fn a_line_that_was_kept_before_the_stop_still_counts_after_it() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let form = [
        ("test", "fewer"),
        ("query", "timeout"),
        ("value", "1"),
        ("within", "6s"),
    ];
    make(&app, &ines, &form).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    post_lines(&app, 1, "XLON").await;
    let app = app
        .again_after(async |_| tokio::time::sleep(Duration::from_secs(7)).await)
        .await;
    let ines = app.sign_in("ines").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(messages(&app, &ines).await, []);
    let mut socket = ines.socket(&app).await;
    socket.follow(DESK, None).await;
    until(&mut socket, says("Firing: fewer than 1 line within")).await;
}

#[tokio::test]
async fn every_value_that_falls_silent_is_named_while_no_line_comes() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let form = [
        ("test", "fewer"),
        ("query", "timeout"),
        ("value", "1"),
        ("within", "5s"),
        ("by", "venue"),
    ];
    make(&app, &ines, &form).await;
    let mut socket = ines.socket(&app).await;
    socket.follow(DESK, None).await;
    post_lines(&app, 1, "XETR").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    for venue in ["XPAR", "XLON"] {
        post_lines(&app, 1, venue).await;
    }
    let fired = until(&mut socket, says("Firing")).await;
    assert!(
        fired.body.contains("venue: `XETR` 0") && fired.body.contains("Last of `XETR`, "),
        "its own last line: {}",
        fired.body
    );
    let all = until(&mut socket, says("venue: `XETR` 0, `XLON` 0, `XPAR` 0")).await;
    assert_eq!(all.seq, fired.seq, "without another line");
}
