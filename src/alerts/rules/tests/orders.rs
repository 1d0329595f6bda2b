//! Whatever happens, in whatever order, and restarts in between.

use proptest::prelude::*;

use super::*;

/// Something that may happen: after so many seconds, of a few kinds.
fn happening() -> impl Strategy<Value = (i64, u8, u32)> {
    (0..40_i64, 0..8_u8, 90..110_u32)
}

fn run(spec: &Spec, happenings: &[(i64, u8, u32)], cuts: impl Fn(usize) -> bool) -> (Vec<Option<Step>>, String) {
    let (mut state, mut now, mut steps) = (State::new(at(0), 0), 0, Vec::new());
    for (i, (seconds, kind, number)) in happenings.iter().enumerate() {
        now += seconds;
        let last = Decimal::from(*number);
        let group = format!("g{}", number % 4);
        let event = match kind {
            0 | 1 => Event::Price {
                at: at(now),
                last,
                sides: Some((last - Decimal::ONE, last + Decimal::ONE)),
            },
            2..=4 => Event::Line {
                at: at(now),
                id: i as u64 + 1,
                group: &group,
                text: "timeout",
            },
            5 => Event::Line {
                at: at(now - 30),
                id: i as u64 + 1,
                group: &group,
                text: "late",
            },
            6 if number % 3 == 0 => Event::Wake,
            6 => Event::Snooze(at(now + 60)),
            _ => Event::Clock(at(now)),
        };
        steps.push(state.take(spec, None, event));
        if cuts(i) {
            state = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
        }
    }
    (steps, serde_json::to_string(&state).unwrap())
}

fn any_spec() -> impl Strategy<Value = Spec> {
    let tests = prop::sample::select(Test::ALL.to_vec());
    (tests, 1..5_i64, 10..120_i64, 0..200_i64, any::<bool>()).prop_map(|(test, small, seconds, cooldown, by)| {
        let value = if matches!(test, Test::Above | Test::Below) {
            100
        } else {
            small
        };
        let mut spec = spec(test, &value.to_string(), &format!("{seconds}s"));
        spec.cooldown = cooldown;
        if by && !test.is_price() {
            spec.by = "venue".into();
        }
        spec
    })
}

proptest! {
    #[test]
    fn a_restart_anywhere_changes_nothing(
        spec in any_spec(),
        happenings in prop::collection::vec(happening(), 0..80),
        cuts in prop::collection::vec(any::<bool>(), 80),
    ) {
        let whole = run(&spec, &happenings, |_| false);
        prop_assert_eq!(&whole, &run(&spec, &happenings, |i| cuts[i]));
        prop_assert_eq!(&whole, &run(&spec, &happenings, |_| true));
    }

    #[test]
    fn steps_come_in_their_order(spec in any_spec(), happenings in prop::collection::vec(happening(), 0..120)) {
        let (steps, _) = run(&spec, &happenings, |_| false);
        let mut is_firing = false;
        for step in steps.into_iter().flatten() {
            match step {
                Step::Pending => prop_assert!(!is_firing),
                Step::Fired => is_firing = true,
                Step::Again => {
                    prop_assert!(!is_firing);
                    is_firing = true;
                }
                Step::Updated => prop_assert!(is_firing),
                Step::Resolved => {
                    prop_assert!(is_firing);
                    is_firing = false;
                }
            }
        }
    }

    #[test]
    fn the_order_of_lines_of_one_moment_counts_for_nothing(
        mut lines in prop::collection::vec((0..50_i64, 0..3_u8), 1..60),
        seed in any::<u64>(),
    ) {
        let mut spec = spec(Test::More, "5", "60s");
        spec.by = "venue".into();
        let count = |lines: &[(i64, u8)]| {
            let mut state = State::new(at(0), 0);
            state.take(&spec, None, Event::Clock(at(50)));
            for (i, (seconds, group)) in lines.iter().enumerate() {
                let event = Event::Line { at: at(*seconds), id: i as u64 + 1, group: &group.to_string(), text: "" };
                state.take(&spec, None, event);
            }
            state.gather(&spec);
            let sums: Vec<(String, u64)> = state.groups.iter().map(|(name, group)| (name.clone(), group.counts.sum())).collect();
            (state.met, sums, state.is_firing())
        };
        let before = count(&lines);
        lines.sort_by_key(|(seconds, group)| (seconds.unsigned_abs() ^ seed).wrapping_mul(31) ^ u64::from(*group));
        prop_assert_eq!(before, count(&lines));
    }
}
