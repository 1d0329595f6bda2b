//! A chat socket as a program opens it.

use std::{collections::VecDeque, time::Duration};

use futures::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::HeaderValue},
};

use crate::{
    chat::{
        model::Message as Said,
        wire::{ClientFrame, Draft, NOTIFY, ServerFrame},
    },
    ids::RoomId,
};

/// How long a test waits for a frame before it fails.
const PATIENCE: Duration = Duration::from_secs(10);

/// An open socket, and what was said, and notified of, while something else was waited for.
pub struct Socket(
    pub WebSocketStream<MaybeTlsStream<TcpStream>>,
    VecDeque<Said>,
    VecDeque<Value>,
);

impl Socket {
    /// Connects with a `name=value` cookie, from `origin`.
    pub async fn open(url: &str, cookie: &str, origin: &str) -> Result<Self, Error> {
        let address = format!("{}/chat/socket", url.replacen("http", "ws", 1));
        let mut request = address.into_client_request()?;
        request
            .headers_mut()
            .insert("cookie", HeaderValue::from_str(cookie).expect("a cookie"));
        request
            .headers_mut()
            .insert("origin", HeaderValue::from_str(origin).expect("an origin"));
        Ok(Self(connect_async(request).await?.0, VecDeque::new(), VecDeque::new()))
    }

    /// Sends a frame.
    pub async fn send(&mut self, frame: &ClientFrame) {
        self.text(&frame.encode()).await;
    }

    /// Sends any text.
    pub async fn text(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.expect("the line is up");
    }

    /// Posts to a room.
    pub async fn post(&mut self, room: RoomId, client_id: &str, body: &str) {
        self.draft(room, client_id, body, None).await;
    }

    /// Posts an answer to what stands at `reply`.
    pub async fn answer(&mut self, room: RoomId, client_id: &str, body: &str, reply: u64) {
        self.draft(room, client_id, body, Some(reply)).await;
    }

    async fn draft(&mut self, room: RoomId, client_id: &str, body: &str, reply: Option<u64>) {
        let (client_id, body) = (client_id.to_owned(), body.to_owned());
        let draft = Draft {
            room,
            client_id,
            body,
            reply,
            ..Draft::default()
        };
        self.send(&ClientFrame::Post(draft)).await;
    }

    /// The next frame that `pick` wants; others are passed over, messages kept for [`Socket::said`]. `None` when
    /// the line ended first.
    pub async fn until<T>(&mut self, mut pick: impl FnMut(ServerFrame) -> Option<T>) -> Option<T> {
        loop {
            match self.frame().await? {
                ServerFrame::Message(message) => self.1.push_back(message),
                frame => {
                    if let Some(found) = pick(frame) {
                        return Some(found);
                    }
                }
            }
        }
    }

    async fn frame(&mut self) -> Option<ServerFrame> {
        loop {
            let frame = tokio::time::timeout(PATIENCE, self.0.next())
                .await
                .expect("a frame in time")?
                .ok()?;
            if let Message::Text(text) = frame {
                if text.starts_with(NOTIFY) {
                    let mut told: Value = serde_json::from_str(&text).expect("JSON");
                    self.2.push_back(told["notify"].take());
                    continue;
                }
                return Some(serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}")));
            }
        }
    }

    /// What this page has been told to notify of up to here: what it asks now is answered after that.
    pub async fn notified(&mut self) -> Vec<Value> {
        self.send(&ClientFrame::Ping).await;
        let pong = self.until(|frame| matches!(frame, ServerFrame::Pong).then_some(()));
        pong.await.expect("the line is up");
        self.2.drain(..).collect()
    }

    /// Follows a room from `after` on and gives what was missed, and whether it was reset.
    pub async fn follow(&mut self, room: RoomId, after: Option<u64>) -> (Vec<Said>, bool) {
        self.send(&ClientFrame::Follow { room, after }).await;
        let (mut missed, mut was_reset) = (Vec::new(), false);
        let answer = self.until(|frame| match frame {
            ServerFrame::CaughtUp {
                messages, reset, more, ..
            } => {
                missed.extend(messages);
                was_reset |= reset;
                (!more).then_some(())
            }
            _ => None,
        });
        answer.await.expect("an answer");
        (missed, was_reset)
    }

    /// The next message said in a followed room.
    pub async fn said(&mut self) -> Option<Said> {
        if let Some(earlier) = self.1.pop_front() {
            return Some(earlier);
        }
        loop {
            if let ServerFrame::Message(message) = self.frame().await? {
                return Some(message);
            }
        }
    }

    /// The place that the server gave the post called `client_id`.
    pub async fn acknowledged(&mut self, client_id: &str) -> Option<u64> {
        let pick = |frame| match frame {
            ServerFrame::Ack { client_id: id, seq, .. } if id == client_id => Some(seq),
            ServerFrame::Refused {
                client_id: Some(id),
                error,
                ..
            } if id == client_id => panic!("{error}"),
            _ => None,
        };
        self.until(pick).await
    }

    /// The next refusal's words.
    pub async fn refused(&mut self) -> Option<(Option<String>, crate::error::AppError)> {
        let pick = |frame| match frame {
            ServerFrame::Refused { client_id, error, .. } => Some((client_id, error)),
            _ => None,
        };
        self.until(pick).await
    }
}
