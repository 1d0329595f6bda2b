//! What is unread, in rooms where much was said.

use super::app::TestApp;
use crate::ids::{RoomId, UserId};

const DESK: RoomId = RoomId(1);

impl TestApp {
    /// Has `author` say so much in the desk, each message deleted whose place `deleted` divides.
    async fn says(&self, author: UserId, count: i64, deleted: i64) {
        let said = self.running.state.desk.writer.write(move |conn| {
            Box::pin(async move {
                sqlx::query(
                    "WITH RECURSIVE n (seq, last) AS (SELECT said + 1, said + ?2 FROM room WHERE id = 1 \
                     UNION ALL SELECT seq + 1, last FROM n WHERE seq < last) \
                     INSERT INTO message (room, seq, changed, author, client_id, body, at, deleted) \
                     SELECT 1, seq, seq, ?1, 'n' || seq, 'hello', seq, iif(seq % ?3 = 0, 1, NULL) FROM n",
                )
                .bind(author.0)
                .bind(count)
                .bind(deleted)
                .execute(&mut *conn)
                .await?;
                sqlx::query("UPDATE room SET said = said + ?1, changed = changed + ?1 WHERE id = 1")
                    .bind(count)
                    .execute(conn)
                    .await?;
                Ok(())
            })
        });
        said.await.expect("said");
    }
}

#[tokio::test]
async fn ones_own_and_deleted_messages_use_up_nothing_of_the_count() {
    let app = TestApp::start().await;
    let (ines, bob, carla) = (app.admin().await, app.join("bob").await, app.join("carla").await);
    let unread = async || {
        let of = async |who: &super::app::Member| who.rooms(&app).await[0].unread;
        (of(&ines).await, of(&bob).await, of(&carla).await)
    };
    assert_eq!(unread().await, (0, 0, 0));
    app.says(bob.me.id, 3_000, i64::MAX).await;
    app.says(ines.me.id, 7, i64::MAX).await;
    app.says(carla.me.id, 2_000, 1).await;
    app.says(carla.me.id, 5, i64::MAX).await;
    assert_eq!(
        unread().await,
        (1_000, 12, 1_000),
        "what bob said himself and what was deleted isn't counted"
    );
    // Where he has read on, by the frame that he is told by.
    let mut line = bob.socket(&app).await;
    for (seq, left) in [(3_000, 12), (3_004, 8), (5_007, 5), (5_010, 2), (5_012, 0)] {
        line.send(&crate::chat::wire::ClientFrame::Read { room: DESK, seq })
            .await;
        let told = line.until(|frame| match frame {
            crate::chat::wire::ServerFrame::Read { read, unread, .. } => Some((read, unread)),
            _ => None,
        });
        assert_eq!(told.await, Some((seq, left)));
    }
    assert_eq!(unread().await, (1_000, 0, 1_000));
}

#[tokio::test]
async fn it_is_exact_up_to_a_thousand() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    for (said, expected) in [(998, 998), (1, 999), (1, 1_000), (1, 1_000), (500, 1_000)] {
        app.says(bob.me.id, said, i64::MAX).await;
        assert_eq!(ines.rooms(&app).await[0].unread, expected);
    }
    app.says(bob.me.id, 10, 1).await;
    assert_eq!(ines.rooms(&app).await[0].unread, 1_000);
}
