//! `squawkbox pipe` beside a server that comes and goes.

use std::{
    collections::HashMap,
    io::{Read, Write},
    path::Path,
    process::{Child, Stdio},
    time::Duration,
};

use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};

use super::{
    bars::token,
    create_user,
    server::{Server, pipe},
};

/// Every line that is kept, with how often.
async fn kept(data: &Path) -> HashMap<String, usize> {
    let options = SqliteConnectOptions::new()
        .filename(data.join("logs.db"))
        .read_only(true);
    let mut conn = options.connect().await.expect("the database");
    let lines: Vec<String> = sqlx::query_scalar("SELECT message FROM line WHERE source = 'job'")
        .fetch_all(&mut conn)
        .await
        .expect("lines");
    let mut found = HashMap::new();
    for line in lines {
        *found.entry(line).or_default() += 1;
    }
    found
}

fn start(to: &str, token: &str, args: &[&str]) -> Child {
    let mut command = pipe(&[&["--to", to, "--source", "job"], args].concat(), token);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

fn all(mut from: impl Read) -> String {
    let mut text = String::new();
    from.read_to_string(&mut text).expect("text");
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_is_found_again_though_the_server_was_restarted_in_the_middle() {
    let folder = tempfile::tempdir().expect("a folder");
    create_user(folder.path(), &["ada", "--admin"]);
    let ingest = token(folder.path(), "pipes", "ingest");
    let mut server = Server::start(folder.path());
    let mut child = start(&server.url, &ingest, &[]);
    let (mut input, output) = (
        child.stdin.take().expect("its input"),
        child.stdout.take().expect("its output"),
    );
    let passed = tokio::task::spawn_blocking(move || all(output));
    let mut sent = String::new();
    let mut write = |from: usize, to: usize| {
        for n in from..to {
            let line = format!("line {n}\n");
            input.write_all(line.as_bytes()).expect("it reads");
            sent.push_str(&line);
            std::thread::sleep(Duration::from_millis(1));
        }
    };
    write(0, 300);
    let port = server.url.rsplit(':').next().expect("a port").to_owned();
    server.kill();
    write(300, 600);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let _server = Server::start_at(folder.path(), &port);
    write(600, 900);
    drop(input);
    let status = tokio::task::spawn_blocking(move || {
        let errors = all(child.stderr.take().expect("its errors"));
        (child.wait().expect("it ends"), errors)
    });
    let (status, errors) = status.await.expect("it ends");
    assert!(status.success(), "{errors}");
    assert!(
        errors.contains("lines wait") && errors.contains("takes lines again"),
        "{errors}"
    );
    assert_eq!(passed.await.expect("its output"), sent, "it goes through unchanged");
    let found = kept(folder.path()).await;
    let missing: Vec<usize> = (0..900).filter(|n| !found.contains_key(&format!("line {n}"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
    // Those of the request on which the server died may be there twice.
    let twice = found.values().filter(|count| **count > 1).count();
    assert!(twice < 300, "{twice}");
}

#[test]
fn what_can_t_be_sent_is_told_and_passes_through() {
    let mut child = start("http://127.0.0.1:9", "sbx_x", &["--give-up-after", "1"]);
    let mut input = child.stdin.take().expect("its input");
    input.write_all(b"one\ntwo").expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert_eq!(output.stdout, b"one\ntwo");
    assert!(
        errors.contains("can't be reached") && errors.contains("lines not sent: 2"),
        "{errors}"
    );
}

#[test]
fn a_token_that_isn_t_taken_is_no_reason_to_wait() {
    let folder = tempfile::tempdir().expect("a folder");
    create_user(folder.path(), &["ada", "--admin"]);
    let server = Server::start(folder.path());
    let mut child = start(&server.url, "sbx_wrong", &["--quiet"]);
    child
        .stdin
        .take()
        .expect("its input")
        .write_all(b"one\n")
        .expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{errors}");
    assert!(
        errors.contains("401") && errors.contains("lines not sent: 1"),
        "{errors}"
    );
}
