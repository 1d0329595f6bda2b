//! Who has pages open, and looks at which room: what the sockets of pages in front have said last.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::ids::{RoomId, UserId};

/// Bounded by the sockets.
#[derive(Default)]
pub struct Looking(Mutex<Table>);

#[derive(Default)]
struct Table {
    /// How many pages somebody has open. Unlike who is here, without those that have just closed.
    pages: HashMap<UserId, usize>,
    /// How many of them show a room to somebody who looks.
    at: HashMap<(UserId, RoomId), usize>,
}

/// What one page of somebody shows them, until it is dropped.
pub struct Gaze {
    looking: Arc<Looking>,
    person: UserId,
    at: Option<RoomId>,
}

impl Looking {
    /// One more page of `person`, which isn't known to be in front.
    pub fn page(self: &Arc<Self>, person: UserId) -> Gaze {
        one_more(&mut self.table().pages, person);
        Gaze {
            looking: self.clone(),
            person,
            at: None,
        }
    }

    /// How many pages `person` has open.
    pub fn pages(&self, person: UserId) -> usize {
        self.table().pages.get(&person).copied().unwrap_or_default()
    }

    /// A page of `person` is in front and shows `room`.
    pub fn is_at(&self, person: UserId, room: RoomId) -> bool {
        self.table().at.contains_key(&(person, room))
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gaze {
    /// The page shows this room to somebody who looks, or nobody looks.
    pub fn moves_to(&mut self, room: Option<RoomId>) {
        let mut table = self.looking.table();
        if let Some(left) = std::mem::replace(&mut self.at, room) {
            one_less(&mut table.at, (self.person, left));
        }
        if let Some(room) = room {
            one_more(&mut table.at, (self.person, room));
        }
    }
}

impl Drop for Gaze {
    fn drop(&mut self) {
        self.moves_to(None);
        one_less(&mut self.looking.table().pages, self.person);
    }
}

fn one_more<K: Hash + Eq>(table: &mut HashMap<K, usize>, key: K) {
    *table.entry(key).or_default() += 1;
}

fn one_less<K: Hash + Eq>(table: &mut HashMap<K, usize>, key: K) {
    if let Some(count) = table.get_mut(&key) {
        *count -= 1;
        if *count == 0 {
            table.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_looks_as_long_as_one_of_their_pages_does() {
        let looking = Arc::new(Looking::default());
        let (me, desk, deals) = (UserId(1), RoomId(1), RoomId(2));
        let (mut one, mut other) = (looking.page(me), looking.page(me));
        one.moves_to(Some(desk));
        other.moves_to(Some(desk));
        one.moves_to(Some(deals));
        assert!(looking.is_at(me, desk) && looking.is_at(me, deals));
        assert!(!looking.is_at(UserId(2), desk), "others are others");
        other.moves_to(None);
        assert!(!looking.is_at(me, desk));
        assert_eq!((looking.pages(me), looking.pages(UserId(2))), (2, 0));
        drop((one, other));
        assert!(looking.table().at.is_empty() && looking.table().pages.is_empty());
    }
}
