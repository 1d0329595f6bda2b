//! The server's own lines.

use std::time::Duration;

use super::*;
use crate::logs::server::store::after;

impl Bench {
    /// Waits until `enough` lines are kept, and gives them.
    async fn kept(&self, enough: usize) -> Vec<Arc<LogLine>> {
        for _ in 0..500 {
            let lines = after(&self.logs.db.readers, 0, 1_000).await.unwrap();
            if lines.len() >= enough {
                return lines;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{enough} lines were not kept");
    }

    async fn sql(&self, sql: &'static str) {
        let work = self.logs.db.writer.write(move |conn| {
            Box::pin(async move {
                sqlx::query(sql).execute(conn).await?;
                Ok(())
            })
        });
        work.await.expect(sql);
    }
}

#[tokio::test]
async fn what_the_server_says_is_kept() {
    let bench = Bench::start().await;
    tracing::dispatcher::with_default(&bench.subscriber, || tracing::warn!(venue = "demo", "feed is stale"));
    let lines = bench.kept(1).await;
    assert_eq!(
        (lines[0].level, lines[0].source.as_str(), lines[0].message.as_str()),
        (Level::Warn, "squawkbox", "feed is stale")
    );
    assert_eq!(lines[0].fields.to_string(), "venue=demo");
}

#[tokio::test]
async fn what_waits_at_the_end_is_kept() {
    let bench = Bench::start().await;
    tracing::dispatcher::with_default(&bench.subscriber, || tracing::info!("stopping"));
    bench.shutdown.begun.cancel();
    assert_eq!(messages(&bench.kept(1).await), ["stopping"]);
}

#[tokio::test]
async fn a_failure_to_keep_does_not_feed_on_itself() {
    let bench = Bench::start().await;
    // One thread runs everything here, so that what the writer says of its failures is caught as well.
    let _caught = tracing::dispatcher::set_default(&bench.subscriber);
    bench.sql("ALTER TABLE line RENAME TO away").await;
    tracing::info!("lost");
    tokio::time::sleep(Duration::from_millis(300)).await;
    bench.sql("ALTER TABLE away RENAME TO line").await;
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    tracing::info!("back");
    let lines = bench.kept(2).await;
    assert_eq!(lines[0].message, "back");
    assert!(lines[1].message.contains("could not be kept"), "{lines:?}");
    // The line itself, and what the failure said of itself.
    assert_eq!(lines[1].fields.to_string(), "lost=2");
    assert_eq!(lines.len(), 2);
}
