//! How long a search takes among a million messages, beside the bare question to the same index.

use std::{
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::Instant,
};

use reqwest::header;
use sqlx::{ConnectOptions, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::{
    million::{self, MESSAGES, Million},
    report::{Times, against, thousands},
    server,
    web::Web,
    words::Writer,
};

/// Searches of each kind; all of one kind ask for something else where they can.
const SEARCHES: usize = 200;
/// Milliseconds, of the slowest of a hundred.
const TARGET: f64 = 50.0;

/// One kind of search.
struct Kind {
    name: &'static str,
    /// Has [`TARGET`].
    is_held: bool,
    /// What is looked for in search `n`.
    query: fn(&Writer, usize) -> String,
    /// What the index alone is asked; `None` where it can't be.
    indexed: Option<fn(&Writer, usize) -> String>,
}

const fn kind(name: &'static str, is_held: bool, query: fn(&Writer, usize) -> String) -> Kind {
    let indexed = if is_held { Some(query) } else { None };
    Kind {
        name,
        is_held,
        query,
        indexed,
    }
}

fn kinds() -> [Kind; 12] {
    [
        kind("a rare word", true, |words, n| words.rare(n).to_owned()),
        kind("a common word", true, |words, n| words.word(n % 60).to_owned()),
        kind("part of an identifier", true, |_, n| {
            Writer::identifier(n as u64 * 100 + 3)[1..8].to_owned()
        }),
        kind("three digits", true, |_, n| format!("{:03}", n * 37 % 1_000)),
        kind("a phrase", true, |words, n| {
            format!("\"{} {}\"", words.word(n % 20), words.word(n * 7 % 60))
        }),
        kind("a word nobody said", true, |_, n| format!("qqx{n}zz")),
        kind("three common words", false, |words, n| {
            format!("{} {} {}", words.word(0), words.word(6), words.word(9 + n % 20))
        }),
        kind("common, from: one of 40", false, |words, n| {
            format!("{} from:person-{:03}", words.word(n % 60), n % 40 + 1)
        }),
        kind("common, from: the silent", false, |words, n| {
            format!("{} from:bot-01", words.word(n % 60))
        }),
        kind("common, in: the empty room", false, |words, n| {
            format!("{} in:empty", words.word(n % 60))
        }),
        kind("two letters", false, |words, n| words.rare(n)[..2].to_owned()),
        kind("from: the silent", false, |_, n| format!("from:bot-{:02}", n % 60 + 1)),
    ]
}

/// Measures and prints.
///
/// # Errors
/// When a search isn't answered.
pub async fn run() -> Result<(), String> {
    let million = million::ready().await?;
    let server = server::start_on(&million.data)?;
    let (web, words) = (Web::new(server.process.address), Writer::new());
    let mut bare = open(&million)
        .await
        .map_err(|e| format!("the index can't be opened: {e}"))?;
    println!(
        "\nSearching {} messages by the API, {SEARCHES} searches of each kind; of the first kinds the bare index is asked too",
        thousands(MESSAGES)
    );
    println!(
        "                                  found     bare index, ms: p50      p99     squawkbox, ms: p50      p99"
    );
    let mut slowest: f64 = 0.0;
    for kind in kinds() {
        eprintln!("{} ...", kind.name);
        let (mut ours, mut floor, mut found) = (Times::default(), Times::default(), 0);
        for n in 0..SEARCHES {
            if let Some(indexed) = kind.indexed {
                let asked = ask(&mut bare, &indexed(&words, n), &mut floor).await;
                asked.map_err(|e| format!("{}: {e}", kind.name))?;
            }
            found += search(&web, &million, &(kind.query)(&words, n), &mut ours).await?;
        }
        if kind.is_held {
            slowest = slowest.max(ours.p99());
        }
        let floor = kind.indexed.map_or(format!("{:>22}  {:>7}", "-", "-"), |_| {
            format!("{:>22.2}  {:>7.2}", floor.median(), floor.p99())
        });
        println!(
            "  {:<28}  {:>6.1}   {floor}   {:>17.2}  {:>7.2}",
            kind.name,
            found as f64 / SEARCHES as f64,
            ours.median(),
            ours.p99(),
        );
    }
    println!(
        "  target p99 {TARGET:.0} ms for rare, common and partial words: {} ({slowest:.1} ms).",
        against(slowest, TARGET)
    );
    Ok(())
}

/// A reader, as the server has.
async fn open(million: &Million) -> Result<SqliteConnection, sqlx::Error> {
    let options = SqliteConnectOptions::new().filename(million.data.join("desk.db"));
    options.read_only(true).disable_statement_logging().connect().await
}

/// The newest page of numbers that the index has for `query`, and nothing else.
async fn ask(bare: &mut SqliteConnection, query: &str, times: &mut Times) -> Result<(), sqlx::Error> {
    let phrase = format!("\"{}\"", query.trim_matches('"'));
    let began = Instant::now();
    let _: Vec<i64> =
        sqlx::query_scalar("SELECT rowid FROM said_text WHERE said_text MATCH ? ORDER BY rowid DESC LIMIT 31")
            .bind(phrase)
            .fetch_all(bare)
            .await?;
    times.add(began);
    Ok(())
}

/// Searches as the next of the bots; gives how many were found.
async fn search(web: &Web, million: &Million, query: &str, times: &mut Times) -> Result<usize, String> {
    static TURN: AtomicUsize = AtomicUsize::new(0);
    let token = &million.tokens[TURN.fetch_add(1, Relaxed) % million.tokens.len()];
    let query: String = form_urlencoded::byte_serialize(query.as_bytes()).collect();
    let path = format!("/api/v1/search?q={query}");
    let bearer = format!("Bearer {token}");
    let text = web.get(&path, (header::AUTHORIZATION, &bearer), times).await?;
    let answer: serde_json::Value = serde_json::from_str(&text).map_err(|e| format!("{path}: {e}"))?;
    Ok(answer["found"].as_array().map_or(0, Vec::len))
}
