//! Every query against a migrated database.

use sqlx::Connection;

use super::{
    feeds::{self, Answered},
    *,
};
use crate::ids::FeedId;

pub(super) async fn migrated() -> SqliteConnection {
    let mut conn = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    sqlx::migrate!("./migrations/desk").run(&mut conn).await.unwrap();
    sqlx::raw_sql(
        "INSERT INTO team (id, name, join_code, created) VALUES (1, 'North desk', 'x', 0); \
         INSERT INTO user (id, name, folded, role, password, created, bot) VALUES \
         (1, 'ines', 'ines', 'admin', '', 0, 0), (2, 'tomasz', 'tomasz', 'member', '', 0, 0), \
         (3, 'wire', 'wire', 'member', '', 0, 1)",
    )
    .execute(&mut conn)
    .await
    .unwrap();
    conn
}

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(0).plus_seconds(seconds)
}

pub(super) fn new(author: Option<i64>, source: &str, text: &str) -> NewHeadline {
    NewHeadline {
        at: at(7),
        author: author.map(UserId),
        source: source.into(),
        text: text.into(),
        url: None,
        outer_id: text.replace(' ', "-"),
    }
}

pub(super) async fn told(conn: &mut SqliteConnection, source: &str, text: &str) -> Headline {
    insert(conn, &new(None, source, text)).await.unwrap().0
}

pub(super) fn texts(headlines: &[Headline]) -> Vec<&str> {
    headlines.iter().map(|one| one.text.as_str()).collect()
}

#[tokio::test]
async fn the_same_again_is_the_same_headline() {
    let mut conn = migrated().await;
    let (first, is_new) = insert(&mut conn, &new(Some(1), "ines", "ECB holds")).await.unwrap();
    assert!(is_new);
    assert_eq!(
        (first.id, first.changed, first.author),
        (HeadlineId(1), 1, Some(UserId(1)))
    );
    let mut again = new(Some(1), "ines", "ECB holds");
    again.text = "something else".into();
    assert_eq!(insert(&mut conn, &again).await.unwrap(), (first.clone(), false));
    // Another's is another one, and so is a feed's.
    assert!(insert(&mut conn, &new(Some(3), "wire", "ECB holds")).await.unwrap().1);
    let (feeds, is_new) = insert(&mut conn, &new(None, "ECB – Press", "ECB holds")).await.unwrap();
    assert_eq!(
        (is_new, feeds.author, feeds.source.as_str()),
        (true, None, "ECB – Press")
    );
    assert!(!insert(&mut conn, &new(None, "ECB", "ECB holds")).await.unwrap().1);
    assert_eq!(reached(&mut conn).await.unwrap(), (3, 3));
    // A name is that of today.
    sqlx::query("UPDATE user SET name = 'Ines Tan' WHERE id = 1")
        .execute(&mut conn)
        .await
        .unwrap();
    assert_eq!(headline(&mut conn, first.id).await.unwrap().source, "Ines Tan");
    let none = headline(&mut conn, HeadlineId(9)).await;
    assert!(matches!(none, Err(AppError::NotFound(_))), "{none:?}");
}

#[tokio::test]
async fn who_has_seen_it_is_named_the_last_first_and_is_a_change() {
    let mut conn = migrated().await;
    told(&mut conn, "ECB", "one").await;
    let two = told(&mut conn, "ECB", "two").await;
    see(&mut conn, HeadlineId(1), UserId(1), at(8)).await.unwrap().unwrap();
    let seen = see(&mut conn, HeadlineId(1), UserId(2), at(9)).await.unwrap().unwrap();
    assert_eq!((seen.seen, seen.changed), (2, 4));
    assert_eq!(seen.seen_by, [(UserId(2), "tomasz".into()), (UserId(1), "ines".into())]);
    assert_eq!(
        (seen.seen_words().as_str(), seen.names().as_str()),
        ("seen by 2", "tomasz, ines")
    );
    assert_eq!(
        see(&mut conn, HeadlineId(1), UserId(2), at(10)).await.unwrap(),
        None,
        "once"
    );
    let none = see(&mut conn, HeadlineId(9), UserId(2), at(10)).await;
    assert!(matches!(none, Err(AppError::NotFound(_))), "{none:?}");
    let changed = changed_after(&mut conn, 1, 10).await.unwrap();
    assert_eq!(texts(&changed), ["two", "one"], "in the order of the changes");
    assert_eq!(changed_after(&mut conn, 1, 1).await.unwrap(), [two]);
    assert_eq!(texts(&after(&mut conn, 0, 10).await.unwrap()), ["one", "two"]);
    assert_eq!(texts(&after(&mut conn, 1, 10).await.unwrap()), ["two"]);
    assert!(after(&mut conn, u64::MAX, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn words_and_parts_of_words_are_found() {
    let mut conn = migrated().await;
    for text in [
        "ECB holds deposit rate at 2.00%",
        "Fed cuts rates",
        "100% \"quoted\" OR not",
        "Zürich öffnet",
    ] {
        told(&mut conn, "Reuters", text).await;
    }
    let found = async |conn: &mut SqliteConnection, q: &str, before: Option<i64>| {
        let (indexed, short) = crate::squawk::rules::parts(q);
        let wanted = Wanted {
            indexed,
            short,
            before: before.map(HeadlineId),
            ..Wanted::default()
        };
        let found = newest(conn, &wanted, 10).await.unwrap();
        found.iter().map(|one| one.id.0).collect::<Vec<_>>()
    };
    for (q, ids) in [
        ("", vec![4, 3, 2, 1]),
        ("rate", vec![2, 1]),
        ("RATE hold", vec![1]),
        ("posit", vec![1]),
        ("2.", vec![1]),
        ("rate 2", vec![1]),
        ("reuters fed", vec![2]),
        ("OR", vec![3]),
        ("quoted\" OR", vec![3]),
        ("\"", vec![4, 3, 2, 1]),
        ("ZÜRICH", vec![4]),
        ("rate NOT nothing", vec![]),
        ("text:rate", vec![]),
    ] {
        assert_eq!(found(&mut conn, q, None).await, ids, "{q}");
    }
    assert_eq!(found(&mut conn, "rate", Some(2)).await, [1]);
    assert_eq!(found(&mut conn, "", Some(3)).await, [2, 1]);
}

#[tokio::test]
async fn the_oldest_go_when_there_are_too_many_and_are_not_found_any_more() {
    let mut conn = migrated().await;
    told(&mut conn, "ECB", "the first of all").await;
    see(&mut conn, HeadlineId(1), UserId(1), at(8)).await.unwrap();
    told(&mut conn, "ECB", "the second").await;
    sqlx::query("UPDATE sqlite_sequence SET seq = ? WHERE name = 'headline'")
        .bind(KEPT)
        .execute(&mut conn)
        .await
        .unwrap();
    told(&mut conn, "ECB", "the last").await;
    let wanted = Wanted::default();
    assert_eq!(
        texts(&newest(&mut conn, &wanted, 10).await.unwrap()),
        ["the last", "the second"]
    );
    let wanted = Wanted {
        indexed: vec!["the".into()],
        ..Wanted::default()
    };
    assert_eq!(
        texts(&newest(&mut conn, &wanted, 10).await.unwrap()),
        ["the last", "the second"]
    );
}

#[tokio::test]
async fn who_may_squawk_is_the_teams_choice_for_people_alone() {
    let mut conn = migrated().await;
    let all = async |conn: &mut SqliteConnection| {
        let mut all = Vec::new();
        for id in 1..=4 {
            all.push(may(&mut *conn, UserId(id)).await.unwrap());
        }
        all
    };
    assert!(!admins_only(&mut conn).await.unwrap());
    assert_eq!(all(&mut conn).await, [true, true, true, false], "the fourth is nobody");
    set_admins_only(&mut conn, true).await.unwrap();
    assert!(admins_only(&mut conn).await.unwrap());
    assert_eq!(all(&mut conn).await, [true, false, true, false]);
    assert_eq!(name(&mut conn, UserId(3)).await, Ok("wire".into()));
    assert!(matches!(name(&mut conn, UserId(2)).await, Err(AppError::Forbidden(_))));
    sqlx::query("UPDATE user SET removed = 1 WHERE id = 1")
        .execute(&mut conn)
        .await
        .unwrap();
    assert_eq!(name(&mut conn, UserId(1)).await, Err(AppError::SignedOut));
}

#[tokio::test]
async fn feeds_are_remembered_with_what_they_said() {
    let mut conn = migrated().await;
    let fixed = ["https://a.test/rss".to_owned()];
    feeds::know(&mut conn, &fixed).await.unwrap();
    feeds::know(&mut conn, &fixed).await.unwrap();
    feeds::list(&mut conn, "https://b.test/rss").await.unwrap();
    let twice = feeds::list(&mut conn, "https://b.test/rss").await;
    assert!(matches!(twice, Err(AppError::Conflict(_))), "{twice:?}");
    let both = feeds::followed(&mut conn, &fixed).await.unwrap();
    assert_eq!(both.iter().map(|feed| feed.listed).collect::<Vec<_>>(), [false, true]);
    let only = feeds::followed(&mut conn, &[]).await.unwrap();
    assert_eq!(only.len(), 1);
    let shown = both[0].clone().shown(&fixed);
    assert!(shown.fixed && shown.polled.is_none() && shown.url == fixed[0]);

    let id = only[0].id;
    let answer = Answered {
        title: Some("B".into()),
        etag: Some("\"1\"".into()),
        modified: None,
        entries: vec![[1; 32], [2; 32]],
    };
    feeds::failed(&mut conn, id, "its server answers 500", at(20))
        .await
        .unwrap();
    feeds::failed(&mut conn, id, "its server answers 502", at(30))
        .await
        .unwrap();
    let failed = feeds::followed(&mut conn, &[]).await.unwrap().remove(0);
    assert_eq!(
        (failed.fails, failed.fault.as_str(), failed.due),
        (2, "its server answers 502", 30_000_000)
    );
    feeds::answered(&mut conn, id, &answer, (at(31), at(60))).await.unwrap();
    let good = feeds::followed(&mut conn, &[]).await.unwrap().remove(0);
    assert_eq!(
        (good.fails, good.fault.as_str(), good.polled),
        (0, "", Some(31_000_000))
    );
    assert_eq!(
        (good.title.as_str(), good.etag.as_deref(), good.due),
        ("B", Some("\"1\""), 60_000_000)
    );
    let known = feeds::known(&mut conn, id).await.unwrap();
    assert!(known.len() == 2 && known.contains(&[2; 32][..]));
    // Nothing new: what it calls itself stays.
    feeds::answered(&mut conn, id, &Answered::default(), (at(61), at(90)))
        .await
        .unwrap();
    assert_eq!(feeds::followed(&mut conn, &[]).await.unwrap()[0].title, "B");
    // However much it says, so much is remembered: the newest.
    let many = |from: u32| Answered {
        entries: (from..from + 1_500)
            .map(|n| {
                let mut hash = [0; 32];
                hash[..4].copy_from_slice(&n.to_be_bytes());
                hash
            })
            .collect(),
        ..Answered::default()
    };
    feeds::answered(&mut conn, id, &many(0), (at(100), at(101)))
        .await
        .unwrap();
    feeds::answered(&mut conn, id, &many(5_000), (at(102), at(103)))
        .await
        .unwrap();
    let known = feeds::known(&mut conn, id).await.unwrap();
    assert!(known.len() == 2_000 && !known.contains(&[1; 32][..]));

    assert!(feeds::unlist(&mut conn, FeedId(id)).await.unwrap());
    assert!(!feeds::unlist(&mut conn, FeedId(id)).await.unwrap());
    assert!(feeds::followed(&mut conn, &[]).await.unwrap().is_empty());
    // Followed again, it begins anew.
    feeds::list(&mut conn, "https://b.test/rss").await.unwrap();
    let anew = feeds::followed(&mut conn, &[]).await.unwrap().remove(0);
    assert_eq!((anew.id, anew.polled, anew.etag, anew.due), (id, None, None, 0));
}
