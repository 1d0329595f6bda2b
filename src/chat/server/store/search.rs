//! What was said, found again.

use sqlx::{QueryBuilder, Sqlite, SqliteConnection, SqlitePool};

use crate::{
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

/// Messages looked at in one search at most, from the newest back.
const SCANNED: u32 = 100_000;

/// Of more than this, those that fit best are looked for among the newest.
const WEIGHED: u32 = 5_000;

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
    /// There is more, before the last of them. Never said of what fits best.
    pub more: bool,
}

/// Up to `limit` messages that `user` may read, before number `before`.
pub async fn search(
    db: &SqlitePool,
    user: UserId,
    wanted: &Wanted,
    before: Option<i64>,
    limit: u32,
) -> Result<Page, AppError> {
    let mut rows: Vec<(i64, i64, i64)> = statement(user, wanted, before, limit)
        .build_query_as()
        .fetch_all(db)
        .await?;
    let more = rows.len() > limit as usize && !wanted.best;
    rows.truncate(limit as usize);
    let found = rows
        .into_iter()
        .map(|(id, room, seq)| (id, RoomId(room), seq.unsigned_abs()));
    Ok(Page {
        found: found.collect(),
        more,
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
        "INSERT INTO said_text (rowid, body) SELECT said.id, body FROM said JOIN message USING (room, seq) \
         WHERE said.id > ? AND said.id <= ? AND body <> ''; UPDATE said_index SET upto = ?",
    )
    .bind(from)
    .bind(upto)
    .bind(upto)
    .execute(conn)
    .await?;
    Ok(upto)
}

fn statement(user: UserId, wanted: &Wanted, before: Option<i64>, limit: u32) -> QueryBuilder<'static, Sqlite> {
    // The newest first, and a bounded number of them: a search that fits nobody must end too.
    let mut sql = QueryBuilder::<Sqlite>::new("SELECT said.id, said.room, said.seq FROM (SELECT ");
    // Without words to weigh, all fit alike.
    let best = wanted.best && !wanted.indexed.is_empty();
    let id = if wanted.indexed.is_empty() {
        sql.push("id FROM said WHERE true");
        "id"
    } else {
        sql.push(if best { "rank, " } else { "" });
        sql.push("rowid AS id FROM said_text WHERE said_text MATCH ");
        sql.push_bind(phrases(&wanted.indexed));
        "rowid"
    };
    if let Some(before) = before {
        sql.push(format!(" AND {id} < "));
        sql.push_bind(before);
    }
    let most = if best { WEIGHED } else { SCANNED };
    sql.push(format!(" ORDER BY {id} DESC LIMIT {most}"));
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
        sql.push(" AND (instr(m.body, ");
        sql.push_bind(part.clone());
        sql.push(") OR instr(lower(m.body), ");
        sql.push_bind(part.to_lowercase());
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
    sql.push(if best {
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
mod tests {
    use super::*;
    use crate::server::{shutdown::Shutdown, start::open_desk};

    #[tokio::test]
    async fn what_could_be_looked_at_is_neither_sorted_nor_read_from_end_to_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = open_desk(folder.path(), &Shutdown::default())
            .await
            .expect("a database");
        let all = Wanted {
            indexed: vec!["gateway".into()],
            short: vec!["up".into()],
            from: Some("ines".into()),
            room: Some("desk".into()),
            before: Some(Timestamp::default()),
            after: Some(Timestamp::default()),
            link: true,
            file: true,
            best: false,
        };
        let unindexed = Wanted {
            indexed: Vec::new(),
            ..all.clone()
        };
        for wanted in [all, unindexed] {
            let explain = format!(
                "EXPLAIN QUERY PLAN {}",
                statement(UserId(1), &wanted, Some(9), 30).sql()
            );
            let steps: Vec<(i64, i64, i64, String)> =
                sqlx::query_as(&explain).fetch_all(&desk.readers).await.expect("a plan");
            let steps: Vec<String> = steps.into_iter().map(|(_, _, _, step)| step).collect();
            let plan = steps.join("\n");
            assert!(!plan.contains("TEMP B-TREE") && !plan.contains("MATERIALIZE"), "{plan}");
            for table in ["said", "m", "member", "user", "room"] {
                assert!(!steps.iter().any(|step| step == &format!("SCAN {table}")), "{plan}");
            }
        }
    }

    #[tokio::test]
    async fn the_index_follows_in_steps_over_edits_deletions_and_holes() {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = open_desk(folder.path(), &Shutdown::default())
            .await
            .expect("a database");
        let run = async |sql: &'static str| {
            let work = desk
                .writer
                .write(move |conn| Box::pin(async move { Ok(sqlx::query(sql).execute(conn).await.map(|_| ())?) }));
            work.await.expect(sql);
        };
        let step = || desk.writer.write(|conn| Box::pin(async move { index(conn, 2).await }));
        let hits = async |word: &str| -> i64 {
            let count = sqlx::query_scalar("SELECT count(*) FROM said_text WHERE said_text MATCH ?");
            count.bind(word).fetch_one(&desk.readers).await.expect("a count")
        };
        run("INSERT INTO user (name, folded, role, password, created) VALUES ('ines', 'ines', 'admin', '', 0)").await;
        run("INSERT INTO message (room, seq, changed, author, client_id, body, at) \
             SELECT 1, value, value, 1, 'm' || value, 'word ' || value, 0 FROM json_each('[1,2,3,4,5]')")
        .await;
        assert_eq!(
            (indexed(&desk.readers).await.expect("ends"), hits("word").await),
            ((0, 5), 0)
        );
        assert_eq!(step().await, Ok(2));
        run("UPDATE message SET body = 'other one' WHERE seq = 1; UPDATE message SET body = '' WHERE seq = 3").await;
        run("DELETE FROM message WHERE seq IN (2, 5)").await;
        assert_eq!((hits("word").await, hits("other").await), (0, 1));
        assert_eq!((step().await, step().await), (Ok(4), Ok(4)), "the last of them is gone");
        assert_eq!((hits("word").await, indexed(&desk.readers).await), (1, Ok((4, 4))));
        run("DELETE FROM message").await;
        assert_eq!(hits("other").await, 0);
    }
}
