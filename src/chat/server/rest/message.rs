//! What a message is to programs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{files::ApiFile, rooms::ApiPerson};
use crate::{
    chat::model::{Message, Person},
    ids::FileId,
};

/// A message.
#[derive(Serialize, ToSchema)]
#[schema(examples(json!({
    "room": 1, "seq": 17, "changed": 40, "author": {"id": 7, "name": "deploy", "bot": true}, "text": "**v1.4** is out",
    "html": "<p><strong>v1.4</strong> is out</p>", "at": "2026-11-20T14:03:07.204Z", "deleted": false,
    "reactions": [{"emoji": "🎉", "people": [{"id": 2, "name": "Ines Tan", "bot": false}]}], "files": [],
    "client_id": "6f1d7c1e-8d9f-4c53-9d0b-0c3a7b6f3a11"
})))]
pub struct ApiMessage {
    /// The room's number.
    room: i64,
    /// Its place in the room, from 1, without holes.
    seq: u64,
    /// The room's number of its last change: ask for what came `after` the highest seen.
    changed: u64,
    author: ApiPerson,
    /// What was said, as typed; empty once deleted.
    text: String,
    /// The same, rendered and safe, with the card of its link; absent where nothing in it is marked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    html: Option<String>,
    /// When it was said (RFC 3339, UTC).
    at: String,
    /// When it was last edited.
    #[serde(skip_serializing_if = "Option::is_none")]
    edited: Option<String>,
    /// It was taken back.
    deleted: bool,
    /// The place of the message that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<u64>,
    reactions: Vec<ApiReaction>,
    /// Who pinned it in its room, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pinned: Option<String>,
    files: Vec<ApiFile>,
    /// Its thread, once something is said in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    thread: Option<ApiThread>,
    /// The sender's own name for it, by which a retry is the same message.
    client_id: String,
}

/// A message that was said or changed. To a token that may not `read` the whole of it is told by the call that says, edits
/// or deletes it, and else its place alone.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(examples(json!({
    "room": 1, "seq": 17, "changed": 40, "author": {"id": 7, "name": "deploy"}, "text": "v1.4 is out",
    "at": "2026-11-20T14:03:07.204Z", "deleted": false, "reactions": [], "files": [], "client_id": "8d9f"
}), json!({"room": 1, "seq": 17, "changed": 40})))]
pub enum ApiChanged {
    /// All of it.
    Message(Box<ApiMessage>),
    /// Where it stands.
    Place(ApiPlace),
}

impl ApiChanged {
    /// `message`: the whole of it, or its place.
    pub fn of(message: Message, is_whole: bool) -> Self {
        match is_whole {
            true => Self::Message(Box::new(message.into())),
            false => Self::Place(ApiPlace {
                room: message.room.0,
                seq: message.seq,
                changed: message.changed,
            }),
        }
    }
}

/// Where a message stands, and nothing of what it says.
#[derive(Serialize, ToSchema)]
// Else the description would take a message for a place as well.
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"room": 1, "seq": 17, "changed": 40})))]
pub struct ApiPlace {
    /// The room's number.
    room: i64,
    /// The message's place in the room.
    seq: u64,
    /// The room's number of its last change.
    changed: u64,
}

/// The thread of a message.
#[derive(Serialize, ToSchema)]
pub struct ApiThread {
    /// The number of the room that it is: its messages are that room's.
    room: i64,
    /// How many replies stand in it.
    replies: u32,
    /// When the newest was said (RFC 3339, UTC).
    last: String,
}

/// A thread that is open.
#[derive(Serialize, ToSchema)]
#[schema(examples(json!({"room": 9})))]
pub struct ApiOpened {
    /// The number of the room that it is.
    pub room: i64,
}

/// One emoji under a message.
#[derive(Serialize, ToSchema)]
pub struct ApiReaction {
    emoji: String,
    people: Vec<ApiPerson>,
}

impl From<Message> for ApiMessage {
    fn from(message: Message) -> Self {
        let people = |people: Vec<Person>| people.into_iter().map(ApiPerson::from).collect();
        Self {
            room: message.room.0,
            seq: message.seq,
            changed: message.changed,
            author: message.author.into(),
            text: message.body,
            html: message.html,
            at: message.at.to_string(),
            edited: message.edited.map(|at| at.to_string()),
            deleted: message.deleted,
            reply: message.reply.map(|quote| quote.seq),
            reactions: message
                .reactions
                .into_iter()
                .map(|reaction| ApiReaction {
                    emoji: reaction.emoji,
                    people: people(reaction.people),
                })
                .collect(),
            pinned: message.pinned,
            files: message.files.into_iter().map(ApiFile::from).collect(),
            thread: message.thread.map(|thread| ApiThread {
                room: thread.room.0,
                replies: thread.replies,
                last: thread.last.to_string(),
            }),
            client_id: message.client_id,
        }
    }
}

/// A message to be said.
#[derive(Deserialize, ToSchema)]
#[schema(examples(json!({"text": "**v1.4** is out", "client_id": "6f1d7c1e-8d9f-4c53-9d0b-0c3a7b6f3a11"})))]
pub struct NewMessage {
    /// What; Markdown, 16 KiB at most. May be empty where there are files.
    pub text: String,
    /// Your own name for it, such as a UUID: the same on every retry, and it is said once.
    pub client_id: Option<String>,
    /// The place of the message that it answers.
    pub reply: Option<u64>,
    /// Numbers of files that the bot has brought into the room; ten at most.
    #[serde(default)]
    #[schema(value_type = Vec<i64>)]
    pub files: Vec<FileId>,
}

/// What a message shall say.
#[derive(Deserialize, ToSchema)]
#[schema(examples(json!({"text": "**v1.4.1** is out"})))]
pub struct NewText {
    /// Markdown, 16 KiB at most.
    pub text: String,
}
