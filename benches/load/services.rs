//! What services log: as requests by protocol, and two weeks of it in `logs.db`.

use std::path::Path;

use prost::Message;
use sqlx::{Connection, SqliteConnection};
use squawkbox::{
    logs::{
        model::Level,
        server::{
            block::{self, Raw},
            store::blocks,
        },
    },
    time::Timestamp,
};

/// Lines in a request.
pub const BATCH: u64 = 1_000;
/// What writes lines.
pub const SOURCES: [&str; 5] = ["gateway", "risk", "md-feed", "booker", "auth"];
const VENUES: [&str; 4] = ["XLON", "XPAR", "XETR", "XNYS"];

/// A line such as services write: a few kinds of sentences, with numbers that are all different.
fn words(n: u64) -> (Level, &'static str, String) {
    let (mixed, venue) = (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20, VENUES[n as usize % 4]);
    let source = SOURCES[(mixed % 5) as usize];
    match mixed % 100 {
        0 => (
            Level::Error,
            source,
            format!(
                "Upstream timed out after {} ms, venue {venue}, attempt {}",
                mixed % 9_000,
                n % 5
            ),
        ),
        1..4 => (
            Level::Warn,
            source,
            format!(
                "Slow answer of {venue}: {} ms for GET /api/v1/orders/{n}",
                mixed % 4_000
            ),
        ),
        4..40 => (
            Level::Info,
            source,
            format!("order {n} accepted by {venue} in {} ms", mixed % 97),
        ),
        40..70 => (
            Level::Info,
            source,
            format!("session {:016x} renewed for user u{:05}", mixed, mixed % 20_000),
        ),
        _ => (
            Level::Debug,
            source,
            format!(
                "book of {venue} level {} moved to {}.{:02}",
                n % 10,
                90 + mixed % 20,
                mixed % 100
            ),
        ),
    }
}

/// A request of lines, as programs of one's own send them.
pub fn ndjson(request: u64) -> Vec<u8> {
    let mut out = String::with_capacity(BATCH as usize * 200);
    let now = Timestamp::now();
    for n in request * BATCH..(request + 1) * BATCH {
        let (level, source, message) = words(n);
        let accepted = if n % BATCH == BATCH - 1 { "accepted" } else { "" };
        let line = serde_json::json!({
            "time": now, "level": level.name(), "source": source, "message": message, "order_id": n, "venue": VENUES[n as usize % 4],
            "note": accepted,
        });
        out.push_str(&line.to_string());
        out.push('\n');
    }
    out.into_bytes()
}

#[derive(Clone, PartialEq, Message)]
struct Push {
    #[prost(message, repeated, tag = "1")]
    streams: Vec<Stream>,
}

#[derive(Clone, PartialEq, Message)]
struct Stream {
    #[prost(string, tag = "1")]
    labels: String,
    #[prost(message, repeated, tag = "2")]
    entries: Vec<Entry>,
}

#[derive(Clone, PartialEq, Message)]
struct Entry {
    #[prost(message, optional, tag = "1")]
    time: Option<At>,
    #[prost(string, tag = "2")]
    line: String,
}

#[derive(Clone, PartialEq, Message)]
struct At {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

/// The same, as Loki takes them.
pub fn loki(request: u64) -> Vec<u8> {
    let mut streams: Vec<Stream> = SOURCES
        .iter()
        .map(|source| Stream {
            labels: format!("{{service_name=\"{source}\", env=\"prod\"}}"),
            entries: Vec::new(),
        })
        .collect();
    let micros = Timestamp::now().micros();
    for n in request * BATCH..(request + 1) * BATCH {
        let (level, source, message) = words(n);
        let accepted = if n % BATCH == BATCH - 1 { " note=accepted" } else { "" };
        let place = SOURCES.iter().position(|own| *own == source).unwrap_or(0);
        streams[place].entries.push(Entry {
            time: Some(At {
                seconds: micros / 1_000_000,
                nanos: (micros % 1_000_000 * 1_000) as i32,
            }),
            line: format!("level={} msg=\"{message}\" order_id={n}{accepted}", level.name()),
        });
    }
    let bytes = Push { streams }.encode_to_vec();
    snap::raw::Encoder::new().compress_vec(&bytes).unwrap_or_default()
}

/// Fills `logs.db` with sealed lines of two weeks.
pub async fn fill(data: &Path, count: u64) -> Result<(), String> {
    let mut conn = open(data).await?;
    let words_of = |e: sqlx::Error| format!("logs.db: {e}");
    let apart = 14 * 86_400_000_000 / count as i64;
    let begin = Timestamp::now().micros() - 14 * 86_400_000_000;
    let mut n = 0;
    while n < count {
        let mut tx = conn.begin().await.map_err(words_of)?;
        for _ in 0..16 {
            let line = |n: u64| {
                let (level, source, message) = words(n);
                let at = Timestamp::from_micros(begin + n as i64 * apart);
                let fields = match n % 3 {
                    0 => format!(r#"{{"order_id":{n},"venue":"{}"}}"#, VENUES[n as usize % 4]),
                    _ => String::new(),
                };
                Raw {
                    id: n + 1,
                    time: at,
                    received: at,
                    level,
                    source: source.to_owned(),
                    message,
                    fields,
                    colours: Default::default(),
                }
            };
            let lines: Vec<Raw> = (n..(n + block::LINES as u64).min(count)).map(line).collect();
            n += lines.len() as u64;
            let Some(sealed) = block::seal(&lines).map_err(|e| e.to_string())? else {
                break;
            };
            blocks::put(&mut tx, &sealed).await.map_err(|e| e.to_string())?;
        }
        tx.commit().await.map_err(words_of)?;
    }
    let ids = "INSERT INTO sqlite_sequence (name, seq) VALUES ('line', ?) ON CONFLICT DO NOTHING";
    // What the first start said stands before all of it.
    sqlx::query("DELETE FROM line")
        .execute(&mut conn)
        .await
        .map_err(words_of)?;
    sqlx::query("DELETE FROM sqlite_sequence WHERE name = 'line'")
        .execute(&mut conn)
        .await
        .map_err(words_of)?;
    sqlx::query(ids)
        .bind(n as i64)
        .execute(&mut conn)
        .await
        .map_err(words_of)?;
    Ok(())
}

/// Lines in blocks, bytes of their texts, and bytes that they take.
pub async fn blocks_of(data: &Path) -> Result<(u64, u64, u64), String> {
    let mut conn = open(data).await?;
    blocks::total(&mut conn).await.map_err(|e| e.to_string())
}

async fn open(data: &Path) -> Result<SqliteConnection, String> {
    let url = format!("sqlite://{}", data.join("logs.db").display());
    SqliteConnection::connect(&url)
        .await
        .map_err(|e| format!("logs.db: {e}"))
}
