//! When a rule speaks: days of the week and a stretch of the day, UTC.

use serde::{Deserialize, Serialize};

use crate::{alerts::model::DAYS, error::AppError, time::Timestamp};

/// All days.
const ALL: u8 = 0b111_1111;
/// Minutes of a day.
const DAY: i64 = 24 * 60;

/// Days and a stretch of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// A bit for each day, Monday the lowest.
    pub days: u8,
    /// Minutes after midnight at which it begins.
    pub from: u16,
    /// Minutes at which it ends; as `from` for the whole day, before it for one that goes over midnight.
    pub until: u16,
}

impl Default for Hours {
    fn default() -> Self {
        Self {
            days: ALL,
            from: 0,
            until: 0,
        }
    }
}

impl Hours {
    /// From what was typed: days with commas between (none for all), `08:00` and `17:30` (none for the whole day).
    ///
    /// # Errors
    /// `Invalid`, which says what is expected.
    pub fn read(days: &str, from: &str, until: &str) -> Result<Self, AppError> {
        let mut set = 0;
        for day in days.split(',').map(str::trim).filter(|day| !day.is_empty()) {
            let place = DAYS.iter().position(|known| day.eq_ignore_ascii_case(known));
            let place = place.ok_or_else(|| {
                let words = format!(
                    "There is no day {day:?}: days are {}, with commas between.",
                    DAYS.join(", ")
                );
                AppError::Invalid(words)
            })?;
            set |= 1 << place;
        }
        let (from, until) = match (from.trim(), until.trim()) {
            ("", "") => (0, 0),
            (from, until) => (minute(from)?, minute(until)?),
        };
        Ok(Self {
            days: if set == 0 { ALL } else { set },
            from,
            until,
        })
    }

    /// As it is typed: the days (none where it is all of them), the beginning, the end.
    pub fn write(self) -> (String, String, String) {
        let named = DAYS
            .iter()
            .enumerate()
            .filter(|(place, _)| self.days & (1 << place) != 0);
        let days = match self.days {
            ALL => String::new(),
            _ => named.map(|(_, day)| *day).collect::<Vec<_>>().join(","),
        };
        let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        match self.from == self.until {
            true => (days, String::new(), String::new()),
            false => (days, clock(self.from), clock(self.until)),
        }
    }

    /// Whether `at` lies in it. What goes over midnight belongs to the day on which it began.
    pub fn hold(self, at: Timestamp) -> bool {
        let minutes = at.micros().div_euclid(60_000_000);
        let (mut day, minute) = (minutes.div_euclid(DAY), minutes.rem_euclid(DAY));
        let (from, until) = (i64::from(self.from), i64::from(self.until));
        let is_within = match from.cmp(&until) {
            std::cmp::Ordering::Equal => true,
            std::cmp::Ordering::Less => (from..until).contains(&minute),
            std::cmp::Ordering::Greater => {
                if minute < until {
                    day -= 1;
                }
                minute < until || minute >= from
            }
        };
        // 1970 began on a Thursday.
        let weekday = (day + 3).rem_euclid(7);
        is_within && self.days & (1 << weekday) != 0
    }
}

/// The minutes of `08:00`; `24:00` is midnight.
fn minute(text: &str) -> Result<u16, AppError> {
    let read = || {
        let (hour, minute) = text.split_once(':')?;
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        let all = hour * 60 + minute;
        (hour <= 24 && minute < 60 && i64::from(all) <= DAY).then_some(all % DAY as u16)
    };
    read().ok_or_else(|| AppError::Invalid("Hours are two times of day in UTC, such as 08:00 and 17:30.".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn days_and_hours_hold() {
        let work = Hours::read("mon,tue,wed,thu,fri", "08:00", "17:30").unwrap();
        // 2026-11-20 is a Friday.
        assert!(work.hold(at("2026-11-20T08:00:00Z")) && work.hold(at("2026-11-20T17:29:59Z")));
        assert!(!work.hold(at("2026-11-20T17:30:00Z")) && !work.hold(at("2026-11-21T09:00:00Z")));
        let night = Hours::read("fri", "22:00", "06:00").unwrap();
        assert!(night.hold(at("2026-11-20T23:00:00Z")) && night.hold(at("2026-11-21T05:00:00Z")));
        assert!(!night.hold(at("2026-11-20T05:00:00Z")) && !night.hold(at("2026-11-21T23:00:00Z")));
        assert!(Hours::default().hold(at("2026-11-22T03:00:00Z")));
    }

    #[test]
    fn they_are_read_as_they_are_written() {
        for (days, from, until) in [("", "", ""), ("mon,sun", "08:00", "17:30"), ("", "22:00", "06:00")] {
            let (a, b, c) = Hours::read(days, from, until).unwrap().write();
            assert_eq!((a.as_str(), b.as_str(), c.as_str()), (days, from, until));
        }
        for (days, from, until) in [
            ("someday", "", ""),
            ("", "08:00", ""),
            ("", "8", "9"),
            ("", "25:00", "09:00"),
        ] {
            assert!(Hours::read(days, from, until).is_err(), "{days} {from} {until}");
        }
    }
}
