//! A disk that holds no more: what can't be kept is refused in words, what was kept stays, and when there is room again
//! everything goes on by itself.

use std::time::Duration;

use super::{
    DESK, cookie, create_user,
    error::AppError,
    server::{Server, run},
    socket::Socket,
};
use crate::chat::wire::ServerFrame;

/// Large enough to start in, small enough to be filled in a moment.
const ROOM: u64 = 600_000;

/// Posts until it is taken or refused for good.
async fn post(socket: &mut Socket, client_id: &str) -> Result<u64, AppError> {
    loop {
        socket.post(DESK, client_id, &"x".repeat(15_000)).await;
        let answer = socket.until(|frame| match frame {
            ServerFrame::Ack { client_id: id, seq, .. } if id == client_id => Some(Ok(seq)),
            ServerFrame::Refused {
                client_id: id, error, ..
            } if id.as_deref() == Some(client_id) => Some(Err(error)),
            _ => None,
        });
        match answer.await.expect("the socket lives") {
            Err(AppError::SlowDown(_)) => tokio::time::sleep(Duration::from_millis(300)).await,
            answer => return answer,
        }
    }
}

/// As if everybody had been here ten minutes ago last. This process has all the room there is.
async fn age_sessions(data: &std::path::Path) {
    use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
    let desk = SqliteConnectOptions::new()
        .filename(data.join("desk.db"))
        .pragma("wal_autocheckpoint", "0");
    let mut conn = desk.connect().await.expect("the database");
    let aged = sqlx::query("UPDATE session SET last_seen = last_seen - 600000000")
        .execute(&mut conn)
        .await;
    assert_eq!(aged.expect("aged").rows_affected(), 1);
    // Not even a small write has room now.
    let padding = format!("CREATE TABLE padding AS SELECT zeroblob({ROOM})");
    sqlx::query(&padding).execute(&mut conn).await.expect("written");
    conn.close().await.expect("closed");
}

/// A body of ticks that change the prices of many symbols.
fn many_ticks() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static PRICE: AtomicU32 = AtomicU32::new(1);
    let price = PRICE.fetch_add(1, Ordering::Relaxed);
    (0..1_000)
        .map(|n| format!("{{\"symbol\":\"SYMBOL-{n}\",\"last\":{price}}}\n"))
        .collect()
}

/// Posts ticks until they are not taken any more.
async fn ticks_until_full(tick: &impl AsyncFn() -> u16) -> u16 {
    for _ in 0..100 {
        let status = tick().await;
        if status != 200 {
            return status;
        }
    }
    200
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_in_words_and_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    create_user(folder.path(), &["ada", "--admin"]);
    let scope = ["token", "create", "--name", "gateway", "--scope", "ingest"];
    let token = String::from_utf8(run(folder.path(), &scope, "").stdout).expect("text");
    let server = Server::start_with_room_for(ROOM, folder.path());
    let cookie = cookie(&server, "ada").await;
    let mut socket = Socket::open(&server.url, &cookie, &server.url).await.expect("a socket");

    let mut kept = Vec::new();
    let refusal = loop {
        let id = format!("post-{}", kept.len());
        match post(&mut socket, &id).await {
            Ok(seq) => kept.push((id, seq)),
            Err(error) => break error,
        }
        assert!(kept.len() < 1_000, "the disk never fills");
    };
    assert_eq!(refusal, AppError::DiskFull);
    assert!(!kept.is_empty());

    // Log lines fill the disk too; whoever ships them is told to keep them.
    let lines = format!("{{\"message\":\"{}\"}}\n", "y".repeat(10_000)).repeat(100);
    let ship = async || {
        let request = reqwest::Client::new().post(format!("{}/ingest/logs", server.url));
        let sent = request.bearer_auth(token.trim()).body(lines.clone()).send().await;
        sent.expect("an answer").status().as_u16()
    };
    assert_eq!(ship().await, 507);

    // What is kept can be read meanwhile, by those who are here and those who come.
    let health = reqwest::get(format!("{}/health", server.url)).await.expect("an answer");
    assert!([200, 503].contains(&health.status().as_u16()));
    let (messages, _) = socket.follow(DESK, Some(0)).await;
    assert_eq!(messages.len(), kept.len());

    // A session that is due to be renewed can't be, and is as good as before.
    age_sessions(folder.path()).await;
    let read = async || {
        let request = reqwest::Client::new().get(format!("{}/rooms/1", server.url));
        let request = request.header("cookie", &cookie).header("accept", "text/html");
        request.send().await.expect("an answer")
    };
    for _ in 0..3 {
        let page = read().await;
        assert_eq!((page.status().as_u16(), page.headers().get("set-cookie")), (200, None));
        assert!(page.text().await.expect("text").contains("xxxx"), "what was said");
    }
    let tick = async || {
        let request = reqwest::Client::new().post(format!("{}/ingest/ticks", server.url));
        let request = request.bearer_auth(token.trim()).body(many_ticks());
        request.send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(ticks_until_full(&tick).await, 507);

    server.make_room();
    assert_eq!(ship().await, 200);
    assert!(
        read().await.headers().contains_key("set-cookie"),
        "renewed by the next request"
    );
    let id = format!("post-{}", kept.len());
    let seq = post(&mut socket, &id).await.expect("there is room again");
    kept.push((id, seq));
    let (messages, _) = socket.follow(DESK, Some(0)).await;
    let found: Vec<_> = messages
        .into_iter()
        .map(|message| (message.client_id, message.seq))
        .collect();
    assert_eq!(found, kept, "all that was acknowledged, once");
    assert!(
        kept.iter().zip(1..).all(|((_, seq), place)| *seq == place),
        "without a hole: {kept:?}"
    );
}
