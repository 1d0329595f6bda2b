//! What is seen at once, and what is taken back.

use super::{
    tests::{at, migrated, new, texts, told},
    *,
};

#[tokio::test]
async fn who_is_removed_with_what_they_said_takes_what_they_squawked_along() {
    let mut conn = migrated().await;
    for author in [Some(1), Some(2), None] {
        insert(&mut conn, &new(author, "source", "heard by all")).await.unwrap();
    }
    for (id, with_all, left) in [(1, 0, [3, 2, 1].as_slice()), (2, 1, &[3, 1])] {
        sqlx::query("UPDATE user SET removed = 1, withdraw = ? WHERE id = ?")
            .bind(with_all)
            .bind(id)
            .execute(&mut conn)
            .await
            .unwrap();
        let gone = withdraw(&mut conn, 10, at(0)).await.unwrap();
        assert_eq!(
            gone.iter().map(|one| one.id.0).collect::<Vec<_>>(),
            if with_all == 1 { vec![2] } else { vec![] }
        );
        for indexed in [vec![], vec!["heard".to_owned()]] {
            let wanted = Wanted {
                indexed,
                ..Wanted::default()
            };
            let found = newest(&mut conn, &wanted, 10).await.unwrap();
            assert_eq!(found.iter().map(|one| one.id.0).collect::<Vec<_>>(), left);
        }
    }
    let changes = changed_after(&mut conn, 3, 10).await.unwrap();
    assert!(
        changes.len() == 1 && changes[0].gone && changes[0].id == HeadlineId(2),
        "{changes:?}"
    );
}

#[tokio::test]
async fn what_is_withdrawn_goes_a_few_at_a_time_news_first() {
    let mut conn = migrated().await;
    for i in 0..7 {
        let mut one = new(Some(2), "tomasz", &format!("headline {i}"));
        one.at = at(i);
        insert(&mut conn, &one).await.unwrap();
    }
    insert(&mut conn, &new(Some(1), "ines", "stays")).await.unwrap();
    sqlx::query("UPDATE user SET removed = 1, withdraw = 1 WHERE id = 2")
        .execute(&mut conn)
        .await
        .unwrap();
    let mut steps = Vec::new();
    loop {
        let gone = withdraw(&mut conn, 3, at(5)).await.unwrap();
        if gone.is_empty() {
            break;
        }
        steps.push(gone.iter().map(|one| one.id.0).collect::<Vec<_>>());
    }
    let sizes: Vec<usize> = steps.iter().map(Vec::len).collect();
    assert_eq!((sizes, &steps[0][..]), (vec![2, 3, 2], &[6, 7][..]));
    assert_eq!(
        texts(&newest(&mut conn, &Wanted::default(), 10).await.unwrap()),
        ["stays"]
    );
    assert_eq!(changed_after(&mut conn, 8, 100).await.unwrap().len(), 7);
    assert_eq!(changed_after(&mut conn, 0, 3).await.unwrap().len(), 3);
}

#[tokio::test]
async fn who_saw_it_before_many_others_has_seen_it() {
    let mut conn = migrated().await;
    told(&mut conn, "ECB", "one").await;
    told(&mut conn, "ECB", "two").await;
    see(&mut conn, HeadlineId(1), UserId(2), at(8)).await.unwrap();
    for id in 10..10 + i64::from(NAMES) {
        sqlx::query(
            "INSERT INTO user (id, name, folded, role, password, created) VALUES (?1, ?1, ?1, 'member', '', 0)",
        )
        .bind(id)
        .execute(&mut conn)
        .await
        .unwrap();
        see(&mut conn, HeadlineId(1), UserId(id), at(id)).await.unwrap();
    }
    let one = headline(&mut conn, HeadlineId(1)).await.unwrap();
    assert_eq!((one.seen, one.seen_by.len()), (NAMES + 1, NAMES as usize));
    assert!(
        one.seen_by.iter().all(|(who, _)| *who != UserId(2)),
        "they are named no longer"
    );
    let span = (HeadlineId(1), HeadlineId(2));
    assert_eq!(seen_by(&mut conn, UserId(2), span).await.unwrap(), [HeadlineId(1)]);
    assert_eq!(seen_by(&mut conn, UserId(1), span).await.unwrap(), []);
    assert_eq!(
        seen_by(&mut conn, UserId(2), (HeadlineId(2), HeadlineId(9)))
            .await
            .unwrap(),
        []
    );
}

#[tokio::test]
async fn all_that_wait_are_seen_at_once() {
    let mut conn = migrated().await;
    for i in 0..5 {
        told(&mut conn, "ECB", &format!("headline {i}")).await;
    }
    insert(&mut conn, &new(Some(2), "tomasz", "his own")).await.unwrap();
    see(&mut conn, HeadlineId(3), UserId(2), at(8)).await.unwrap();
    let span = (HeadlineId(2), HeadlineId(6));
    let seen = see_all(&mut conn, span, UserId(2), at(9), 10).await.unwrap();
    assert_eq!(seen.iter().map(|one| one.id.0).collect::<Vec<_>>(), [5, 4, 2]);
    assert_eq!(see_all(&mut conn, span, UserId(2), at(9), 10).await.unwrap(), []);
}
