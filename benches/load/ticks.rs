//! Recording a flood of ticks into bars.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use futures::future::try_join_all;
use reqwest::{Client, header};
use sqlx::{ConnectOptions, SqliteConnection, sqlite::SqliteConnectOptions};
use squawkbox::{
    accounts::server::{Accounts, scopes::Scope},
    time::Timestamp,
};

use crate::{
    people::at_desk,
    report::{Times, thousands},
    server::{self, Server},
    web::Web,
    year,
};

/// Symbols that ticks are of: `SYM-000` and so on, at the venue `load`.
pub const SYMBOLS: u64 = 500;
/// Ticks a second that are sent.
const RATE: u64 = 50_000;
/// Ticks in a request.
pub const BATCH: u64 = 1_000;
/// Requests at once at most.
const AT_ONCE: usize = 8;
/// Seconds for which they are sent; `LOAD_TICKS_SECONDS` sets another number for a look.
const SECONDS: u64 = 60;
const SECONDS_BY: &str = "LOAD_TICKS_SECONDS";

/// Measures and prints.
///
/// # Errors
/// When a tick isn't kept, or a query isn't answered.
pub async fn run() -> Result<(), String> {
    record().await?;
    year::query().await
}

/// What programs come in by.
pub struct Tokens {
    /// To send ticks.
    pub ingest: String,
    /// To read.
    pub read: String,
}

/// Makes them.
///
/// # Errors
/// What the library says, in words.
pub async fn tokens(data: &Path) -> Result<Tokens, String> {
    at_desk(data, async |desk, _| {
        let accounts = Accounts::over(desk, false);
        let words = |e| format!("no token: {e}");
        Ok(Tokens {
            ingest: accounts
                .create_token("load", Scope::Ingest, None)
                .await
                .map_err(words)?,
            read: accounts
                .create_token("reports", Scope::Read, None)
                .await
                .map_err(words)?,
        })
    })
    .await
}

fn seconds() -> u64 {
    let named = std::env::var(SECONDS_BY).ok().and_then(|text| text.parse().ok());
    named.unwrap_or(SECONDS)
}

async fn record() -> Result<(), String> {
    let folder = server::folder()?;
    let data = server::data(folder.path());
    let tokens = tokens(&data).await?;
    let server = server::start(folder)?;
    let seconds = seconds();
    println!(
        "\nRecording {} ticks a second of {SYMBOLS} symbols for {seconds} s, in requests of {BATCH}, {AT_ONCE} at once at most",
        thousands(RATE)
    );
    let (before, began) = (server.process.cpu()?, Instant::now());
    let posters = (0..AT_ONCE as u64).map(|number| post_all(&server, &tokens.ingest, began, number, seconds));
    let outcomes = try_join_all(posters).await?;
    let took = began.elapsed().as_secs_f64();
    let cpu = server.process.cpu()?.saturating_sub(before);
    let sent = RATE * seconds;
    let latest = outcomes.iter().map(|(_, late)| *late).max().unwrap_or_default();
    let times = Times::of(outcomes.iter().map(|(times, _)| times));
    println!(
        "                           a second   CPU, µs a tick   until acknowledged, ms: p50      p99   latest behind, ms"
    );
    println!(
        "  squawkbox               {:>9.0}   {:>14.2}   {:>27.1}  {:>7.1}   {:>17.0}",
        sent as f64 / took,
        cpu.as_secs_f64() * 1e6 / sent as f64,
        times.median(),
        times.p99(),
        latest.as_secs_f64() * 1e3,
    );
    let counted = count(&server, &tokens.read).await?;
    println!(
        "  counted in the bars of days, minutes and seconds: {counted:?} of {}.",
        thousands(sent)
    );
    if counted.iter().any(|counted| *counted != sent) {
        return Err(format!("{counted:?} of {sent} ticks are in bars"));
    }
    let mut conn = open(&data).await?;
    let (bars, seqs) = (
        total(&mut conn, "bars", "bars").await?,
        total(&mut conn, "seqs", "seen").await?,
    );
    let each = |bytes: f64| bytes / (SYMBOLS * seconds) as f64;
    println!(
        "  a symbol's second: {:.1} bytes, and {:.1} of its ticks' numbers; so {:.1} MB in a day in which every second has ticks.",
        each(bars),
        each(seqs),
        each(bars + seqs) * 86_400.0 / 1e6,
    );
    Ok(())
}

/// Bytes of a column, of our symbols.
async fn total(conn: &mut SqliteConnection, column: &str, table: &str) -> Result<f64, String> {
    let series = "SELECT id FROM series WHERE venue = 'load'";
    let sql = format!("SELECT sum(length({column})) FROM {table} WHERE series IN ({series})");
    one(conn, &sql).await
}

/// Sends every [`AT_ONCE`]th request, each when its time has come; gives how long each took, and how late the latest was.
async fn post_all(
    server: &Server,
    token: &str,
    began: Instant,
    number: u64,
    seconds: u64,
) -> Result<(Times, Duration), String> {
    let client = Client::new();
    let url = format!("http://{}/ingest/ticks", server.process.address);
    let (mut times, mut latest) = (Times::default(), Duration::ZERO);
    for request in (number..RATE * seconds / BATCH).step_by(AT_ONCE) {
        let due = began + Duration::from_secs(1) * request as u32 * BATCH as u32 / RATE as u32;
        tokio::time::sleep_until(due.into()).await;
        latest = latest.max(due.elapsed());
        let body = body(request);
        let sent = Instant::now();
        let answer = client.post(&url).bearer_auth(token).body(body).send().await;
        let answer = answer
            .map_err(|e| e.to_string())?
            .text()
            .await
            .map_err(|e| e.to_string())?;
        times.add(sent);
        if answer != format!(r#"{{"accepted":{BATCH},"rejected":[]}}"#) {
            return Err(format!("ticks were refused: {answer}"));
        }
    }
    Ok((times, latest))
}

/// Each symbol twice, at prices that move, and numbered one by one.
pub fn body(request: u64) -> String {
    use std::fmt::Write;
    let now = Timestamp::now();
    let mut out = String::with_capacity(BATCH as usize * 120);
    for n in request * BATCH..(request + 1) * BATCH {
        let (symbol, seq) = (n % SYMBOLS, n / SYMBOLS);
        let cents = 10_000 + symbol * 977 + seq * 31 % 400;
        // Into a string it can't fail.
        let _ = writeln!(
            out,
            r#"{{"symbol":"SYM-{symbol:03}","venue":"load","last":"{}.{:02}","size":"0.{}","seq":{seq},"time":"{now}"}}"#,
            cents / 100,
            cents % 100,
            seq % 9 + 1,
        );
    }
    out
}

/// Ticks in all bars of days, of minutes and of seconds.
async fn count(server: &Server, token: &str) -> Result<[u64; 3], String> {
    let web = Web::new(server.process.address);
    let (bearer, mut counted) = (format!("Bearer {token}"), [0; 3]);
    for symbol in 0..SYMBOLS {
        for (interval, counted) in ["1d", "1m", "1s"].iter().zip(&mut counted) {
            // A token is good for a hundred requests a second.
            tokio::time::sleep(Duration::from_millis(11)).await;
            let from = "from=2020-01-01T00:00:00Z&limit=5000&format=csv";
            let path = format!("/api/v1/bars?symbol=SYM-{symbol:03}&interval={interval}&{from}");
            let csv = web
                .get(&path, (header::AUTHORIZATION, &bearer), &mut Times::default())
                .await?;
            let ticks = csv
                .lines()
                .skip(1)
                .filter_map(|line| line.split(',').nth(6)?.parse::<u64>().ok());
            *counted += ticks.sum::<u64>();
        }
    }
    Ok(counted)
}

/// The server's prices, beside it.
///
/// # Errors
/// When the file can't be opened.
pub async fn open(data: &Path) -> Result<SqliteConnection, String> {
    let options = SqliteConnectOptions::new()
        .filename(data.join("ticker.db"))
        .disable_statement_logging();
    options
        .connect()
        .await
        .map_err(|e| format!("ticker.db can't be opened: {e}"))
}

/// A figure.
///
/// # Errors
/// When it can't be read.
pub async fn one(conn: &mut SqliteConnection, sql: &str) -> Result<f64, String> {
    let figure: Option<f64> = sqlx::query_scalar(&format!("SELECT CAST(({sql}) AS REAL)"))
        .fetch_one(conn)
        .await
        .map_err(|e| format!("{sql}: {e}"))?;
    Ok(figure.unwrap_or(0.0))
}
