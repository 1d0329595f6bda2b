//! Who is here: people with at least one socket open, across their tabs and devices.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio_util::sync::CancellationToken;

use crate::{
    chat::{model::Person, wire::ServerFrame},
    ids::UserId,
    server::hub::Hub,
};

use super::{Audience, Event, tell};

/// How long somebody counts as here after the last socket closed, so that a reload is no coming and going.
const LINGER: Duration = Duration::from_secs(3);

/// The table of those here; bounded by the number of people.
pub struct Presence {
    here: Mutex<HashMap<UserId, (Person, usize)>>,
    hub: Hub<Event>,
    stop: CancellationToken,
}

/// Keeps a person here until dropped.
pub struct Here {
    presence: Arc<Presence>,
    person: Person,
}

impl Presence {
    /// Nobody yet.
    pub fn new(hub: Hub<Event>, stop: CancellationToken) -> Self {
        Self {
            here: Mutex::default(),
            hub,
            stop,
        }
    }

    /// One more socket of `person`.
    pub fn arrive(self: &Arc<Self>, person: Person) -> Here {
        {
            let mut here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
            let entry = here.entry(person.id).or_insert_with(|| (person.clone(), 0));
            entry.1 += 1;
            if entry.1 == 1 {
                // Under the lock, which it never holds up: else a going could be told after the coming that follows it.
                self.tell(&person, true);
            }
        }
        Here {
            presence: self.clone(),
            person,
        }
    }

    /// How many sockets of `person` there are.
    pub fn pages(&self, person: UserId) -> usize {
        let here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        here.get(&person).map_or(0, |(_, pages)| *pages)
    }

    /// Everyone here, by name.
    pub fn list(&self) -> Vec<Person> {
        let here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        let mut people: Vec<Person> = here.values().map(|(person, _)| person.clone()).collect();
        people.sort_by(|a, b| a.name.cmp(&b.name));
        people
    }

    fn leave(&self, person: &Person) {
        let mut here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(entry) = here.get_mut(&person.id) else { return };
        entry.1 = entry.1.saturating_sub(1);
        if entry.1 == 0 {
            here.remove(&person.id);
            self.tell(person, false);
        }
    }

    fn tell(&self, person: &Person, here: bool) {
        let frame = ServerFrame::Presence {
            person: person.clone(),
            here,
        };
        tell(&self.hub, &frame, Audience::Everyone);
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        let (presence, person) = (self.presence.clone(), self.person.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = tokio::time::sleep(LINGER) => presence.leave(&person),
                () = presence.stop.cancelled() => (),
            }
        });
    }
}
