use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::*;
use crate::server::db::{Database, Durability};

/// A database with a table of numbers.
async fn numbers(folder: &tempfile::TempDir) -> Database {
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    let none = sqlx::migrate::Migrator::DEFAULT;
    let file = folder.path().join("numbers.db");
    let db = Database::open(&file, &none, Durability::Normal, &tasks, &stop)
        .await
        .unwrap();
    let made = db.writer.write(|conn| {
        Box::pin(async move {
            sqlx::query("CREATE TABLE number (n)").execute(conn).await?;
            Ok(())
        })
    });
    made.await.unwrap();
    db
}

async fn insert(conn: &mut SqliteConnection, n: i64) -> Result<(), AppError> {
    sqlx::query("INSERT INTO number VALUES (?)")
        .bind(n)
        .execute(conn)
        .await?;
    Ok(())
}

#[tokio::test]
async fn a_panic_fails_its_batch_and_the_writer_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let db = numbers(&folder).await;

    // In one batch, as one thread runs both: what stood beside the panic was not kept, and is told so.
    let beside = db.writer.write(|conn| Box::pin(insert(conn, 1)));
    let panics = db.writer.write(|conn| {
        Box::pin(async move {
            insert(conn, 2).await?;
            panic!("in the work")
        })
    });
    let (beside, panics): (_, Result<(), _>) = tokio::join!(beside, panics);
    assert!(matches!(panics, Err(AppError::Internal(_))), "{panics:?}");
    assert_eq!(beside, panics);

    let published = db
        .writer
        .write_then(|conn| Box::pin(insert(conn, 3)), |()| panic!("in the telling"));
    assert_eq!(published.await, Err(AppError::Busy));

    db.writer.write(|conn| Box::pin(insert(conn, 4))).await.unwrap();
    assert_eq!(kept(&db).await, [3, 4]);
}

async fn kept(db: &Database) -> Vec<i64> {
    let numbers = sqlx::query_scalar("SELECT n FROM number ORDER BY n");
    numbers.fetch_all(&db.readers).await.unwrap()
}

#[tokio::test]
async fn who_fails_unguarded_takes_its_batch_along_and_who_fails_guarded_goes_alone() {
    let folder = tempfile::tempdir().unwrap();
    let db = numbers(&folder).await;
    let guarded = |n: i64, fails: bool| {
        db.writer.write(move |conn| {
            Box::pin(async move {
                insert(conn, n).await?;
                if fails {
                    Err(AppError::NotFound(String::new()))
                } else {
                    Ok(())
                }
            })
        })
    };
    let unguarded = |n: i64, fails: bool| {
        db.writer.write_unguarded_then(
            move |conn| {
                Box::pin(async move {
                    insert(conn, n).await?;
                    if fails { Err(AppError::DiskFull) } else { Ok(()) }
                })
            },
            |()| (),
        )
    };
    // In one batch each, as one thread runs all.
    let (one, two, three, four) = tokio::join!(
        guarded(1, false),
        unguarded(2, false),
        guarded(3, true),
        unguarded(4, false)
    );
    assert_eq!((one, two, four), (Ok(()), Ok(()), Ok(())));
    assert!(matches!(three, Err(AppError::NotFound(_))));
    assert_eq!(kept(&db).await, [1, 2, 4]);
    let (five, six, seven) = tokio::join!(guarded(5, false), unguarded(6, true), unguarded(7, false));
    assert_eq!(
        (five, six, seven),
        (Err(AppError::Busy), Err(AppError::DiskFull), Err(AppError::Busy))
    );
    guarded(8, false).await.unwrap();
    assert_eq!(kept(&db).await, [1, 2, 4, 8]);
}
