//! A local server that plays a venue's part, as a test tells it to.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::{SinkExt, StreamExt};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async,
    tungstenite::{
        Bytes, Message,
        handshake::server::{ErrorResponse, Request, Response},
    },
};

/// Anything that a WebSocket runs over.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// The exchange; each connection that comes in is a [`Line`].
pub struct Exchange {
    /// Such as `ws://127.0.0.1:41234`.
    pub url: String,
    door: Arc<Mutex<Option<StatusCode>>>,
    lines: mpsc::Receiver<Line>,
}

impl Exchange {
    /// Opens on a free port.
    pub async fn open() -> Self {
        Self::on(None).await
    }

    /// Opens with TLS, as `localhost`.
    pub async fn with_tls(tls: TlsAcceptor) -> Self {
        Self::on(Some(tls)).await
    }

    async fn on(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let url = match tls {
            Some(_) => format!("wss://localhost:{port}"),
            None => format!("ws://127.0.0.1:{port}"),
        };
        let door: Arc<Mutex<Option<StatusCode>>> = Arc::default();
        let (sender, lines) = mpsc::channel(8);
        let at_door = door.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if let Some(line) = come_in(stream, tls.as_ref(), &at_door).await
                    && sender.send(line).await.is_err()
                {
                    return;
                }
            }
        });
        Self { url, door, lines }
    }

    /// Refuses whoever comes from now on with this status; with none, lets them in again.
    pub fn refuse(&self, status: Option<StatusCode>) {
        *self.door.lock().expect("no panic") = status;
    }

    /// The next connection.
    pub async fn line(&mut self) -> Line {
        let line = tokio::time::timeout(super::PATIENCE, self.lines.recv()).await;
        line.expect("a connection in time").expect("the exchange is open")
    }

    /// Whether nobody comes for so long.
    pub async fn nobody_for(&mut self, time: Duration) -> bool {
        tokio::time::timeout(time, self.lines.recv()).await.is_err()
    }

    /// The next connection, once it has subscribed; acknowledged as Coinbase does.
    pub async fn subscribed(&mut self) -> (Line, Value) {
        let mut line = self.line().await;
        let hello = line.hear().await;
        let channels: Vec<Value> = ["ticker", "heartbeat"]
            .map(|name| json!({"name": name, "product_ids": hello["product_ids"]}))
            .into();
        line.say(&json!({"type": "subscriptions", "channels": channels}).to_string())
            .await;
        (line, hello)
    }
}

// The type is the library's.
#[allow(clippy::result_large_err)]
async fn come_in(stream: TcpStream, tls: Option<&TlsAcceptor>, door: &Mutex<Option<StatusCode>>) -> Option<Line> {
    let stream: Box<dyn Stream> = match tls {
        Some(tls) => Box::new(tls.accept(stream).await.ok()?),
        None => Box::new(stream),
    };
    let mut uri = String::new();
    let at_door = |request: &Request, answer: Response| -> Result<Response, ErrorResponse> {
        uri = request.uri().to_string();
        match *door.lock().expect("no panic") {
            None => Ok(answer),
            Some(status) => {
                let mut refusal = ErrorResponse::new(None);
                *refusal.status_mut() = status;
                Err(refusal)
            }
        }
    };
    let socket = accept_hdr_async(stream, at_door).await.ok()?;
    Some(Line { socket, uri })
}

/// A connection. Dropped, it is cut without a goodbye.
pub struct Line {
    /// The socket itself.
    pub socket: WebSocketStream<Box<dyn Stream>>,
    /// What was asked for in the handshake.
    pub uri: String,
}

impl Line {
    /// Sends a text frame.
    pub async fn say(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.expect("the line is up");
    }

    /// Sends these bytes.
    pub async fn say_bytes(&mut self, bytes: &'static [u8]) {
        let message = Message::Binary(Bytes::from_static(bytes));
        self.socket.send(message).await.expect("the line is up");
    }

    /// Sends a ping.
    pub async fn ping(&mut self, payload: &'static [u8]) {
        let message = Message::Ping(Bytes::from_static(payload));
        self.socket.send(message).await.expect("the line is up");
    }

    /// The next message, in time.
    pub async fn message(&mut self) -> Message {
        let next = tokio::time::timeout(super::PATIENCE, self.socket.next()).await;
        next.expect("a message in time").expect("a message").expect("whole")
    }

    /// The next frame of text, as JSON; not those that ask for the list of all that the venue has.
    pub async fn hear(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.message().await
                && !asks_for_the_list(&text)
            {
                return serde_json::from_str(&text).expect("JSON");
            }
        }
    }

    /// The next frame of text.
    pub async fn hear_anything(&mut self) -> String {
        loop {
            if let Message::Text(text) = self.message().await {
                return text.to_string();
            }
        }
    }

    /// Whether no text comes for so long; pings may, and what asks for the list of all that the venue has.
    pub async fn silent_for(&mut self, time: Duration) -> bool {
        let text = async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Text(text))) if !asks_for_the_list(&text) => return,
                    None => return,
                    Some(_) => {}
                }
            }
        };
        tokio::time::timeout(time, text).await.is_err()
    }

    /// Whether the other side says goodbye, or goes, in time.
    pub async fn is_left(&mut self) -> bool {
        let end = async {
            loop {
                match self.socket.next().await {
                    None | Some(Err(_) | Ok(Message::Close(_))) => return,
                    Some(Ok(_)) => {}
                }
            }
        };
        tokio::time::timeout(super::PATIENCE, end).await.is_ok()
    }

    /// Sends a ticker of Coinbase's.
    pub async fn ticker(&mut self, product: &str, sequence: u64, trade: u64, price: &str) {
        self.say(&ticker(product, sequence, trade, price)).await;
    }

    /// Sends a heartbeat of Coinbase's.
    pub async fn heartbeat(&mut self, product: &str, last_trade: u64) {
        let frame = json!({"type": "heartbeat", "sequence": 90, "last_trade_id": last_trade, "product_id": product,
            "time": "2026-01-05T10:00:00.000000Z"});
        self.say(&frame.to_string()).await;
    }
}

fn asks_for_the_list(text: &str) -> bool {
    text.contains(r#"["status"]"#) || text.contains(r#""channel":"instrument""#)
}

fn ticker(product: &str, sequence: u64, trade: u64, price: &str) -> String {
    // The time moves with the sequence, as it does there.
    let time = format!("2026-01-05T10:{:02}:{:02}.061769Z", sequence / 60 % 60, sequence % 60);
    json!({"type": "ticker", "sequence": sequence, "product_id": product, "price": price, "open_24h": "1.00",
        "volume_24h": "245532.79", "low_24h": "0.52", "high_24h": "3.8", "volume_30d": "9788783.6",
        "best_bid": "1.04", "best_bid_size": "0.46", "best_ask": "1.27", "best_ask_size": "1.56",
        "side": "buy", "time": time, "trade_id": trade, "last_size": "11.43"})
    .to_string()
}
