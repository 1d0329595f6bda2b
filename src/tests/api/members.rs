//! Who is in a room, and is taken out of it, for programs.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Program, bodies};
use crate::tests::app::TestApp;

impl Program<'_> {
    async fn takes_out(&self, room: i64, person: i64) -> u16 {
        let path = format!("/rooms/{room}/members/{person}");
        self.call(Method::DELETE, &path, Value::Null).await.0
    }
}

#[tokio::test]
async fn a_program_takes_others_out_and_is_taken_out_itself() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let bot = app.bot("deploy").await;
    let (_, members) = bot.get("/rooms/1/members").await;
    let members = members.as_array().expect("a list").iter();
    let mut itself = members.filter(|member| member["username"] == "deploy");
    let deploy = itself.next().expect("itself")["id"].as_i64().expect("a number");
    let form = [("name", "deals"), ("private", "true")];
    assert_eq!(ines.form(&app, "create_room", &form).await, 200);
    for person in [deploy, bob.me.id.0] {
        let form = [("room", "2".to_owned()), ("person", person.to_string())];
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(ines.form(&app, "invite", &form).await, 200);
    }

    for time in ["once", "and again"] {
        assert_eq!(bot.takes_out(2, bob.me.id.0).await, 204, "{time}");
    }
    assert_eq!(bob.rooms(&app).await.len(), 1);
    for (room, person, status) in [
        (2, deploy, 400),
        (1, bob.me.id.0, 400),
        (2, 99, 404),
        (9, bob.me.id.0, 404),
    ] {
        assert_eq!(bot.takes_out(room, person).await, status, "{room} {person}");
    }
    let path = "/rooms/2/members/bob";
    assert_eq!(bot.call(Method::DELETE, path, Value::Null).await.0, 400);
    let (_, said) = bot.get("/rooms/2/messages").await;
    assert_eq!(said[2]["text"], "_∗ deploy took bob out of the room_");

    // And whoever speaks by a token, by none of its ways.
    let id = deploy.to_string();
    let form = [("room", "2"), ("person", id.as_str())];
    assert_eq!(ines.form(&app, "remove_member", &form).await, 200);
    for path in ["/rooms/2/messages", "/rooms/2/members"] {
        assert_eq!(bot.get(path).await.0, 404, "{path}");
    }
    let text = json!({"text": "still here?"});
    assert_eq!(bot.call(Method::POST, "/rooms/2/messages", text).await.0, 404);
    assert_eq!(bot.takes_out(2, ines.me.id.0).await, 404);
    assert_eq!(bot.get("/rooms").await.1.as_array().map(Vec::len), Some(1));
    let slack = r##"{"text":"still here?","channel":"#deals"}"##.to_owned();
    let refused = bot.hook("application/json", slack).await;
    assert_eq!(refused, (StatusCode::NOT_FOUND, "channel_not_found".to_owned()));
    let campfire = reqwest::Client::new()
        .post(format!("{}/rooms/2/{}/messages", app.url, bot.token))
        .body("still here?")
        .send();
    assert_eq!(campfire.await.expect("an answer").status(), 404);
    assert!(bodies(&ines, &app).await.is_empty(), "nor is it said elsewhere");
}
