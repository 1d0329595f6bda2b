//! Sockets of whose session has ended, and that say much.

use std::{
    convert::Infallible,
    future::ready,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::extract::ws::Message as Frame;
use futures::{Sink, Stream};
use tokio_util::sync::CancellationToken;

use super::app::TestApp;
use crate::{
    chat::{
        model::Person,
        server::{socket::Line, store},
        wire::{ClientFrame, Draft, SIGNED_OUT},
    },
    ids::RoomId,
    server::limits::Rate,
};

const DESK: RoomId = RoomId(1);

/// A browser that never stops posting.
struct Endless(u64);

impl Stream for Endless {
    type Item = Result<Frame, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0 += 1;
        let post = ClientFrame::Post(Draft {
            room: DESK,
            client_id: format!("endless-{}", self.0),
            body: "still here".into(),
            ..Draft::default()
        });
        Poll::Ready(Some(Ok(Frame::Text(post.encode().into()))))
    }
}

impl Sink<Frame> for Endless {
    type Error = Infallible;

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, _: Frame) -> Result<(), Infallible> {
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn whose_session_has_ended_says_nothing_more_however_much_has_come_already() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let chat = &app.running.state.chat;
    let me = Person {
        id: ines.me.id,
        name: ines.me.name.clone(),
        ..Person::default()
    };
    let mut line = Line::new(chat, me, Endless(0), Rate::new(60, Duration::from_millis(50)));
    let run = line.run(ready(()), CancellationToken::new());
    let end = tokio::time::timeout(Duration::from_secs(10), run)
        .await
        .expect("it ends");
    assert_eq!(end.map(|end| end.code), Some(SIGNED_OUT));
    let said = store::history(&chat.db.readers, DESK, None, 10)
        .await
        .expect("messages");
    assert!(said.messages.is_empty(), "{:?}", said.messages);
}
