//! What is answered to a token that may post and not read.

use reqwest::Method;
use serde_json::{Value, json};

use super::{DESK, Program};
use crate::{accounts::server::scopes::Scope, tests::app::TestApp};

impl Program<'_> {
    /// What a call is answered about a message of the first room.
    async fn about(&self, method: Method, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(method, &format!("/rooms/1/messages{path}"), body).await;
        assert!([200, 201].contains(&status), "{path}: {status} {answer}");
        answer
    }
}

/// Nothing but where a message stands.
fn is_place(answer: &Value, seq: u64) -> bool {
    answer["changed"].is_u64() && *answer == json!({"room": 1, "seq": seq, "changed": answer["changed"]})
}

#[tokio::test]
async fn who_may_only_post_is_not_told_what_others_say() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let token = app.running.state.accounts.create_token("deploy", Scope::Post, None);
    let bot = Program {
        app: &app,
        token: token.await.expect("a token"),
    };
    let mut line = ines.socket(&app).await;
    line.post(DESK, "a1", "between us: teal").await;
    line.acknowledged("a1").await;
    // What isn't there is taken back, and what is there is given again.
    for (method, what) in [
        (Method::DELETE, "pin"),
        (Method::DELETE, "reactions/:tada:"),
        (Method::PUT, "pin"),
        (Method::PUT, "pin"),
        (Method::PUT, "reactions/:tada:"),
        (Method::PUT, "reactions/:tada:"),
        (Method::DELETE, "reactions/:tada:"),
        (Method::DELETE, "pin"),
    ] {
        let answer = bot.about(method.clone(), &format!("/1/{what}"), Value::Null).await;
        assert!(is_place(&answer, 1), "{method} {what}: {answer}");
    }

    let new = json!({"text": "v1.4 is out", "client_id": "8d9f"});
    let said = bot.about(Method::POST, "", new.clone()).await;
    assert_eq!((&said["seq"], &said["text"]), (&json!(2), &json!("v1.4 is out")));
    let again = bot.about(Method::POST, "", new).await;
    assert!(is_place(&again, 2), "{again}");
    let edit = json!({"text": "v1.4.1 is out"});
    let edited = bot.about(Method::PATCH, "/2", edit.clone()).await;
    assert_eq!(edited["text"], "v1.4.1 is out");
    // Others may have reacted meanwhile, and its link show something.
    for (method, what, body) in [
        (Method::PATCH, "", edit),
        (Method::PUT, "/reactions/:tada:", Value::Null),
        (Method::PUT, "/pin", Value::Null),
    ] {
        let answer = bot.about(method.clone(), &format!("/2{what}"), body).await;
        assert!(is_place(&answer, 2), "{method} {what}: {answer}");
    }
    let gone = bot.about(Method::DELETE, "/2", Value::Null).await;
    assert_eq!((&gone["deleted"], &gone["text"]), (&json!(true), &json!("")));
    let again = bot.about(Method::DELETE, "/2", Value::Null).await;
    assert!(is_place(&again, 2), "{again}");
}
