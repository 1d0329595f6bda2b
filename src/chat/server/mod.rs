//! Chat on the server.

pub mod avatars;
pub mod change;
pub mod clear;
pub mod commands;
pub mod drawn;
mod emoji;
pub mod ends;
pub mod files;
mod frames;
pub mod gateway;
mod gateway_frame;
pub mod highlight;
pub mod hooks;
pub mod indexing;
pub mod markdown;
pub mod marks;
pub mod members;
pub mod mentions;
pub mod notify;
pub mod options;
pub mod post;
pub mod presence;
pub mod previews;
pub mod quoting;
pub mod read;
pub mod rest;
pub mod resume;
pub mod room_pages;
pub mod rooms;
mod said;
pub mod search;
mod slack_text;
pub mod socket;
pub mod spoken;
pub mod store;
pub mod threads;
pub mod webhooks;
pub mod withdraw;

use std::{sync::Arc, time::Duration};

use axum::extract::ws::Utf8Bytes;
use tokio::sync::{Notify, mpsc::Receiver};

use crate::{
    chat::{model::Message, wire::ServerFrame},
    error::AppError,
    ids::{RoomId, UserId},
    server::{config::Config, db::Database, hub::Hub, limits::PerKey, shutdown::Shutdown},
};

use commands::Command;
use drawn::Drawn;
use files::{Files, shelf::Shelf};
use highlight::Highlighter;
use notify::Notifier;
use options::Offer;
use presence::Presence;
use previews::Previews;
use quoting::{Quotable, link::Own};
use said::{Place, Said};

/// Events that a socket may lag behind before it is closed to resume.
const RING: usize = 1_024;

/// Rooms, messages, and who is here.
pub struct Chat {
    /// `desk.db`.
    pub db: Database,
    /// What every socket reads.
    pub hub: Hub<Event>,
    /// Who has a socket open.
    pub presence: Arc<Presence>,
    /// Posts per person: a burst of 40, then 20 a second.
    pub pace: PerKey<UserId>,
    /// Searches per person: a burst of 30, then 2 a second.
    pub searches: PerKey<UserId>,
    /// Something was said that the index doesn't know.
    pub unindexed: Notify,
    /// Lists for fields per person: a burst of 60, then 10 a second.
    pub options: PerKey<UserId>,
    /// What a message that begins with a slash can ask for.
    pub commands: Vec<Box<dyn Command>>,
    /// Other features' lists for fields.
    pub offers: Vec<Box<dyn Offer>>,
    /// What messages can quote of other features.
    pub quotables: Vec<Box<dyn Quotable>>,
    /// Has every new message looked at for bots that it speaks to, and for people that it is to interrupt.
    pub said: Said,
    /// Has links in messages looked up.
    pub previews: Previews,
    /// Cards show messages that were deleted.
    pub unshown: Notify,
    /// Has code in messages coloured.
    pub highlighter: Highlighter,
    /// Who is interrupted, and how.
    pub notify: Notifier,
    /// Files in messages.
    pub files: Arc<Files>,
    /// Messages as pages show them.
    pub drawn: Drawn,
    /// Changes that a browser which was away is told one by one; beyond, its room is reset to the newest page.
    pub resume: u32,
}

/// What other features bring to chat.
#[derive(Default)]
pub struct Others {
    /// What a message that begins with a slash can ask for.
    pub commands: Vec<Box<dyn Command>>,
    /// Lists for fields.
    pub offers: Vec<Box<dyn Offer>>,
    /// What messages can quote.
    pub quotables: Vec<Box<dyn Quotable>>,
}

/// Messages for those who look at them after their commits.
pub struct Queues {
    /// For [`webhooks::run`].
    pub bots: Receiver<Place>,
    /// For [`notify::run`].
    pub people: Receiver<Place>,
    /// For [`previews::run`].
    pub links: Receiver<Place>,
    /// For [`highlight::run`], each with its author.
    pub code: Receiver<(Place, UserId)>,
}

/// What goes to the sockets, encoded once.
#[derive(Clone, Debug)]
pub struct Event {
    /// The frame.
    pub frame: Utf8Bytes,
    /// Whose.
    pub to: Audience,
}

/// Whom an event is for.
#[derive(Clone, Debug)]
pub enum Audience {
    /// Everyone.
    Everyone,
    /// Who follows the room.
    Followers {
        /// Which.
        room: RoomId,
        /// The room's number of a message, by which a socket knows what it has sent already.
        changed: Option<u64>,
        /// What goes instead to those who are in the room and don't follow it.
        note: Option<Utf8Bytes>,
    },
    /// Who is in the room.
    Members(RoomId),
    /// One person, wherever they are.
    Person(UserId),
    /// These people, in ascending order.
    People(Arc<[UserId]>),
    /// These people, or everyone, who are in the room from now on.
    Joined(RoomId, Option<Arc<[UserId]>>),
    /// A person who isn't in the room any more.
    Left(RoomId, UserId),
    /// These people, who follow the thread from now on.
    Followed {
        /// Which.
        thread: RoomId,
        /// The room of its root: whoever leaves that isn't in the thread any more.
        parent: RoomId,
        /// Whose.
        people: Arc<[UserId]>,
    },
    /// A person who doesn't follow the thread any more.
    Unfollowed(RoomId, UserId),
    /// Everybody who was in a room that is no more.
    Gone(RoomId),
    /// Whoever is in the room: each is told anew what is unread there, of which something may have gone. The frame goes
    /// nowhere.
    Counting(RoomId),
}

impl Chat {
    /// Starts the feature with what `others` bring.
    ///
    /// # Errors
    /// When the database can't be read or written.
    pub async fn start(
        db: Database,
        shelf: Shelf,
        others: Others,
        config: &Config,
        shutdown: &Shutdown,
    ) -> Result<Arc<Self>, AppError> {
        let notify = Notifier::start(&db, config).await?;
        let (mut chat, queues) = Self::new(db, shelf, notify, config, shutdown);
        chat.commands.extend(others.commands);
        chat.offers = others.offers;
        chat.quotables = others.quotables;
        let chat = Arc::new(chat);
        shutdown.spawn(indexing::run(chat.clone()));
        shutdown.spawn(previews::gone::run(chat.clone()));
        shutdown.spawn(webhooks::run(
            chat.clone(),
            queues.bots,
            webhooks::LIMIT,
            shutdown.clone(),
        ));
        shutdown.spawn(notify::run(chat.clone(), queues.people, shutdown.clone()));
        let own = Own {
            host: config.public_host(),
            port: config.address.port(),
        };
        let reach = config.reach();
        shutdown.spawn(previews::run(chat.clone(), queues.links, reach, own, shutdown.clone()));
        if let Some(program) = &config.program {
            shutdown.spawn(highlight::run(chat.clone(), queues.code, program.clone()));
        }
        Ok(chat)
    }

    /// The feature, and the queues of those who look at what was said.
    pub fn new(db: Database, shelf: Shelf, notify: Notifier, config: &Config, shutdown: &Shutdown) -> (Self, Queues) {
        let hub = Hub::new(RING);
        let presence = Arc::new(Presence::new(
            hub.clone(),
            shutdown.begun.clone(),
            Duration::from_secs(config.away_seconds),
        ));
        let (previews, links) = Previews::new();
        let (highlighter, code) = Highlighter::new();
        let (said, [bots, people]) = Said::to(["webhooks", "notifications"]);
        let queues = Queues {
            bots,
            people,
            links,
            code,
        };
        let chat = Self {
            files: Files::start(db.clone(), shelf, config, shutdown),
            notify,
            db,
            hub,
            presence,
            pace: PerKey::new(40, Duration::from_millis(50)),
            searches: PerKey::new(30, Duration::from_millis(500)),
            unindexed: Notify::new(),
            resume: resume::RESUME,
            options: PerKey::new(60, Duration::from_millis(100)),
            commands: commands::all(),
            offers: Vec::new(),
            quotables: Vec::new(),
            said,
            drawn: Drawn::default(),
            previews,
            unshown: Notify::new(),
            highlighter,
        };
        (chat, queues)
    }

    /// Tells the sockets.
    pub fn tell(&self, frame: &ServerFrame, to: Audience) {
        tell(&self.hub, frame, to);
    }
}

/// Has everybody who is in a room told anew what is unread there.
fn recount(hub: &Hub<Event>, room: RoomId) {
    hub.publish(Event {
        frame: Utf8Bytes::default(),
        to: Audience::Counting(room),
    });
}

/// Tells those who look at its room what a message is now: it calls nobody, and counts nowhere.
fn tell_changed(hub: &Hub<Event>, message: &Message) {
    let to = Audience::Followers {
        room: message.room,
        changed: Some(message.changed),
        note: None,
    };
    tell(hub, &ServerFrame::Message(message.clone()), to);
}

/// Encodes a frame and hands it to the sockets.
fn tell(hub: &Hub<Event>, frame: &ServerFrame, to: Audience) {
    hub.publish(Event {
        frame: frame.encode().into(),
        to,
    });
}
