//! Editing, deleting, reacting and answering: by those who may, told to all, resumed like messages.

use serde_json::{Value, json};

use super::app::{Member, TestApp};
use crate::{
    chat::{
        model::{Change, Message},
        server::store,
    },
    ids::RoomId,
    time::Timestamp,
};

const DESK: RoomId = RoomId(1);

impl Member {
    /// Asks for a change; the status, and the error if there is one.
    async fn change(&self, app: &TestApp, seq: u64, change: Change) -> (u16, Value) {
        let answer = self
            .client
            .post(format!("{}/do/change_message", app.url))
            .json(&json!({"room": 1, "seq": seq, "change": change}))
            .send()
            .await
            .expect("an answer");
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }
}

fn react(emoji: &str, on: bool) -> Change {
    Change::React {
        emoji: emoji.to_owned(),
        on,
    }
}

fn names(message: &Message) -> Vec<(String, Vec<String>)> {
    let people = |reaction: &crate::chat::model::Reaction| reaction.people.iter().map(|p| p.name.clone()).collect();
    let given = message.reactions.iter();
    given
        .map(|reaction| (reaction.emoji.clone(), people(reaction)))
        .collect()
}

#[tokio::test]
async fn an_edit_replaces_what_was_said_everywhere() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let (mut a, mut b) = (ines.socket(&app).await, bob.socket(&app).await);
    b.follow(DESK, None).await;
    a.post(DESK, "c1", "teh price").await;
    a.acknowledged("c1").await;
    let said = b.said().await.expect("a message");
    assert_eq!(
        ines.change(&app, 1, Change::Edit("  **the** price ".into())).await.0,
        200
    );
    let edited = b.said().await.expect("the message again");
    assert_eq!((edited.seq, edited.body.as_str()), (1, "**the** price"));
    assert_eq!(edited.html.as_deref(), Some("<p><strong>the</strong> price</p>"));
    assert!(edited.edited.is_some() && edited.changed > said.changed, "{edited:?}");
    // What is said next has the next place: changes leave no hole in what can be counted.
    a.post(DESK, "c2", "next").await;
    assert_eq!(a.acknowledged("c2").await, Some(2));
    // Whoever was away gets both, and whoever retries the message doesn't undo the edit.
    a.post(DESK, "c1", "teh price").await;
    assert_eq!(a.acknowledged("c1").await, Some(1));
    let (missed, reset) = bob.socket(&app).await.follow(DESK, Some(said.changed)).await;
    let missed: Vec<_> = missed.iter().map(|m| (m.seq, m.body.as_str())).collect();
    assert_eq!((missed, reset), (vec![(1, "**the** price"), (2, "next")], false));
}

#[tokio::test]
async fn a_message_is_its_authors() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let (mut a, mut b) = (ines.socket(&app).await, bob.socket(&app).await);
    a.post(DESK, "a", "from the administrator").await;
    a.acknowledged("a").await;
    b.post(DESK, "b", "from bob").await;
    b.acknowledged("b").await;
    assert_eq!(bob.change(&app, 1, Change::Edit("mine now".into())).await.0, 403);
    assert_eq!(bob.change(&app, 1, Change::Delete).await.0, 403);
    assert_eq!(
        ines.change(&app, 2, Change::Edit("words in his mouth".into())).await.0,
        403
    );
    assert_eq!(ines.change(&app, 9, Change::Delete).await.0, 404);
    assert_eq!(bob.change(&app, 2, Change::Edit("   ".into())).await.0, 400);
    a.follow(DESK, None).await;
    assert_eq!(
        ines.change(&app, 2, Change::Delete).await.0,
        200,
        "an administrator may"
    );
    let gone = a.said().await.expect("the message again");
    assert_eq!(
        (gone.seq, gone.deleted, gone.body.as_str(), gone.html),
        (2, true, "", None)
    );
    assert_eq!(bob.change(&app, 2, Change::Edit("back again".into())).await.0, 404);
    assert_eq!(bob.change(&app, 2, Change::Delete).await.0, 200, "as good as done");
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM message WHERE body LIKE '%bob%' OR html LIKE '%bob%'")
        .fetch_one(&app.running.state.chat.db.readers)
        .await
        .expect("a count");
    assert_eq!(kept, 0, "what is deleted is gone from the disk's tables too");
}

#[tokio::test]
async fn reactions_count_each_person_once() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let mut a = ines.socket(&app).await;
    a.post(DESK, "a", "shipped").await;
    a.acknowledged("a").await;
    a.follow(DESK, None).await;
    assert_eq!(bob.change(&app, 1, react(":tada:", true)).await.0, 200);
    let bobs = a.said().await.expect("the message again");
    assert_eq!(names(&bobs), [("🎉".to_owned(), vec!["bob".to_owned()])]);
    assert_eq!(bob.change(&app, 1, react("🎉", true)).await.0, 200, "as good as done");
    assert_eq!(ines.change(&app, 1, react("🎉", true)).await.0, 200);
    let both = a.said().await.expect("the message again");
    assert_eq!(
        names(&both),
        [("🎉".to_owned(), vec!["bob".to_owned(), "ines".to_owned()])]
    );
    assert_eq!(
        both.changed,
        bobs.changed + 1,
        "what changed nothing was told to nobody"
    );
    assert_eq!(bob.change(&app, 1, react("🎉", false)).await.0, 200);
    let one = a.said().await.expect("the message again");
    assert_eq!(names(&one), [("🎉".to_owned(), vec!["ines".to_owned()])]);
    assert_eq!(bob.change(&app, 1, react("lol", true)).await.0, 400);
    assert_eq!(ines.change(&app, 1, react(":thinking_face:", true)).await.0, 200);
    let two = a.said().await.expect("the message again");
    assert_eq!(
        names(&two)[1],
        ("🤔".to_owned(), vec!["ines".to_owned()]),
        "Slack's names too"
    );
    let (page, _) = bob.socket(&app).await.follow(DESK, None).await;
    assert_eq!(names(&page[0]), names(&two), "a page and a resume tell them too");
}

#[tokio::test]
async fn an_answer_shows_what_it_answers() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let mut a = ines.socket(&app).await;
    a.follow(DESK, None).await;
    a.post(DESK, "a", "who moved the limit?").await;
    a.said().await.expect("a message");
    a.answer(DESK, "b", "I did", 1).await;
    let answer = a.said().await.expect("a message").reply.expect("what it answers");
    assert_eq!(
        (answer.seq, answer.author.as_str(), answer.text.as_str()),
        (1, "ines", "who moved the limit?")
    );
    a.answer(DESK, "c", "to nothing", 99).await;
    assert_eq!(a.said().await.expect("a message").reply, None);
    assert_eq!(ines.change(&app, 1, Change::Delete).await.0, 200);
    let (page, _) = ines.socket(&app).await.follow(DESK, None).await;
    let answer = page.iter().find(|message| message.seq == 2).expect("the answer");
    assert_eq!(
        answer.reply.as_ref().map(|quote| quote.text.as_str()),
        Some(""),
        "deleted there too"
    );
}

#[tokio::test]
async fn administrators_see_what_a_message_said_before_until_it_is_deleted() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let mut b = bob.socket(&app).await;
    b.post(DESK, "c1", "first").await;
    b.acknowledged("c1").await;
    for body in ["second", "third"] {
        assert_eq!(bob.change(&app, 1, Change::Edit(body.into())).await.0, 200);
    }
    let texts = async |who: &Member| who.call(&app, "earlier_texts", json!({"room": DESK, "seq": 1})).await;
    let (_, seen) = texts(&ines).await;
    assert_eq!(
        (&seen["message"]["body"], &seen["earlier"][0][1], &seen["earlier"][1][1]),
        (&json!("third"), &json!("first"), &json!("second"))
    );
    assert_eq!(texts(&bob).await.0, 403);
    let page = ines
        .client
        .get(format!("{}/rooms/1/history/1", app.url))
        .send()
        .await
        .expect("a page");
    let page = page.text().await.expect("text");
    assert!(page.contains("second") && page.contains("Until"), "{page}");
    // As many as are kept, the newest; straight into the store, as nobody may be so fast.
    let edited = app.running.state.desk.writer.write(move |conn| {
        Box::pin(async move {
            for n in 1..=120 {
                let at = Timestamp::now().plus_seconds(n);
                store::edit(conn, DESK, 1, &format!("text {n}"), None, at).await?;
            }
            Ok(())
        })
    });
    edited.await.expect("edited");
    let (_, seen) = texts(&ines).await;
    let earlier = seen["earlier"].as_array().expect("texts");
    assert_eq!(earlier.len(), 100);
    assert_eq!(
        (&earlier[0][1], &earlier[99][1]),
        (&json!("text 20"), &json!("text 119"))
    );
    assert_eq!(bob.change(&app, 1, Change::Delete).await.0, 200);
    assert_eq!(texts(&ines).await.1["earlier"], json!([]));
}
