//! The part of the [connection](super::connection) that knows what has been read: which rooms there are, what is unread in
//! them, what calls for attention, and whether somebody is looking.

use std::time::Duration;

use leptos::prelude::*;
use web_sys::Element;

use super::{
    connection::{Calls, ChatConnection},
    model::{Room, RoomKind, UNREAD_MOST},
    timeline::Timeline,
    wire::ClientFrame,
};
use crate::{
    ids::RoomId,
    paths,
    ui::text::{Text, text},
};

/// What has been read is told after this.
const TOLD: Duration = Duration::from_millis(800);
/// As far from the newest message, in CSS pixels, somebody still reads it.
const NEAR: i32 = 80;

impl ChatConnection {
    /// What is unread in a room, what of it names one, and what calls for attention.
    pub fn unread(self, room: RoomId) -> (u32, u32, u32) {
        self.rooms.with(|rooms| {
            let room = rooms.iter().find(|other| other.id == room);
            room.map_or((0, 0, 0), |room| (room.unread, room.mentions, room.calls()))
        })
    }

    /// What a room is called, after `before`: it may be renamed meanwhile, and an archived one is on no list.
    pub(super) fn titled(self, room: Room, before: &'static str) -> Text {
        text(move || {
            self.rooms.with(|rooms| {
                let now = rooms.iter().find(|other| other.id == room.id);
                before.to_owned() + &now.unwrap_or(&room).title(self.my_id())
            })
        })
    }

    /// Those among the rooms whose kind is such.
    pub fn rooms_where(self, is: impl Fn(RoomKind) -> bool) -> Vec<Room> {
        let such = |rooms: &Vec<Room>| rooms.iter().filter(|room| is(room.kind)).cloned().collect();
        self.rooms.with(such)
    }

    /// What calls for attention in all rooms.
    pub fn calls(self) -> u32 {
        self.rooms.with(|rooms| rooms.iter().map(Room::calls).sum())
    }

    /// Something is unread in a room that isn't muted.
    pub fn any_unread(self) -> bool {
        self.rooms
            .with(|rooms| rooms.iter().any(|room| room.unread > 0 && !room.muted))
    }

    /// Tells the server that the room on show is read, if somebody is looking at its newest message.
    pub fn attend(self) {
        let Some(shown) = self.shown.get_untracked() else {
            return;
        };
        let newest = |timeline: &Timeline| timeline.last().filter(|_| !timeline.has_later());
        let Some(newest) = shown.timeline.try_with_untracked(newest).flatten() else {
            return;
        };
        if self.kept_unread.get_value() || !self.is_looking() {
            return;
        }
        let (unread, mentions, _) = untrack(|| self.unread(shown.room));
        if unread + mentions > 0 {
            self.set_unread(shown.room, 0, 0);
            // Where much is said, once for all of it.
            match self.read.get_value() {
                None => set_timeout(move || self.tell_what_is_read(), TOLD),
                Some((room, seq)) if room != shown.room => self.tell_read(room, seq),
                Some(_) => (),
            }
            self.read.set_value(Some((shown.room, newest)));
        }
    }

    /// Tells the server which room somebody sees here, which needs no notification then.
    pub(super) fn tell_where_one_looks(self) {
        let shown = self.shown.try_get_untracked().flatten();
        let room = shown.filter(|_| document().has_focus().unwrap_or(false));
        let room = room.map(|shown| shown.room);
        self.socket.send(&ClientFrame::Look { room }.encode());
    }

    /// Says how much calls for attention in the page's title, and that something does in its icon.
    pub(super) fn show_calls(self) {
        let calls = self.calls();
        expect_context::<Calls>().0.set(calls);
        let icon = match calls {
            0 => "/favicon.svg",
            _ => "/favicon-calls.svg",
        };
        if let Ok(Some(link)) = document().query_selector("link[rel=icon]") {
            let _ = link.set_attribute("href", icon);
        }
    }

    /// The page is in front and its newest message in view. On a phone a thread covers the room.
    fn is_looking(self) -> bool {
        let in_view = |log: Element| log.client_height() > 0 && log.scroll_top() > -NEAR;
        document().has_focus().unwrap_or(true) && self.log().is_some_and(in_view)
    }

    /// Somebody sees what is said in the thread beside the room.
    pub(super) fn sees_beside(self, room: RoomId) -> bool {
        let side = self.beside.get_value().filter(|side| side.thread == Some(room));
        side.is_some_and(|side| side.kept_unread.try_get_value() == Some(false) && side.is_looking())
    }

    pub(super) fn tell_what_is_read(self) {
        if let Some(Some((room, seq))) = self.read.try_update_value(Option::take) {
            self.tell_read(room, seq);
        }
    }

    /// Everything in the room on show is read, wherever in it one is, and the line before the new ones goes.
    pub fn read_all(self) {
        self.kept_unread.set_value(false);
        self.new_after.set(None);
        self.read.set_value(None);
        if let Some(shown) = self.shown.get_untracked() {
            self.set_unread(shown.room, 0, 0);
            // The server knows which is the last.
            self.tell_read(shown.room, u64::MAX);
        }
    }

    /// Makes the room on show unread from the message at `seq` on, until it is left.
    pub fn unread_from(self, seq: u64) {
        let Some(shown) = self.shown.get_untracked() else {
            return;
        };
        self.close(seq);
        self.kept_unread.set_value(true);
        self.read.set_value(None);
        self.new_after.set(Some((shown.room, seq - 1)));
        self.tell_read(shown.room, seq - 1);
    }

    /// Somebody else said something in the room on show, which was its change number `changed`.
    pub(super) fn heard(self, room: RoomId, seq: u64, changed: u64, calls: bool) {
        let counted = |rooms: &Vec<Room>| rooms.iter().any(|other| other.id == room && other.counted >= changed);
        if !self.rooms.with_untracked(counted) {
            self.more_unread(room, calls);
        }
        if self.new_after.get_untracked().is_none() && !self.is_looking() {
            self.new_after.set(Some((room, seq - 1)));
        }
        self.attend();
    }

    /// Something was said in the room on show, after the message at `seen`, while nobody told of it.
    pub(super) fn missed(self, room: RoomId, seen: u64) {
        if self.new_after.get_untracked().is_none() && untrack(|| self.unread(room).0 > 0) {
            self.new_after.set(Some((room, seen)));
        }
        // What came since the first frame counted.
        self.socket.send(&ClientFrame::Count { room }.encode());
    }

    pub(super) fn more_unread(self, room: RoomId, calls: bool) {
        self.rooms.update(|rooms| {
            if let Some(room) = rooms.iter_mut().find(|other| other.id == room) {
                room.unread = (room.unread + 1).min(UNREAD_MOST);
                room.mentions += u32::from(calls);
            }
        });
    }

    pub(super) fn set_unread(self, room: RoomId, unread: u32, mentions: u32) {
        self.rooms.maybe_update(|rooms| {
            let Some(room) = rooms.iter_mut().find(|other| other.id == room) else {
                return false;
            };
            let differs = (room.unread, room.mentions) != (unread, mentions);
            (room.unread, room.mentions) = (unread, mentions);
            differs
        });
    }

    /// The server has counted what is unread in a room, up to its change number `upto`.
    pub(super) fn counted(self, room: RoomId, unread: u32, mentions: u32, upto: u64) {
        // An older count may come later; of none the server says 0.
        let is_newer = self.rooms.try_update_untracked(|rooms| {
            let room = rooms.iter_mut().find(|other| other.id == room)?;
            let is_newer = upto == 0 || upto >= room.counted;
            room.counted = room.counted.max(upto);
            Some(is_newer)
        });
        if is_newer.flatten() == Some(true) {
            self.set_unread(room, unread, mentions);
        }
    }

    pub(super) fn set_muted(self, room: RoomId, muted: bool) {
        self.rooms.update(|rooms| {
            if let Some(room) = rooms.iter_mut().find(|other| other.id == room) {
                room.muted = muted;
            }
        });
    }

    /// A room that is new to one, is called differently now, or is archived.
    pub(super) fn joined(self, room: Room) {
        self.rooms.update(|rooms| {
            let known = rooms
                .iter()
                .position(|other| other.id == room.id)
                .map(|at| rooms.remove(at));
            if room.archived {
                return;
            }
            if known.is_none() {
                // It may be an old one that was brought back.
                self.socket.send(&ClientFrame::Count { room: room.id }.encode());
            }
            let known = known.unwrap_or_default();
            rooms.push(Room {
                unread: known.unread,
                mentions: known.mentions,
                muted: known.muted,
                counted: known.counted,
                ..room
            });
            rooms.sort_by(|a, b| {
                let order = |room: &Room| (room.kind == RoomKind::Direct, room.name.clone());
                order(a).cmp(&order(b))
            });
        });
    }

    /// A room that one isn't in any more.
    pub(super) fn left(self, room: RoomId) {
        let is_there = |other: &Room| other.id != room && other.root.is_none_or(|(parent, _)| parent != room);
        self.rooms.update(|rooms| rooms.retain(is_there));
        if self.shown.get_untracked().is_some_and(|shown| shown.room == room) {
            let _ = window().location().set_href(&paths::not_in(room));
        }
    }

    pub(super) fn tell_read(self, room: RoomId, seq: u64) {
        self.socket.send(&ClientFrame::Read { room, seq }.encode());
    }
}
