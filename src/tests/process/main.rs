//! The program as its operators meet it: killed, stopped, misconfigured, used from the command line.

// The socket helper names these as the library's own tests do.
use squawkbox::{chat, error, ids};

mod alerts;
mod bars;
#[cfg(target_os = "linux")]
mod code;
mod files;
mod full_disk;
mod lines;
mod pipe;
mod server;
mod settings;
#[path = "../socket.rs"]
#[expect(dead_code, reason = "shared with the library's tests, which use all of it")]
mod socket;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::{SinkExt, StreamExt};
use ids::RoomId;
use server::{PASSWORD, Server, run};
use socket::Socket;

const DESK: RoomId = RoomId(1);

/// Makes a person by the command line and signs them in; gives the cookie.
async fn cookie(server: &Server, name: &str) -> String {
    let answer = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client")
        .post(format!("{}/do/sign_in", server.url))
        .header("origin", &server.url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("name={name}&password={}", PASSWORD.replace(' ', "+")))
        .send()
        .await
        .expect("an answer");
    let cookie = answer
        .headers()
        .get("set-cookie")
        .expect("a cookie")
        .to_str()
        .expect("text");
    cookie.split(';').next().expect("a value").to_owned()
}

fn create_user(data: &std::path::Path, args: &[&str]) {
    let output = run(data, &[&["user", "create"], args].concat(), &format!("{PASSWORD}\n"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_it_keeps_every_acknowledged_message_once() {
    everything_acknowledged_is_kept_once(|mut server| server.kill()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_stop_in_the_middle_it_keeps_every_acknowledged_message_once() {
    everything_acknowledged_is_kept_once(|mut server| {
        let (status, took) = server.terminate();
        assert_eq!(status.code(), Some(0));
        assert!(took < Duration::from_secs(10), "{took:?}");
    })
    .await;
}

/// Eight post while the server ends by `end`; then it starts again.
async fn everything_acknowledged_is_kept_once(end: impl FnOnce(Server) + Send + 'static) {
    let folder = tempfile::tempdir().expect("a folder");
    let names: Vec<String> = (0..8).map(|n| format!("client{n}")).collect();
    create_user(folder.path(), &[&names[0], "--admin"]);
    for name in &names[1..] {
        create_user(folder.path(), &[name]);
    }
    let server = Server::start(folder.path());
    let acknowledged = Arc::new(Mutex::new(Vec::<(String, u64)>::new()));
    let mut posting = Vec::new();
    for name in &names {
        let mut socket = Socket::open(&server.url, &cookie(&server, name).await, &server.url)
            .await
            .expect("a socket");
        let (acknowledged, name) = (acknowledged.clone(), name.clone());
        posting.push(tokio::spawn(async move {
            for n in 0.. {
                let id = format!("{name}-{n}");
                let frame = format!(r#"{{"do":"post","room":1,"client_id":"{id}","body":"{n}"}}"#);
                if socket
                    .0
                    .send(tokio_tungstenite::tungstenite::Message::text(frame))
                    .await
                    .is_err()
                {
                    return;
                }
                let answer = async {
                    while let Some(Ok(frame)) = socket.0.next().await {
                        let text = frame.into_text().unwrap_or_default();
                        let frame: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
                        if frame["ack"]["client_id"] == *id {
                            return frame["ack"]["seq"].as_u64();
                        }
                    }
                    None
                };
                match answer.await {
                    Some(seq) => acknowledged.lock().expect("unpoisoned").push((id, seq)),
                    None => return,
                }
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
        }));
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    tokio::task::spawn_blocking(move || end(server)).await.expect("it ends");
    for task in posting {
        task.await.expect("the client noticed");
    }
    let acknowledged = acknowledged.lock().expect("unpoisoned").clone();
    assert!(acknowledged.len() > 50, "only {} were posted", acknowledged.len());

    let server = Server::start(folder.path());
    let mut socket = Socket::open(&server.url, &cookie(&server, &names[0]).await, &server.url)
        .await
        .expect("a socket");
    let mut kept = Vec::new();
    loop {
        // In steps that are no reset: each resume sends what changed after the last.
        let after = kept.last().map_or(0, |message: &chat::model::Message| message.changed);
        let (more, reset) = socket.follow(DESK, Some(after)).await;
        assert!(!reset, "more than one resume holds");
        if more.is_empty() {
            break;
        }
        kept.extend(more);
    }
    let places: Vec<u64> = kept.iter().map(|message| message.seq).collect();
    assert_eq!(
        places,
        (1..=kept.len() as u64).collect::<Vec<_>>(),
        "no hole, no repetition"
    );
    let ids: HashSet<&str> = kept.iter().map(|message| message.client_id.as_str()).collect();
    assert_eq!(ids.len(), kept.len(), "no message is there twice");
    for (id, seq) in &acknowledged {
        let message = &kept[*seq as usize - 1];
        assert_eq!(message.client_id, *id, "acknowledged as {seq}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_stop_it_ends_its_streams_and_leaves_cleanly() {
    let folder = tempfile::tempdir().expect("a folder");
    create_user(folder.path(), &["ada", "--admin"]);
    let mut server = Server::start(folder.path());
    let cookie = cookie(&server, "ada").await;
    let mut socket = Socket::open(&server.url, &cookie, &server.url).await.expect("a socket");
    let events = reqwest::Client::new()
        .get(format!("{}/events", server.url))
        .header("cookie", &cookie)
        .send();
    let mut events = events.await.expect("a stream");
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    assert_eq!(events.headers()["x-accel-buffering"], "no");
    let watching = tokio::spawn(async move {
        let mut last = String::new();
        while let Ok(Some(bytes)) = events.chunk().await {
            last = String::from_utf8_lossy(&bytes).into_owned();
        }
        last
    });
    let closing = tokio::spawn(async move {
        while let Some(Ok(message)) = socket.0.next().await {
            if let tokio_tungstenite::tungstenite::Message::Close(Some(frame)) = message {
                return Some(u16::from(frame.code));
            }
        }
        None
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (status, took) = tokio::task::spawn_blocking(move || server.terminate())
        .await
        .expect("it stops");
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert!(
        watching.await.expect("it ends").contains("retry:"),
        "a hint to reconnect"
    );
    assert_eq!(closing.await.expect("it ends"), Some(1012), "a hint to reconnect");
}

#[test]
fn tokens_are_printed_once_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    create_user(folder.path(), &["ada", "--admin"]);
    let _server = Server::start(folder.path());
    let output = run(
        folder.path(),
        &["token", "create", "--name", "gateway", "--scope", "ingest"],
        "",
    );
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).expect("text");
    assert_eq!(printed.lines().count(), 1, "{printed}");
    assert!(printed.trim().len() > 30 && !printed.trim().contains(' '), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_stops_it_as_in_order_as_a_supervisor_does() {
    let folder = tempfile::tempdir().expect("a folder");
    create_user(folder.path(), &["ada", "--admin"]);
    let mut server = Server::start(folder.path());
    let cookie = cookie(&server, "ada").await;
    let events = reqwest::Client::new()
        .get(format!("{}/events", server.url))
        .header("cookie", &cookie);
    let events = events.send().await.expect("a stream");
    let watching = tokio::spawn(events.text());
    let (status, took) = tokio::task::spawn_blocking(move || server.interrupt())
        .await
        .expect("it stops");
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    let last = watching.await.expect("it ends").expect("in order");
    assert!(last.ends_with("retry: 1000\n\n"), "a hint to reconnect: {last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_made_by_command_beside_a_running_server_can_come_in_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    create_user(folder.path(), &["ada", "--admin"]);
    let server = Server::start(folder.path());
    create_user(folder.path(), &["bob"]);
    let cookie = cookie(&server, "bob").await;
    let mut socket = Socket::open(&server.url, &cookie, &server.url).await.expect("a socket");
    socket.post(DESK, "b1", "good morning").await;
    assert_eq!(socket.acknowledged("b1").await, Some(1));
}

#[test]
fn two_servers_don_t_share_a_folder_and_commands_make_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let elsewhere = folder.path().join("elsewhere");
    let token = ["token", "create", "--name", "gateway", "--scope", "ingest", "--data"];
    let output = run(
        folder.path(),
        &[&token[..], &[elsewhere.to_str().expect("plain")]].concat(),
        "",
    );
    assert!(!output.status.success() && !elsewhere.exists());
    assert!(String::from_utf8_lossy(&output.stderr).contains("--data"));

    let _server = Server::start(folder.path());
    let second = run(folder.path(), &["--address", "127.0.0.1:0"], "");
    assert!(!second.status.success());
    let error = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(error.contains("another Squawkbox is running"), "{error}");
}

#[test]
fn damage_is_named_and_not_repaired_by_deleting() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("desk.db");
    std::fs::write(&file, "this is not a database, whatever its name says. ".repeat(100)).expect("written");
    let output = run(folder.path(), &["--address", "127.0.0.1:0"], "");
    assert!(!output.status.success());
    let error = String::from_utf8(output.stderr).expect("text");
    assert!(error.contains("desk.db"), "{error}");
    assert!(std::fs::metadata(&file).expect("still there").len() > 4_000);
}
