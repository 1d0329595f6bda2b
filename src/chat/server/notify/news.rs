//! What a notification says. Pure.

use serde::Serialize;

use crate::chat::{
    message::{permalink, reply_link},
    model::{Message, RoomKind},
    server::store::Root,
    wire::NOTIFY,
};

/// Characters of a message that are shown.
const TEXT: usize = 160;

/// A notification, as pages and `public/worker.js` read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct News {
    /// Who, and where.
    pub title: String,
    /// What.
    pub body: String,
    /// What it leads to.
    pub url: String,
    /// The newest of a tag stands for those before it.
    pub tag: String,
    /// Orders those of a tag.
    pub seq: u64,
}

impl News {
    /// Of a message, in a room of this name and kind; in a thread, which has a `root`, of its root's room's name.
    pub fn of(message: &Message, room: &str, kind: RoomKind, root: Option<Root>) -> Self {
        let who = &message.author.name;
        Self {
            title: match kind {
                RoomKind::Direct => who.clone(),
                RoomKind::Thread if room.starts_with('@') => format!("{who} in a thread"),
                RoomKind::Thread => format!("{who} in a thread in # {room}"),
                RoomKind::Open | RoomKind::Private => format!("{who} in # {room}"),
            },
            body: short(&message.gist()),
            url: match root {
                Some((parent, root)) => reply_link(parent, root, message.seq),
                None => permalink(message.room, message.seq),
            },
            tag: format!("room-{}", message.room),
            seq: message.seq,
        }
    }

    /// To see that notifications come; `seq` tells one test from another.
    pub fn test(seq: u64) -> Self {
        Self {
            title: "Squawkbox".into(),
            body: "This is what a notification looks like here.".into(),
            url: "/you/notifications".into(),
            tag: "test".into(),
            seq,
        }
    }

    /// As it is pushed.
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// As it goes over the socket.
    pub fn frame(&self) -> String {
        format!("{NOTIFY}{}}}", self.json())
    }
}

/// The beginning of a text, on one line.
pub fn short(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        // A word may be all there is.
        if let Some((cut, _)) = line.char_indices().nth(TEXT) {
            line.truncate(cut);
            line.push('…');
            break;
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chat::model::Person,
        ids::{RoomId, UserId},
    };

    #[test]
    fn it_says_who_where_and_what() {
        let message = Message {
            room: RoomId(3),
            seq: 7,
            author: Person {
                id: UserId(1),
                name: "ines".into(),
                ..Person::default()
            },
            body: "@tomasz *look*\n\n at this".into(),
            ..Message::default()
        };
        let news = News::of(&message, "desk", RoomKind::Open, None);
        assert_eq!(
            (news.title.as_str(), news.body.as_str()),
            ("ines in # desk", "@tomasz *look* at this")
        );
        assert_eq!(
            (news.url.as_str(), news.tag.as_str()),
            ("/rooms/3?before=37#m7", "room-3")
        );
        assert_eq!(News::of(&message, "@1,2", RoomKind::Direct, None).title, "ines");
        let root = Some((RoomId(2), 5));
        let news = News::of(&message, "desk", RoomKind::Thread, root);
        assert_eq!(
            (news.title.as_str(), news.url.as_str()),
            ("ines in a thread in # desk", "/rooms/2?thread=5&reply=7#t7")
        );
        assert_eq!(
            News::of(&message, "@1,2", RoomKind::Thread, root).title,
            "ines in a thread"
        );
        let frame = serde_json::from_str::<serde_json::Value>(&news.frame()).unwrap();
        assert_eq!(frame["notify"]["seq"], 7);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(short("ä ".repeat(10).as_str()), "ä ä ä ä ä ä ä ä ä ä");
        let long = short(&"李".repeat(4000));
        assert_eq!((long.chars().count(), long.chars().last()), (TEXT + 1, Some('…')));
        assert_eq!(short(&"x".repeat(TEXT)).len(), TEXT);
    }
}
