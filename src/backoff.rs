//! How long to wait before the next try: under a second at first, doubling to 30 s, jittered so that a
//! restarted server does not meet everyone at once.

/// Longest wait, in milliseconds.
pub const LONGEST_MS: u32 = 30_000;
const FIRST_MS: u32 = 500;

/// Milliseconds before try number `attempt` (0 is the first after a drop); `chance` is a random number in
/// 0.0..1.0 that spreads tries over half to whole of the nominal wait.
pub fn delay_ms(attempt: u32, chance: f64) -> u32 {
    let nominal = FIRST_MS
        .saturating_mul(2u32.saturating_pow(attempt.min(16)))
        .min(LONGEST_MS);
    let half = nominal / 2;
    half + (f64::from(half) * chance.clamp(0.0, 1.0)) as u32
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_MS, delay_ms};

    #[test]
    fn starts_under_a_second_and_never_passes_half_a_minute() {
        assert!((250..=500).contains(&delay_ms(0, 0.7)));
        for attempt in 0..100 {
            let (low, high) = (delay_ms(attempt, 0.0), delay_ms(attempt, 1.0));
            assert!(
                low >= 250 && low <= high && high <= LONGEST_MS,
                "{attempt}: {low}..{high}"
            );
        }
        assert_eq!(delay_ms(99, 1.0), LONGEST_MS);
    }
}
