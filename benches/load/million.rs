//! A data folder with a million messages in one room: made once, kept in the target folder for later runs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use futures::{StreamExt, TryStreamExt, stream};
use sqlx::{ConnectOptions, Connection, QueryBuilder, SqliteConnection, sqlite::SqliteConnectOptions};
use squawkbox::{
    accounts::server::Accounts,
    chat::{
        rules::PAGE,
        server::{markdown, store},
    },
    ids::{RoomId, UserId},
    time::Timestamp,
};

use crate::{
    people::{self, Person, at_desk},
    report::thousands,
    words::Writer,
};

/// Messages in [`FULL`].
pub const MESSAGES: u64 = 1_000_000;
/// The room that the database starts with.
pub const FULL: RoomId = RoomId(1);
/// A room in which nothing was said.
pub const EMPTY: RoomId = RoomId(2);
/// A room with one page: copies of the newest in [`FULL`].
pub const NEWEST: RoomId = RoomId(3);
/// A room with two pages: copies of the page before [`MIDDLE`] in [`FULL`], then of its newest.
pub const PAST: RoomId = RoomId(4);
/// A place in the middle.
pub const MIDDLE: u64 = MESSAGES / 2 + 1;
/// Changed when what is made here changes.
const EDITION: u32 = 2;
const PEOPLE: usize = 40;
/// Each may search 30 times at once and twice a second.
const BOTS: usize = 60;
const AT_ONCE: usize = 2;
/// Rows of one statement.
const ROWS: u64 = 500;
/// Statements of one transaction.
const STATEMENTS: u64 = 20;
/// Between two messages, in µs: the whole takes a year.
const APART: i64 = 31_500_000;
const TOKENS: &str = "tokens";

/// The folder, and who may come in.
pub struct Million {
    /// Where the databases are.
    pub data: PathBuf,
    /// Somebody who has read everything.
    pub reader: Person,
    /// Somebody who has read nothing.
    pub newcomer: Person,
    /// Tokens of bots that are in every room.
    pub tokens: Vec<String>,
}

/// Finds the folder, or makes it, which takes minutes.
///
/// # Errors
/// What can't be read or written, in words.
pub async fn ready() -> Result<Million, String> {
    let schema = sqlx::migrate!("./migrations/desk").iter().map(|one| one.version).max();
    let name = format!("million-{:04}-{EDITION}", schema.unwrap_or_default());
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let data = kept.join(&name);
    if !data.is_dir() {
        forget_others(kept);
        let unfinished = kept.join("million-unfinished");
        make(&unfinished).await?;
        fs::rename(&unfinished, &data).map_err(|e| format!("{} can't be kept: {e}", data.display()))?;
    }
    let tokens = fs::read_to_string(data.join(TOKENS)).map_err(|e| format!("no tokens in {}: {e}", data.display()))?;
    let (reader, newcomer) = at_desk(&data, async |desk, _| {
        let accounts = Accounts::over(desk, false);
        let reader = people::sign_in(&accounts, UserId(1), "person-001".into()).await?;
        let newcomer = people::sign_in(&accounts, UserId(2), "person-002".into()).await?;
        Ok((reader, newcomer))
    })
    .await?;
    Ok(Million {
        data,
        reader,
        newcomer,
        tokens: tokens.lines().map(str::to_owned).collect(),
    })
}

/// Removes what earlier editions and interrupted runs have left.
fn forget_others(kept: &Path) {
    for entry in fs::read_dir(kept).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with("million-") {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

async fn make(data: &Path) -> Result<(), String> {
    eprintln!(
        "making a room with {} messages, once: some minutes ...",
        thousands(MESSAGES)
    );
    people::create(data, PEOPLE).await?;
    let tokens: Vec<String> = at_desk(data, async |desk, _| {
        let accounts = &Accounts::over(desk, false);
        let make = |number| async move { accounts.create_bot(&format!("bot-{number:02}"), None).await };
        let made = stream::iter(1..=BOTS).map(make).buffered(AT_ONCE).try_collect().await;
        made.map_err(|e| format!("a bot can't be made: {e}"))
    })
    .await?;
    fs::write(data.join(TOKENS), tokens.join("\n")).map_err(|e| format!("the tokens can't be kept: {e}"))?;
    let words = |e: sqlx::Error| format!("the messages can't be kept: {e}");
    let mut conn = SqliteConnectOptions::new()
        .filename(data.join("desk.db"))
        // Nothing is lost but this run if the power goes now.
        .pragma("synchronous", "OFF")
        .pragma("cache_size", "-200000")
        .disable_statement_logging()
        .connect()
        .await
        .map_err(words)?;
    fill(&mut conn).await.map_err(words)?;
    conn.close().await.map_err(words)?;
    // Folds the log back, and looks at the tables as every stop of the server does.
    at_desk(data, async |_, _| Ok(())).await
}

async fn fill(conn: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let begin = Timestamp::now()
        .plus_seconds(-(MESSAGES as i64 + 1_000) * APART / 1_000_000)
        .micros();
    let mut writer = Writer::new();
    for first in (1..=MESSAGES).step_by((ROWS * STATEMENTS) as usize) {
        let mut tx = conn.begin().await?;
        for first in (first..first + ROWS * STATEMENTS).step_by(ROWS as usize) {
            say(&mut tx, &mut writer, first, begin).await?;
        }
        index(&mut tx).await?;
        tx.commit().await?;
        if first % (MESSAGES / 10) == 1 {
            eprintln!("  {} ...", thousands(first - 1));
        }
    }
    let mut tx = conn.begin().await?;
    for room in ["empty", "newest", "past"] {
        let made = sqlx::query("INSERT INTO room (name, created) VALUES (?, ?)");
        made.bind(room).bind(begin).execute(&mut *tx).await?;
    }
    let page = u64::from(PAGE);
    copy(&mut tx, MESSAGES - page, NEWEST, 0).await?;
    copy(&mut tx, MIDDLE - 1 - page, PAST, 0).await?;
    copy(&mut tx, MESSAGES - page, PAST, page).await?;
    for statement in [
        "UPDATE room SET said = (SELECT coalesce(max(seq), 0) FROM message WHERE room = room.id), \
         changed = (SELECT coalesce(max(changed), 0) FROM message WHERE room = room.id)",
        "UPDATE member SET read = (SELECT said FROM room WHERE id = member.room) WHERE user <> 2",
    ] {
        sqlx::query(statement).execute(&mut *tx).await?;
    }
    index(&mut tx).await?;
    tx.commit().await
}

/// As the server does behind what is said.
async fn index(conn: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let all = (ROWS * STATEMENTS) as u32;
    let indexed = store::index(conn, all).await;
    indexed.map(|_| ()).map_err(|e| sqlx::Error::Protocol(e.to_string()))
}

/// Keeps messages `first` and those after it.
async fn say(conn: &mut SqliteConnection, writer: &mut Writer, first: u64, begin: i64) -> Result<(), sqlx::Error> {
    let mut sql = QueryBuilder::new("INSERT INTO message (room, seq, changed, author, client_id, body, html, at) ");
    sql.push_values(first..first + ROWS, |mut row, number| {
        // Some speak much more than others.
        let author = (writer.random().powi(3) * PEOPLE as f64) as i64 + 1;
        let (place, body) = (number as i64, writer.message(number));
        let html = markdown::render(&body, |_| false);
        row.push_bind(FULL.0)
            .push_bind(place)
            .push_bind(place)
            .push_bind(author);
        row.push_bind(format!("m{number}")).push_bind(body).push_bind(html);
        row.push_bind(begin + place * APART);
    });
    sql.build().execute(conn).await.map(|_| ())
}

/// A page's messages, those after place `after` of [`FULL`], said again in `room` after its place `to`.
async fn copy(conn: &mut SqliteConnection, after: u64, room: RoomId, to: u64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO message (room, seq, changed, author, client_id, body, html, at) \
         SELECT ?1, seq - ?2 + ?3, seq - ?2 + ?3, author, 'again' || ?1 || '-' || seq, body, html, at FROM message \
         WHERE room = ?4 AND seq > ?2 ORDER BY seq LIMIT ?5",
    )
    .bind(room.0)
    .bind(after as i64)
    .bind(to as i64)
    .bind(FULL.0)
    .bind(PAGE)
    .execute(conn)
    .await
    .map(|_| ())
}
