//! The part of the [connection](super::connection) that knows of the other one, which the thread beside the room has; and
//! what tells the two apart in the document.

use leptos::prelude::*;
use web_sys::Element;

use super::{connection::ChatConnection, model::Rooms};
use crate::ids::RoomId;

impl ChatConnection {
    /// Makes the connection of a thread beside the room of this one, and provides it. What of it is not done when it goes,
    /// this one does.
    pub fn provide_beside(self, thread: RoomId) -> Self {
        let rooms = Rooms {
            rooms: self.rooms.get_untracked(),
            here: Vec::new(),
            newest: self.newest.get_value(),
        };
        // Not the page's own, which goes while the thread is still shown.
        let owner = self.owner.get_value().and_then(|owner| owner.upgrade());
        let owner = owner.map_or_else(Owner::new, |owner| owner.child());
        let side = Self {
            thread: Some(thread),
            uploads: self.uploads,
            sources: self.sources,
            picking_beside: self.picking_beside,
            ..owner.with(|| Self::new(self.me.get_value(), rooms))
        };
        self.owners.update_value(|owners| {
            owners.push(owner);
            if owners.len() > 2 {
                drop(owners.remove(0));
            }
        });
        self.beside.set_value(Some(side));
        side.open();
        on_cleanup(move || {
            // Another may have come in its place.
            self.beside.try_update_value(|beside| {
                if beside.is_some_and(|beside| beside.thread == Some(thread)) {
                    *beside = None;
                }
            });
            self.take_over(side);
        });
        side
    }

    /// The id of a message's element.
    pub(super) fn row(self, seq: u64) -> String {
        let begin = if self.thread.is_some() { "t" } else { "m" };
        format!("{begin}{seq}")
    }

    /// The id of the field in which one writes.
    pub(super) fn composer(self) -> &'static str {
        if self.thread.is_some() {
            "thread-composer"
        } else {
            "composer"
        }
    }

    /// What scrolls.
    pub(super) fn log(self) -> Option<Element> {
        let log = if self.thread.is_some() {
            ".pane .log"
        } else {
            ".room .log"
        };
        document().query_selector(log).ok().flatten()
    }
}
