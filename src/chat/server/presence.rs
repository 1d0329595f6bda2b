//! Who is here: people with at least one socket open, across their tabs and devices. Away are those of whom none has said
//! for a while that somebody touched its page.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    chat::{model::Person, wire::ServerFrame},
    ids::UserId,
    server::hub::Hub,
};

use super::{Audience, Event, tell};

/// Who comes and goes within this is told together: when all return at once, each would be told of each otherwise.
const TOGETHER: Duration = Duration::from_millis(100);
/// People who came, and who went, in one frame at most: a socket keeps the memory that its largest frame took.
const MOST: usize = 100;
/// How often in the time after which somebody is away it is looked whether they are.
const WATCHES: u32 = 20;
/// How long somebody counts as here after the last socket closed, so that a reload is no coming and going.
const LINGER: Duration = Duration::from_secs(3);

/// Those here; bounded by the number of people.
pub struct Presence {
    here: Mutex<Table>,
    hub: Hub<Event>,
    stop: CancellationToken,
    /// Without a sign of somebody for so long, they are away.
    away: Duration,
}

/// Somebody who is here.
struct Present {
    person: Person,
    sockets: usize,
    touched: Instant,
}

#[derive(Default)]
struct Table {
    people: HashMap<UserId, Present>,
    /// Who has gone away is looked for, as long as anybody is here.
    is_watched: bool,
    /// Those who have not been told to have come, and gone; nobody is in both.
    came: Vec<Person>,
    went: Vec<UserId>,
    /// They will be told.
    is_due: bool,
}

/// Keeps a person here until dropped.
pub struct Here {
    presence: Arc<Presence>,
    person: Person,
}

impl Presence {
    /// Nobody yet; they will be `away` after so long.
    pub fn new(hub: Hub<Event>, stop: CancellationToken, away: Duration) -> Self {
        Self {
            here: Mutex::default(),
            hub,
            stop,
            away,
        }
    }

    /// One more socket of `person`.
    pub fn arrive(self: &Arc<Self>, person: Person) -> Here {
        let mut here = self.table();
        let entry = here.people.entry(person.id).or_insert_with(|| Present {
            person: person.clone(),
            sockets: 0,
            touched: Instant::now(),
        });
        entry.sockets += 1;
        entry.touched = Instant::now();
        // Whoever is called differently now, or was away, is told again.
        let differs = std::mem::replace(&mut entry.person, person.clone()) != person;
        if entry.sockets == 1 || differs {
            here.changed(person.clone());
            self.watch(&mut here);
            self.tell_soon(here);
        }
        Here {
            presence: self.clone(),
            person,
        }
    }

    /// How many sockets of `person` there are.
    pub fn pages(&self, person: UserId) -> usize {
        self.table().people.get(&person).map_or(0, |entry| entry.sockets)
    }

    /// Whether `person` is away; `None` when they are not here.
    pub fn away(&self, person: UserId) -> Option<bool> {
        self.table().people.get(&person).map(|entry| entry.person.away)
    }

    /// Somebody has touched a page of `person`.
    pub fn touched(self: &Arc<Self>, person: UserId) {
        let mut here = self.table();
        let Some(entry) = here.people.get_mut(&person) else {
            return;
        };
        entry.touched = Instant::now();
        if std::mem::take(&mut entry.person.away) {
            let person = entry.person.clone();
            here.changed(person);
            self.tell_soon(here);
        }
    }

    /// Looks from time to time for whoever has gone away.
    fn watch(self: &Arc<Self>, here: &mut Table) {
        if std::mem::replace(&mut here.is_watched, true) {
            return;
        }
        let presence = self.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = tokio::time::sleep(presence.away / WATCHES) => (),
                    () = presence.stop.cancelled() => return,
                }
                let mut here = presence.table();
                if here.people.is_empty() {
                    here.is_watched = false;
                    return;
                }
                let now = Instant::now();
                let idle = here.people.values_mut().filter(|entry| !entry.person.away);
                let idle = idle.filter(|entry| now.duration_since(entry.touched) >= presence.away);
                let gone: Vec<Person> = idle
                    .map(|entry| {
                        entry.person.away = true;
                        entry.person.clone()
                    })
                    .collect();
                let any = !gone.is_empty();
                gone.into_iter().for_each(|person| here.changed(person));
                if any {
                    presence.tell_soon(here);
                }
            }
        });
    }

    /// Everyone here, by name.
    pub fn list(&self) -> Vec<Person> {
        let mut people: Vec<Person> = self.table().people.values().map(|entry| entry.person.clone()).collect();
        people.sort_by(|a, b| a.name.cmp(&b.name));
        people
    }

    fn leave(self: &Arc<Self>, person: &Person) {
        let mut here = self.table();
        let Some(entry) = here.people.get_mut(&person.id) else {
            return;
        };
        entry.sockets = entry.sockets.saturating_sub(1);
        if entry.sockets == 0 {
            here.people.remove(&person.id);
            here.came.retain(|other| other.id != person.id);
            here.went.push(person.id);
            self.tell_soon(here);
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell_soon(self: &Arc<Self>, mut here: MutexGuard<'_, Table>) {
        if here.came.len() + here.went.len() >= MOST {
            self.tell(&mut here);
        } else if !std::mem::replace(&mut here.is_due, true) {
            let presence = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(TOGETHER).await;
                let mut here = presence.table();
                here.is_due = false;
                presence.tell(&mut here);
            });
        }
    }

    /// Under the lock, which it never holds up: else a going could be told after the coming that follows it.
    fn tell(&self, here: &mut Table) {
        let (came, went) = (std::mem::take(&mut here.came), std::mem::take(&mut here.went));
        let (mut came, mut went) = (came.chunks(MOST), went.chunks(MOST));
        loop {
            let (some, others) = (came.next(), went.next());
            if some.is_none() && others.is_none() {
                return;
            }
            let frame = ServerFrame::Presence {
                came: some.unwrap_or_default().to_vec(),
                went: others.unwrap_or_default().to_vec(),
            };
            tell(&self.hub, &frame, Audience::Everyone);
        }
    }
}

impl Table {
    /// Everyone is to be told of `person` as they are now.
    fn changed(&mut self, person: Person) {
        self.went.retain(|other| *other != person.id);
        self.came.retain(|other| other.id != person.id);
        self.came.push(person);
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

#[cfg(test)]
#[path = "presence_tests.rs"]
mod tests;
