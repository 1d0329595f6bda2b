//! A line to the echo, as a program opens it, down to single frames.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        protocol::{
            CloseFrame,
            frame::{
                Frame, FrameHeader,
                coding::{Control, Data, OpCode},
            },
        },
    },
};

use crate::tests::app::TestApp;

/// How long a test waits for a frame before it fails.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// An open line.
pub struct Line(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Line {
    /// Connects with these headers.
    pub async fn open(app: &TestApp, path: &str, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let address = format!("{}{path}", app.url.replacen("http", "ws", 1));
        let mut request = address.into_client_request()?;
        for (name, value) in headers {
            request
                .headers_mut()
                .insert(*name, value.parse().expect("a header value"));
        }
        Ok(Self(connect_async(request).await?.0))
    }

    /// The status with which the connection is answered.
    pub async fn status(app: &TestApp, path: &str, headers: &[(&'static str, &str)]) -> u16 {
        match Self::open(app, path, headers).await {
            Err(Error::Http(response)) => response.status().as_u16(),
            Err(other) => panic!("{other}"),
            Ok(_) => 101,
        }
    }

    /// Sends a message, or a frame as it is.
    pub async fn send(&mut self, message: Message) {
        self.0.send(message).await.expect("the line is up");
    }

    /// What comes next, but for pings.
    pub async fn next(&mut self) -> Message {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.0.next()).await;
            match next
                .expect("a frame in time")
                .expect("the line is up")
                .expect("a frame")
            {
                Message::Ping(_) => (),
                message => return message,
            }
        }
    }

    /// How the server closes the line; it must end well.
    pub async fn closed(&mut self) -> Option<CloseFrame> {
        loop {
            if let Message::Close(frame) = self.next().await {
                assert!(!matches!(self.0.next().await, Some(Err(_))), "the line was cut");
                return frame;
            }
        }
    }

    /// With which code it closes the line; the rest of what was sent it may leave unread.
    pub async fn code(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.next().await {
                return frame.map_or(0, |frame| frame.code.into());
            }
        }
    }
}

/// A frame of text or, within a message, of whatever it began with.
pub fn part(kind: Data, bytes: impl Into<Vec<u8>>, is_last: bool) -> Message {
    Message::Frame(Frame::message(bytes.into(), OpCode::Data(kind), is_last))
}

/// A close with these bytes.
pub fn close_with(bytes: &[u8]) -> Message {
    let header = FrameHeader {
        is_final: true,
        opcode: OpCode::Control(Control::Close),
        ..FrameHeader::default()
    };
    Message::Frame(Frame::from_payload(header, bytes.to_vec().into()))
}
