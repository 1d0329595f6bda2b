//! Who is here: people with at least one socket open, across their tabs and devices.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio_util::sync::CancellationToken;

use crate::{
    chat::{model::Person, wire::ServerFrame},
    ids::UserId,
    server::hub::Hub,
};

use super::{Audience, Event, tell};

/// Who comes and goes within this is told together: when all return at once, each would be told of each otherwise.
const TOGETHER: Duration = Duration::from_millis(100);
/// People in one frame at most: a socket keeps the memory that its largest frame took.
const MOST: usize = 100;
/// How long somebody counts as here after the last socket closed, so that a reload is no coming and going.
const LINGER: Duration = Duration::from_secs(3);

/// Those here; bounded by the number of people.
pub struct Presence {
    here: Mutex<Table>,
    hub: Hub<Event>,
    stop: CancellationToken,
}

#[derive(Default)]
struct Table {
    /// With how many sockets each.
    people: HashMap<UserId, (Person, usize)>,
    /// Those who have not been told to have come, and gone; nobody is in both.
    came: Vec<Person>,
    went: Vec<UserId>,
    /// They will be.
    is_due: bool,
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
        let mut here = self.table();
        let entry = here.people.entry(person.id).or_insert_with(|| (person.clone(), 0));
        entry.1 += 1;
        // Whoever is called differently now is told again.
        let renamed = std::mem::replace(&mut entry.0, person.clone()) != person;
        if entry.1 == 1 || renamed {
            here.went.retain(|other| *other != person.id);
            here.came.retain(|other| other.id != person.id);
            here.came.push(person.clone());
            self.tell_soon(here);
        }
        Here {
            presence: self.clone(),
            person,
        }
    }

    /// How many sockets of `person` there are.
    pub fn pages(&self, person: UserId) -> usize {
        self.table().people.get(&person).map_or(0, |(_, pages)| *pages)
    }

    /// Everyone here, by name.
    pub fn list(&self) -> Vec<Person> {
        let mut people: Vec<Person> = self.table().people.values().map(|(person, _)| person.clone()).collect();
        people.sort_by(|a, b| a.name.cmp(&b.name));
        people
    }

    fn leave(self: &Arc<Self>, person: &Person) {
        let mut here = self.table();
        let Some(entry) = here.people.get_mut(&person.id) else {
            return;
        };
        entry.1 = entry.1.saturating_sub(1);
        if entry.1 == 0 {
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
        if !came.is_empty() || !went.is_empty() {
            tell(&self.hub, &ServerFrame::Presence { came, went }, Audience::Everyone);
        }
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
mod tests {
    use super::*;

    fn person(id: i64) -> Person {
        Person {
            id: UserId(id),
            name: format!("p{id}"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_crowd_that_comes_at_once_is_told_together_and_each_once() {
        let hub = Hub::new(64);
        let presence = Arc::new(Presence::new(hub.clone(), CancellationToken::new()));
        let mut heard = hub.subscribe();
        let mut here: Vec<Here> = (1..=250).map(|id| presence.arrive(person(id))).collect();
        here.push(presence.arrive(person(1)));
        tokio::time::sleep(TOGETHER * 2).await;
        // The last of them goes and comes back within the moment that is told together.
        presence.leave(&person(250));
        here.push(presence.arrive(person(250)));
        presence.leave(&person(249));
        tokio::time::sleep(TOGETHER * 2).await;
        let (mut came, mut went, mut frames) = (Vec::new(), Vec::new(), 0);
        while let Ok(event) = heard.try_recv() {
            let Ok(ServerFrame::Presence { came: more, went: gone }) = serde_json::from_str(&event.frame) else {
                panic!("{}", event.frame)
            };
            came.extend(more.into_iter().map(|person| person.id.0));
            went.extend(gone);
            frames += 1;
        }
        assert_eq!(came, (1..=250).chain([250]).collect::<Vec<_>>());
        assert_eq!(
            (went, frames),
            (vec![UserId(249)], 4),
            "each once, in frames of a hundred at most"
        );
    }
}
