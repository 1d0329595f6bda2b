//! When something is traded, so that a market that is closed is told from one of which nothing is heard. Pure.

use serde::{Deserialize, Serialize};
use time::{Date, Duration, Month, OffsetDateTime, Weekday};

use super::holidays::{CLOSED, EARLY};
use crate::time::Timestamp;

/// Minutes after midnight in New York: the early session begins, the market opens, closes, closes on a short day, and
/// how long the late session lasts on a whole and on a short day.
const EARLY_SESSION: i64 = 4 * 60;
const OPENS: i64 = 9 * 60 + 30;
const CLOSES: i64 = 16 * 60;
const CLOSES_EARLY: i64 = 13 * 60;
const LATE_SESSION: i64 = 4 * 60;

/// Trading hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Session {
    /// All day, every day.
    Always,
    /// Those of the US exchanges for stocks.
    UsEquities,
}

/// Whether there is trade at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The market is open.
    Open,
    /// Before it opens or after it has closed there is some trade: a price may come, or none for long.
    Extended,
    /// No price will come.
    Closed,
}

impl Phase {
    /// As programs are told.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Extended => "extended",
            Self::Closed => "closed",
        }
    }
}

impl Session {
    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::UsEquities => "us_equities",
        }
    }

    /// By its name; `None` for one that this version doesn't know.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Always, Self::UsEquities]
            .into_iter()
            .find(|session| session.name() == name)
    }

    /// Whether there is trade at `at`.
    pub fn phase(self, at: Timestamp) -> Phase {
        let Self::UsEquities = self else {
            return Phase::Open;
        };
        let (date, minute) = new_york(at);
        let Some(closes) = closes(date) else {
            return Phase::Closed;
        };
        if (OPENS..closes).contains(&minute) {
            Phase::Open
        } else if (EARLY_SESSION..closes + LATE_SESSION).contains(&minute) {
            Phase::Extended
        } else {
            Phase::Closed
        }
    }

    /// When the market opens next after `at`; `None` when it is never closed.
    pub fn next_opening(self, at: Timestamp) -> Option<Timestamp> {
        let Self::UsEquities = self else { return None };
        let (first, minute) = new_york(at);
        let first = if minute < OPENS { first } else { first.next_day()? };
        // The longest stretch of closed days is four.
        let days = std::iter::successors(Some(first), |day| day.next_day()).take(10);
        let day = days.into_iter().find(|day| closes(*day).is_some())?;
        Some(opening(day))
    }

    /// From when until when no price is to be expected after one at `at`: from the close, or from then where the market isn't
    /// open, to the next opening; `None` when it is never closed.
    pub fn rest_after(self, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let (date, _) = new_york(at);
        let from = match (self.phase(at), closes(date)) {
            (Phase::Open, Some(closes)) => opening(date).plus_seconds((closes - OPENS) * 60),
            _ => at,
        };
        Some((from, self.next_opening(from)?))
    }
}

/// The day in New York and the minutes since its midnight.
fn new_york(at: Timestamp) -> (Date, i64) {
    let seconds = at.micros().div_euclid(1_000_000);
    let utc = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let local = utc.saturating_add(Duration::hours(offset(utc)));
    (local.date(), i64::from(local.hour()) * 60 + i64::from(local.minute()))
}

/// Hours from UTC to New York: daylight saving time is from the second Sunday of March to the first of November, since
/// 2007; both at two o'clock.
fn offset(utc: OffsetDateTime) -> i64 {
    let sunday = |month, number| nth_sunday(utc.year(), month, number);
    let begins = sunday(Month::March, 2).midnight().assume_utc() + Duration::hours(7);
    let ends = sunday(Month::November, 1).midnight().assume_utc() + Duration::hours(6);
    if (begins..ends).contains(&utc) { -4 } else { -5 }
}

fn nth_sunday(year: i32, month: Month, number: i64) -> Date {
    let first = Date::from_calendar_date(year, month, 1).unwrap_or(Date::MIN);
    let to_sunday = (7 - i64::from(first.weekday().number_days_from_sunday())) % 7;
    first.saturating_add(Duration::days(to_sunday + (number - 1) * 7))
}

/// At which minute of New York's day the market closes; `None` on a day on which it doesn't open.
fn closes(date: Date) -> Option<i64> {
    let day = (date.year(), u8::from(date.month()), date.day());
    if matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) || CLOSED.contains(&day) {
        None
    } else if EARLY.contains(&day) {
        Some(CLOSES_EARLY)
    } else {
        Some(CLOSES)
    }
}

fn opening(date: Date) -> Timestamp {
    let local = date.midnight().assume_utc() + Duration::minutes(OPENS);
    // The clocks are never changed in the hours around the opening.
    let utc = local - Duration::hours(offset(local));
    Timestamp::from_micros(utc.unix_timestamp().saturating_mul(1_000_000))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::holidays::LAST_YEAR, *};

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn new_york_opens_and_closes_in_winter_and_in_summer() {
        for (time, phase) in [
            ("2026-01-05T14:29:59Z", Phase::Extended),
            ("2026-01-05T14:30:00Z", Phase::Open),
            ("2026-01-05T20:59:59Z", Phase::Open),
            ("2026-01-05T21:00:00Z", Phase::Extended),
            ("2026-01-06T00:59:59Z", Phase::Extended),
            ("2026-01-06T01:00:00Z", Phase::Closed),
            ("2026-01-06T09:00:00Z", Phase::Extended),
            ("2026-07-06T13:29:59Z", Phase::Extended),
            ("2026-07-06T13:30:00Z", Phase::Open),
            ("2026-07-06T20:00:00Z", Phase::Extended),
            // The Friday before the clocks go forward, and the Monday after.
            ("2026-03-06T14:00:00Z", Phase::Extended),
            ("2026-03-09T14:00:00Z", Phase::Open),
            // And back.
            ("2026-10-30T13:45:00Z", Phase::Open),
            ("2026-11-02T13:45:00Z", Phase::Extended),
            ("2026-01-03T16:00:00Z", Phase::Closed),
            ("2026-01-04T16:00:00Z", Phase::Closed),
        ] {
            assert_eq!(Session::UsEquities.phase(at(time)), phase, "{time}");
            assert_eq!(Session::Always.phase(at(time)), Phase::Open);
        }
    }

    #[test]
    fn holidays_are_closed_and_short_days_are_short() {
        for (time, phase) in [
            ("2026-07-03T16:00:00Z", Phase::Closed),
            ("2027-12-24T16:00:00Z", Phase::Closed),
            ("2028-07-03T16:59:00Z", Phase::Open),
            ("2028-07-03T17:00:00Z", Phase::Extended),
            ("2028-07-03T21:00:00Z", Phase::Closed),
            ("2026-11-27T17:59:00Z", Phase::Open),
            ("2026-11-27T18:00:00Z", Phase::Extended),
        ] {
            assert_eq!(Session::UsEquities.phase(at(time)), phase, "{time}");
        }
    }

    #[test]
    fn the_table_holds_days_on_which_the_market_would_open() {
        for (year, month, day) in CLOSED.into_iter().chain(EARLY) {
            let date = Date::from_calendar_date(year, Month::try_from(month).unwrap(), day).unwrap();
            assert!(!matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday), "{date}");
            assert!((2025..=LAST_YEAR).contains(&year));
        }
        assert!(EARLY.iter().all(|day| !CLOSED.contains(day)));
        for year in 2025..=LAST_YEAR {
            let days = CLOSED.iter().filter(|day| day.0 == year).count();
            assert!((9..=11).contains(&days), "{year}: {days}");
        }
    }

    #[test]
    fn the_next_opening_skips_what_is_closed() {
        for (now, next) in [
            ("2026-01-05T12:00:00Z", "2026-01-05T14:30:00Z"),
            ("2026-01-05T15:00:00Z", "2026-01-06T14:30:00Z"),
            ("2026-11-25T22:00:00Z", "2026-11-27T14:30:00Z"),
            ("2026-04-02T21:00:00Z", "2026-04-06T13:30:00Z"),
            ("2026-03-06T22:00:00Z", "2026-03-09T13:30:00Z"),
        ] {
            assert_eq!(Session::UsEquities.next_opening(at(now)), Some(at(next)), "{now}");
        }
        assert_eq!(Session::Always.next_opening(at("2026-01-05T12:00:00Z")), None);
    }

    #[test]
    fn no_price_is_expected_from_the_close_to_the_opening() {
        let rest = |time: &str| Session::UsEquities.rest_after(at(time));
        let weekend = |from: &str| Some((at(from), at("2026-01-05T14:30:00Z")));
        assert_eq!(
            rest("2026-01-02T15:00:00Z"),
            weekend("2026-01-02T21:00:00Z"),
            "in the open market"
        );
        assert_eq!(
            rest("2026-01-02T22:15:00Z"),
            weekend("2026-01-02T22:15:00Z"),
            "after hours"
        );
        assert_eq!(rest("2026-01-04T12:00:00Z"), weekend("2026-01-04T12:00:00Z"));
        // Closed early on the day after Thanksgiving.
        let short = Some((at("2026-11-27T18:00:00Z"), at("2026-11-30T14:30:00Z")));
        assert_eq!(rest("2026-11-27T15:00:00Z"), short);
        assert_eq!(Session::Always.rest_after(at("2026-01-04T12:00:00Z")), None);
    }

    proptest! {
        #[test]
        fn any_moment_has_a_phase_and_an_opening_after_it(micros in 0_i64..4_102_444_800_000_000) {
            let now = Timestamp::from_micros(micros);
            let next = Session::UsEquities.next_opening(now).unwrap();
            prop_assert!(next > now && next.seconds_since(now) < 6 * 86_400);
            prop_assert_eq!(Session::UsEquities.phase(next), Phase::Open);
            prop_assert_ne!(Session::UsEquities.phase(next.plus_seconds(-1)), Phase::Open);
        }
    }
}
