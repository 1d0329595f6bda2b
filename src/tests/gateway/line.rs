//! A connection to the line gateway, and who holds it.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, protocol::CloseFrame},
};

use crate::{
    accounts::server::scopes::{Scope, Scopes},
    chat::model::RoomKind,
    ids::{RoomId, UserId},
    tests::app::{Member, TestApp},
};

/// How long a test waits for a frame before it fails.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// A connection to the gateway.
pub struct Line {
    /// It.
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pings: u8,
}

impl Line {
    /// Connects with these headers.
    pub async fn open(app: &TestApp, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let address = format!("{}/api/home/connect", app.url.replacen("http", "ws", 1));
        let mut request = address.into_client_request()?;
        for (name, value) in headers {
            request
                .headers_mut()
                .insert(*name, value.parse().expect("a header value"));
        }
        let (socket, _) = connect_async(request).await?;
        Ok(Self { socket, pings: 0 })
    }

    /// The status with which the connection is refused.
    pub async fn refused(app: &TestApp, headers: &[(&'static str, &str)]) -> u16 {
        match Self::open(app, headers).await {
            Err(Error::Http(response)) => response.status().as_u16(),
            Err(other) => panic!("{other}"),
            Ok(_) => 101,
        }
    }

    /// Sends text.
    pub async fn send(&mut self, text: impl Into<String>) {
        self.socket
            .send(Message::text(text.into()))
            .await
            .expect("the line is up");
    }

    /// Waits until all that was sent has been read.
    pub async fn settle(&mut self) {
        assert_eq!(self.lines().await, Vec::<String>::new());
    }

    /// What comes until all that was sent has been read.
    pub async fn lines(&mut self) -> Vec<String> {
        self.pings += 1;
        let ping = vec![self.pings];
        let sent = self.socket.send(Message::Ping(ping.clone().into())).await;
        sent.expect("the line is up");
        let mut lines = Vec::new();
        loop {
            match self.frame().await.expect("a pong") {
                Message::Text(text) => lines.push(text.to_string()),
                Message::Pong(pong) if pong == ping => return lines,
                _ => (),
            }
        }
    }

    /// The next line.
    pub async fn line(&mut self) -> String {
        loop {
            if let Message::Text(text) = self.frame().await.expect("a line") {
                return text.to_string();
            }
        }
    }

    /// How the server closes the connection.
    pub async fn closed(&mut self) -> Option<CloseFrame> {
        loop {
            if let Message::Close(frame) = self.frame().await? {
                // Only a line whose close was answered ends without an error.
                assert!(!matches!(self.socket.next().await, Some(Err(_))), "the line was cut");
                return frame;
            }
        }
    }

    /// The next frame of any kind; `None` when the line ended first.
    pub async fn frame(&mut self) -> Option<Message> {
        let next = tokio::time::timeout(PATIENCE, self.socket.next()).await;
        next.expect("a frame in time")?.ok()
    }
}

/// A bot, as a program that has its token.
pub struct Program<'a> {
    app: &'a TestApp,
    /// Its token.
    pub token: String,
    /// Its number.
    pub id: UserId,
}

impl TestApp {
    /// A new bot.
    pub async fn program(&self, name: &str) -> Program<'_> {
        self.program_with(name, [Scope::Read, Scope::Post].into_iter().collect())
            .await
    }

    /// A new bot whose token may do this.
    pub async fn program_with(&self, name: &str, scopes: Scopes) -> Program<'_> {
        let accounts = &self.running.state.accounts;
        let token = accounts.create_token(name, scopes, None).await.expect("a token");
        let bot = accounts
            .bot(&token, Scope::Post)
            .await
            .expect("a look-up")
            .expect("known");
        Program {
            app: self,
            token,
            id: bot.me.id,
        }
    }
}

impl Program<'_> {
    /// Connects.
    pub async fn connect(&self) -> Line {
        let token = format!("Bearer {}", self.token);
        Line::open(self.app, &[("authorization", &token)])
            .await
            .expect("a line")
    }

    /// Connects, and is registered when this returns.
    pub async fn register(&self) -> Line {
        let mut line = self.connect().await;
        line.send(format!("{}::", self.id)).await;
        line.settle().await;
        line
    }
}

impl Member {
    /// Connects with the session's cookie.
    pub async fn line(&self, app: &TestApp) -> Line {
        let headers = [("cookie", self.cookie.as_str()), ("origin", app.url.as_str())];
        Line::open(app, &headers).await.expect("a line")
    }

    /// Opens the conversation with these.
    pub async fn converse(&self, app: &TestApp, people: &[UserId]) -> RoomId {
        let ids: Vec<String> = people.iter().map(UserId::to_string).collect();
        let form: Vec<_> = ids.iter().map(|id| ("people[]", id.as_str())).collect();
        assert_eq!(self.form(app, "open_direct", &form).await, 200);
        let rooms = self.rooms(app).await;
        let direct = rooms.into_iter().find(|room| {
            room.kind == RoomKind::Direct
                && room.people.len() == people.len() + 1
                && people
                    .iter()
                    .all(|id| room.people.iter().any(|person| person.id == *id))
        });
        direct.expect("the conversation").id
    }
}
