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
        with: vec!["bob".into()],
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
            statement(UserId(1), &wanted, Some(9), 30, REACH).sql()
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
async fn what_is_far_back_is_found_step_by_step_or_by_going_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = open_desk(folder.path(), &Shutdown::default())
        .await
        .expect("a database");
    let fill = "INSERT INTO user (name, folded, role, password, created) \
                VALUES ('ines', 'ines', 'admin', '', 0), ('eve', 'eve', 'member', '', 0); \
                INSERT INTO member (room, user) SELECT 1, id FROM user WHERE true ON CONFLICT DO NOTHING; \
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) \
                INSERT INTO message (room, seq, changed, author, client_id, body, at) \
                SELECT 1, i, i, iif(i = 3, 2, 1), 'm' || i, iif(i = 3, 'go word', 'word ' || i), i FROM n";
    desk.writer
        .write(move |conn| Box::pin(async move { Ok(sqlx::query(fill).execute(conn).await.map(|_| ())?) }))
        .await
        .expect("messages");
    let all = desk
        .writer
        .write(|conn| Box::pin(async move { index(conn, 9_999).await }));
    assert_eq!(all.await, Ok(2000));
    let reach = |patience| Reach {
        step: 300,
        weighed: 200,
        patience: Duration::from_secs(patience),
    };
    let word = Wanted {
        indexed: vec!["word".into()],
        ..Wanted::default()
    };
    for wanted in [
        Wanted {
            short: vec!["go".into()],
            ..Wanted::default()
        },
        Wanted {
            from: Some("eve".into()),
            ..Wanted::default()
        },
        Wanted {
            from: Some("eve".into()),
            ..word.clone()
        },
        Wanted {
            from: Some("eve".into()),
            best: true,
            ..word.clone()
        },
        Wanted {
            before: Some(Timestamp::from_micros(4)),
            after: Some(Timestamp::from_micros(3)),
            ..word.clone()
        },
    ] {
        let find = async |before, patience| {
            search(&desk.readers, UserId(1), &wanted, before, 30, reach(patience))
                .await
                .expect("a page")
        };
        let page = find(None, 60).await;
        assert_eq!((page.found, page.before), (vec![(3, RoomId(1), 3)], None), "{wanted:?}");
        // Where time is short, one is told how to go on.
        let (mut pages, mut before) = (0, None);
        let found = loop {
            let page = find(before, 0).await;
            (pages, before) = (pages + 1, page.before);
            if !page.found.is_empty() || before.is_none() {
                break page.found;
            }
        };
        assert_eq!(found, [(3, RoomId(1), 3)], "{wanted:?}");
        assert!(pages > 2, "{wanted:?}: {pages}");
    }
    let none = Wanted {
        from: Some("nobody".into()),
        ..word
    };
    let page = search(&desk.readers, UserId(1), &none, None, 30, reach(60))
        .await
        .expect("a page");
    assert_eq!((page.found, page.before), (vec![], None));
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
