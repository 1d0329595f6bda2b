//! What is kept of lists.

use crate::{
    error::AppError,
    ids::{ListId, UserId},
    server::{db::Database, writer::InTx},
    tests::ticker::without_venues,
    ticker::{
        lists::USUAL_COLUMNS,
        model::Key,
        server::lists::store::{self, Owner},
    },
};

const ME: UserId = UserId(1);
const OTHER: UserId = UserId(2);

fn keys(symbols: &str) -> Vec<Key> {
    let key = |symbol: &str| Key {
        symbol: symbol.to_owned(),
        venue: "desk".to_owned(),
    };
    symbols.split_whitespace().map(key).collect()
}

/// Does one thing in a transaction of its own.
async fn write<T: Send + 'static>(
    db: &Database,
    work: impl for<'c> FnOnce(&'c mut sqlx::SqliteConnection) -> InTx<'c, T> + Send + 'static,
) -> Result<T, AppError> {
    db.writer.write(work).await
}

async fn make(db: &Database, owner: Owner, name: &'static str) -> Result<ListId, AppError> {
    write(db, move |conn| Box::pin(store::make(conn, owner, name))).await
}

async fn names(db: &Database, who: UserId) -> Vec<String> {
    let lists = store::lists(&db.readers, who).await.expect("read");
    lists.into_iter().map(|list| list.name).collect()
}

#[tokio::test]
async fn lists_are_their_owner_s_and_the_team_s_are_everybody_s() {
    let app = without_venues().await;
    let db = app.running.state.ticker.db.clone();
    let team = make(&db, None, "Straße").await.expect("made");
    let mine = make(&db, Some(ME), "Straße").await.expect("made");
    make(&db, Some(ME), "First").await.expect("made");
    assert!(matches!(make(&db, Some(ME), "STRAßE").await, Err(AppError::Conflict(words)) if words.contains("STRAßE")));
    make(&db, Some(OTHER), "straße").await.expect("made");
    assert_eq!(
        names(&db, ME).await,
        ["Straße", "First", "Straße"],
        "in the order in which they were made"
    );
    assert_eq!(names(&db, OTHER).await, ["straße", "Straße"]);
    let lists = store::lists(&db.readers, ME).await.expect("read");
    assert_eq!(
        lists
            .iter()
            .map(|list| (list.team, list.columns.as_str()))
            .collect::<Vec<_>>(),
        [(false, USUAL_COLUMNS), (false, USUAL_COLUMNS), (true, USUAL_COLUMNS)]
    );

    let taken = write(&db, move |conn| Box::pin(store::rename(conn, ME, mine, "first"))).await;
    assert!(matches!(taken, Err(AppError::Conflict(_))));
    let owner = write(&db, move |conn| Box::pin(store::rename(conn, OTHER, team, "Second"))).await;
    assert_eq!(owner, Ok(None));
    let owner = write(&db, move |conn| Box::pin(store::set_columns(conn, ME, mine, "bid,ask"))).await;
    assert_eq!(owner, Ok(Some(ME)));
    for refused in [
        write(&db, move |conn| Box::pin(store::rename(conn, OTHER, mine, "X"))).await,
        write(&db, move |conn| Box::pin(store::set_columns(conn, OTHER, mine, "last"))).await,
        write(&db, move |conn| Box::pin(store::delete(conn, OTHER, mine))).await,
        write(&db, move |conn| Box::pin(store::delete(conn, ME, ListId(99)))).await,
    ] {
        assert!(matches!(refused, Err(AppError::NotFound(_))), "{refused:?}");
    }
    assert_eq!(store::lists(&db.readers, ME).await.expect("read")[0].columns, "bid,ask");
    let owner = write(&db, move |conn| Box::pin(store::delete(conn, ME, mine))).await;
    assert_eq!(owner, Ok(Some(ME)));
    assert_eq!(names(&db, ME).await, ["First", "Second"]);
    // The number of a list that is gone leads nowhere for ever.
    assert!(make(&db, Some(ME), "Third").await.expect("made") > mine);
    app.running.stop().await;
}

#[tokio::test]
async fn entries_stay_in_their_order_and_go_with_their_list() {
    let app = without_venues().await;
    let db = app.running.state.ticker.db.clone();
    let mine = make(&db, Some(ME), "A").await.expect("made");
    let second = make(&db, Some(ME), "B").await.expect("made");
    for (list, symbols) in [(mine, "Z A M"), (second, "A B"), (mine, "M Z")] {
        let kept = write(&db, move |conn| {
            Box::pin(async move { store::set_entries(conn, list, &keys(symbols)).await })
        });
        kept.await.expect("kept");
    }
    let found = write(&db, move |conn| Box::pin(store::entries(conn, ME, mine))).await;
    assert_eq!(found, Ok((Some(ME), keys("M Z"))));
    let found = write(&db, move |conn| Box::pin(store::entries(conn, OTHER, mine))).await;
    assert!(matches!(found, Err(AppError::NotFound(_))));
    let lists = store::lists(&db.readers, ME).await.expect("read");
    assert_eq!((&lists[0].entries, &lists[1].entries), (&keys("M Z"), &keys("A B")));
    assert_eq!(
        store::wanted(&db.readers, Some(ME)).await.expect("read"),
        keys("M Z A B")
    );
    assert_eq!(store::wanted(&db.readers, None).await.expect("read"), []);
    // Twice is a fault, which changes nothing.
    let twice = write(&db, move |conn| {
        Box::pin(async move { store::set_entries(conn, mine, &keys("A A")).await })
    });
    assert!(matches!(twice.await, Err(AppError::Internal(_))));

    write(&db, move |conn| Box::pin(store::delete(conn, ME, second)))
        .await
        .expect("gone");
    assert_eq!(store::wanted(&db.readers, Some(ME)).await.expect("read"), keys("M Z"));
    make(&db, Some(OTHER), "C").await.expect("made");
    assert_eq!(store::owners(&db.readers).await.expect("read"), [ME, OTHER]);
    write(&db, move |conn| {
        Box::pin(async move { store::forget(conn, &[ME, UserId(9)]).await })
    })
    .await
    .expect("gone");
    assert_eq!(store::owners(&db.readers).await.expect("read"), [OTHER]);
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM watchlist_entry")
        .fetch_one(&db.readers)
        .await
        .expect("read");
    assert_eq!(left, 0);
    app.running.stop().await;
}
