//! What is refused or given up, of which nothing is left.

use std::{convert::Infallible, task::Poll, time::Duration};

use axum::body::Bytes;
use futures::stream;
use reqwest::multipart::{Form, Part};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{DESK, send};
use crate::{error::AppError, tests::app::TestApp};

#[tokio::test]
async fn limits_are_told_and_nothing_is_left() {
    let app = TestApp::with(&["--max-file-mib", "1"]).await;
    let ines = app.admin().await;
    let (status, error) = ines.bring(&app, 1, "large.bin", &vec![7; 1024 * 1024 + 1]).await;
    assert_eq!(
        (status, error["message"].as_str()),
        (413, Some("A file can have 1 MiB at most."))
    );
    let (status, error) = ines.bring(&app, 1, "empty.bin", b"").await;
    assert_eq!(status, 400, "{error}");
    assert!(app.kept().is_empty(), "{:?}", app.kept());
    assert_eq!(ines.bring(&app, 1, "fits.bin", &vec![7; 1024 * 1024]).await.0, 201);

    let mut a = ines.socket(&app).await;
    let mut ids = Vec::new();
    for n in 0..11 {
        ids.push(
            ines.brought(&app, &format!("{n}.txt"), format!("file {n}").as_bytes())
                .await
                .id,
        );
    }
    send(&mut a, "many", "", &ids).await;
    assert!(matches!(a.refused().await, Some((Some(_), AppError::Invalid(_)))));
    send(&mut a, "twice", "", &[ids[0], ids[0]]).await;
    assert!(matches!(a.refused().await, Some((Some(_), AppError::Invalid(_)))));
    send(&mut a, "none", "", &[]).await;
    assert!(matches!(a.refused().await, Some((Some(_), AppError::Invalid(_)))));
    ids.truncate(10);
    ids.reverse();
    send(&mut a, "ten", "", &ids).await;
    assert_eq!(a.acknowledged("ten").await, Some(1));
    let (messages, _) = a.follow(DESK, Some(0)).await;
    assert_eq!(
        messages[0].files.iter().map(|file| file.id).collect::<Vec<_>>(),
        ids,
        "in their order"
    );
    send(&mut a, "again", "", &ids[..1]).await;
    assert!(matches!(a.refused().await, Some((Some(_), AppError::NotFound(_)))));
}

#[tokio::test]
async fn a_cut_upload_leaves_nothing_behind() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let address = app.url.trim_start_matches("http://");
    for length in ["content-length: 1000000", "transfer-encoding: chunked"] {
        let mut line = tokio::net::TcpStream::connect(address).await.expect("a connection");
        let head = format!(
            "POST /files?room=1&name=cut.bin HTTP/1.1\r\nhost: {address}\r\norigin: {}\r\ncookie: {}\r\n{length}\r\n\r\n",
            app.url, ines.cookie
        );
        line.write_all(head.as_bytes()).await.expect("sent");
        line.write_all(b"fff\r\nhalf of it").await.expect("sent");
        until(|| app.kept().len() == 1).await;
        line.shutdown().await.expect("cut");
        let mut answer = Vec::new();
        let _ = line.read_to_end(&mut answer).await;
        drop(line);
        until(|| app.kept().is_empty()).await;
    }
    app.collect().await;
}

async fn until(so: impl Fn() -> bool) {
    for _ in 0..200 {
        if so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("it never became so");
}

#[tokio::test]
async fn only_our_own_pages_bring_files() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    for path in ["/files?room=1&name=x", "/rooms/1/say"] {
        let evil = reqwest::Client::new()
            .post(format!("{}{path}", app.url))
            .header("cookie", &ines.cookie)
            .header("origin", "https://evil.test")
            .body("x");
        assert_eq!(evil.send().await.expect("an answer").status(), 403, "{path}");
    }
    let unknown = app
        .client()
        .post(format!("{}/files?room=1&name=x", app.url))
        .body("x")
        .send()
        .await;
    assert_eq!(unknown.expect("an answer").status(), 401);
}

#[tokio::test]
async fn a_sender_that_stalls_or_dribbles_is_given_up() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let files = &app.running.state.chat.files;
    // The clock jumps from here on, once the file has begun to come.
    let mut paused = false;
    let stalled = stream::poll_fn(move |_| {
        if !std::mem::replace(&mut paused, true) {
            tokio::time::pause();
        }
        Poll::<Option<Result<Bytes, Infallible>>>::Pending
    });
    let outcome = files.receive(ines.me.id, DESK, "stalled.bin", stalled).await;
    tokio::time::resume();
    assert!(
        matches!(&outcome, Err(AppError::TooSlow(words)) if words.contains("too slowly")),
        "{outcome:?}"
    );
    let dribble = stream::unfold(0, |n| async move {
        if n == 0 {
            tokio::time::pause();
        }
        tokio::time::sleep(Duration::from_secs(20)).await;
        Some((Ok::<_, Infallible>(Bytes::from_static(b"x")), n + 1))
    });
    let outcome = files.receive(ines.me.id, DESK, "dribble.bin", Box::pin(dribble)).await;
    tokio::time::resume();
    assert!(
        matches!(&outcome, Err(AppError::TooSlow(words)) if words.contains("too slowly")),
        "{outcome:?}"
    );
    assert!(app.kept().is_empty(), "{:?}", app.kept());
}

#[tokio::test]
async fn a_form_has_so_many_parts_in_which_a_file_is_looked_for() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let bring = async |texts: usize| {
        let form = (0..texts).fold(Form::new(), |form, n| form.text(format!("text-{n}"), "x"));
        let form = form.part("file", Part::bytes(b"here".to_vec()).file_name("a.txt"));
        let request = ines.client.post(format!("{}/files?room=1", app.url)).multipart(form);
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("text"))
    };
    assert_eq!(bring(31).await.0, 201);
    let (status, words) = bring(32).await;
    assert!(status == 400 && words.contains("first 32 parts"), "{status}: {words}");
}
