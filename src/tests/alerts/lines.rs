//! Over log lines: floods, restarts, what came while nobody looked.

use sqlx::{Connection, SqliteConnection};

use super::*;
use crate::logs::server::store::{insert, rows};

const ERRORS: [(&str, &str); 4] = [
    ("test", "more"),
    ("query", "timeout"),
    ("value", "3"),
    ("within", "10s"),
];

async fn open(folder: &std::path::Path, name: &str) -> SqliteConnection {
    let url = format!("sqlite://{}", folder.join(name).display());
    SqliteConnection::connect(&url).await.expect("a database")
}

#[tokio::test]
async fn ten_thousand_lines_are_one_message() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    make(
        &app,
        &ines,
        &[&ERRORS[..], &[("by", "venue"), ("name", "Timeouts")]].concat(),
    )
    .await;
    let mut socket = ines.socket(&app).await;
    socket.follow(DESK, None).await;
    for venue in ["XLON", "XPAR"] {
        post_lines(&app, 5_000, venue).await;
    }
    let full = until(&mut socket, says("10,000 in all")).await;
    assert!(full.body.starts_with("**Firing: Timeouts**"), "{}", full.body);
    assert!(
        full.body.contains("venue: `XLON` 5,000, `XPAR` 5,000") || full.body.contains("XPAR"),
        "{}",
        full.body
    );
    assert!(full.body.contains("`upstream timeout 4999`"), "{}", full.body);
    let over = until(&mut socket, says("Resolved: Timeouts")).await;
    assert_eq!(over.seq, full.seq);
    assert!(over.html.expect("marked up").contains("/logs/search?q=timeout"));
    assert_eq!(messages(&app, &ines).await.len(), 1);
}

#[tokio::test]
async fn a_restart_in_the_middle_goes_on_in_the_same_message() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let form = [("test", "more"), ("query", "timeout"), ("value", "3"), ("within", "1m")];
    make(&app, &ines, &form).await;
    post_lines(&app, 5, "XLON").await;
    let mut socket = ines.socket(&app).await;
    let (before, _) = socket.follow(DESK, None).await;
    let fired = match before.into_iter().next() {
        Some(fired) => fired,
        None => until(&mut socket, says("Firing")).await,
    };
    drop(socket);
    // As if nothing of where all stood had been kept but what was said: every line is read again.
    let app = app
        .again_after(async |folder| {
            let mut desk = open(folder, "desk.db").await;
            sqlx::query("UPDATE alert_own SET line = 0")
                .execute(&mut desk)
                .await
                .expect("done");
        })
        .await;
    let ines = app.sign_in("ines").await;
    let mut socket = ines.socket(&app).await;
    socket.follow(DESK, None).await;
    post_lines(&app, 2, "XLON").await;
    let on = until(&mut socket, says("7 in all")).await;
    assert_eq!(
        (on.seq, on.client_id),
        (fired.seq, fired.client_id),
        "five before and two after"
    );
    assert_eq!(messages(&app, &ines).await.len(), 1);
}

#[tokio::test]
async fn what_came_while_nobody_judged_is_not_missed() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    make(&app, &ines, &[&ERRORS[..3], &[("within", "5s")]].concat()).await;
    let app = app
        .again_after(async |folder| {
            let mut logs = open(folder, "logs.db").await;
            let now = Timestamp::now();
            let lines: Vec<NewLine> = (0..6).map(|i| line(now, "XLON", &format!("timeout {i}"))).collect();
            insert(&mut logs, &rows(&lines).expect("rows"), now)
                .await
                .expect("kept");
        })
        .await;
    let ines = app.sign_in("ines").await;
    let mut socket = ines.socket(&app).await;
    let (before, _) = socket.follow(DESK, None).await;
    let said = match before.into_iter().next() {
        Some(said) if said.body.contains("Resolved") => said,
        _ => until(&mut socket, says("Resolved")).await,
    };
    assert!(
        said.body.contains("6 in all"),
        "it began and was over meanwhile: {}",
        said.body
    );
    let app = app.again().await;
    let ines = app.sign_in("ines").await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(messages(&app, &ines).await.len(), 1, "and isn't said twice");
}

#[tokio::test]
async fn switched_off_it_says_so_and_no_more() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    make(&app, &ines, &[&ERRORS[..3], &[("within", "10m")]].concat()).await;
    let mut socket = ines.socket(&app).await;
    socket.follow(DESK, None).await;
    post_lines(&app, 5, "XLON").await;
    until(&mut socket, says("Firing")).await;
    let form = [("id", "1"), ("on", "false")];
    let answer = ines
        .client
        .post(format!("{}/do/switch_alert", app.url))
        .form(&form)
        .send()
        .await
        .expect("an answer");
    assert!(
        answer.status().is_success() || answer.status().is_redirection(),
        "{}",
        answer.status()
    );
    let stopped = until(&mut socket, says("Stopped")).await;
    assert!(stopped.body.contains("The alert was switched off."), "{}", stopped.body);
    post_lines(&app, 5, "XLON").await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(messages(&app, &ines).await.len(), 1);
}
