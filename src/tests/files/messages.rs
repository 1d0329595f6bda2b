//! Files of messages that are answered, edited, found and deleted, and files that no message has.

use serde_json::json;

use super::{DESK, png, send};
use crate::{error::AppError, tests::app::TestApp};

#[tokio::test]
async fn the_same_content_is_kept_once_until_nobody_needs_it() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let (mut a, mut b) = (ines.socket(&app).await, bob.socket(&app).await);
    let image = png(50, 40);
    let (one, other) = (
        ines.brought(&app, "one.png", &image).await,
        bob.brought(&app, "other.png", &image).await,
    );
    assert_eq!(
        app.kept().iter().filter(|path| path.is_file()).count(),
        2,
        "the image and its thumbnail"
    );
    send(&mut a, "a1", "the one", &[one.id]).await;
    assert_eq!(a.acknowledged("a1").await, Some(1));
    send(&mut b, "b1", "", &[other.id]).await;
    assert_eq!(b.acknowledged("b1").await, Some(2));
    let delete = |seq: u64| json!({"room": 1, "seq": seq, "change": "delete"});
    assert_eq!(ines.call(&app, "change_message", delete(1)).await.0, 200);
    assert_eq!(ines.read(&app, &crate::paths::file(one.id, "x")).await.status(), 404);
    assert_eq!(bob.read(&app, &crate::paths::file(other.id, "x")).await.status(), 200);
    app.collect().await;
    assert_eq!(app.kept().len(), 2, "the other one needs it");
    assert_eq!(ines.call(&app, "change_message", delete(2)).await.0, 200);
    // Behind the answer.
    for _ in 0..200 {
        if app.kept().is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(app.kept().is_empty(), "{:?}", app.kept());
    let (messages, _) = a.follow(DESK, Some(0)).await;
    assert!(
        messages
            .iter()
            .all(|message| message.deleted && message.files.is_empty())
    );
}

#[tokio::test]
async fn what_is_not_sent_for_a_day_and_what_no_row_names_goes() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let mut a = ines.socket(&app).await;
    let (sent, unsent) = (
        ines.brought(&app, "a.txt", b"sent").await,
        ines.brought(&app, "b.txt", b"unsent").await,
    );
    send(&mut a, "a1", "", &[sent.id]).await;
    a.acknowledged("a1").await;
    let stray = app.folder.join("files/ab");
    std::fs::create_dir_all(&stray).expect("made");
    std::fs::write(stray.join("0".repeat(62)), "a crash left it").expect("written");
    app.collect().await;
    assert_eq!(app.kept().len(), 2, "the stray one went: {:?}", app.kept());
    app.sql("UPDATE file SET at = 0").await;
    app.collect().await;
    assert_eq!(app.kept().len(), 1);
    assert_eq!(ines.read(&app, &crate::paths::file(sent.id, "x")).await.status(), 200);
    send(&mut a, "a2", "", &[unsent.id]).await;
    assert!(
        matches!(a.refused().await, Some((Some(_), AppError::NotFound(_)))),
        "in words"
    );
}

#[tokio::test]
async fn a_message_with_files_is_answered_edited_and_found() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let mut a = ines.socket(&app).await;
    let (chart, notes) = (
        ines.brought(&app, "chart.png", &png(9, 9)).await,
        ines.brought(&app, "notes.txt", b"x").await,
    );
    send(&mut a, "a1", "", &[chart.id]).await;
    a.acknowledged("a1").await;
    send(&mut a, "a2", "**see** notes", &[notes.id]).await;
    a.acknowledged("a2").await;
    a.answer(DESK, "a3", "nice chart", 1).await;
    a.acknowledged("a3").await;
    let edit = |seq: u64, text: &str| json!({"room": 1, "seq": seq, "change": {"edit": text}});
    assert_eq!(
        ines.call(&app, "change_message", edit(1, "the chart of today")).await.0,
        200
    );
    assert_eq!(
        ines.call(&app, "change_message", edit(2, "")).await.0,
        200,
        "the file says enough"
    );
    assert_eq!(
        ines.call(&app, "change_message", edit(3, "")).await.0,
        400,
        "nothing would be left"
    );
    assert_eq!(ines.call(&app, "change_message", edit(1, "")).await.0, 200);
    let (messages, _) = a.follow(DESK, Some(0)).await;
    let at = |seq: u64| messages.iter().find(|message| message.seq == seq).expect("a message");
    assert_eq!(at(3).reply.as_ref().map(|quote| quote.text.as_str()), Some("chart.png"));
    assert_eq!((at(2).body.as_str(), at(2).files.len()), ("", 1));
    for (query, places) in [
        ("has:file", vec![2, 1]),
        ("has:file in:desk from:ines", vec![2, 1]),
        ("nice has:file", vec![]),
        // Their names are words too.
        ("chart.png", vec![1]),
        ("NOTES", vec![2]),
        ("s. tx notes", vec![2]),
    ] {
        let (_, found) = ines
            .call(&app, "search_messages", json!({"query": query, "before": null}))
            .await;
        let hits = found["hits"].as_array().expect("a list").iter();
        assert_eq!(
            hits.map(|hit| hit["message"]["seq"].as_u64().expect("a place"))
                .collect::<Vec<_>>(),
            places,
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_file_is_not_found_any_more_when_its_message_is_deleted() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let mut a = ines.socket(&app).await;
    let file = ines.brought(&app, "takeover.pdf", b"x").await;
    send(&mut a, "a1", "", &[file.id]).await;
    a.acknowledged("a1").await;
    let asked = json!({"query": "takeover", "before": null});
    let hits = async || {
        let (_, found) = ines.call(&app, "search_messages", asked.clone()).await;
        found["hits"].as_array().expect("a list").len()
    };
    assert_eq!(hits().await, 1);
    let delete = json!({"room": 1, "seq": 1, "change": "delete"});
    assert_eq!(ines.call(&app, "change_message", delete).await.0, 200);
    assert_eq!(hits().await, 0);
    // Nothing of it is left in the index.
    let left = "SELECT count(*) FROM said_text WHERE said_text MATCH '\"takeover\"'";
    let left: i64 = sqlx::query_scalar(left)
        .fetch_one(&app.running.state.desk.readers)
        .await
        .expect("a count");
    assert_eq!(left, 0);
}
