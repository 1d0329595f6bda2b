//! How much is kept of whom, as it is set. Pure.

use std::str::FromStr;

use crate::{logs::query::places::Whole, server::config::Config, time::Timestamp};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// How much is kept of one source, as `--keep-logs-of` says it: `gateway=90d,2GB`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeepOf {
    /// Its name; a star stands for anything.
    pub source: String,
    /// Seconds since a line came.
    pub seconds: Option<i64>,
    /// Bytes of its texts.
    pub bytes: Option<u64>,
}

impl FromStr for KeepOf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected a source with an age, a size or both, such as gateway=90d,2GB, not {text:?}");
        // The last one: a source's name may have others.
        let (source, much) = text.rsplit_once('=').ok_or_else(wrong)?;
        let mut keep = Self {
            source: source.trim().to_owned(),
            seconds: None,
            bytes: None,
        };
        if keep.source.is_empty() {
            return Err(wrong());
        }
        for part in much.split(',').map(str::trim) {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let number: u32 = part[..digits].parse().map_err(|_| wrong())?;
            let unit = part[digits..].trim().to_ascii_lowercase();
            let (seconds, bytes) = match unit.as_str() {
                "h" => (Some(3_600), None),
                "d" => (Some(DAY), None),
                "w" => (Some(7 * DAY), None),
                "mb" => (None, Some(1_000_000)),
                "gb" => (None, Some(1_000_000_000)),
                "tb" => (None, Some(1_000_000_000_000)),
                _ => return Err(wrong()),
            };
            let (is_age, is_twice) = (
                seconds.is_some(),
                match seconds {
                    Some(_) => keep.seconds.is_some(),
                    None => keep.bytes.is_some(),
                },
            );
            if number == 0 || is_twice {
                return Err(wrong());
            }
            match is_age {
                true => keep.seconds = seconds.map(|unit: i64| unit * i64::from(number)),
                false => keep.bytes = bytes.map(|unit: u64| unit * u64::from(number)),
            }
        }
        // Ten years are as long as all lines can be kept.
        match keep.seconds.is_some_and(|seconds| seconds > 3_650 * DAY) {
            true => Err(format!("log lines are kept for 3650d at most, not {text:?}")),
            false => Ok(keep),
        }
    }
}

/// What holds for one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Seconds since a line came.
    pub seconds: i64,
    /// Bytes of its texts.
    pub bytes: Option<u64>,
}

/// How much is kept of everybody.
#[derive(Clone, Debug)]
pub struct Keep {
    /// Bytes on the disk, of all blocks together.
    pub bytes: u64,
    seconds: i64,
    /// The first that fits a source holds for it.
    of: Vec<(Whole, KeepOf)>,
}

impl Keep {
    /// As the settings say.
    pub fn of(config: &Config) -> Self {
        Self::new(
            config.keep_logs_days,
            u64::from(config.keep_logs_gb) << 30,
            &config.keep_logs_of,
        )
    }

    /// Lines of so many days, in so many bytes; of these sources otherwise.
    pub fn new(days: u16, bytes: u64, of: &[KeepOf]) -> Self {
        let like = |one: &KeepOf| {
            let pieces: Vec<String> = one.source.split('*').map(str::to_owned).collect();
            (Whole::new(&pieces), one.clone())
        };
        Self {
            bytes,
            seconds: i64::from(days) * DAY,
            of: of.iter().map(like).collect(),
        }
    }

    /// What holds for this source.
    pub fn bounds(&self, source: &str) -> Bounds {
        let own = self.of.iter().find(|(like, _)| like.is(source));
        Bounds {
            seconds: own.and_then(|(_, own)| own.seconds).unwrap_or(self.seconds),
            bytes: own.and_then(|(_, own)| own.bytes),
        }
    }

    /// True when the text of some sources is bounded.
    pub fn bounds_bytes(&self) -> bool {
        self.of.iter().any(|(_, own)| own.bytes.is_some())
    }

    /// Lines that came at this moment or later are too young for everybody's bounds.
    pub fn youngest(&self, now: Timestamp) -> Timestamp {
        let own = self.of.iter().filter_map(|(_, own)| own.seconds);
        now.plus_seconds(-own.fold(self.seconds, i64::min))
    }

    /// What holds for this source, in words: `90 days, 2 GB of text`.
    pub fn words(&self, source: &str) -> String {
        let bounds = self.bounds(source);
        let age = match bounds.seconds {
            DAY => "1 day".to_owned(),
            seconds if seconds % DAY == 0 => format!("{} days", seconds / DAY),
            3_600 => "1 hour".to_owned(),
            seconds => format!("{} hours", seconds / 3_600),
        };
        let size = bounds.bytes.map(|bytes| match bytes / 1_000_000 {
            mega if mega % 1_000 == 0 => format!(", {} GB of text", mega / 1_000),
            mega => format!(", {mega} MB of text"),
        });
        age + &size.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(text: &str) -> Result<KeepOf, String> {
        text.parse()
    }

    #[test]
    fn an_age_a_size_or_both() {
        let read = |text| keep(text).map(|keep| (keep.source, keep.seconds, keep.bytes)).unwrap();
        assert_eq!(
            read("gateway=90d,2GB"),
            ("gateway".into(), Some(90 * DAY), Some(2_000_000_000))
        );
        assert_eq!(read("a=b = 500 mb"), ("a=b".into(), None, Some(500_000_000)));
        assert_eq!(read("md*=36h"), ("md*".into(), Some(36 * 3_600), None));
        for wrong in [
            "gateway",
            "=3d",
            "gateway=",
            "a=3",
            "a=3y",
            "a=0d",
            "a=3d,4d",
            "a=1GB,2MB",
            "a=3d,",
            "a=-3d",
            "a=3651d",
            "a=99999999999d",
            "a=ü",
        ] {
            assert!(keep(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_first_that_fits_holds_and_what_it_leaves_open_is_as_for_all() {
        let of: Vec<KeepOf> = ["gateway=90d,2GB", "md*=36h", "*=1500MB"]
            .map(|text| keep(text).unwrap())
            .into();
        let keep = Keep::new(14, u64::MAX, &of);
        assert_eq!(keep.words("Gateway"), "90 days, 2 GB of text");
        assert_eq!(keep.words("md-feed"), "36 hours");
        assert_eq!(keep.words("booker"), "14 days, 1500 MB of text");
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        assert_eq!(keep.youngest(now), now.plus_seconds(-36 * 3_600));
        assert!(keep.bounds_bytes());
        let plain = Keep::new(1, 7, &[]);
        assert_eq!((plain.words("x"), plain.bounds_bytes()), ("1 day".into(), false));
    }
}
