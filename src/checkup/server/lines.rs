//! How many lines of the connection check may be open: of one person, program or address, and of all who are strangers, so that
//! nobody holds the memory that each may take. Beyond that, the next is refused. A few of them may be wide, which carry large
//! messages.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::guest::Who;
use crate::error::AppError;

/// Lines at once of one.
pub const EACH: usize = 16;
/// Lines at once of all strangers.
const STRANGERS: usize = 64;

/// Wide lines at once of one: the next can be opened while the last is still being closed.
const WIDE_EACH: usize = 2;
/// Wide lines at once of all who are known; of all strangers half as many.
const WIDE: usize = 4;

#[derive(Clone, Copy, Default)]
struct Count {
    all: usize,
    wide: usize,
}

/// Who holds how many.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<HashMap<Who, Count>>>);

/// A line that counts until this is dropped.
pub struct Held {
    who: Who,
    wide: bool,
    lines: Lines,
}

impl Lines {
    /// One more for `who`.
    ///
    /// # Errors
    /// `Conflict`, which says what to close.
    pub fn hold(&self, who: Who) -> Result<Held, AppError> {
        let mut held = self.lock();
        if held.get(&who).is_some_and(|count| count.all >= EACH) {
            return Err(AppError::Conflict(format!(
                "You have {EACH} lines of the connection check open, which is as many as there can be. Close one, then open \
                 the next."
            )));
        }
        let strangers = held.iter().filter(|(who, _)| who.is_stranger());
        if who.is_stranger() && strangers.map(|(_, count)| count.all).sum::<usize>() >= STRANGERS {
            return Err(AppError::Conflict(
                "As many strangers as may are trying their lines here. Come again later, or with a token.".into(),
            ));
        }
        held.entry(who).or_default().all += 1;
        Ok(Held {
            who,
            wide: false,
            lines: self.clone(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Who, Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// Makes it a wide line; false where there are as many as may be.
    pub fn widen(&mut self) -> bool {
        let mut held = self.lines.lock();
        let is_stranger = self.who.is_stranger();
        let alike = held.iter().filter(|(who, _)| who.is_stranger() == is_stranger);
        let wide: usize = alike.map(|(_, count)| count.wide).sum();
        let most = if is_stranger { WIDE / 2 } else { WIDE };
        match held.get_mut(&self.who) {
            Some(count) if !self.wide && count.wide < WIDE_EACH && wide < most => {
                count.wide += 1;
                self.wide = true;
            }
            _ => (),
        }
        self.wide
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut held = self.lines.lock();
        if let Some(count) = held.get_mut(&self.who) {
            count.all -= 1;
            count.wide -= usize::from(self.wide);
            if count.all == 0 {
                held.remove(&self.who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::UserId;

    #[test]
    fn each_has_so_many_and_gives_them_back() {
        let lines = Lines::default();
        let (one, other) = (Who::Member(UserId(1)), Who::Member(UserId(2)));
        let mut held: Vec<_> = (0..EACH)
            .map(|_| lines.hold(one).unwrap_or_else(|e| panic!("{e}")))
            .collect();
        assert!(matches!(lines.hold(one), Err(AppError::Conflict(_))));
        assert!(lines.hold(other).is_ok(), "others have their own");
        held.pop();
        assert!(lines.hold(one).is_ok());
        drop(held);
        assert!(lines.lock().is_empty(), "nobody is remembered");
    }

    #[test]
    fn few_lines_are_wide_and_strangers_take_none_of_those_for_others() {
        let lines = Lines::default();
        let line = |who| lines.hold(who).unwrap_or_else(|e| panic!("{e}"));
        let (known, stranger) = (|n| Who::Member(UserId(n)), |n| Who::Stranger([10, 0, 0, n].into()));
        let opened = [
            stranger(1),
            stranger(1),
            stranger(2),
            known(1),
            known(1),
            known(1),
            known(2),
            known(2),
            known(3),
        ];
        let mut held: Vec<_> = opened.into_iter().map(line).collect();
        let wide: Vec<_> = held.iter_mut().map(Held::widen).collect();
        assert_eq!(wide, [true, true, false, true, true, false, true, true, false]);
        assert!(held[0].widen(), "it is one already");
        held.truncate(7);
        assert!(line(known(3)).widen(), "one was given back");
        held.clear();
        assert!(lines.lock().is_empty());
    }

    #[test]
    fn strangers_share_what_there_is_and_take_nothing_from_those_who_are_known() {
        let lines = Lines::default();
        let strangers = (0..STRANGERS).map(|n| Who::Stranger([10, 0, (n / 8) as u8, (n % 8) as u8].into()));
        let held: Vec<_> = strangers.map(|who| lines.hold(who)).collect();
        assert!(held.iter().all(Result::is_ok));
        assert!(lines.hold(Who::Stranger([10, 1, 0, 0].into())).is_err());
        assert!(lines.hold(Who::Member(UserId(1))).is_ok());
    }
}
