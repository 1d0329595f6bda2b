//! One chat socket: reads a browser's frames, sends what the hub carries, resumes rooms without a hole.

use std::time::Duration;

use axum::{
    Extension,
    extract::{
        State,
        ws::{CloseFrame, Message as Frame, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code},
    },
    response::Response,
};
use tokio::time::{Instant, timeout};

use crate::{
    accounts::server::session::Session,
    chat::{
        model::Person,
        wire::{ClientFrame, Draft, SIGNED_OUT, ServerFrame},
    },
    error::AppError,
    ids::RoomId,
    server::{hub::RecvError, limits::Rate, listen::Place, state::AppState},
};

use super::{Audience, Event, post::post, read, resume, store};

/// Largest frame read: a message with every byte escaped, and some.
const LARGEST_FRAME: usize = 128 * 1024;
/// What may wait for a slow reader inside the socket, in bytes.
const LARGEST_BACKLOG: usize = 1024 * 1024;
/// A write that takes longer ends the socket; the browser resumes.
const WRITE_TIME: Duration = Duration::from_secs(10);
/// After this much silence the other end is asked, and after twice as much it is taken for dead.
const QUIET: Duration = Duration::from_secs(30);
/// RFC 6455's code for "the service is restarting; come back".
const RESTART: u16 = 1012;

/// `GET /chat/socket`, for whoever is signed in. Others get their answer as a close code: of a refused upgrade a browser
/// tells a page nothing.
pub async fn open(
    State(state): State<AppState>,
    session: Result<Session, AppError>,
    Extension(place): Extension<Place>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let tracker = state.shutdown.connections.clone();
    upgrade
        // The defaults take 128 KiB of memory per idle socket.
        .read_buffer_size(4 * 1024)
        .write_buffer_size(0)
        .max_write_buffer_size(LARGEST_BACKLOG)
        .max_message_size(LARGEST_FRAME)
        .max_frame_size(LARGEST_FRAME)
        .on_upgrade(move |socket| {
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

/// Why a socket ends. `None`: the other end left or does not read.
type End = Option<CloseFrame>;

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

async fn leave(mut socket: WebSocket, end: End) {
    if let Some(frame) = end
        && timeout(WRITE_TIME, socket.send(Frame::Close(Some(frame))))
            .await
            .is_ok()
    {
        // Until the other end has closed too, or it would see the line cut.
        let _ = timeout(Duration::from_secs(2), async {
            while let Some(Ok(_)) = socket.recv().await {}
        })
        .await;
    }
}

impl Line {
    async fn run(&mut self, ended: impl Future<Output = ()>) -> End {
        // Before anything is read from the store: what is committed later arrives here.
        let mut events = self.state.chat.hub.subscribe();
        // Both once, not anew for every event: beginning to wait takes a lock that all sockets share.
        let mut stopping = std::pin::pin!(self.state.shutdown.begun.clone().cancelled_owned());
        let mut ended = std::pin::pin!(ended);
        // Twice in `QUIET`, or one look would come just before it and the next after twice as much, nobody asked.
        let (mut heard, mut look) = (Instant::now(), tokio::time::interval(QUIET / 2));
        // Boxed, and with a scope of its own: the list of who is here would stay with an idle socket.
        if let Err(end) = Box::pin(self.greet()).await {
            return end;
        }
        loop {
            let outcome = tokio::select! {
                event = events.recv() => match event {
                    Ok(event) => self.deliver(event).await,
                    Err(RecvError::Lagged(_)) => Err(close(close_code::AGAIN, "too far behind: resume")),
                    Err(RecvError::Closed) => Err(close(RESTART, "stopping")),
                },
                frame = self.socket.recv() => {
                    heard = Instant::now();
                    match frame {
                        // Boxed: in place, its room would be kept by every socket that only listens.
                        Some(Ok(frame)) => Box::pin(self.receive(frame)).await,
                        Some(Err(_)) | None => Err(None),
                    }
                }
                () = &mut stopping => Err(close(RESTART, "restarting: reconnect")),
                () = &mut ended => Err(close(SIGNED_OUT, "signed out")),
                _ = look.tick() => match heard.elapsed() {
                    silence if silence > QUIET * 2 => Err(None),
                    silence if silence > QUIET => self.write(Frame::Ping(Default::default())).await,
                    _ => Ok(()),
                },
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
        self.write(Frame::Text(text)).await
    }

    async fn write(&mut self, frame: Frame) -> Result<(), End> {
        let mut sending = std::pin::pin!(self.socket.send(frame));
        // Nearly always done at once; only a full socket pays for a timer.
        let outcome = match futures::poll!(sending.as_mut()) {
            std::task::Poll::Ready(outcome) => outcome,
            std::task::Poll::Pending => timeout(WRITE_TIME, sending).await.map_err(|_| None)?,
        };
        outcome.map_err(|_| None)
    }
}

fn close(code: u16, reason: &'static str) -> End {
    Some(CloseFrame {
        code,
        reason: Utf8Bytes::from_static(reason),
    })
}

fn not_ours(cause: &str) -> AppError {
    AppError::Invalid(format!("This frame isn't one of ours: {cause}."))
}
