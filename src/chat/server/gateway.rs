//! The line gateway: conversations for programs that speak `userid:toUserid:content` over a WebSocket.
//!
//! What is sent becomes a message of the conversation of the two, by [`post`] like any other. What others say in any of
//! the person's conversations, wherever they say it but in threads, arrives as `userid:content` on each of the person's
//! registered connections, from their registering on; what was said before is in the browser and the API. By a token that
//! may not read, only what is said to the bot alone arrives. What the person says is not repeated to their other
//! connections: such a line couldn't say to whom.

use std::{collections::HashMap, time::Duration};

use axum::{
    Extension,
    extract::{
        State,
        ws::{Message as Frame, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code},
    },
    response::Response,
};

use crate::{
    accounts::server::caller::Caller,
    chat::{
        model::{Person, Room, RoomKind},
        rules,
        wire::{Draft, SIGNED_OUT, ServerFrame},
    },
    error::AppError,
    ids::{RoomId, UserId},
    server::{
        hub::RecvError,
        limits::Rate,
        listen::Place,
        state::AppState,
        websocket::{self, End, Seldom, close, leave},
    },
};

use super::{Audience, Event, gateway_frame, post::post, rooms, store};

/// `GET /api/home/connect`, for bots by their token and for people by their session.
pub async fn open(
    State(state): State<AppState>,
    caller: Caller,
    Extension(place): Extension<Place>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let tracker = state.shutdown.connections.clone();
    websocket::limited(upgrade).on_upgrade(move |socket| {
        tracker.track_future(async move {
            let _place = place;
            serve(state, caller, socket).await;
        })
    })
}

struct Line {
    state: AppState,
    me: Person,
    /// They may be told what isn't said to them alone.
    may_read: bool,
    socket: WebSocket,
    /// This person's conversations, with who else is in those of two.
    talks: HashMap<RoomId, Option<UserId>>,
    /// A first good frame was read.
    registered: bool,
    /// Frames of any kind: a burst of 60, then 20 a second.
    pace: Rate,
}

async fn serve(state: AppState, caller: Caller, socket: WebSocket) {
    let me = Person::from(&caller.me);
    let may_read = caller.may_read();
    let ended = caller.ended();
    let mut line = Line {
        state,
        me,
        may_read,
        socket,
        talks: HashMap::new(),
        registered: false,
        pace: Rate::new(60, Duration::from_millis(50)),
    };
    let end = Box::pin(line.run(ended)).await;
    leave(line.socket, end).await;
}

impl Line {
    async fn run(&mut self, ended: impl Future<Output = ()> + Send) -> End {
        // Before the conversations are read: one that is opened later arrives here.
        let mut events = self.state.chat.hub.subscribe();
        let ended_words = close(SIGNED_OUT, "the session or token has ended");
        let mut seldom = Seldom::new(self.state.shutdown.begun.clone(), ended, ended_words);
        let Ok(rooms) = Box::pin(store::rooms(&self.state.chat.db.readers, self.me.id)).await else {
            return close(close_code::AGAIN, "the conversations can't be read");
        };
        rooms.iter().for_each(|room| self.note(room));
        drop(rooms);
        loop {
            let outcome = tokio::select! {
                event = events.recv() => match event {
                    Ok(event) => self.deliver(event).await,
                    Err(RecvError::Lagged(_)) => Err(websocket::too_far_behind()),
                    Err(RecvError::Closed) => Err(websocket::restarting()),
                },
                frame = self.socket.recv() => {
                    seldom.heard();
                    match frame {
                        // Boxed: in place, its room would be kept by every connection that only listens.
                        Some(Ok(frame)) => Box::pin(self.receive(frame)).await,
                        Some(Err(cause)) => Err(self.unreadable(cause).await),
                        None => Err(None),
                    }
                }
                silence = seldom.next() => match silence {
                    Ok(silence) => websocket::ask(&mut self.socket, silence).await,
                    Err(end) => Err(end),
                },
            };
            if let Err(end) = outcome {
                return end;
            }
        }
    }

    /// Remembers a room, if it is a conversation.
    fn note(&mut self, room: &Room) {
        if room.kind == RoomKind::Direct {
            let mut others = room
                .people
                .iter()
                .map(|person| person.id)
                .filter(|id| *id != self.me.id);
            let other = others.next().filter(|_| others.next().is_none());
            self.talks.insert(room.id, other);
        }
    }

    /// Whether what is said in a room arrives here.
    fn hears(&self, room: RoomId) -> bool {
        let talk = self.talks.get(&room);
        talk.is_some_and(|other| self.may_read || other.is_some())
    }

    async fn deliver(&mut self, event: Event) -> Result<(), End> {
        match event.to {
            Audience::Joined(_, Some(people)) if people.contains(&self.me.id) => {
                if let Ok(ServerFrame::Room { room }) = serde_json::from_str(&event.frame) {
                    self.note(&room);
                }
                Ok(())
            }
            // Only what is new comes with a note.
            Audience::Followers {
                room, note: Some(_), ..
            } if self.registered && self.hears(room) => match serde_json::from_str(&event.frame) {
                Ok(ServerFrame::Message(message)) if message.author.id != self.me.id => {
                    // Without words, what speaks is the name of a file.
                    let text = if message.body.is_empty() {
                        message.gist()
                    } else {
                        message.body
                    };
                    self.send(format!("{}:{text}", message.author.id)).await
                }
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    async fn receive(&mut self, frame: Frame) -> Result<(), End> {
        let outcome = match frame {
            Frame::Text(text) => self.take(&text).await,
            Frame::Binary(_) => self
                .pace
                .check()
                .and_then(|()| Err(AppError::Invalid("Send text frames: userid:toUserid:content.".into()))),
            Frame::Ping(_) | Frame::Pong(_) => Ok(()),
            Frame::Close(_) => return Err(None),
        };
        match outcome {
            Ok(()) => Ok(()),
            Err(error) => self.refuse(&error).await,
        }
    }

    /// Registers the connection, and keeps what is said.
    async fn take(&mut self, text: &str) -> Result<(), AppError> {
        self.pace.check()?;
        let line = gateway_frame::read(text)?;
        if line.from != self.me.id {
            return Err(AppError::Forbidden(format!(
                "You are {0}: begin your frames with {0}:",
                self.me.id
            )));
        }
        self.registered = true;
        let Some((to, content)) = line.say else { return Ok(()) };
        // Before a conversation is opened for nothing.
        rules::body(content)?;
        let draft = Draft {
            room: self.talk_with(to).await?,
            client_id: rooms::new_client_id(),
            body: content.to_owned(),
            reply: None,
            files: Vec::new(),
        };
        post(&self.state.chat, self.me.clone(), draft).await.map(|_| ())
    }

    /// The conversation with one other, opened if there is none yet.
    async fn talk_with(&mut self, other: UserId) -> Result<RoomId, AppError> {
        if other == self.me.id {
            return Err(AppError::Invalid(
                "This is your own number: send to somebody else.".into(),
            ));
        }
        if let Some((room, _)) = self.talks.iter().find(|(_, with)| **with == Some(other)) {
            // Whoever has been taken off the team stays in their conversations, and hears nothing.
            let mut conn = self.state.chat.db.readers.acquire().await?;
            store::on_team(&mut conn, other).await?;
            return Ok(*room);
        }
        rooms::direct(&self.state.chat, self.me.id, &[other])
            .await
            .map_err(|error| match error {
                AppError::NotFound(_) => AppError::NotFound(format!(
                    "Nobody here has the number {other}. /api/v1/rooms/ID/members lists those of a room, /api/v1/rooms the rooms."
                )),
                error => error,
            })
    }

    /// Says what was wrong with a frame after which no other can be read.
    async fn unreadable(&mut self, cause: axum::Error) -> End {
        let (error, end) = websocket::unreadable(cause)?;
        self.refuse(&error).await.err().unwrap_or(Some(end))
    }

    async fn refuse(&mut self, error: &AppError) -> Result<(), End> {
        self.send(format!("error: {error}")).await
    }

    async fn send(&mut self, text: String) -> Result<(), End> {
        websocket::write(&mut self.socket, Frame::Text(Utf8Bytes::from(text))).await
    }
}
