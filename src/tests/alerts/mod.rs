//! Alerts: from a posted tick and from posted lines to a message that goes on and is over.

mod alertmanager;
mod forms;
mod lines;
mod outgoing;
mod permission;
mod preview;
mod prices;
mod silence;
mod snoozes;

use std::time::Duration;

use reqwest::{Response, header::LOCATION};
use serde_json::{Value, json};

use super::{
    app::{Member, TestApp},
    socket::Socket,
};
use crate::{
    chat::model::Message,
    ids::RoomId,
    logs::{
        model::{Fields, Level},
        server::record::NewLine,
    },
    ticker::server::ingest::take,
    time::Timestamp,
};

const DESK: RoomId = RoomId(1);

/// Sends the form of an alert.
async fn send(app: &TestApp, who: &Member, form: &[(&str, &str)]) -> Response {
    let request = who.client.post(format!("{}/alerts/keep", app.url)).form(form);
    request.send().await.expect("an answer")
}

/// Makes an alert in the room of everybody, by the form.
async fn make(app: &TestApp, who: &Member, form: &[(&str, &str)]) {
    let mut form = form.to_vec();
    form.push(("room", "1"));
    let answer = send(app, who, &form).await;
    let to = answer
        .headers()
        .get(LOCATION)
        .map(|to| to.to_str().expect("text").to_owned());
    assert_eq!(to.as_deref(), Some("/alerts?done=kept"), "{}", answer.status());
}

/// Posts a tick of `ACME` at the venue `desk`.
async fn tick(app: &TestApp, last: &str) {
    let body = json!({"symbol": "ACME", "last": last}).to_string();
    let ticker = &app.running.state.ticker;
    let report = take(&ticker.recorder, "desk", body.as_bytes()).await.expect("a report");
    assert_eq!(report.rejected, []);
}

fn line(at: Timestamp, venue: &str, message: &str) -> NewLine {
    NewLine {
        time: at,
        level: Level::Error,
        source: "gateway".into(),
        message: message.into(),
        fields: Fields(vec![("venue".into(), venue.into())]),
        colours: Default::default(),
    }
}

/// Posts so many lines.
async fn post_lines(app: &TestApp, count: usize, venue: &str) {
    let lines = (0..count).map(|i| line(Timestamp::now(), venue, &format!("upstream timeout {i}")));
    let recorder = &app.running.state.logs.recorder;
    recorder.record(lines.collect()).await.expect("kept");
}

/// The next message or change of one whose text is so.
async fn until(socket: &mut Socket, wanted: impl Fn(&Message) -> bool) -> Message {
    let wait = async {
        loop {
            let message = socket.said().await.expect("the line is up");
            if wanted(&message) {
                return message;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait)
        .await
        .expect("in time")
}

fn says(words: &'static str) -> impl Fn(&Message) -> bool {
    move |message| message.body.contains(words)
}

/// All messages of the room of everybody, as somebody who comes new finds them.
async fn messages(app: &TestApp, who: &Member) -> Vec<Message> {
    who.socket(app).await.follow(DESK, None).await.0
}

/// Presses a button below a message, as a page without scripts does.
async fn press(app: &TestApp, who: &Member, message: &Message, act: &str) -> Response {
    let html = message.html.as_deref().expect("a card");
    let (_, rest) = html.split_once("name=\"firing\" value=\"").expect("a form");
    let firing = rest.split('"').next().expect("an id");
    let form = [("firing", firing), ("act", act)];
    let request = who.client.post(format!("{}/alerts/act", app.url)).form(&form);
    request.send().await.expect("an answer")
}

/// What the API says of alerts, to a bot that is in the open rooms.
async fn listed(app: &TestApp, token: &str) -> Value {
    let request = reqwest::Client::new()
        .get(format!("{}/api/v1/alerts", app.url))
        .bearer_auth(token);
    request.send().await.expect("an answer").json().await.expect("JSON")
}

async fn bot(app: &TestApp, name: &str) -> String {
    app.running
        .state
        .accounts
        .create_bot(name, None)
        .await
        .expect("a token")
}
