//! Bots that are called when they are spoken to, by an endpoint of their own that records what it gets.

mod answers;
mod calling;

use std::time::Duration;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::{sleep, timeout},
};

use super::app::{Member, TestApp};
use crate::{
    accounts::server::scopes::Scope,
    chat::server::rooms,
    ids::{RoomId, UserId},
};

const DESK: RoomId = RoomId(1);
/// How long a test waits for what must not come.
const QUIET: Duration = Duration::from_millis(400);

/// What an endpoint got.
#[derive(Debug)]
struct Got {
    head: String,
    body: String,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        let of = |line: &'_ str| line.to_lowercase().starts_with(&format!("{name}:"));
        let line = self.head.lines().find(|line| of(line)).expect("the header");
        line.split_once(':').expect("a value").1.trim()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    fn plain(&self) -> String {
        self.json()["message"]["body"]["plain"]
            .as_str()
            .expect("text")
            .to_owned()
    }
}

/// An HTTP server that records and answers what it is told to.
struct Endpoint {
    url: String,
    got: mpsc::UnboundedReceiver<Got>,
}

/// What an endpoint does with a request.
#[derive(Clone)]
enum Does {
    /// Writes this and closes.
    Answers(Vec<u8>),
    /// Keeps the line open.
    Hangs,
}

fn text(body: &str) -> Does {
    answer("200 OK", "text/plain; charset=utf-8", body.as_bytes())
}

fn answer(status: &str, kind: &str, body: &[u8]) -> Does {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n");
    Does::Answers([head.as_bytes(), body].concat())
}

impl Endpoint {
    async fn that(does: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/bot?key=hidden", listener.local_addr().expect("an address"));
        let (tell, got) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                tokio::spawn(serve(line, does.clone(), tell.clone()));
            }
        });
        Self { url, got }
    }

    async fn next(&mut self) -> Got {
        let got = timeout(Duration::from_secs(5), self.got.recv()).await;
        got.expect("a call in time").expect("a call")
    }

    async fn is_left_alone(&mut self) {
        if let Ok(Some(got)) = timeout(QUIET, self.got.recv()).await {
            panic!("called: {got:?}");
        }
    }
}

async fn serve(mut line: TcpStream, does: Does, tell: mpsc::UnboundedSender<Got>) {
    let mut bytes = Vec::new();
    let got = loop {
        let mut chunk = [0; 4096];
        match line.read(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(read) => bytes.extend_from_slice(&chunk[..read]),
        }
        let whole = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = whole.split_once("\r\n\r\n") else {
            continue;
        };
        let got = Got {
            head: head.to_owned(),
            body: body.to_owned(),
        };
        if got.body.len() >= got.header("content-length").parse().expect("a number") {
            break got;
        }
    };
    let _ = tell.send(got);
    match does {
        Does::Answers(answer) => {
            let _ = line.write_all(&answer).await;
            let _ = line.shutdown().await;
        }
        Does::Hangs => sleep(Duration::from_secs(60)).await,
    }
}

/// A bot that `endpoint` answers for.
struct Bot {
    id: UserId,
    token: String,
    secret: String,
}

impl TestApp {
    async fn called_bot(&self, name: &str, endpoint: &Endpoint) -> Bot {
        let accounts = &self.running.state.accounts;
        let token = accounts.create_bot(name, None).await.expect("a bot");
        let secret = accounts.set_webhook(name, &endpoint.url).await.expect("a secret");
        let bot = accounts
            .bot(&token, Scope::Post)
            .await
            .expect("a look-up")
            .expect("a bot");
        Bot {
            id: bot.me.id,
            token,
            secret,
        }
    }

    async fn direct(&self, me: &Member, other: UserId) -> RoomId {
        let room = rooms::direct(&self.running.state.chat, me.me.id, &[other]).await;
        room.expect("a conversation")
    }
}

impl Member {
    /// Says something and waits until it is kept.
    async fn say(&self, app: &TestApp, room: RoomId, body: &str) {
        let mut socket = self.socket(app).await;
        let id = rooms::new_client_id();
        socket.post(room, &id, body).await;
        socket.acknowledged(&id).await.expect("kept");
    }

    /// The first message in `room` that a bot said, when it comes.
    async fn hears(&self, app: &TestApp, room: RoomId, from: &str) -> Option<String> {
        let mut socket = self.socket(app).await;
        let (page, _) = socket.follow(room, None).await;
        if let Some(said) = page.into_iter().find(|message| message.author.name == from) {
            return Some(said.body);
        }
        let said = async {
            loop {
                let said = socket.said().await?;
                if said.author.name == from {
                    return Some(said.body);
                }
            }
        };
        timeout(QUIET, said).await.ok().flatten()
    }
}
