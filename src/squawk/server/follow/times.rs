//! When a feed is asked again. Pure.

use std::time::Duration;

use time::{OffsetDateTime, format_description::well_known::Rfc2822};

/// Longest wait that a feed or its failures bring about.
const DAY: Duration = Duration::from_secs(24 * 3_600);
/// Longest wait after failures alone.
const HOUR: Duration = Duration::from_secs(3_600);

/// After an answer: the usual time, or longer where the feed asks for it, by its `ttl` in minutes or by `Retry-After`.
pub fn usual(usual: Duration, ttl: Option<u32>, retry_after: Option<Duration>) -> Duration {
    let ttl = Duration::from_secs(u64::from(ttl.unwrap_or(0)) * 60);
    usual.max(ttl).max(retry_after.unwrap_or_default()).min(DAY)
}

/// After a failure, when there were `fails` in a row before it: twice as long each time, an hour at most, or as long as
/// `Retry-After` says.
pub fn after_fault(usual: Duration, fails: u32, retry_after: Option<Duration>) -> Duration {
    let doubled = usual.saturating_mul(1 << fails.saturating_add(1).min(16));
    doubled
        .min(HOUR.max(usual))
        .max(retry_after.unwrap_or_default())
        .min(DAY)
}

/// What the header `Retry-After` says: seconds, or a date, `now` in microseconds since 1970.
pub fn retry_after(header: &str, now: i64) -> Option<Duration> {
    if let Ok(seconds) = header.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = OffsetDateTime::parse(header.trim(), &Rfc2822).ok()?;
    let seconds = at.unix_timestamp() - now / 1_000_000;
    u64::try_from(seconds).ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn minutes(n: u64) -> Duration {
        Duration::from_secs(60 * n)
    }

    #[test]
    fn a_feed_is_asked_as_seldom_as_it_wants() {
        assert_eq!(usual(minutes(2), None, None), minutes(2));
        assert_eq!(usual(minutes(2), Some(1), None), minutes(2));
        assert_eq!(usual(minutes(2), Some(60), None), minutes(60));
        assert_eq!(usual(minutes(2), Some(60), Some(minutes(90))), minutes(90));
        assert_eq!(usual(minutes(2), Some(u32::MAX), None), DAY);
    }

    #[test]
    fn failures_make_it_seldom() {
        let pauses: Vec<u64> = (0..8)
            .map(|n| after_fault(minutes(2), n, None).as_secs() / 60)
            .collect();
        assert_eq!(pauses, [4, 8, 16, 32, 60, 60, 60, 60]);
        assert_eq!(after_fault(minutes(2), u32::MAX, None), HOUR);
        assert_eq!(after_fault(minutes(2), 0, Some(minutes(120))), minutes(120));
        assert_eq!(after_fault(minutes(2), 0, Some(minutes(10_000))), DAY);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = 784_111_717 * 1_000_000;
        assert_eq!(retry_after(" 120 ", now), Some(minutes(2)));
        assert_eq!(
            retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now),
            Some(Duration::from_secs(60))
        );
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:48:00 GMT", now), None, "it is over");
        assert_eq!(retry_after("soon", now), None);
    }
}
