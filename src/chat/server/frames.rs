//! What a browser's frames ask of a chat socket, and the answers.

use axum::extract::ws::Message as Frame;

use crate::{
    chat::{
        model::RoomKind,
        wire::{ClientFrame, Draft, ServerFrame},
    },
    error::AppError,
    ids::RoomId,
    server::websocket::{End, Transport},
};

use super::{
    Audience,
    commands::{self, Outcome},
    read, resume,
    socket::Line,
    store::{self, Joined},
};

impl<S: Transport> Line<'_, S> {
    /// Does what a frame asks and answers it.
    ///
    /// # Errors
    /// Why the socket ends.
    pub(super) async fn receive(&mut self, frame: Frame) -> Result<(), End> {
        let text = match frame {
            Frame::Text(text) => Some(text),
            Frame::Ping(_) | Frame::Pong(_) => return Ok(()),
            Frame::Close(_) => return Err(None),
            Frame::Binary(_) => None,
        };
        let in_time = self.pace.check();
        let Some(text) = text else {
            let error = in_time.err().unwrap_or_else(|| not_ours("a text frame was expected"));
            return self.refuse(None, error).await;
        };
        if let Err(error) = in_time {
            let post = serde_json::from_str(&text).ok().and_then(|frame| match frame {
                ClientFrame::Post(draft) => Some(draft.client_id),
                _ => None,
            });
            return self.refuse(post, error).await;
        }
        let frame = serde_json::from_str::<ClientFrame>(&text);
        // The rest a page sends by itself, whether somebody is there or not.
        if let Ok(ClientFrame::Post(_) | ClientFrame::Typing { .. } | ClientFrame::Look { .. }) = frame {
            self.chat.presence.touched(self.me.id);
        }
        match frame {
            Ok(ClientFrame::Ping) => self.send(ServerFrame::Pong.encode().into()).await,
            Ok(ClientFrame::Follow { room, after }) => self.follow(room, after).await,
            Ok(ClientFrame::Unfollow { room }) => {
                if self.followed.is_some_and(|(followed, _)| followed == room) {
                    (self.followed, self.followed_in) = (None, None);
                }
                // What was on its way meanwhile has been counted by nobody.
                match self.hears(room) {
                    true => self.tell_counts(room).await,
                    false => Ok(()),
                }
            }
            Ok(ClientFrame::Count { room }) if self.is_in(room) => self.tell_counts(room).await,
            Ok(ClientFrame::Count { .. }) => Ok(()),
            Ok(ClientFrame::Post(draft)) => self.post(draft).await,
            Ok(ClientFrame::Typing { room }) => {
                if self.is_in(room) {
                    let person = self.me.clone();
                    let to = Audience::Followers {
                        room,
                        changed: None,
                        note: None,
                    };
                    self.chat.tell(&ServerFrame::Typing { room, person }, to);
                }
                Ok(())
            }
            Ok(ClientFrame::Look { room }) => {
                self.gaze.moves_to(room.filter(|room| self.is_in(*room)));
                Ok(())
            }
            Ok(ClientFrame::Read { room, seq }) => match read::read(self.chat, self.me.id, room, seq).await {
                Ok(Some(left)) => {
                    if let ServerFrame::Read { upto, .. } = left {
                        self.counted_upto(room, upto);
                    }
                    self.send(left.encode().into()).await
                }
                Ok(None) => Ok(()),
                Err(error) => self.refuse(None, error).await,
            },
            Err(cause) => self.refuse(None, not_ours(&cause.to_string())).await,
        }
    }

    async fn post(&mut self, draft: Draft) -> Result<(), End> {
        let client_id = draft.client_id.clone();
        let (note, go) = match commands::take(self.chat, self.me.clone(), draft).await {
            Ok(Outcome::Said(message)) => {
                let ack = ServerFrame::Ack {
                    room: message.room,
                    client_id,
                    seq: message.seq,
                    changed: message.changed,
                };
                return self.send(ack.encode().into()).await;
            }
            Ok(Outcome::Note(words)) => (Some(words), None),
            Ok(Outcome::Go(path)) => (None, Some(path)),
            Err(error) => return self.refuse(Some(client_id), error).await,
        };
        let done = ServerFrame::Done { client_id, note, go };
        self.send(done.encode().into()).await
    }

    /// Follows a room: what was missed there, then what comes.
    async fn follow(&mut self, room: RoomId, after: Option<u64>) -> Result<(), End> {
        let missed = match resume::missed(self.chat, self.me.id, room, after).await {
            Ok(missed) => missed,
            Err(error) => return self.refuse(None, error).await,
        };
        self.followed = Some((room, missed.changed));
        self.followed_in = missed.parent;
        // Each waits until the socket takes it before the next is made, so that its backlog holds them.
        for frame in missed.frames(room) {
            self.send(frame.encode().into()).await?;
        }
        // What was read since the page was made, or while the line was down.
        match store::room(&self.chat.db.readers, room, self.me.id).await {
            Ok(Some(Joined { room, .. })) if room.kind == RoomKind::Direct => {
                self.send(ServerFrame::Seen(room).encode().into()).await
            }
            // What can't be read has been logged, and is no reason to follow nothing.
            _ => Ok(()),
        }
    }

    pub(super) async fn refuse(&mut self, client_id: Option<String>, error: AppError) -> Result<(), End> {
        self.send(ServerFrame::refused(client_id, error).encode().into()).await
    }
}

fn not_ours(cause: &str) -> AppError {
    AppError::Invalid(format!("This frame isn't one of ours: {cause}."))
}
