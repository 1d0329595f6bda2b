//! How much anyone may send, in one place. Rates are governor's GCRA: a burst, then a steady rate.

use std::{
    hash::Hash,
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock};

use crate::error::AppError;

/// Largest body of a form or server function, in bytes.
pub const FORM_BODY: usize = 64 * 1024;
/// Largest body of a program's request to chat, in bytes.
pub const PROGRAM_BODY: usize = 256 * 1024;
/// Largest body of an ingest request, in bytes.
pub const INGEST_BODY: usize = 4 * 1024 * 1024;
/// Largest body of a log shipper's protocol, in bytes: as it is sent, and again as it is unpacked. Vector and Fluent Bit
/// gather up to 10 MB.
pub const SHIPPED_BODY: usize = 16 * 1024 * 1024;
/// A request must be read within this.
pub const REQUEST_TIME: Duration = Duration::from_secs(30);
/// It must be read and answered within this; streams count only until they start. Longer, so that who sends too slowly is told
/// that.
pub const ANSWER_TIME: Duration = Duration::from_secs(35);
/// A request's head must have arrived within this; also how long an idle connection is kept.
pub const HEADER_TIME: Duration = Duration::from_secs(15);
/// Largest head of a request, in bytes.
pub const HEADER_BYTES: usize = 32 * 1024;
/// Connections at once.
pub const CONNECTIONS: usize = 20_000;

/// Keys that a table holds before those that have been quiet are looked for.
const KEYS: usize = 10_000;

/// A rate per key (an address, an account, a token).
pub struct PerKey<K: Hash + Eq + Clone> {
    limiter: DefaultKeyedRateLimiter<K>,
    /// What was counted since the quiet ones were forgotten last.
    counted: AtomicUsize,
    /// After so many it is time again.
    due: AtomicUsize,
}

impl<K: Hash + Eq + Clone> PerKey<K> {
    /// `burst` at once, then one every `each`.
    pub fn new(burst: u32, each: Duration) -> Self {
        Self {
            limiter: RateLimiter::keyed(quota(burst, each)),
            counted: AtomicUsize::new(0),
            due: AtomicUsize::new(KEYS),
        }
    }

    /// Counts one for `key`.
    ///
    /// # Errors
    /// `SlowDown` with the seconds to wait.
    pub fn check(&self, key: &K) -> Result<(), AppError> {
        self.check_many(key, NonZeroU32::MIN)
    }

    /// Counts `many` for `key`, or none of them; more than the burst never pass.
    ///
    /// # Errors
    /// `SlowDown` with the seconds to wait.
    pub fn check_many(&self, key: &K, many: NonZeroU32) -> Result<(), AppError> {
        // Forget those who have been quiet, so that the table is bounded by the rate of newcomers: not before as many were
        // counted as were left the last time, so that however many they are, each costs a look or two at one of them.
        let counted = self.counted.fetch_add(1, Ordering::Relaxed) + 1;
        if counted > self.due.load(Ordering::Relaxed) {
            self.counted.store(0, Ordering::Relaxed);
            self.limiter.retain_recent();
            self.due.store(self.limiter.len().max(KEYS), Ordering::Relaxed);
        }
        match self.limiter.check_key_n(key, many) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(until)) => Err(slow_down(until.wait_time_from(self.limiter.clock().now()))),
            Err(_) => Err(AppError::SlowDown(1)),
        }
    }
}

/// A rate for one thing alone, such as a socket.
pub struct Rate {
    limiter: DefaultDirectRateLimiter,
}

impl Rate {
    /// `burst` at once, then one every `each`.
    pub fn new(burst: u32, each: Duration) -> Self {
        Self {
            limiter: RateLimiter::direct(quota(burst, each)),
        }
    }

    /// Counts one.
    ///
    /// # Errors
    /// `SlowDown` with the seconds to wait.
    pub fn check(&self) -> Result<(), AppError> {
        self.limiter
            .check()
            .map_err(|until| slow_down(until.wait_time_from(self.limiter.clock().now())))
    }
}

/// What an address is counted under: IPv6 by its /64, which is what one household or host gets.
pub fn address_key(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6((u128::from(v6) & !u128::from(u64::MAX)).into()),
        },
    }
}

fn quota(burst: u32, each: Duration) -> Quota {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    Quota::with_period(each)
        .unwrap_or_else(|| Quota::per_second(burst))
        .allow_burst(burst)
}

fn slow_down(wait: Duration) -> AppError {
    AppError::SlowDown(
        u32::try_from(wait.as_millis().div_ceil(1000))
            .unwrap_or(u32::MAX)
            .max(1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_a_wait() {
        let limit = PerKey::new(2, Duration::from_secs(60));
        assert!(limit.check(&1).is_ok() && limit.check(&1).is_ok());
        assert!(matches!(limit.check(&1), Err(AppError::SlowDown(s)) if (1..=60).contains(&s)));
        assert!(limit.check(&2).is_ok(), "another key has its own");
        let (two, three) = (NonZeroU32::new(2).unwrap(), NonZeroU32::new(3).unwrap());
        assert!(limit.check_many(&3, three).is_err() && limit.check_many(&3, two).is_ok());
        assert!(limit.check(&3).is_err(), "two were counted");
    }

    #[test]
    fn who_has_been_quiet_is_forgotten_and_the_others_are_not_looked_at_all_the_time() {
        let quiet = PerKey::new(1, Duration::from_nanos(1));
        let busy = PerKey::new(1, Duration::from_secs(3_600));
        let mut forgotten = 0;
        for key in 0..5 * KEYS {
            let before = busy.counted.load(Ordering::Relaxed);
            assert!(quiet.check(&key).is_ok() && busy.check(&key).is_ok());
            forgotten += usize::from(busy.counted.load(Ordering::Relaxed) < before);
            assert!(quiet.limiter.len() <= KEYS + 1, "{}", quiet.limiter.len());
        }
        assert_eq!(busy.limiter.len(), 5 * KEYS, "nobody's count is lost");
        assert!(busy.check(&7).is_err());
        // Each time as many again as there are: after 10,000, 20,000 and 40,000.
        assert!((2..=4).contains(&forgotten), "{forgotten}");
    }

    #[test]
    fn one_ipv6_network_is_one_key() {
        let key = |text: &str| address_key(text.parse().unwrap());
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_eq!(key("::ffff:10.0.0.1"), key("10.0.0.1"));
    }
}
