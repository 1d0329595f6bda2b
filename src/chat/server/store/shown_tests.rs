use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};

use super::*;
use crate::{chat::server::store, time::Timestamp};

const ROOM: RoomId = RoomId(1);

/// Somebody, a second room, and what they say in the first: as many messages as are asked for.
async fn said(messages: u32) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(":memory:");
    let mut conn = options.connect().await.unwrap();
    sqlx::migrate!("./migrations/desk").run(&mut conn).await.unwrap();
    let fill = format!(
        "INSERT INTO user (id, name, folded, role, password, created) VALUES (1, 'ines', 'ines', 'admin', '', 0); \
         INSERT INTO room (id, name, created) VALUES (2, 'floor', 0); \
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {messages}) \
         INSERT INTO message (room, seq, changed, author, client_id, body, html, at) \
         SELECT 1, i, i, 1, 'm' || i, 'x', '<p>x</p>', i FROM n; \
         UPDATE room SET said = {messages}, changed = {messages} WHERE id = 1"
    );
    run(&mut conn, &fill).await;
    conn
}

async fn run(conn: &mut SqliteConnection, sql: &str) {
    sqlx::query(sql).execute(conn).await.unwrap();
}

/// A card of a moment that shows these.
fn moment(of: &[u64]) -> (String, Vec<Place>) {
    let places: Vec<Place> = of.iter().map(|seq| (ROOM, *seq)).collect();
    let rows = of
        .iter()
        .map(|seq| format!("<span data-of=\"1.{seq}\">word {seq}</span>"));
    (format!("{CARD}{}</div>", rows.collect::<String>()), places)
}

async fn html(conn: &mut SqliteConnection, seq: u64) -> String {
    let message = store::message(conn, ROOM, seq).await.unwrap().expect("a message");
    message.html.unwrap_or_default()
}

async fn rows(conn: &mut SqliteConnection) -> Vec<(i64, i64, i64, i64, i64)> {
    let all = sqlx::query_as("SELECT room, seq, of_room, of_seq, gone FROM shown ORDER BY 1, 2, 3, 4");
    all.fetch_all(conn).await.unwrap()
}

async fn delete(conn: &mut SqliteConnection, seq: u64) {
    store::delete(conn, ROOM, seq, Timestamp::now()).await.unwrap();
}

#[tokio::test]
async fn a_card_is_put_without_what_was_deleted_meanwhile() {
    let mut conn = said(6).await;
    delete(&mut conn, 1).await;
    let (card, shown) = moment(&[1, 2, 99]);
    let put = add_card(&mut conn, (ROOM, 3), "x", &card, &shown).await.unwrap();
    assert_eq!(put.map(|message| message.changed), Some(7));
    let left = html(&mut conn, 3).await;
    assert!(
        left.contains("word 2") && !left.contains("word 1<") && !left.contains("word 99"),
        "{left}"
    );
    assert_eq!(rows(&mut conn).await, [(1, 3, 1, 2, 0)]);

    // A message's own card, and one of a room that is gone, not at all.
    let own = format!("{CARD}word 1</div>");
    assert!(
        add_card(&mut conn, (ROOM, 4), "x", &own, &[(ROOM, 1)])
            .await
            .unwrap()
            .is_none()
    );
    run(
        &mut conn,
        "INSERT INTO message (room, seq, changed, author, client_id, body, at) VALUES (2, 1, 1, 1, 'f1', 'x', 0)",
    )
    .await;
    store::delete_room(&mut conn, RoomId(2), Timestamp::now())
        .await
        .unwrap();
    assert!(
        add_card(&mut conn, (ROOM, 4), "x", &own, &[(RoomId(2), 1)])
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(html(&mut conn, 4).await, "<p>x</p>");

    // An edit, and a deletion, take along what was known of the card.
    let (card, shown) = moment(&[2, 6]);
    for seq in [4, 5] {
        add_card(&mut conn, (ROOM, seq), "x", &card, &shown)
            .await
            .unwrap()
            .expect("a card");
    }
    store::edit(&mut conn, ROOM, 4, "y", None, Timestamp::now())
        .await
        .unwrap();
    delete(&mut conn, 5).await;
    assert_eq!(rows(&mut conn).await, [(1, 3, 1, 2, 0)]);
}

#[tokio::test]
async fn what_is_deleted_is_taken_from_cards_in_steps() {
    let mut conn = said(9).await;
    let own = format!("{CARD}word 1</div>");
    let (card, shown) = moment(&[1, 2]);
    for seq in 3..=6 {
        add_card(&mut conn, (ROOM, seq), "x", &own, &[(ROOM, 1)])
            .await
            .unwrap()
            .expect("a card");
    }
    for seq in [7, 8] {
        add_card(&mut conn, (ROOM, seq), "x", &card, &shown)
            .await
            .unwrap()
            .expect("a card");
    }
    assert_eq!(take_gone(&mut conn, 4).await.unwrap(), (Vec::new(), false));
    delete(&mut conn, 1).await;
    let mut changes = Vec::new();
    for (found, more) in [(4, true), (2, false), (0, false)] {
        let (changed, is_more) = take_gone(&mut conn, 4).await.unwrap();
        assert_eq!((changed.len(), is_more), (found, more));
        changes.extend(changed.iter().map(|message| message.changed));
    }
    assert!(
        changes.is_sorted() && changes[0] > 15,
        "each is a change of its own: {changes:?}"
    );
    for seq in 3..=6 {
        assert_eq!(html(&mut conn, seq).await, "<p>x</p>");
    }
    let left = html(&mut conn, 7).await;
    assert!(left.contains("word 2") && !left.contains("word 1"), "{left}");
    assert_eq!(rows(&mut conn).await, [(1, 7, 1, 2, 0), (1, 8, 1, 2, 0)]);

    // Of many, only what is to go is looked at.
    let plan: Vec<(i64, i64, i64, String)> =
        sqlx::query_as("EXPLAIN QUERY PLAN SELECT DISTINCT room, seq FROM shown WHERE gone = 1 LIMIT 50")
            .fetch_all(&mut conn)
            .await
            .unwrap();
    assert!(plan.iter().all(|step| step.3.contains("shown_gone")), "{plan:?}");
}

#[tokio::test]
async fn cards_of_before_are_known_by_their_links() {
    let mut conn = said(9).await;
    let card = |of: &str, rest: &str| format!("<p>x</p>{CARD}<a class=\"own\" href=\"{of}\"><small>{rest}</a></div>");
    let cards = [
        (2, card("/rooms/1?before=31#m1", "word")),
        (3, card("/rooms/1?before=39#m9", "gone")),
        (4, card("/rooms/7?before=31#m1", "of a room that is no more")),
        (
            5,
            card("/at/2026-11-20T14:03:07Z", "<span><b class=\"figure\">1</b> X</span>"),
        ),
        (
            6,
            card("/at/2026-11-20T14:03:07Z", "<span><b class=\"\">ines</b> word</span>"),
        ),
        (
            7,
            card("/logs/search?q=x#m1", "<span><b class=\"\">x</b> a line</span>"),
        ),
    ];
    for (seq, html) in cards {
        let put = sqlx::query("UPDATE message SET html = ? WHERE seq = ?")
            .bind(html)
            .bind(seq);
        put.execute(&mut conn).await.unwrap();
    }
    run(
        &mut conn,
        "UPDATE message SET body = '', html = NULL, deleted = 1 WHERE seq = 9",
    )
    .await;
    run(
        &mut conn,
        "DROP TRIGGER what_is_deleted_is_shown_no_more; DROP TRIGGER a_deleted_room_is_shown_no_more; DROP TABLE shown",
    )
    .await;
    run(
        &mut conn,
        include_str!("../../../../migrations/desk/0040_cards_shown.sql"),
    )
    .await;
    assert_eq!(
        rows(&mut conn).await,
        [(1, 2, 1, 1, 0), (1, 3, 1, 9, 1), (1, 4, 7, 1, 1), (1, 6, 0, 0, 1)]
    );
    let (changed, _) = take_gone(&mut conn, 50).await.unwrap();
    assert_eq!(changed.iter().map(|message| message.seq).collect::<Vec<_>>(), [3, 4, 6]);
    for seq in [3, 4, 6] {
        assert_eq!(html(&mut conn, seq).await, "<p>x</p>");
    }
    for seq in [2, 5, 7] {
        assert!(html(&mut conn, seq).await.contains(CARD));
    }
}
