//! What becomes of the rooms of people who are removed.

use super::app::{Member, TestApp};
use crate::{
    chat::{model::RoomKind, server::store},
    ids::RoomId,
};

const SECOND: &str = "2";

async fn remove(app: &TestApp, by: &Member, who: &Member) {
    let (id, name) = (who.me.id.to_string(), who.me.name.as_str());
    let form = [("id", id.as_str()), ("name", name), ("messages", "false")];
    assert_eq!(by.form(app, "remove_person", &form).await, 200);
}

#[tokio::test]
async fn a_conversation_keeps_the_name_of_whoever_was_removed() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let both = [("people[]", bob.me.id.to_string())];
    let both = both.each_ref().map(|(name, id)| (*name, id.as_str()));
    assert_eq!(ines.form(&app, "open_direct", &both).await, 200);
    remove(&app, &ines, &bob).await;
    let rooms = ines.rooms(&app).await;
    let talk = rooms
        .iter()
        .find(|room| room.kind == RoomKind::Direct)
        .expect("it is there");
    assert_eq!(talk.title(ines.me.id), "bob");
    assert!(app.sign_in_is_refused("bob").await);

    // Nor does anybody removed come into what is new.
    assert_eq!(ines.form(&app, "create_room", &[("name", "news")]).await, 200);
    let inside: Vec<i64> = sqlx::query_scalar(
        "SELECT user FROM member JOIN room ON room.id = member.room WHERE room.kind = 'open' AND user = ?",
    )
    .bind(bob.me.id.0)
    .fetch_all(&app.running.state.desk.readers)
    .await
    .expect("rows");
    assert!(inside.is_empty(), "{inside:?}");
}

#[tokio::test]
async fn a_private_room_goes_with_the_last_one_in_it() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    assert_eq!(
        bob.form(&app, "create_room", &[("name", "deals"), ("private", "true")])
            .await,
        200
    );
    let mut socket = bob.socket(&app).await;
    socket.post(RoomId(2), "b1", "between me and me").await;
    assert_eq!(socket.acknowledged("b1").await, Some(1));
    remove(&app, &ines, &bob).await;
    app.is_cleared(RoomId(2)).await;
    let form = [("name", "deals"), ("private", "true")];
    assert_eq!(ines.form(&app, "create_room", &form).await, 200, "the name is free");
}

#[tokio::test]
async fn nobody_is_brought_in_who_is_gone_nor_into_what_is_archived() {
    let app = TestApp::start().await;
    let (ines, bob, eve) = (app.admin().await, app.join("bob").await, app.join("eve").await);
    assert_eq!(
        ines.form(&app, "create_room", &[("name", "deals"), ("private", "true")])
            .await,
        200
    );
    remove(&app, &ines, &bob).await;
    let (bob, eve) = (bob.me.id, eve.me.id.to_string());
    assert_eq!(
        ines.form(&app, "invite", &[("room", SECOND), ("person", &bob.to_string())])
            .await,
        404
    );
    let added = app
        .running
        .state
        .desk
        .writer
        .write(move |conn| Box::pin(async move { store::add_member(conn, RoomId(2), bob).await }));
    assert_eq!(added.await, Ok(false), "whoever asks");
    let archive = [("room", SECOND), ("archived", "true")];
    assert_eq!(ines.form(&app, "archive_room", &archive).await, 200);
    assert_eq!(
        ines.form(&app, "invite", &[("room", SECOND), ("person", &eve)]).await,
        409
    );
    let archive = [("room", SECOND), ("archived", "false")];
    assert_eq!(ines.form(&app, "archive_room", &archive).await, 200);
    assert_eq!(
        ines.form(&app, "invite", &[("room", SECOND), ("person", &eve)]).await,
        200
    );
}

#[tokio::test]
async fn bots_that_were_removed_are_on_no_list() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let accounts = &app.running.state.accounts;
    for name in ["gateway", "ticker"] {
        accounts.create_bot(name, None).await.expect("a bot");
    }
    let listed = async || accounts.bots().await.expect("a list");
    let gateway = listed().await.remove(0).id;
    accounts.remove(&ines.me, gateway, false).await.expect("removed");
    let names: Vec<String> = listed().await.into_iter().map(|bot| bot.name).collect();
    assert_eq!(names, ["ticker"]);
}

impl TestApp {
    async fn sign_in_is_refused(&self, name: &str) -> bool {
        let form = [("name", name), ("password", super::app::PASSWORD)];
        let answer = self
            .client()
            .post(format!("{}/do/sign_in", self.url))
            .form(&form)
            .send()
            .await;
        !answer.expect("an answer").status().is_success()
    }
}
