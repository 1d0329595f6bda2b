//! A local server that plays frames in Coinbase's format, as a test tells it to.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_tungstenite::{WebSocketStream, accept_async, tungstenite::Message};

/// The exchange; each connection that comes in is a [`Line`].
pub struct Exchange {
    /// Such as `ws://127.0.0.1:41234`.
    pub url: String,
    lines: mpsc::Receiver<WebSocketStream<TcpStream>>,
}

impl Exchange {
    /// Opens on a free port.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("ws://{}", listener.local_addr().expect("an address"));
        let (sender, lines) = mpsc::channel(8);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if let Ok(socket) = accept_async(stream).await
                    && sender.send(socket).await.is_err()
                {
                    return;
                }
            }
        });
        Self { url, lines }
    }

    /// The next connection, once it has subscribed; acknowledged as the exchange does.
    pub async fn subscribed(&mut self) -> (Line, Value) {
        let socket = tokio::time::timeout(super::PATIENCE, self.lines.recv())
            .await
            .expect("a connection in time");
        let mut line = Line(socket.expect("the exchange is open"));
        let first = tokio::time::timeout(Duration::from_secs(5), line.0.next()).await;
        let first = first
            .expect("subscribed within five seconds")
            .expect("a frame")
            .expect("whole");
        let hello: Value = serde_json::from_str(first.to_text().expect("text")).expect("JSON");
        let channels: Vec<Value> = ["ticker", "heartbeat"]
            .map(|name| json!({"name": name, "product_ids": hello["product_ids"]}))
            .into();
        line.say(&json!({"type": "subscriptions", "channels": channels}).to_string())
            .await;
        (line, hello)
    }
}

/// A connection. Dropped, it is cut without a goodbye.
pub struct Line(pub WebSocketStream<TcpStream>);

impl Line {
    /// Sends a text frame.
    pub async fn say(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.expect("the line is up");
    }

    /// Sends a ticker.
    pub async fn ticker(&mut self, product: &str, sequence: u64, trade: u64, price: &str) {
        self.say(&ticker(product, sequence, trade, price)).await;
    }

    /// Sends a heartbeat.
    pub async fn heartbeat(&mut self, product: &str, last_trade: u64) {
        let frame = json!({"type": "heartbeat", "sequence": 90, "last_trade_id": last_trade, "product_id": product,
            "time": "2026-01-05T10:00:00.000000Z"});
        self.say(&frame.to_string()).await;
    }
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
