//! Coming in and going out, as browsers with and without scripts, programs and the command line do it.

mod coming_in;
mod managing;
mod pages;
mod programs;
mod sessions;
mod two_factor;

use reqwest::{
    Client, Response,
    header::{ACCEPT, REFERER},
};

use super::app::{Member, PASSWORD, TestApp};
use crate::accounts::{model::Visitor, server::session::Session};

const SET_UP: [(&str, &str); 4] = [
    ("team", "North desk"),
    ("name", "ines"),
    ("password", PASSWORD),
    ("venues[]", "coinbase"),
];

/// Calls a server function as a hydrated page does.
async fn call(app: &TestApp, client: &Client, function: &str, form: &[(&str, &str)]) -> Response {
    client
        .post(format!("{}/do/{function}", app.url))
        .form(form)
        .send()
        .await
        .expect("an answer")
}

/// Calls a server function that takes nothing and that no form calls.
async fn ask(app: &TestApp, client: &Client, function: &str) -> Response {
    client
        .post(format!("{}/do/{function}", app.url))
        .json(&serde_json::json!({}))
        .send()
        .await
        .expect("an answer")
}

/// Posts a form as a browser without scripts does, from the page at `path`.
async fn post(app: &TestApp, client: &Client, function: &str, form: &[(&str, &str)], path: &str) -> Response {
    let request = client.post(format!("{}/do/{function}", app.url)).form(form);
    let request = request
        .header(ACCEPT, "text/html,*/*;q=0.8")
        .header(REFERER, format!("{}{path}", app.url));
    request.send().await.expect("an answer")
}

async fn page(app: &TestApp, client: &Client, path: &str) -> Response {
    let request = client
        .get(format!("{}{path}", app.url))
        .header(ACCEPT, "text/html,*/*;q=0.8");
    request.send().await.expect("an answer")
}

async fn who(app: &TestApp, client: &Client) -> Visitor {
    call(app, client, "who", &[]).await.json().await.expect("a visitor")
}

fn header(response: &Response, name: reqwest::header::HeaderName) -> String {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().expect("text"))
        .to_owned()
}

/// Status and what was said.
async fn said(response: Response) -> (u16, String) {
    (response.status().as_u16(), response.text().await.expect("a body"))
}

async fn session_of(app: &TestApp, member: &Member) -> Option<Session> {
    let (_, token) = member.cookie.split_once('=').expect("a pair");
    app.running
        .state
        .accounts
        .session(token)
        .await
        .expect("a look-up")
        .map(|(session, _)| session)
}
