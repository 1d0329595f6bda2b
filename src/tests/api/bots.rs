//! Bots are told from people, by programs and by whoever reads.

use reqwest::Method;
use serde_json::{Value, json};

use super::{DESK, TestApp};

const MARK: &str = r#"<span class="bot">bot"#;

#[tokio::test]
async fn a_bot_is_told_from_people_wherever_it_speaks() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let bot = app.bot("deploy").await;
    let mut line = ines.socket(&app).await;
    line.follow(DESK, None).await;
    let say = async |text: &str, reply: Option<u64>| {
        let new = json!({"text": text, "client_id": text.replace(' ', "-"), "reply": reply});
        bot.call(Method::POST, "/rooms/1/messages", new).await.1["author"]["bot"].take()
    };
    assert_eq!(say("v1.4 is out", None).await, true);
    assert_eq!(say("v1.4 is out", None).await, true, "a retry is the same message");
    assert_eq!(say("on both machines", Some(1)).await, true);
    let well = json!({"text": "all is well", "channel": "desk"}).to_string();
    assert_eq!(bot.hook("application/json", well).await.0, 200);
    for text in ["v1.4 is out", "on both machines", "all is well"] {
        let heard = line.said().await.expect("a message");
        assert_eq!((heard.body.as_str(), heard.author.bot), (text, true));
    }
    line.post(DESK, "a1", "thanks").await;
    line.acknowledged("a1").await;
    let own = line.said().await.expect("one's own");
    assert!(!own.author.bot);
    bot.call(Method::PUT, "/rooms/1/messages/4/reactions/:tada:", Value::Null)
        .await;
    let reacted = line.said().await.expect("a change");
    assert!(reacted.reactions[0].people[0].bot);

    let (_, list) = bot.get("/rooms/1/messages").await;
    let list = list.as_array().expect("a list");
    let authors: Vec<_> = list.iter().map(|message| &message["author"]["bot"]).collect();
    assert_eq!(authors, [true, true, true, false]);
    assert_eq!(list[3]["reactions"][0]["people"][0]["bot"], true);
    let (_, members) = bot.get("/rooms/1/members").await;
    let kind = |member: &Value| (member["username"].clone(), member["bot"].clone());
    let kinds: Vec<_> = members.as_array().expect("a list").iter().map(kind).collect();
    assert_eq!(kinds, [(json!("deploy"), json!(true)), (json!("ines"), json!(false))]);

    // Twice, as what was drawn is remembered.
    for _ in 0..2 {
        let room = ines.reads(&app, "/rooms/1").await;
        assert_eq!(room.matches(MARK).count(), 3, "{room}");
    }
    let found = ines.reads(&app, "/search?q=out").await;
    assert_eq!(found.matches(MARK).count(), 1, "{found}");
    let about = ines.reads(&app, "/rooms/1/about").await;
    assert!(about.contains("1 person and 1 bot in this room"), "{about}");
}
