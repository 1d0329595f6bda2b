//! What programs make of messages, and who hears of it.

use reqwest::Method;
use serde_json::{Value, json};

use super::{DESK, Program};
use crate::{chat::model::RoomKind, tests::app::TestApp};

impl Program<'_> {
    /// Calls without a body; what is answered to a call that is taken.
    async fn takes(&self, method: Method, path: &str) -> Value {
        let (status, answer) = self.call(method, path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }
}

#[tokio::test]
async fn reactions_and_pins_are_given_and_taken_back() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let bot = app.bot("deploy").await;
    let mut line = ines.socket(&app).await;
    line.follow(DESK, None).await;
    for n in 1..=3 {
        bot.call(Method::POST, "/rooms/1/messages", json!({"text": format!("build {n}")}))
            .await;
        line.said().await.expect("a message");
    }
    let given = bot.takes(Method::PUT, "/rooms/1/messages/2/reactions/:tada:").await;
    assert_eq!(given["reactions"][0]["emoji"], "🎉");
    assert_eq!(line.said().await.expect("the reaction").reactions.len(), 1);
    let taken = bot.takes(Method::DELETE, "/rooms/1/messages/2/reactions/:tada:").await;
    assert_eq!(taken["reactions"], json!([]));
    let heard = line.said().await.expect("and that it was taken back");
    assert_eq!((heard.seq, heard.reactions.len()), (2, 0));

    for seq in [3, 1] {
        let pinned = bot.takes(Method::PUT, &format!("/rooms/1/messages/{seq}/pin")).await;
        assert_eq!(pinned["pinned"], "deploy");
        assert_eq!(line.said().await.expect("the pin").pinned.as_deref(), Some("deploy"));
    }
    let places = async || {
        let pins = bot.takes(Method::GET, "/rooms/1/pins").await;
        let places = pins
            .as_array()
            .expect("a list")
            .iter()
            .map(|message| message["seq"].as_u64());
        places.flatten().collect::<Vec<_>>()
    };
    assert_eq!(places().await, [1, 3], "the one pinned last first");
    let unpinned = bot.takes(Method::DELETE, "/rooms/1/messages/3/pin").await;
    assert_eq!(unpinned["pinned"], Value::Null);
    assert_eq!(line.said().await.expect("that it is not").pinned, None);
    assert_eq!(places().await, [1]);
}

#[tokio::test]
async fn a_list_has_as_many_as_it_is_asked_for() {
    let app = TestApp::start().await;
    app.admin().await;
    let bot = app.bot("deploy").await;
    for n in 1..=5 {
        bot.call(Method::POST, "/rooms/1/messages", json!({"text": format!("build {n}")}))
            .await;
    }
    for (query, expected) in [
        ("?limit=2", vec![4, 5]),
        ("?limit=2&before=4", vec![2, 3]),
        ("?limit=3&after=1", vec![2, 3, 4]),
        ("?limit=0", vec![5]),
        ("?limit=1000", vec![1, 2, 3, 4, 5]),
        ("", vec![1, 2, 3, 4, 5]),
    ] {
        let list = bot.takes(Method::GET, &format!("/rooms/1/messages{query}")).await;
        let places = list.as_array().expect("a list").iter();
        let places: Vec<_> = places.filter_map(|message| message["seq"].as_u64()).collect();
        assert_eq!(places, expected, "{query}");
    }
    assert_eq!(bot.get("/rooms/1/messages?limit=few").await.0, 400);
}

#[tokio::test]
async fn a_message_is_read_where_its_location_leads() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let bot = app.bot("deploy").await;
    let new = json!({"text": "**v1.4** is out", "client_id": "8d9f"});
    let mut places = Vec::new();
    for _ in 0..2 {
        // A retry leads there, too.
        let said = bot.answer(Method::POST, "/rooms/1/messages", new.clone()).await;
        places.push(said.headers()["location"].to_str().expect("text").to_owned());
        let said: Value = said.json().await.expect("JSON");
        let path = places[0].strip_prefix("/api/v1").expect("a call");
        assert_eq!(bot.takes(Method::GET, path).await, said);
    }
    assert_eq!(places[0], places[1]);
    let campfires = reqwest::Client::new().post(format!("{}/rooms/1/{}/messages", app.url, bot.token));
    let said = campfires.body("and deployed").send().await.expect("an answer");
    let place = said.headers()["location"].to_str().expect("text");
    let path = place.strip_prefix("/api/v1").expect("a call");
    assert_eq!(bot.takes(Method::GET, path).await["text"], "and deployed");

    // Whatever has become of it, as the list has it; in a thread as well.
    bot.takes(Method::PUT, "/rooms/1/messages/1/reactions/:tada:").await;
    bot.takes(Method::DELETE, "/rooms/1/messages/2").await;
    let opened = bot.takes(Method::POST, "/rooms/1/messages/1/thread").await;
    let thread = format!("/rooms/{}/messages", opened["room"]);
    bot.call(Method::POST, &thread, json!({"text": "all is well"})).await;
    let list = bot.takes(Method::GET, "/rooms/1/messages").await;
    for (place, listed) in [("1", &list[0]), ("2", &list[1])] {
        let one = bot.takes(Method::GET, &format!("/rooms/1/messages/{place}")).await;
        assert_eq!(one, *listed);
    }
    assert_eq!((&list[1]["deleted"], &list[1]["text"]), (&json!(true), &json!("")));
    assert_eq!(
        bot.takes(Method::GET, &format!("{thread}/1")).await["text"],
        "all is well"
    );

    // What is said between others is nobody else's.
    let bob = app.join("bob").await;
    let form = [("people[]", bob.me.id.to_string())];
    let form = form.each_ref().map(|(name, id)| (*name, id.as_str()));
    assert_eq!(ines.form(&app, "open_direct", &form).await, 200);
    let rooms = ines.rooms(&app).await;
    let talk = rooms.iter().find(|room| room.kind == RoomKind::Direct).expect("it").id;
    let mut line = ines.socket(&app).await;
    line.post(talk, "a1", "between us").await;
    line.acknowledged("a1").await;
    assert_eq!(bot.get(&format!("/rooms/{talk}/messages/1")).await.0, 404);
}

#[tokio::test]
async fn what_programs_say_and_change_reaches_open_pages() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let bot = app.bot("deploy").await;
    let mut line = ines.socket(&app).await;
    line.follow(DESK, None).await;
    bot.hook("application/json", r#"{"text":"by *hook*"}"#.to_owned()).await;
    let hooked = line.said().await.expect("the webhook's");
    assert_eq!((hooked.seq, hooked.body.as_str()), (1, "by **hook**"));
    let text = json!({"text": "edited"});
    assert_eq!(bot.call(Method::PATCH, "/rooms/1/messages/1", text).await.0, 200);
    let edited = line.said().await.expect("the edit");
    assert_eq!(
        (edited.seq, edited.body.as_str(), edited.edited.is_some()),
        (1, "edited", true)
    );
    assert!(edited.changed > hooked.changed);
    bot.takes(Method::DELETE, "/rooms/1/messages/1").await;
    let deleted = line.said().await.expect("the deletion");
    assert!(deleted.deleted && deleted.body.is_empty(), "{deleted:?}");
}
