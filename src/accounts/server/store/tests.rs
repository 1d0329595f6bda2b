//! Every query against a migrated database.

use sqlx::{Connection, SqliteConnection};

use super::*;
use crate::accounts::server::scopes::Scope;

const DAY: i64 = 86_400;

async fn migrated() -> SqliteConnection {
    let mut conn = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    sqlx::migrate!("./migrations/desk").run(&mut conn).await.unwrap();
    conn
}

fn newcomer(name: &str) -> Newcomer {
    let folded = crate::accounts::rules::folded(name);
    Newcomer {
        name: name.into(),
        folded,
        role: Role::Member,
        password: "kept".into(),
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(0).plus_seconds(seconds)
}

#[tokio::test]
async fn there_is_one_team() {
    let mut conn = migrated().await;
    assert_eq!(team(&mut conn).await.unwrap(), None);
    assert!(insert_team(&mut conn, "North desk", "code", at(1)).await.unwrap());
    assert!(!insert_team(&mut conn, "South desk", "other", at(2)).await.unwrap());
    set_join_code(&mut conn, "new").await.unwrap();
    assert_eq!(
        team(&mut conn).await.unwrap(),
        Some(("North desk".into(), "new".into()))
    );
}

#[tokio::test]
async fn names_are_unique_whatever_their_case() {
    let mut conn = migrated().await;
    let ines = insert_user(&mut conn, &newcomer("Ines"), at(1)).await.unwrap();
    let taken = insert_user(&mut conn, &newcomer("INES"), at(2)).await;
    assert!(matches!(taken, Err(AppError::Conflict(_))), "{taken:?}");
    assert_eq!(
        entry(&mut conn, "ines")
            .await
            .unwrap()
            .map(|(entry, kept)| (entry.id, kept)),
        Some((ines, "kept".into()))
    );
    assert!(entry(&mut conn, "tomasz").await.unwrap().is_none());
}

#[tokio::test]
async fn sessions_slide_run_out_and_are_swept() {
    let mut conn = migrated().await;
    let user = insert_user(&mut conn, &newcomer("ines"), at(0)).await.unwrap();
    let hash = TokenHash([1; 32]);
    let id = insert_session(&mut conn, Beginning::of(user), hash, at(0), at(DAY))
        .await
        .unwrap();
    let kept = session(&mut conn, hash, at(DAY - 1)).await.unwrap().unwrap();
    assert_eq!(
        (kept.id, kept.me.id, kept.last_seen, kept.expires),
        (id, user, at(0), at(DAY))
    );
    assert!(session(&mut conn, hash, at(DAY)).await.unwrap().is_none());
    renew_session(&mut conn, id, at(DAY - 1), at(2 * DAY)).await.unwrap();
    assert_eq!(
        session(&mut conn, hash, at(DAY)).await.unwrap().unwrap().last_seen,
        at(DAY - 1)
    );
    insert_session(
        &mut conn,
        Beginning::of(user),
        TokenHash([2; 32]),
        at(3 * DAY),
        at(4 * DAY),
    )
    .await
    .unwrap();
    assert!(session(&mut conn, hash, at(0)).await.unwrap().is_none(), "swept");
}

#[tokio::test]
async fn a_deleted_session_tells_its_hash_once() {
    let mut conn = migrated().await;
    let user = insert_user(&mut conn, &newcomer("ines"), at(0)).await.unwrap();
    let id = insert_session(&mut conn, Beginning::of(user), TokenHash([1; 32]), at(0), at(1))
        .await
        .unwrap();
    assert!(delete_session(&mut conn, id).await.unwrap() == Some(TokenHash([1; 32])));
    assert!(delete_session(&mut conn, id).await.unwrap().is_none());
}

#[tokio::test]
async fn tokens_are_found_by_their_hash_until_they_are_deleted() {
    let mut conn = migrated().await;
    let hash = TokenHash([1; 32]);
    let new = NewToken {
        name: "gateway".into(),
        scopes: Scope::Ingest.into(),
        bot: None,
        room: None,
        hash,
    };
    let id = insert_token(&mut conn, &new, at(0)).await.unwrap();
    let found = token(&mut conn, hash).await.unwrap().unwrap();
    assert_eq!(
        (found.id, found.name.as_str(), found.scopes),
        (id, "gateway", Scope::Ingest.into())
    );
    assert!(token(&mut conn, TokenHash([2; 32])).await.unwrap().is_none());
    note_use(&mut conn, id, at(5)).await.unwrap();
    assert_eq!(tokens(&mut conn).await.unwrap()[0].last_used, Some(at(5)));
    assert!(delete_token(&mut conn, id).await.unwrap() == Some(hash));
    assert!(delete_token(&mut conn, id).await.unwrap().is_none());
    assert!(token(&mut conn, hash).await.unwrap().is_none());
    assert_ne!(
        insert_token(&mut conn, &new, at(6)).await.unwrap(),
        id,
        "numbers are not given twice"
    );
}
