//! Addresses of webhooks that were written into a form that comes again: they are secrets, so they go by no URL, and wait
//! here for the page that shows them.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::ids::{AlertId, UserId};

/// How long one waits.
const PATIENCE: Duration = Duration::from_secs(3_600);
/// Forms whose address waits at most; of more, the ones that have waited longest are written again.
const MOST: usize = 500;

/// A person's form: of a rule that is changed, or of a new one.
pub type Form = (UserId, Option<AlertId>);

/// The last address that was written into each form.
#[derive(Default)]
pub struct Addresses(Mutex<HashMap<Form, (Instant, String)>>);

impl Addresses {
    /// Keeps what was written, in place of what was before.
    pub fn keep(&self, form: Form, url: &str, now: Instant) {
        let mut all = self.all();
        all.retain(|_, (since, _)| now.duration_since(*since) < PATIENCE);
        if all.len() >= MOST
            && !all.contains_key(&form)
            && let Some(oldest) = all.iter().min_by_key(|(_, (since, _))| *since).map(|(form, _)| *form)
        {
            all.remove(&oldest);
        }
        all.insert(form, (now, url.to_owned()));
    }

    /// What was written last, if it is still there.
    pub fn of(&self, form: Form, now: Instant) -> Option<String> {
        let all = self.all();
        let (since, url) = all.get(&form)?;
        (now.duration_since(*since) < PATIENCE).then(|| url.clone())
    }

    /// It was taken.
    pub fn forget(&self, form: Form) {
        self.all().remove(&form);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Form, (Instant, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_waits_for_each_form_and_not_for_ever() {
        let (addresses, now) = (Addresses::default(), Instant::now());
        let (ines, tomasz) = ((UserId(1), None), (UserId(2), None));
        addresses.keep(ines, "https://a.example", now);
        addresses.keep(ines, "https://b.example", now);
        assert_eq!(addresses.of(ines, now).as_deref(), Some("https://b.example"));
        assert_eq!(addresses.of(tomasz, now), None, "another's is nobody's business");
        assert_eq!(
            addresses.of((UserId(1), Some(AlertId(5))), now),
            None,
            "another rule's has its own"
        );
        assert_eq!(addresses.of(ines, now + PATIENCE), None);
        addresses.forget(ines);
        assert_eq!(addresses.of(ines, now), None);
        for person in 0..2_000_u32 {
            addresses.keep(
                (UserId(person.into()), None),
                "https://x.example",
                now + Duration::from_millis(person.into()),
            );
        }
        assert_eq!(addresses.all().len(), MOST);
        assert!(addresses.of((UserId(1_999), None), now).is_some(), "the newest stay");
    }
}
