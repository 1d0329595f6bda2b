//! Instants. Microseconds since 1970 UTC in memory and in the database, RFC 3339 on the wire.
//!
//! The only file that reads the clock; everything else is given the time.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::platform;

/// An instant, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// This machine's clock, now.
    pub fn now() -> Self {
        let since = web_time::SystemTime::now().duration_since(web_time::UNIX_EPOCH);
        Self(since.map_or(0, |d| d.as_micros() as i64))
    }

    /// From microseconds since 1970, as kept in the database.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339 (`2026-11-20T14:03:07.5Z`, any offset); finer than a microsecond is cut off.
    /// `None` when the text is no such time or lies outside the years 1970 to 9999.
    pub fn parse(text: &str) -> Option<Self> {
        platform::parse_time(text).filter(|micros| *micros >= 0).map(Self)
    }

    /// Later by so many seconds.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Whole seconds from `earlier` to this instant; negative when it lies before.
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0) / 1_000_000
    }

    /// Whether both belong to the same day, UTC.
    pub const fn is_same_day(self, other: Self) -> bool {
        const DAY: i64 = 86_400_000_000;
        self.0.div_euclid(DAY) == other.0.div_euclid(DAY)
    }

    /// `14:03`, UTC.
    pub fn minute(self) -> String {
        self.part(11, 16)
    }

    /// `14:03:07`, UTC.
    pub fn second(self) -> String {
        self.part(11, 19)
    }

    /// `14:03:07.204`, UTC.
    pub fn milli(self) -> String {
        self.part(11, 23)
    }

    /// `2026-11-20`, UTC: the day it belongs to.
    pub fn day(self) -> String {
        self.part(0, 10)
    }

    fn part(self, from: usize, to: usize) -> String {
        platform::time_text(self.0).get(from..to).unwrap_or_default().to_owned()
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with microseconds: `2026-11-20T14:03:07.204113Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&platform::time_text(self.0))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("expected a time in RFC 3339, such as 2026-11-20T14:03:07Z"))
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn wire_form_reads_back() {
        let at = Timestamp::parse("2026-11-20T15:03:07.204113+01:00").unwrap();
        assert_eq!(at.to_string(), "2026-11-20T14:03:07.204113Z");
        assert_eq!(Timestamp::parse(&at.to_string()), Some(at));
        assert_eq!(
            (at.minute(), at.milli(), at.day()),
            ("14:03".into(), "14:03:07.204".into(), "2026-11-20".into())
        );
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "yesterday",
            "2026-11-20",
            "2026-13-01T00:00:00Z",
            "1960-01-01T00:00:00Z",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }
}
