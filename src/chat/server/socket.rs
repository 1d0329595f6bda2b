//! One chat socket, from its opening to its end: sends what the hub carries, and what `frames` answers.

use std::time::Duration;

use axum::{
    Extension,
    extract::{
        State,
        ws::{Message as Frame, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code},
    },
    response::Response,
};
use futures::StreamExt;
use tokio_util::sync::CancellationToken;

use crate::{
    accounts::server::session::Session,
    chat::{
        model::Person,
        wire::{SIGNED_OUT, ServerFrame},
    },
    error::AppError,
    ids::{RoomId, UserId},
    server::{
        hub::{Receiver, RecvError, TryRecvError},
        limits::Rate,
        listen::Place,
        state::AppState,
        websocket::{self, End, Seldom, Transport, close, leave},
    },
};

use super::{Audience, Chat, Event, notify::looking::Gaze, room_pages, store};

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

/// One end of an open socket, for as long as it lasts.
pub struct Line<'c, S> {
    pub(super) chat: &'c Chat,
    pub(super) me: Person,
    socket: S,
    /// Rooms that this person is in.
    pub(super) rooms: Vec<RoomId>,
    /// Up to which change this person was told what is unread in them and in threads.
    counted: Vec<(RoomId, u64)>,
    /// Threads that this person follows, each with the room of its root.
    threads: Vec<(RoomId, RoomId)>,
    /// The room that is sent whole, with the highest change sent; of others it is only told that something was said.
    pub(super) followed: Option<(RoomId, u64)>,
    /// Where that is a thread: the room of its root.
    pub(super) followed_in: Option<RoomId>,
    /// What the page shows to somebody who looks.
    pub(super) gaze: Gaze,
    /// Frames of any kind: a burst of 60, then 20 a second.
    pub(super) pace: Rate,
}

async fn serve(state: AppState, session: Session, socket: WebSocket) {
    let me = Person::from(&session.me);
    let here = state.chat.presence.arrive(me.clone());
    let pace = Rate::new(60, Duration::from_millis(50));
    let mut line = Line::new(&state.chat, me, socket, pace);
    let end = Box::pin(line.run(session.ended(), state.shutdown.begun.clone())).await;
    drop(here);
    leave(line.socket, end).await;
}

impl<'c, S: Transport> Line<'c, S> {
    /// `me`'s end of `socket`, which takes `pace` frames.
    pub fn new(chat: &'c Chat, me: Person, socket: S, pace: Rate) -> Self {
        Self {
            chat,
            gaze: chat.notify.looking.page(me.id),
            me,
            socket,
            rooms: Vec::new(),
            counted: Vec::new(),
            threads: Vec::new(),
            followed: None,
            followed_in: None,
            pace,
        }
    }

    /// Serves it until it ends, its session has `ended`, or the server is `stopping`; gives what to close it with.
    pub async fn run(&mut self, ended: impl Future<Output = ()> + Send, stopping: CancellationToken) -> End {
        // Before anything is read from the store: what is committed later arrives here.
        let mut events = self.chat.hub.subscribe();
        let mut seldom = Seldom::new(stopping, ended, close(SIGNED_OUT, "signed out"));
        // Boxed, and with a scope of its own: the list of who is here would stay with an idle socket.
        if let Err(end) = Box::pin(self.greet()).await {
            return end;
        }
        loop {
            if let Err(end) = self.pass_on(&mut events).await {
                return end;
            }
            let outcome = tokio::select! {
                // The hub first, for it is what mostly wakes a socket.
                biased;
                event = events.recv() => match event {
                    Ok(event) => self.deliver(event).await,
                    Err(RecvError::Lagged(_)) => Err(websocket::too_far_behind()),
                    Err(RecvError::Closed) => Err(websocket::restarting()),
                },
                // Before what the other end sends: whose session has ended says nothing more.
                silence = seldom.next() => match silence {
                    Ok(silence) => websocket::ask(&mut self.socket, silence).await,
                    Err(end) => Err(end),
                },
                frame = self.socket.next() => {
                    seldom.heard();
                    match frame {
                        // Boxed: in place, its room would be kept by every socket that only listens.
                        Some(Ok(frame)) => Box::pin(self.receive(frame)).await,
                        Some(Err(cause)) => Err(self.unreadable(cause).await),
                        None => Err(None),
                    }
                }
            };
            if let Err(end) = outcome {
                return end;
            }
        }
    }

    /// Passes on what is there already, and sends it together with what was said before: a write for each frame was most
    /// of the work. Nobody starves: either there is nothing left at last, or the socket has fallen a whole ring behind.
    async fn pass_on(&mut self, events: &mut Receiver<Event>) -> Result<(), End> {
        loop {
            match events.try_recv() {
                Ok(event) => self.deliver(event).await?,
                Err(TryRecvError::Lagged(_)) => return Err(websocket::too_far_behind()),
                // When it is closed the next look says so.
                Err(TryRecvError::Empty | TryRecvError::Closed) => return websocket::flush(&mut self.socket).await,
            }
        }
    }

    /// Says what was wrong with a frame after which no other can be read.
    async fn unreadable(&mut self, cause: axum::Error) -> End {
        let (error, end) = websocket::unreadable(cause)?;
        self.refuse(None, error).await.err().unwrap_or(Some(end))
    }

    async fn greet(&mut self) -> Result<(), End> {
        let Ok(rooms) = room_pages::mine(self.chat, self.me.id).await else {
            return Err(close(close_code::AGAIN, "the rooms can't be read"));
        };
        self.counted = rooms.iter().map(|room| (room.id, room.counted)).collect();
        for room in &rooms {
            match room.root {
                Some((parent, _)) => self.threads.push((room.id, parent)),
                None => self.rooms.push(room.id),
            }
        }
        let hello = ServerFrame::Hello {
            here: self.chat.presence.list(),
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
            Audience::People(people) => people.binary_search(&me).is_ok(),
            Audience::Members(room) => self.rooms.contains(&room),
            Audience::Joined(room, people) => {
                let is_mine = people.as_ref().is_none_or(|people| people.contains(&me));
                if is_mine && !self.rooms.contains(&room) {
                    self.rooms.push(room);
                }
                if let Some(came) = people.filter(|_| !is_mine) {
                    return self.tell_members(room, came.to_vec(), Vec::new()).await;
                }
                is_mine
            }
            Audience::Left(room, person) => {
                if person == me {
                    self.rooms.retain(|other| *other != room);
                    self.threads.retain(|(_, parent)| *parent != room);
                    let is_in = self.followed_in == Some(room);
                    self.followed = self.followed.filter(|(other, _)| *other != room && !is_in);
                } else {
                    return self.tell_members(room, Vec::new(), vec![person]).await;
                }
                true
            }
            Audience::Followed { thread, parent, people } => {
                let is_mine = people.contains(&me);
                if is_mine && !self.hears(thread) {
                    self.threads.push((thread, parent));
                }
                is_mine
            }
            Audience::Unfollowed(thread, person) => {
                if person == me {
                    self.threads.retain(|(other, _)| *other != thread);
                }
                person == me
            }
            Audience::Gone(room) => {
                let is_in = self.followed_in == Some(room);
                let was_mine =
                    self.rooms.contains(&room) || self.followed.is_some_and(|(other, _)| other == room || is_in);
                self.rooms.retain(|other| *other != room);
                self.threads.retain(|(_, parent)| *parent != room);
                self.followed = self.followed.filter(|(other, _)| *other != room && !is_in);
                was_mine
            }
            Audience::Counting(room) => {
                if self.hears(room) {
                    return Box::pin(self.tell_counts(room)).await;
                }
                false
            }
            Audience::Followers { room, changed, note } => {
                let Some((_, sent)) = self.followed.as_mut().filter(|(followed, _)| *followed == room) else {
                    // What was committed while it was counted is in the count, and comes here too.
                    let is_counted = self
                        .counted
                        .iter()
                        .any(|(id, upto)| *id == room && changed <= Some(*upto));
                    return match note {
                        Some(note) if self.hears(room) && !is_counted => self.send(note).await,
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

    /// Says who came into the room and who left it, where it is the one that is sent whole.
    async fn tell_members(&mut self, room: RoomId, came: Vec<UserId>, went: Vec<UserId>) -> Result<(), End> {
        if self.followed.is_none_or(|(followed, _)| followed != room) {
            return Ok(());
        }
        self.send(ServerFrame::Members { room, came, went }.encode().into())
            .await
    }

    /// Says what is unread in a room now.
    pub(super) async fn tell_counts(&mut self, room: RoomId) -> Result<(), End> {
        match store::counts(&self.chat.db.readers, room, self.me.id).await {
            Ok(Some(now)) => {
                self.counted_upto(room, now.upto);
                self.send(now.frame(room).encode().into()).await
            }
            Ok(None) => Ok(()),
            // Its page would go on with a wrong number; coming back it is told all of them.
            Err(_) => Err(close(close_code::AGAIN, "what is unread can't be counted")),
        }
    }

    /// What was committed by then comes here still, and isn't counted again.
    pub(super) fn counted_upto(&mut self, room: RoomId, upto: u64) {
        self.counted.retain(|(other, _)| *other != room);
        self.counted.push((room, upto));
    }

    /// What is said there concerns this person.
    pub(super) fn hears(&self, room: RoomId) -> bool {
        self.rooms.contains(&room) || self.threads.iter().any(|(thread, _)| *thread == room)
    }

    /// This person is in the room, as far as the socket knows: in what it follows too.
    pub(super) fn is_in(&self, room: RoomId) -> bool {
        self.hears(room) || self.followed.is_some_and(|(followed, _)| followed == room)
    }

    /// Has it go out before the next frame is waited for.
    pub(super) async fn send(&mut self, text: Utf8Bytes) -> Result<(), End> {
        websocket::feed(&mut self.socket, Frame::Text(text)).await
    }
}
