//! What was said, found again.

use std::time::Duration;

use sqlx::{QueryBuilder, Sqlite, SqliteConnection, SqlitePool};
use tokio::time::Instant;

use crate::{
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

/// A row: the number of what was said, its room, its place, how well it fits (less is better).
type Row = (i64, i64, i64, f64);

/// How much a search looks at, from the newest back.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// Messages of a step.
    pub step: u32,
    /// Messages of a step whose fitness is weighed.
    pub weighed: u32,
    /// No further step begins after this.
    pub patience: Duration,
}

/// A step takes some tens of milliseconds; with the last of them a search stays well under a second.
pub const REACH: Reach = Reach {
    step: 100_000,
    weighed: 5_000,
    patience: Duration::from_millis(300),
};

/// What is looked for. All of it must be so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Parts of what was said, each of three characters or more.
    pub indexed: Vec<String>,
    /// Shorter parts.
    pub short: Vec<String>,
    /// Who said it, folded.
    pub from: Option<String>,
    /// The name of the room.
    pub room: Option<String>,
    /// It was said in a conversation with each of these, folded.
    pub with: Vec<String>,
    /// Said before then.
    pub before: Option<Timestamp>,
    /// Said then or later.
    pub after: Option<Timestamp>,
    /// It holds an address of the web.
    pub link: bool,
    /// It holds a file.
    pub file: bool,
    /// What fits best comes first, not the newest.
    pub best: bool,
}

/// What was found, in order.
pub struct Page {
    /// Where: the number by which a search goes on, the room, the place.
    pub found: Vec<(i64, RoomId, u64)>,
    /// The search goes on before this number; `None` when there is nothing more, and after what fits best.
    pub before: Option<i64>,
}

/// Of those whom `wanted` names, one who was never on the team; and the room that it names, unless `user` is in it.
pub async fn unknown(
    db: &SqlitePool,
    user: UserId,
    wanted: &Wanted,
) -> Result<(Option<String>, Option<String>), AppError> {
    let mut names = wanted.from.iter().chain(&wanted.with);
    let nobody = loop {
        let Some(name) = names.next() else { break None };
        let known = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM user WHERE folded = ?)").bind(name);
        if !known.fetch_one(db).await? {
            break Some(name.clone());
        }
    };
    let Some(room) = &wanted.room else {
        return Ok((nobody, None));
    };
    let is_in = "SELECT EXISTS (SELECT 1 FROM room JOIN member ON member.room = room.id AND user = ? WHERE name = ?)";
    let is_in: bool = sqlx::query_scalar(is_in).bind(user.0).bind(room).fetch_one(db).await?;
    Ok((nobody, (!is_in).then(|| room.clone())))
}

/// Up to `limit` messages that `user` may read, before number `before`. A search that finds little looks further back
/// until `reach` ends.
pub async fn search(
    db: &SqlitePool,
    user: UserId,
    wanted: &Wanted,
    mut before: Option<i64>,
    limit: u32,
    reach: Reach,
) -> Result<Page, AppError> {
    let (began, enough) = (Instant::now(), limit as usize);
    let mut rows: Vec<Row> = Vec::new();
    let before = loop {
        let step: Vec<Row> = statement(user, wanted, before, limit, reach)
            .build_query_as()
            .fetch_all(db)
            .await?;
        rows.extend(step);
        if rows.len() > enough {
            break rows.get(enough - 1).map(|last| last.0);
        }
        before = looked_at(wanted, before, reach)
            .build_query_scalar()
            .fetch_optional(db)
            .await?;
        if before.is_none() || began.elapsed() > reach.patience {
            break before;
        }
    };
    if wanted.weighs() {
        rows.sort_by(|a, b| a.3.total_cmp(&b.3).then(b.0.cmp(&a.0)));
    }
    let before = before.filter(|_| rows.is_empty() || !wanted.weighs());
    rows.truncate(enough);
    let found = rows
        .into_iter()
        .map(|(id, room, seq, _)| (id, RoomId(room), seq.unsigned_abs()));
    Ok(Page {
        found: found.collect(),
        before,
    })
}

/// How far the index goes, and how far what was said, as their newest `said.id`.
pub async fn indexed(db: &SqlitePool) -> Result<(i64, i64), AppError> {
    let ends = sqlx::query_as("SELECT upto, (SELECT coalesce(max(id), 0) FROM said) FROM said_index");
    Ok(ends.fetch_one(db).await?)
}

/// Puts the oldest `limit` messages that the index doesn't know yet into it; gives how far it goes then.
pub async fn index(conn: &mut SqliteConnection, limit: u32) -> Result<i64, AppError> {
    let next = "SELECT upto, coalesce((SELECT max(id) FROM \
                (SELECT id FROM said WHERE id > upto ORDER BY id LIMIT ?)), upto) FROM said_index";
    let (from, upto): (i64, i64) = sqlx::query_as(next).bind(limit).fetch_one(&mut *conn).await?;
    sqlx::query(
        "INSERT INTO said_text (rowid, body) SELECT said.id, text FROM said JOIN message_text USING (room, seq) \
         WHERE said.id > ? AND said.id <= ? AND text <> ''; UPDATE said_index SET upto = ?",
    )
    .bind(from)
    .bind(upto)
    .bind(upto)
    .execute(conn)
    .await?;
    Ok(upto)
}

impl Wanted {
    /// Whether fitness counts: without words to weigh, all fit alike.
    const fn weighs(&self) -> bool {
        self.best && !self.indexed.is_empty()
    }

    /// Those of a step.
    const fn within(&self, reach: Reach) -> u32 {
        if self.weighs() { reach.weighed } else { reach.step }
    }
}

/// What could fit before number `before`, the newest first, with the columns `also`.
fn candidates(sql: &mut QueryBuilder<'static, Sqlite>, wanted: &Wanted, before: Option<i64>, also: &str) {
    let id = if wanted.indexed.is_empty() {
        sql.push(format!("SELECT {also}id FROM said WHERE true"));
        "id"
    } else {
        sql.push(format!(
            "SELECT {also}rowid AS id FROM said_text WHERE said_text MATCH "
        ));
        sql.push_bind(phrases(&wanted.indexed));
        "rowid"
    };
    if let Some(before) = before {
        sql.push(format!(" AND {id} < "));
        sql.push_bind(before);
    }
    sql.push(format!(" ORDER BY {id} DESC LIMIT "));
}

/// The last message that the step before number `before` looks at; none when it looks at all there are.
fn looked_at(wanted: &Wanted, before: Option<i64>, reach: Reach) -> QueryBuilder<'static, Sqlite> {
    let mut sql = QueryBuilder::new("");
    candidates(&mut sql, wanted, before, "");
    sql.push(format!("1 OFFSET {}", wanted.within(reach).saturating_sub(1)));
    sql
}

fn statement(
    user: UserId,
    wanted: &Wanted,
    before: Option<i64>,
    limit: u32,
    reach: Reach,
) -> QueryBuilder<'static, Sqlite> {
    // The newest first, and a bounded number of them: a step that finds nothing must end too.
    let rank = if wanted.weighs() { "newest.rank" } else { "0.0" };
    let mut sql = QueryBuilder::new(format!("SELECT said.id, said.room, said.seq, {rank} FROM ("));
    candidates(&mut sql, wanted, before, if wanted.weighs() { "rank, " } else { "" });
    sql.push(wanted.within(reach));
    // CROSS JOIN keeps SQLite to this order: from the newest back, until there is enough. Sorted once more, all that could
    // be looked at would be, which takes a third of a second.
    sql.push(
        ") newest CROSS JOIN said ON said.id = newest.id \
         CROSS JOIN message m ON m.room = said.room AND m.seq = said.seq \
         WHERE m.deleted IS NULL AND said.room IN (SELECT room FROM member WHERE user = ",
    );
    sql.push_bind(user.0);
    sql.push(")");
    for part in &wanted.short {
        // SQLite's lower() knows ASCII only: other letters are found as typed.
        let holds = |sql: &mut QueryBuilder<'static, Sqlite>, text: &str| {
            sql.push(format!("(instr({text}, "));
            sql.push_bind(part.clone());
            sql.push(format!(") OR instr(lower({text}), "));
            sql.push_bind(part.to_lowercase());
            sql.push("))");
        };
        sql.push(" AND (");
        holds(&mut sql, "m.body");
        sql.push(" OR EXISTS (SELECT 1 FROM file WHERE file.room = said.room AND file.seq = said.seq AND ");
        holds(&mut sql, "file.name");
        sql.push("))");
    }
    if let Some(from) = &wanted.from {
        sql.push(" AND m.author = (SELECT id FROM user WHERE folded = ");
        sql.push_bind(from.clone());
        sql.push(")");
    }
    if let Some(room) = &wanted.room {
        // What is said in a room's threads is said in the room.
        sql.push(
            " AND (SELECT coalesce(parent, id) FROM room r WHERE r.id = said.room) = (SELECT id FROM room WHERE name = ",
        );
        sql.push_bind(room.clone());
        sql.push(")");
    }
    for name in &wanted.with {
        sql.push(
            " AND (SELECT coalesce(parent, id) FROM room r WHERE r.id = said.room) IN (SELECT room FROM user \
             JOIN member ON member.user = user.id JOIN room d ON d.id = member.room AND d.kind = 'direct' \
             WHERE user.folded = ",
        );
        sql.push_bind(name.clone());
        sql.push(")");
    }
    if let Some(before) = wanted.before {
        sql.push(" AND m.at < ");
        sql.push_bind(before.micros());
    }
    if let Some(after) = wanted.after {
        sql.push(" AND m.at >= ");
        sql.push_bind(after.micros());
    }
    if wanted.link {
        sql.push(" AND m.body LIKE '%http%://%'");
    }
    if wanted.file {
        sql.push(" AND EXISTS (SELECT 1 FROM file WHERE file.room = said.room AND file.seq = said.seq)");
    }
    sql.push(if wanted.weighs() {
        " ORDER BY newest.rank, newest.id DESC"
    } else {
        ""
    });
    sql.push(" LIMIT ");
    sql.push_bind(limit + 1);
    sql
}

/// FTS5's syntax for "all of these"; quoted, so that nothing in them is syntax.
fn phrases(parts: &[String]) -> String {
    let quoted = parts.iter().map(|part| format!("\"{}\"", part.replace('"', "\"\"")));
    quoted.collect::<Vec<_>>().join(" AND ")
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
