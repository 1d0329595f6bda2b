//! When an instrument is quiet: the line is up, but nothing has been heard of it for long. Pure.

use super::model::{Quote, VenueKind};
use crate::time::Timestamp;

/// After this many seconds a quote of a venue that we watch is quiet.
const WATCHED: i64 = 60;
/// After this many seconds a posted one is: programs post as they please, many once in some minutes.
const POSTED: i64 = 15 * 60;

/// Since when `quote` is quiet, at time `now`.
pub fn quiet_since(quote: &Quote, now: Timestamp) -> Option<Timestamp> {
    let watched = VenueKind::ALL.iter().any(|venue| venue.name() == quote.venue);
    let patience = if watched { WATCHED } else { POSTED };
    (now.seconds_since(quote.time) >= patience).then_some(quote.time)
}

/// `14:03 UTC`, or on another day than `now` the day: `2026-11-20`.
pub fn since_in_words(since: Timestamp, now: Timestamp) -> String {
    if since.day() == now.day() {
        format!("{} UTC", since.minute())
    } else {
        since.day()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quote(venue: &str, time: Timestamp) -> Quote {
        Quote {
            version: 1,
            symbol: "A".into(),
            venue: venue.into(),
            last: 1.into(),
            open: None,
            change: None,
            bid: None,
            ask: None,
            volume: None,
            time,
            demo: false,
            spark: None,
        }
    }

    #[test]
    fn a_minute_for_venues_and_a_quarter_of_an_hour_for_posts() {
        let now = Timestamp::parse("2026-11-20T00:05:00Z").unwrap();
        for (venue, seconds, quiet) in [
            ("coinbase", 59, false),
            ("coinbase", 60, true),
            ("bot", 60, false),
            ("bot", 900, true),
            ("bot", -30, false),
        ] {
            let quote = quote(venue, now.plus_seconds(-seconds));
            assert_eq!(
                quiet_since(&quote, now),
                quiet.then_some(quote.time),
                "{venue} {seconds}"
            );
        }
        assert_eq!(since_in_words(now.plus_seconds(-60), now), "00:04 UTC");
        assert_eq!(since_in_words(now.plus_seconds(-600), now), "2026-11-19");
    }
}
