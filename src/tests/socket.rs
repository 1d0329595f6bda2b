//! A chat socket as a program opens it.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::HeaderValue},
};

use crate::{
    chat::{
        model::Message as Said,
        wire::{ClientFrame, Draft, ServerFrame},
    },
    ids::RoomId,
};

/// How long a test waits for a frame before it fails.
const PATIENCE: Duration = Duration::from_secs(10);

/// An open socket.
pub struct Socket(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Connects with a `name=value` cookie, from `origin`.
    pub async fn open(url: &str, cookie: &str, origin: &str) -> Result<Self, Error> {
        let address = format!("{}/chat/socket", url.replacen("http", "ws", 1));
        let mut request = address.into_client_request()?;
        request.headers_mut().insert("cookie", HeaderValue::from_str(cookie).expect("a cookie"));
        request.headers_mut().insert("origin", HeaderValue::from_str(origin).expect("an origin"));
        Ok(Self(connect_async(request).await?.0))
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
        let (client_id, body) = (client_id.to_owned(), body.to_owned());
        self.send(&ClientFrame::Post(Draft { room, client_id, body })).await;
    }

    /// The next frame that `pick` wants; others are passed over. `None` when the line ended first.
    pub async fn until<T>(&mut self, mut pick: impl FnMut(ServerFrame) -> Option<T>) -> Option<T> {
        tokio::time::timeout(PATIENCE, async {
            while let Some(Ok(message)) = self.0.next().await {
                let Message::Text(text) = message else { continue };
                let frame = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
                if let Some(found) = pick(frame) {
                    return Some(found);
                }
            }
            None
        })
        .await
        .expect("the frame comes in time")
    }

    /// Follows a room from `after` on and gives what was missed, and whether it was reset.
    pub async fn follow(&mut self, room: RoomId, after: Option<u64>) -> (Vec<Said>, bool) {
        self.send(&ClientFrame::Follow { room, after }).await;
        let answer = self.until(|frame| match frame {
            ServerFrame::CaughtUp { messages, reset, .. } => Some((messages, reset)),
            _ => None,
        });
        answer.await.expect("an answer")
    }

    /// The next message said in a followed room.
    pub async fn said(&mut self) -> Option<Said> {
        let pick = |frame| match frame {
            ServerFrame::Message(message) => Some(message),
            _ => None,
        };
        self.until(pick).await
    }

    /// The place that the server gave the post called `client_id`.
    pub async fn acknowledged(&mut self, client_id: &str) -> Option<u64> {
        let pick = |frame| match frame {
            ServerFrame::Ack { client_id: id, seq, .. } if id == client_id => Some(seq),
            ServerFrame::Refused { client_id: Some(id), error, .. } if id == client_id => panic!("{error}"),
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
