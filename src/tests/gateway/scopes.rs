//! What a token that may not read is told on the line.

use serde_json::json;

use crate::{accounts::server::scopes::Scope, tests::app::TestApp};

#[tokio::test]
async fn who_may_not_read_hears_what_is_said_to_them_alone_from_then_on() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let (id, may_post) = (ines.me.id, Scope::Post.into());
    let a = app.program_with("alpha", may_post).await;
    let talk = ines.converse(&app, &[a.id]).await;
    let three = ines.converse(&app, &[a.id, bob.me.id]).await;
    let mut browser = ines.socket(&app).await;
    browser.post(talk, "c1", "before it came").await;
    browser.acknowledged("c1").await;
    let mut line = a.connect().await;
    line.settle().await;
    browser.post(talk, "c2", "before it registered").await;
    browser.acknowledged("c2").await;
    line.settle().await;
    line.send(format!("{}::", a.id)).await;
    line.settle().await;
    // What is said among three, and what becomes of what was said, are not for it.
    browser.post(three, "c3", "among us").await;
    browser.acknowledged("c3").await;
    for change in [json!({"edit": "as it is now"}), json!({"pin": true})] {
        let change = json!({"room": talk, "seq": 1, "change": change});
        assert_eq!(ines.call(&app, "change_message", change).await.0, 200);
    }
    browser.post(talk, "c4", "to you").await;
    assert_eq!(line.line().await, format!("{id}:to you"));
    // In a conversation that wasn't there, too, and it answers.
    let bobs = bob.converse(&app, &[a.id]).await;
    let mut b = bob.socket(&app).await;
    b.post(bobs, "c1", "and to you").await;
    assert_eq!(line.line().await, format!("{}:and to you", bob.me.id));
    line.send(format!("{}:{id}:heard", a.id)).await;
    line.settle().await;
    let (said, _) = browser.follow(talk, None).await;
    assert_eq!(said.last().map(|message| message.body.as_str()), Some("heard"));
}
