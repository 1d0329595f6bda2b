//! The fold of files on their way into rooms: picked, being sent, there, and then part of a message. Pure.

use super::{model::File, rules::MOST_FILES};
use crate::ids::RoomId;

/// How far a file has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coming {
    /// So many hundredths are sent.
    Sending(u32),
    /// It didn't get there, for this reason.
    Failed(String),
    /// The server keeps it; a message can hold it.
    There(File),
}

/// A file that was picked for the next message in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its number in this tab.
    pub key: u32,
    /// Where to.
    pub room: RoomId,
    /// What it is called here.
    pub name: String,
    /// How large it is.
    pub bytes: u64,
    /// How far.
    pub coming: Coming,
}

/// All of them, in the order in which they were picked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uploads {
    all: Vec<Upload>,
    last: u32,
}

impl Uploads {
    /// Those for the next message in `room`.
    pub fn in_room(&self, room: RoomId) -> impl Iterator<Item = &Upload> {
        self.all.iter().filter(move |upload| upload.room == room)
    }

    /// One of them.
    pub fn find(&self, key: u32) -> Option<&Upload> {
        self.all.iter().find(|upload| upload.key == key)
    }

    /// One more; `None` when a message can't hold more.
    pub fn add(&mut self, room: RoomId, name: String, bytes: u64, coming: Coming) -> Option<u32> {
        if self.in_room(room).count() >= MOST_FILES {
            return None;
        }
        self.last += 1;
        self.all.push(Upload {
            key: self.last,
            room,
            name,
            bytes,
            coming,
        });
        Some(self.last)
    }

    /// One has come further, or not. Tells where to, if it was still wanted.
    pub fn set(&mut self, key: u32, coming: Coming) -> Option<RoomId> {
        let upload = self.all.iter_mut().find(|upload| upload.key == key)?;
        upload.coming = coming;
        Some(upload.room)
    }

    /// One isn't wanted any more. Tells where it was going.
    pub fn remove(&mut self, key: u32) -> Option<RoomId> {
        let at = self.all.iter().position(|upload| upload.key == key)?;
        Some(self.all.remove(at).room)
    }

    /// What a message in `room` can hold now.
    pub fn there(&self, room: RoomId) -> Vec<File> {
        let there = self.in_room(room).filter_map(|upload| match &upload.coming {
            Coming::There(file) => Some(file.clone()),
            _ => None,
        });
        there.collect()
    }

    /// All that were picked in `room` are there.
    pub fn is_ready(&self, room: RoomId) -> bool {
        self.in_room(room)
            .all(|upload| matches!(upload.coming, Coming::There(_)))
    }

    /// Those in `room` are part of a message now.
    pub fn sent(&mut self, room: RoomId) {
        self.all.retain(|upload| upload.room != room);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::FileId;

    const ROOM: RoomId = RoomId(1);

    fn file(id: i64) -> File {
        File {
            id: FileId(id),
            name: format!("{id}.txt"),
            kind: "text/plain".into(),
            bytes: 9,
            size: None,
        }
    }

    #[test]
    fn a_message_holds_what_is_there_in_the_order_of_picking() {
        let mut uploads = Uploads::default();
        let keys: Vec<u32> = (1..=3)
            .filter_map(|n| uploads.add(ROOM, format!("{n}.txt"), 9, Coming::Sending(0)))
            .collect();
        uploads.add(RoomId(2), "elsewhere.txt".into(), 9, Coming::Sending(0));
        assert_eq!(uploads.set(keys[2], Coming::There(file(3))), Some(ROOM));
        uploads.set(keys[0], Coming::There(file(1)));
        uploads.set(keys[1], Coming::Failed("no".into()));
        assert!(!uploads.is_ready(ROOM));
        assert_eq!(uploads.remove(keys[1]), Some(ROOM));
        assert!(uploads.is_ready(ROOM) && !uploads.is_ready(RoomId(2)));
        assert_eq!(uploads.there(ROOM), [file(1), file(3)]);
        uploads.sent(ROOM);
        assert_eq!(
            (uploads.in_room(ROOM).count(), uploads.in_room(RoomId(2)).count()),
            (0, 1)
        );
        assert_eq!(uploads.set(keys[0], Coming::Sending(9)), None, "not wanted any more");
    }

    #[test]
    fn a_message_holds_a_bounded_number() {
        let mut uploads = Uploads::default();
        for _ in 0..MOST_FILES {
            assert!(uploads.add(ROOM, "x".into(), 1, Coming::Sending(0)).is_some());
        }
        assert!(uploads.add(ROOM, "x".into(), 1, Coming::Sending(0)).is_none());
    }
}
