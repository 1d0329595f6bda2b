//! Addresses of webhooks that were written into a form that comes again: they are secrets, so they go by no URL, and wait
//! here for the page that shows them.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::ids::UserId;

/// How long one waits.
const PATIENCE: Duration = Duration::from_secs(3_600);
/// People whose address waits at most; of more, the ones that have waited longest are written again.
const MOST: usize = 500;

/// The last address that each person wrote.
#[derive(Default)]
pub struct Addresses(Mutex<HashMap<UserId, (Instant, String)>>);

impl Addresses {
    /// Keeps what somebody wrote, in place of what they wrote before.
    pub fn keep(&self, who: UserId, url: &str, now: Instant) {
        let mut all = self.all();
        all.retain(|_, (since, _)| now.duration_since(*since) < PATIENCE);
        if all.len() >= MOST
            && !all.contains_key(&who)
            && let Some(oldest) = all.iter().min_by_key(|(_, (since, _))| *since).map(|(who, _)| *who)
        {
            all.remove(&oldest);
        }
        all.insert(who, (now, url.to_owned()));
    }

    /// What they wrote last, if it is still there.
    pub fn of(&self, who: UserId, now: Instant) -> Option<String> {
        let all = self.all();
        let (since, url) = all.get(&who)?;
        (now.duration_since(*since) < PATIENCE).then(|| url.clone())
    }

    /// It was taken.
    pub fn forget(&self, who: UserId) {
        self.all().remove(&who);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<UserId, (Instant, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_waits_for_each_person_and_not_for_ever() {
        let (addresses, now) = (Addresses::default(), Instant::now());
        let (ines, tomasz) = (UserId(1), UserId(2));
        addresses.keep(ines, "https://a.example", now);
        addresses.keep(ines, "https://b.example", now);
        assert_eq!(addresses.of(ines, now).as_deref(), Some("https://b.example"));
        assert_eq!(addresses.of(tomasz, now), None, "another's is nobody's business");
        assert_eq!(addresses.of(ines, now + PATIENCE), None);
        addresses.forget(ines);
        assert_eq!(addresses.of(ines, now), None);
        for person in 0..2_000_u32 {
            addresses.keep(
                UserId(person.into()),
                "https://x.example",
                now + Duration::from_millis(person.into()),
            );
        }
        assert_eq!(addresses.all().len(), MOST);
        assert!(addresses.of(UserId(1_999), now).is_some(), "the newest stay");
    }
}
