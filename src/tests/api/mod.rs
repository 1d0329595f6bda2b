//! Chat for programs: the API, Slack's webhooks, Campfire's bots.

mod bots;
mod changes;
mod description;
mod members;
mod refusals;
mod scopes;
mod slack;

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use super::app::{Member, TestApp};
use crate::ids::RoomId;

const DESK: RoomId = RoomId(1);

/// A bot, as a program that has its token.
struct Program<'a> {
    app: &'a TestApp,
    token: String,
}

impl TestApp {
    async fn bot(&self, name: &str) -> Program<'_> {
        let token = self.running.state.accounts.create_bot(name, None).await;
        Program {
            app: self,
            token: token.expect("a token"),
        }
    }
}

impl Program<'_> {
    async fn call(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let answer = self.answer(method, path, body).await;
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    async fn answer(&self, method: Method, path: &str, body: Value) -> Response {
        // No cookies, no Origin.
        let mut request = reqwest::Client::new()
            .request(method, format!("{}/api/v1{path}", self.app.url))
            .bearer_auth(&self.token);
        if !body.is_null() {
            request = request.json(&body);
        }
        request.send().await.expect("an answer")
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.call(Method::GET, path, Value::Null).await
    }

    async fn hook(&self, kind: &str, body: String) -> (StatusCode, String) {
        let answer = reqwest::Client::new()
            .post(format!("{}/hooks/{}", self.app.url, self.token))
            .header("content-type", kind)
            .body(body)
            .send()
            .await
            .expect("an answer");
        (answer.status(), answer.text().await.expect("text"))
    }
}

async fn bodies(who: &Member, app: &TestApp) -> Vec<String> {
    let (page, _) = who.socket(app).await.follow(DESK, None).await;
    page.into_iter().map(|message| message.body).collect()
}

#[tokio::test]
async fn a_program_reads_and_speaks() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let bot = app.bot("deploy").await;
    let mut a = ines.socket(&app).await;
    a.follow(DESK, None).await;
    let (status, rooms) = bot.get("/rooms").await;
    assert_eq!(
        (status, &rooms[0]["name"], &rooms[0]["id"]),
        (200, &json!("desk"), &json!(1))
    );

    let new = json!({"text": "**v1.4** is out", "client_id": "8d9f"});
    let (status, said) = bot.call(Method::POST, "/rooms/1/messages", new.clone()).await;
    assert_eq!(
        (status, &said["seq"], &said["author"]["name"]),
        (201, &json!(1), &json!("deploy")),
        "{said}"
    );
    let heard = a.said().await.expect("a message");
    assert_eq!(heard.html.as_deref(), Some("<p><strong>v1.4</strong> is out</p>"));
    let (status, again) = bot.call(Method::POST, "/rooms/1/messages", new).await;
    assert_eq!((status, &again["seq"]), (200, &json!(1)), "a retry is the same message");

    a.post(DESK, "a", "thanks @deploy").await;
    a.acknowledged("a").await;
    let (_, list) = bot.get("/rooms/1/messages?before=2").await;
    assert_eq!(list.as_array().map(Vec::len), Some(1), "{list}");
    let (_, list) = bot.get("/rooms/1/messages?after=1").await;
    assert_eq!(list[0]["text"], "thanks @deploy");
    assert_eq!(
        bot.call(Method::PUT, "/rooms/1/messages/2/reactions/:tada:", Value::Null)
            .await
            .0,
        200
    );
    let (_, edited) = bot
        .call(Method::PATCH, "/rooms/1/messages/1", json!({"text": "v1.4.1 is out"}))
        .await;
    assert_eq!(edited["text"], "v1.4.1 is out");
    assert_eq!(
        bot.call(Method::DELETE, "/rooms/1/messages/2", Value::Null).await.0,
        403,
        "not its own"
    );
    let (_, found) = bot.get("/search?q=v1.4").await;
    assert_eq!(found["found"][0]["message"]["seq"], 1, "{found}");
    let (_, gone) = bot.call(Method::DELETE, "/rooms/1/messages/1", Value::Null).await;
    assert_eq!((&gone["deleted"], &gone["text"]), (&json!(true), &json!("")));
    let (_, members) = bot.get("/rooms/1/members").await;
    assert_eq!(members.as_array().map(Vec::len), Some(2));
    let (status, made) = bot.call(Method::POST, "/rooms", json!({"name": "releases"})).await;
    assert_eq!((status, &made["name"]), (201, &json!("releases")));
}

#[tokio::test]
async fn a_program_speaks_in_threads() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let bot = app.bot("deploy").await;
    let mut line = ines.socket(&app).await;
    line.post(DESK, "a1", "v1.4 is out").await;
    line.acknowledged("a1").await;
    let opened = bot.call(Method::POST, "/rooms/1/messages/1/thread", Value::Null).await;
    assert_eq!(opened.0, 200, "{}", opened.1);
    let path = format!("/rooms/{}/messages", opened.1["room"]);
    let (status, reply) = bot.call(Method::POST, &path, json!({"text": "all is well"})).await;
    assert_eq!(
        (status, &reply["seq"], &reply["thread"]),
        (201, &json!(1), &Value::Null)
    );
    let (_, messages) = bot.get("/rooms/1/messages").await;
    let thread = &messages[0]["thread"];
    assert_eq!((&thread["room"], &thread["replies"]), (&opened.1["room"], &json!(1)));
    assert_eq!(thread["last"], reply["at"]);
    assert_eq!(bot.get(&path).await.1[0]["text"], "all is well");
    assert_eq!(bot.get("/rooms").await.1.as_array().map(Vec::len), Some(1));
    let within = format!("{path}/1/thread");
    assert_eq!(bot.call(Method::POST, &within, Value::Null).await.0, 400);
    let missing = bot.call(Method::POST, "/rooms/1/messages/9/thread", Value::Null);
    assert_eq!(missing.await.0, 404);
}

#[tokio::test]
async fn campfires_bots_speak_here_unchanged() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let bot = app.bot("robot").await;
    let say = |token: &str, body: &'static str| {
        reqwest::Client::new()
            .post(format!("{}/rooms/1/{token}/messages", app.url))
            .body(body)
            .send()
    };
    let answer = say(&bot.token, "Hello from <Campfire>").await.expect("an answer");
    assert_eq!(answer.status(), 201);
    assert_eq!(answer.headers()["location"], "/api/v1/rooms/1/messages/1");
    assert_eq!(bodies(&ines, &app).await, ["Hello from <Campfire>"]);
    assert_eq!(say("sbx_nonsense", "x").await.expect("an answer").status(), 401);
    assert_eq!(say(&bot.token, "").await.expect("an answer").status(), 400);
}
