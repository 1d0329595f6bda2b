//! The server's half of chat without its web server: the real store, writer, hub and socket handler on a database that
//! survives them, over lines made of queues. It can be killed at any moment.

use std::{
    pin::Pin,
    sync::{Arc, OnceLock},
    time::Duration,
};

use clap::Parser;
use tokio::runtime::{Builder, Runtime};

use super::cable::{Cable, PATIENCE};
use crate::{
    accounts::model::{Me, Role},
    chat::{
        model::{Change, File, History, Message, Person, RoomPage},
        server::{
            Audience, Chat,
            change::change,
            files::shelf::{Content, Shelf},
            notify::Notifier,
            room_pages::{self, Opening},
            rooms,
            socket::Line,
            store,
        },
        wire::ServerFrame,
    },
    error::AppError,
    ids::{RoomId, UserId},
    server::{
        config::Cli,
        limits::{PerKey, Rate},
        shutdown::Shutdown,
        start::open_desk,
    },
    time::Timestamp,
};

/// Those on the team, by id from 1. The last has no browser.
pub const TEAM: [&str; 3] = ["ines", "tomasz", "deploy"];
/// More changes than this are a reset.
pub const RESUME: u32 = 12;
/// What was said in the first room before.
const SAID: i64 = 130;
/// No pause.
pub const NO_TIME: Duration = Duration::from_nanos(1);

/// Somebody on the team.
pub fn person(id: i64) -> Person {
    Person {
        id: UserId(id),
        name: TEAM[id as usize - 1].to_owned(),
        ..Person::default()
    }
}

/// Chat, running or not.
pub struct Host {
    folder: tempfile::TempDir,
    /// After how long a person may post again.
    pace: Duration,
    life: Option<Life>,
}

struct Life {
    runtime: Runtime,
    chat: Arc<Chat>,
    shutdown: Shutdown,
}

impl Host {
    /// Starts on a database with two rooms, the first of which is longer than a page.
    pub fn start(pace: Duration) -> Self {
        let folder = folder();
        std::fs::write(folder.path().join("desk.db"), fresh()).expect("a database");
        let mut host = Self {
            folder,
            pace,
            life: None,
        };
        host.wake();
        host
    }

    /// Starts again on the same database; nothing when it runs.
    pub fn wake(&mut self) {
        if self.life.is_none() {
            let life = Life::begin(self.folder.path(), self.pace);
            self.life = Some(life);
        }
    }

    /// Whether it runs.
    pub fn is_up(&self) -> bool {
        self.life.is_some()
    }

    /// Stops in order.
    pub fn stop(&mut self) {
        let Some(Life {
            runtime,
            chat,
            shutdown,
        }) = self.life.take()
        else {
            return;
        };
        shutdown.begun.cancel();
        runtime.block_on(async {
            shutdown.connections.close();
            shutdown.connections.wait().await;
            drop(chat);
            shutdown.background.close();
            shutdown.background.wait().await;
        });
    }

    /// Ends at once: nothing gets to finish anything.
    pub fn kill(&mut self) {
        if let Some(life) = self.life.take() {
            life.runtime.shutdown_timeout(PATIENCE);
        }
    }

    /// Opens a line for `me`.
    pub fn connect(&self, me: Person) -> Option<Cable> {
        let life = self.life.as_ref()?;
        let (cable, ends) = Cable::new();
        let (chat, stopping) = (life.chat.clone(), life.shutdown.begun.clone());
        let serve = async move {
            let pace = Rate::new(10_000, Duration::from_micros(1));
            let mut line = Line::new(&chat, me, ends, pace);
            line.run(std::future::pending(), stopping).await;
        };
        let tracked = life.shutdown.connections.track_future(serve);
        life.runtime.spawn(tracked);
        Some(cable)
    }

    /// As a page begins: at the newest message, or before a place.
    pub fn page(&self, me: UserId, room: RoomId, before: Option<u64>) -> RoomPage {
        let page = self.ask(|chat| {
            Box::pin(async move {
                room_pages::page(
                    chat,
                    me,
                    room,
                    Opening {
                        before,
                        ..Opening::default()
                    },
                )
                .await
            })
        });
        page.expect("it runs").expect("a page")
    }

    /// As a page goes back in time, and on.
    pub fn more(&self, me: UserId, room: RoomId, at: u64, back: bool) -> History {
        let history = self.ask(|chat| Box::pin(async move { room_pages::more(chat, me, room, at, back).await }));
        history.expect("it runs").expect("a history")
    }

    /// As a page asks for a change.
    pub fn change(&self, me: Person, room: RoomId, seq: u64, what: Change) -> Result<Message, AppError> {
        let (Person { id, name, .. }, role) = (me, Role::Member);
        let username = name.clone();
        let me = Me {
            id,
            name,
            username,
            role,
        };
        let changed = self.ask(|chat| Box::pin(async move { change(chat, &me, room, seq, what).await }));
        changed.unwrap_or(Err(AppError::Busy)).map(|(message, _)| message)
    }

    /// A file of `me` that is there for a message; none when the server is down.
    pub fn bring(&self, me: UserId, room: RoomId, name: String) -> Option<File> {
        let brought = self.ask(|chat| {
            let new = store::NewFile {
                room,
                owner: me,
                name,
                kind: "text/plain".into(),
                bytes: 1,
                size: None,
                thumb: None,
                content: Content::new([7; 32]),
                at: Timestamp::now(),
            };
            let writer = &chat.db.writer;
            Box::pin(writer.write(move |conn| Box::pin(store::insert_file(conn, new))))
        });
        brought.map(|brought| brought.expect("brought"))
    }

    /// The third person says this much at once.
    pub fn burst(&self, room: RoomId, count: u32) {
        let said = self.ask(|chat| {
            let hub = chat.hub.clone();
            Box::pin(chat.db.writer.write_then(
                move |conn| {
                    Box::pin(async move {
                        let mut said = Vec::new();
                        for _ in 0..count {
                            said.push(store::insert(conn, message(room, person(3))).await?.0);
                        }
                        Ok(said)
                    })
                },
                move |said: &Vec<Message>| {
                    for message in said {
                        let to = Audience::Followers {
                            room,
                            changed: Some(message.changed),
                            note: None,
                        };
                        let frame = ServerFrame::Message(message.clone()).encode().into();
                        hub.publish(crate::chat::server::Event { frame, to });
                    }
                },
            ))
        });
        said.expect("it runs").expect("said");
    }

    /// What the database holds of a room, by place.
    pub fn kept(&self, room: RoomId) -> Vec<Message> {
        let all =
            self.ask(|chat| Box::pin(async move { store::changed_after(&chat.db.readers, room, 0, 100_000).await }));
        let mut all = all.expect("it runs").expect("all of it");
        all.sort_by_key(|message| message.seq);
        all
    }

    fn ask<'h, T>(
        &'h self,
        f: impl FnOnce(&'h Chat) -> Pin<Box<dyn Future<Output = Result<T, AppError>> + 'h>>,
    ) -> Option<Result<T, AppError>> {
        let life = self.life.as_ref()?;
        Some(life.runtime.block_on(f(&life.chat)))
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Life {
    fn begin(folder: &std::path::Path, pace: Duration) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let shutdown = Shutdown::default();
        let chat = runtime.block_on(async {
            let db = open_desk(folder, &shutdown).await.expect("the database opens");
            let shelf = Shelf::open(folder.join("files")).expect("a folder for files");
            let config = Cli::parse_from(["squawkbox"]).serve;
            let notify = Notifier::start(&db, &config).await.expect("the server's keys");
            // No bot has a webhook, and nobody is notified: nobody looks at what is said.
            let (mut chat, _) = Chat::new(db, shelf, notify, &config, &shutdown);
            chat.pace = PerKey::new(1, pace);
            chat.resume = RESUME;
            Arc::new(chat)
        });
        Self {
            runtime,
            chat,
            shutdown,
        }
    }
}

/// A folder in memory, where there is such a thing: what is committed outlives our servers either way.
fn folder() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let folder = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    folder.expect("a folder")
}

/// A database with the team and two rooms.
fn fresh() -> &'static [u8] {
    static FRESH: OnceLock<Vec<u8>> = OnceLock::new();
    FRESH.get_or_init(|| {
        let folder = folder();
        let life = Life::begin(folder.path(), NO_TIME);
        let made = life.chat.db.writer.write(|conn| {
            Box::pin(async move {
                for name in TEAM {
                    let new =
                        "INSERT INTO user (name, folded, role, password, created) VALUES (?1, ?1, 'member', '', 0)";
                    sqlx::query(new).bind(name).execute(&mut *conn).await?;
                }
                sqlx::query("INSERT INTO room (name, created) VALUES ('other', 0)")
                    .execute(&mut *conn)
                    .await?;
                for n in 0..SAID {
                    store::insert(conn, message(RoomId(1), person(n % 3 + 1))).await?;
                }
                Ok(())
            })
        });
        life.runtime.block_on(made).expect("made");
        let mut host = Host {
            folder,
            pace: NO_TIME,
            life: Some(life),
        };
        host.stop();
        std::fs::read(host.folder.path().join("desk.db")).expect("the database")
    })
}

fn message(room: RoomId, author: Person) -> store::NewMessage {
    store::NewMessage {
        room,
        author,
        client_id: rooms::new_client_id(),
        body: "on and on".into(),
        html: None,
        reply: None,
        at: Timestamp::now(),
    }
}
