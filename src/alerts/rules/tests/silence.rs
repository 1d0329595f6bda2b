//! Silence while nobody watched, and snoozes that are taken back.

use proptest::prelude::*;

use super::*;

fn away(rule: &mut Rule, from: i64, until: i64) -> Option<Step> {
    rule.take(Event::Gap(at(from), at(until)))
}

#[test]
fn a_silence_goes_on_over_a_restart() {
    let mut rule = Rule::new(spec(Test::Fewer, "1", "60s"));
    assert_eq!(rule.line(5, ""), None);
    // Silent for 40 of 60 seconds when it stopped; away for an hour.
    assert_eq!(away(&mut rule, 45, 3_645), None);
    assert_eq!(rule.clock(3_645), None, "what couldn't come is no silence");
    assert_eq!(rule.clock(3_664), None);
    assert_eq!(
        rule.clock(3_665),
        Some(Step::Fired),
        "after the 20 seconds that were left"
    );
    // A line that comes at once keeps it quiet.
    let mut rule = Rule::new(spec(Test::Fewer, "1", "60s"));
    rule.line(5, "");
    away(&mut rule, 45, 3_645);
    assert_eq!(rule.line(3_646, ""), None);
    assert_eq!(rule.clock(3_700), None);
    assert_eq!(rule.clock(3_706), Some(Step::Fired));
}

#[test]
fn what_was_there_before_a_restart_still_is() {
    let mut rule = Rule::new(spec(Test::Fewer, "3", "60s"));
    for seconds in [40, 50, 58, 59] {
        rule.line(seconds, "");
    }
    assert_eq!(away(&mut rule, 60, 7_260), None);
    assert_eq!(rule.clock(7_260), None, "four within the minute, as when it stopped");
    assert_eq!(rule.clock(7_249 + 60 - 9), None);
    assert_eq!(
        rule.clock(7_250 + 60),
        Some(Step::Fired),
        "the second of them has left it"
    );
    assert_eq!(rule.state.groups[""].counts.sum(), 2);
}

#[test]
fn a_silence_that_was_told_stays_told_and_one_that_had_lasted_is_told() {
    let mut rule = Rule::new(spec(Test::Fewer, "1", "60s"));
    assert_eq!(rule.clock(60), Some(Step::Fired));
    assert_eq!(away(&mut rule, 100, 900), None);
    assert_eq!(rule.clock(1_000), None, "it goes on");
    assert_eq!(rule.line(1_001, ""), Some(Step::Resolved));

    let mut rule = Rule::new(spec(Test::Fewer, "1", "60s"));
    assert_eq!(away(&mut rule, 70, 900), Some(Step::Fired), "before it stopped");
    // Where it isn't known until when it was watched, it was until the last that is known.
    let mut rule = Rule::new(spec(Test::Fewer, "1", "60s"));
    assert_eq!(rule.clock(30), None);
    assert_eq!(rule.take(Event::Gap(Timestamp::default(), at(900))), None);
    assert_eq!(rule.clock(929), None);
    assert_eq!(rule.clock(930), Some(Step::Fired));
}

#[test]
fn prices_that_stay_away_are_waited_for_as_long_as_before() {
    let mut rule = Rule::new(spec(Test::Stale, "", "60s"));
    rule.price(5, "100");
    away(&mut rule, 45, 3_645);
    assert_eq!(rule.price(5, "100"), None, "what is read again ends nothing");
    assert_eq!(rule.clock(3_664), None);
    assert_eq!(rule.clock(3_665), Some(Step::Fired));
}

#[test]
fn a_snooze_is_taken_back() {
    let mut rule = Rule::new(spec(Test::Above, "100", ""));
    rule.price(1, "99");
    assert_eq!(rule.price(2, "101"), Some(Step::Fired));
    rule.take(Event::Snooze(at(1_800)));
    assert_eq!(rule.take(Event::Wake), None, "whoever does so has seen it");
    assert_eq!(rule.clock(1_800), None, "and isn't called anew");
    rule.take(Event::Snooze(at(3_600)));
    assert_eq!(rule.price(1_900, "99"), Some(Step::Resolved));
    assert_eq!(rule.price(2_900, "101"), Some(Step::Pending));
    assert_eq!(rule.take(Event::Wake), Some(Step::Fired), "what was held back is told");
}

fn by_venue(value: &str, within: &str) -> Spec {
    Spec {
        by: "venue".into(),
        ..spec(Test::Fewer, value, within)
    }
}

/// Those that a firing names, in the order of their names.
fn names(state: &State) -> Vec<String> {
    let groups = state.episode.iter().flat_map(|episode| &episode.groups);
    let mut names: Vec<String> = groups.map(|(name, _)| name.clone()).collect();
    names.sort_unstable();
    names
}

#[test]
fn values_that_fall_silent_later_are_told_without_another_line() {
    let mut rule = Rule::new(by_venue("1", "15s"));
    for (seconds, venue) in [(1, "XETR"), (2, "XPAR"), (4, "XLON"), (6, "XPAR"), (8, "XLON")] {
        assert_eq!(rule.line(seconds, venue), None);
    }
    let steps: Vec<(i64, Step)> = (9..60)
        .filter_map(|seconds| Some((seconds, rule.clock(seconds)?)))
        .collect();
    let expected = [(16, Step::Fired), (21, Step::Updated), (23, Step::Updated)];
    assert_eq!(steps, expected, "each as it falls silent, and no more");
    let body = rule.body();
    assert!(body.contains("venue: `XETR` 0, `XLON` 0, `XPAR` 0"), "{body}");
    assert!(body.contains("Last of `XLON`, 15:00:08"), "{body}");
    // One speaks again: the line that ended its silence is no line of those that go on with theirs.
    assert_eq!(rule.line(61, "XLON"), Some(Step::Updated));
    let body = rule.body();
    assert!(
        body.contains("venue: `XETR` 0, `XPAR` 0\nLast of `XPAR`, 15:00:06"),
        "{body}"
    );
}

proptest! {
    /// Once time has gone by, the message names exactly those that are silent, whatever lines came.
    #[test]
    fn what_is_told_is_who_is_silent(lines in prop::collection::vec((0..60_i64, 0..4_u8), 1..40)) {
        let mut lines = lines;
        lines.sort_unstable();
        let mut rule = Rule::new(by_venue("1", "15s"));
        // As the evaluator tells it: with each step, and not else.
        let mut told = Vec::new();
        for seconds in 0..=80 {
            for (_, venue) in lines.iter().filter(|(at, _)| *at == seconds) {
                if rule.line(seconds, &format!("V{venue}")).is_some() {
                    rule.state.gather(&rule.spec);
                    told = names(&rule.state);
                }
            }
            if rule.clock(seconds).is_some() {
                rule.state.gather(&rule.spec);
                told = names(&rule.state);
            }
            let mut silent: Vec<String> = (0..4)
                .filter(|venue| {
                    let mut heard = lines.iter().filter(|(at, own)| own == venue && *at <= seconds);
                    heard.next_back().is_some_and(|(at, _)| seconds - at >= 15)
                })
                .map(|venue| format!("V{venue}"))
                .collect();
            silent.sort_unstable();
            if rule.state.is_firing() {
                prop_assert_eq!(&told, &silent, "at {}", seconds);
                let last = rule.state.episode.as_ref().and_then(|episode| episode.last.clone());
                prop_assert!(last.is_some_and(|last| silent.contains(&last.group)));
            } else {
                prop_assert_eq!(&silent, &Vec::<String>::new(), "at {}", seconds);
            }
        }
    }

    /// Whenever it stops, for however long, and whatever came: it speaks as much later as it was away, not sooner.
    #[test]
    fn the_time_away_is_left_out(
        lines in prop::collection::vec(0..100_i64, 0..12),
        least in 1..4_u32,
        stop in 0..100_i64,
        away in 0..10_000_i64,
    ) {
        let mut lines = lines;
        lines.sort_unstable();
        // Slots of a second: what leaves the time leaves it at the same place.
        let mut spec = spec(Test::Fewer, &least.to_string(), "60s");
        // What is said again within it would depend on the time away.
        spec.cooldown = 0;
        let fired = |away: i64| {
            let mut rule = Rule::new(spec.clone());
            let shift = |seconds: i64| if seconds > stop { seconds + away } else { seconds };
            for seconds in 0..=200 {
                for _ in lines.iter().filter(|line| **line == seconds) {
                    rule.line(shift(seconds), "");
                }
                rule.clock(shift(seconds));
                if seconds == stop {
                    rule.take(Event::Gap(at(stop), at(stop + away)));
                }
            }
            let episode = rule.state.episode.unwrap();
            let began = episode.began.seconds_since(at(0));
            (episode.number, if began > stop { began - away } else { began })
        };
        prop_assert_eq!(fired(0), fired(away));
    }
}
