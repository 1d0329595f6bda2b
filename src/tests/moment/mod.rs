//! One clock, and what is quoted of one feature in another.

mod cards;
mod clock;
mod sharing;

use serde_json::{Value, json};

use super::{
    app::{Member, TestApp},
    socket::Socket,
};
use crate::{chat::model::Message, ids::RoomId, moment::model::Moment};

const DESK: RoomId = RoomId(1);

struct Bench {
    app: TestApp,
    token: String,
}

impl Bench {
    async fn start() -> Self {
        let app = TestApp::start().await;
        app.admin().await;
        let token = app.token().await;
        Self { app, token }
    }

    async fn post(&self, path: &str, lines: &[Value]) {
        let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let url = format!("{}{path}", self.app.url);
        let request = reqwest::Client::new().post(url).bearer_auth(&self.token).body(body);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    }

    async fn around(&self, who: &Member, wanted: Value) -> Moment {
        let (status, answer) = who.call(&self.app, "around", json!({ "wanted": wanted })).await;
        assert_eq!(status, 200, "{answer}");
        serde_json::from_value(answer).expect("a moment")
    }
}

/// Says it, and waits for what stands under it.
async fn card(who: &mut Socket, room: RoomId, name: &str, body: &str) -> String {
    who.post(room, name, body).await;
    loop {
        let message: Message = who.said().await.expect("the message, and then its card");
        let html = message.html.clone().unwrap_or_default();
        if message.client_id == name && html.contains("class=\"card\"") {
            return html;
        }
    }
}
