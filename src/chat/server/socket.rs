//! One chat socket: reads a browser's frames, sends what the hub carries, resumes rooms without a hole.

use std::time::Duration;

use axum::{
    Extension,
    extract::{
        State,
        ws::{Message as Frame, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code},
    },
    response::Response,
};

use crate::{
    accounts::server::session::Session,
    chat::{
        model::Person,
        wire::{ClientFrame, Draft, SIGNED_OUT, ServerFrame},
    },
    error::AppError,
    ids::RoomId,
    server::{
        hub::RecvError,
        limits::Rate,
        listen::Place,
        state::AppState,
        websocket::{self, End, Hearing, close, leave},
    },
};

use super::{Audience, Event, post::post, read, resume, store};

/// `GET /chat/socket`, for whoever is signed in. Others get their answer as a close code: of a refused upgrade a browser
/// tells a page nothing.
pub async fn open(
    State(state): State<AppState>,
    session: Result<Session, AppError>,
    Extension(place): Extension<Place>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let tracker = state.shutdown.connections.clone();
    websocket::limited(upgrade).on_upgrade(move |socket| {
        tracker.track_future(async move {
            let _place = place;
            match session {
                Ok(session) => serve(state, session, socket).await,
                Err(_) => leave(socket, close(SIGNED_OUT, "signed out")).await,
            }
        })
    })
}

struct Line {
    state: AppState,
    me: Person,
    socket: WebSocket,
    /// Rooms that this person is in.
    rooms: Vec<RoomId>,
    /// The room that is sent whole, with the highest change sent; of others it is only told that something was said.
    followed: Option<(RoomId, u64)>,
    /// Frames of any kind: a burst of 60, then 20 a second.
    pace: Rate,
}

async fn serve(state: AppState, session: Session, socket: WebSocket) {
    let me = Person {
        id: session.me.id,
        name: session.me.name.clone(),
    };
    let here = state.chat.presence.arrive(me.clone());
    let pace = Rate::new(60, Duration::from_millis(50));
    let mut line = Line {
        state,
        me,
        socket,
        rooms: Vec::new(),
        followed: None,
        pace,
    };
    let end = Box::pin(line.run(session.ended())).await;
    drop(here);
    leave(line.socket, end).await;
}

impl Line {
    async fn run(&mut self, ended: impl Future<Output = ()>) -> End {
        // Before anything is read from the store: what is committed later arrives here.
        let mut events = self.state.chat.hub.subscribe();
        // Both once, not anew for every event: beginning to wait takes a lock that all sockets share.
        let mut stopping = std::pin::pin!(self.state.shutdown.begun.clone().cancelled_owned());
        let mut ended = std::pin::pin!(ended);
        let mut hearing = Hearing::default();
        // Boxed, and with a scope of its own: the list of who is here would stay with an idle socket.
        if let Err(end) = Box::pin(self.greet()).await {
            return end;
        }
        loop {
            let outcome = tokio::select! {
                event = events.recv() => match event {
                    Ok(event) => self.deliver(event).await,
                    Err(RecvError::Lagged(_)) => Err(websocket::too_far_behind()),
                    Err(RecvError::Closed) => Err(websocket::restarting()),
                },
                frame = self.socket.recv() => {
                    hearing.note();
                    match frame {
                        // Boxed: in place, its room would be kept by every socket that only listens.
                        Some(Ok(frame)) => Box::pin(self.receive(frame)).await,
                        Some(Err(_)) | None => Err(None),
                    }
                }
                () = &mut stopping => Err(websocket::restarting()),
                () = &mut ended => Err(close(SIGNED_OUT, "signed out")),
                silence = hearing.silence() => websocket::ask(&mut self.socket, silence).await,
            };
            if let Err(end) = outcome {
                return end;
            }
        }
    }

    async fn greet(&mut self) -> Result<(), End> {
        let Ok(rooms) = store::rooms(&self.state.chat.db.readers, self.me.id).await else {
            return Err(close(close_code::AGAIN, "the rooms can't be read"));
        };
        self.rooms = rooms.iter().map(|room| room.id).collect();
        let hello = ServerFrame::Hello {
            here: self.state.chat.presence.list(),
            rooms,
        };
        self.send(hello.encode().into()).await
    }

    /// Passes an event on if it is for this person, unless a resume has sent it already.
    async fn deliver(&mut self, event: Event) -> Result<(), End> {
        let me = self.me.id;
        let is_mine = match event.to {
            Audience::Everyone => true,
            Audience::Person(person) => person == me,
            Audience::Members(room) => self.rooms.contains(&room),
            Audience::Joined(room, people) => {
                let is_mine = people.is_none_or(|people| people.contains(&me));
                if is_mine && !self.rooms.contains(&room) {
                    self.rooms.push(room);
                }
                is_mine
            }
            Audience::Left(room, person) => {
                if person == me {
                    self.rooms.retain(|other| *other != room);
                    self.followed = self.followed.filter(|(other, _)| *other != room);
                }
                person == me
            }
            Audience::Followers { room, changed, note } => {
                let Some((_, sent)) = self.followed.as_mut().filter(|(followed, _)| *followed == room) else {
                    return match note {
                        Some(note) if self.rooms.contains(&room) => self.send(note).await,
                        _ => Ok(()),
                    };
                };
                let is_new = changed.is_none_or(|changed| changed > *sent);
                *sent = changed.unwrap_or(0).max(*sent);
                is_new
            }
        };
        if is_mine { self.send(event.frame).await } else { Ok(()) }
    }

    async fn receive(&mut self, frame: Frame) -> Result<(), End> {
        let text = match frame {
            Frame::Text(text) => text,
            Frame::Ping(_) | Frame::Pong(_) => return Ok(()),
            Frame::Close(_) => return Err(None),
            Frame::Binary(_) => return self.refuse(None, not_ours("a text frame was expected")).await,
        };
        if let Err(error) = self.pace.check() {
            let post = serde_json::from_str(&text).ok().and_then(|frame| match frame {
                ClientFrame::Post(draft) => Some(draft.client_id),
                _ => None,
            });
            return self.refuse(post, error).await;
        }
        match serde_json::from_str::<ClientFrame>(&text) {
            Ok(ClientFrame::Ping) => self.send(ServerFrame::Pong.encode().into()).await,
            Ok(ClientFrame::Follow { room, after }) => self.follow(room, after).await,
            Ok(ClientFrame::Post(draft)) => self.post(draft).await,
            Ok(ClientFrame::Typing { room }) => {
                if self.rooms.contains(&room) {
                    let person = self.me.clone();
                    let to = Audience::Followers {
                        room,
                        changed: None,
                        note: None,
                    };
                    self.state.chat.tell(&ServerFrame::Typing { room, person }, to);
                }
                Ok(())
            }
            Ok(ClientFrame::Read { room, seq }) => match read::read(&self.state.chat, self.me.id, room, seq).await {
                Ok(Some(left)) => self.send(left.encode().into()).await,
                Ok(None) => Ok(()),
                Err(error) => self.refuse(None, error).await,
            },
            Err(cause) => self.refuse(None, not_ours(&cause.to_string())).await,
        }
    }

    async fn post(&mut self, draft: Draft) -> Result<(), End> {
        let client_id = draft.client_id.clone();
        match post(&self.state.chat, self.me.clone(), draft).await {
            Ok((message, _)) => {
                let ack = ServerFrame::Ack {
                    room: message.room,
                    client_id,
                    seq: message.seq,
                    changed: message.changed,
                };
                self.send(ack.encode().into()).await
            }
            Err(error) => self.refuse(Some(client_id), error).await,
        }
    }

    /// Follows a room: what was missed there, then what comes.
    async fn follow(&mut self, room: RoomId, after: Option<u64>) -> Result<(), End> {
        let missed = match resume::missed(&self.state.chat.db.readers, self.me.id, room, after).await {
            Ok(missed) => missed,
            Err(error) => return self.refuse(None, error).await,
        };
        self.followed = Some((room, missed.changed));
        // Each is written before the next is made, so that the socket's backlog holds it.
        for frame in missed.frames(room) {
            self.send(frame.encode().into()).await?;
        }
        Ok(())
    }

    async fn refuse(&mut self, client_id: Option<String>, error: AppError) -> Result<(), End> {
        self.send(ServerFrame::refused(client_id, error).encode().into()).await
    }

    async fn send(&mut self, text: Utf8Bytes) -> Result<(), End> {
        websocket::write(&mut self.socket, Frame::Text(text)).await
    }
}

fn not_ours(cause: &str) -> AppError {
    AppError::Invalid(format!("This frame isn't one of ours: {cause}."))
}
