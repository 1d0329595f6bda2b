//! What the fold keeps true, whatever comes.

use proptest::prelude::*;

use super::*;
use crate::logs::model::Level;

fn lines(ids: impl IntoIterator<Item = u64>) -> Vec<Arc<LogLine>> {
    let line = |id| {
        Arc::new(LogLine {
            id,
            time: Default::default(),
            level: Level::ALL[id as usize % 5],
            source: "test".into(),
            message: format!("line {id}"),
            fields: Default::default(),
            colours: Default::default(),
        })
    };
    ids.into_iter().map(line).collect()
}

fn event(ids: impl IntoIterator<Item = u64>) -> LogEvent {
    LogEvent {
        lines: lines(ids),
        ..Default::default()
    }
}

fn gap(after: u64, before: u64) -> Gap {
    Gap {
        after,
        before,
        count: before - after - 1,
    }
}

/// Rows in short: a line's id, or the ids around a gap.
fn shown(buffer: &Buffer) -> Vec<(u64, u64)> {
    let short = |row| match row {
        Row::Line(line) => (line.id, line.id),
        Row::Gap(gap) => (gap.after, gap.before),
    };
    buffer
        .rows(&Filter::default(), usize::MAX)
        .into_iter()
        .map(short)
        .collect()
}

#[test]
fn old_lines_fall_off_the_front() {
    let mut buffer = Buffer::default();
    for start in (1..=5_000).step_by(100) {
        buffer.apply(&event(start..start + 100));
    }
    assert_eq!(buffer.len(), SHOWN);
    assert_eq!(shown(&buffer)[0], (3_501, 3_501));
    assert_eq!(buffer.rows(&Filter::default(), 300).len(), 300);
    assert_eq!(buffer.rows(&Filter::default(), 300)[0].key().0, 4_701);
}

#[test]
fn a_gap_is_replaced_by_what_was_loaded() {
    let mut buffer = Buffer::default();
    buffer.apply(&event(1..=3));
    buffer.apply(&LogEvent {
        gap: Some(gap(3, 1_000)),
        ..Default::default()
    });
    buffer.apply(&event(1_000..=1_001));
    let around = [(1, 1), (2, 2), (3, 3), (3, 1_000), (1_000, 1_000), (1_001, 1_001)];
    assert_eq!(shown(&buffer), around);
    buffer.fill(
        gap(3, 1_000),
        &Piece {
            lines: lines(998..=999),
            more: 994,
        },
    );
    let around = [
        (1, 1),
        (2, 2),
        (3, 3),
        (3, 998),
        (998, 998),
        (999, 999),
        (1_000, 1_000),
        (1_001, 1_001),
    ];
    assert_eq!(shown(&buffer), around);
    buffer.fill(
        gap(3, 998),
        &Piece {
            lines: lines(900..=997),
            more: 0,
        },
    );
    assert_eq!(shown(&buffer).len(), 3 + 100 + 2, "nothing more: the gap is gone");
}

#[test]
fn a_pause_holds_the_view_and_counts_what_waits() {
    let mut buffer = Buffer::default();
    buffer.apply(&event(1..=2_000));
    let before = shown(&buffer);
    buffer.pause();
    buffer.apply(&event(2_001..=2_100));
    assert_eq!(buffer.waiting(&Filter::default()), 100);
    buffer.apply(&event(2_101..=9_000));
    assert_eq!(shown(&buffer), before, "the view stands still");
    assert_eq!(buffer.waiting(&Filter::default()), 7_000);
    assert_eq!(buffer.len(), LINES);
    buffer.follow();
    let after = shown(&buffer);
    assert!(after.contains(&(2_000, 8_501)), "what didn't fit is a gap");
    assert_eq!(after.last(), Some(&(9_000, 9_000)));
    assert_eq!(buffer.len(), SHOWN);
}

#[test]
fn loading_a_gap_at_the_top_of_a_full_view_shows_what_was_loaded() {
    let mut buffer = Buffer::default();
    buffer.apply(&LogEvent {
        gap: Some(gap(0, 1_000)),
        lines: lines(1_000..2_500),
        ..Default::default()
    });
    buffer.pause();
    buffer.fill(
        gap(0, 1_000),
        &Piece {
            lines: lines(500..1_000),
            more: 499,
        },
    );
    let rows = shown(&buffer);
    assert_eq!((rows[0], rows[1]), ((0, 500), (500, 500)));
    assert_eq!(rows.len(), SHOWN + 1);
    assert_eq!(buffer.waiting(&Filter::default()), 500, "the newest wait now");
}

#[test]
fn another_database_starts_afresh() {
    let mut buffer = Buffer::default();
    buffer.apply(&event(500..=600));
    buffer.pause();
    let mut fresh = event(1..=2);
    fresh.reset = true;
    buffer.apply(&fresh);
    assert_eq!(shown(&buffer), [(1, 1), (2, 2)]);
}

#[test]
fn a_gap_shows_whatever_the_filter() {
    let mut buffer = Buffer::default();
    buffer.apply(&event([1]));
    buffer.apply(&LogEvent {
        gap: Some(gap(1, 9)),
        lines: lines([9]),
        ..Default::default()
    });
    let none = Filter::read(Some("none"), None);
    assert_eq!(buffer.rows(&none, 300), [Row::Gap(gap(1, 9))]);
}

/// What a stream may do, with everything told twice at times.
#[derive(Clone, Debug)]
enum Step {
    Lines(u64),
    Again(u64),
    Gap(u64),
    Pause,
    Follow,
    Load(usize, u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1..700u64).prop_map(Step::Lines),
        1 => (1..3_000u64).prop_map(Step::Again),
        1 => (1..900u64).prop_map(Step::Gap),
        1 => Just(Step::Pause),
        1 => Just(Step::Follow),
        2 => (0..4usize, 1..500u64).prop_map(|(which, n)| Step::Load(which, n)),
    ]
}

proptest! {
    #[test]
    fn bounded_ordered_and_without_a_silent_hole(steps in prop::collection::vec(step(), 1..40)) {
        let mut buffer = Buffer::default();
        let mut newest = 0;
        for step in steps {
            match step {
                Step::Lines(n) => {
                    buffer.apply(&event(newest + 1..=newest + n));
                    newest += n;
                }
                Step::Again(n) => buffer.apply(&event(newest.saturating_sub(n).max(1)..=newest)),
                Step::Gap(n) => {
                    let left_out = LogEvent { gap: Some(gap(newest, newest + n + 1)), ..Default::default() };
                    buffer.apply(&left_out);
                    buffer.apply(&event([newest + n + 1]));
                    buffer.apply(&left_out);
                    newest += n + 1;
                }
                Step::Pause => buffer.pause(),
                Step::Follow => buffer.follow(),
                Step::Load(which, n) => {
                    let rows = buffer.rows(&Filter::default(), usize::MAX);
                    let gaps: Vec<Gap> = rows.iter().filter_map(|row| match row {
                        Row::Gap(gap) => Some(*gap),
                        Row::Line(_) => None,
                    }).collect();
                    if let Some(gap) = gaps.get(which) {
                        let first = gap.before.saturating_sub(n).max(gap.after + 1);
                        let piece = Piece { lines: lines(first..gap.before), more: first - gap.after - 1 };
                        buffer.fill(*gap, &piece);
                        if buffer.is_paused() {
                            let rows = shown(&buffer);
                            prop_assert!(rows.contains(&(first, first)), "what was asked for is shown");
                        }
                    }
                }
            }
            prop_assert!(buffer.len() <= LINES);
            let rows = shown(&buffer);
            prop_assert!(rows.len() <= LINES + buffer.gaps.len());
            // Every row begins where the one before ended: nothing twice, nothing out of order, no silent hole.
            for pair in rows.windows(2) {
                let (before, after) = (pair[0], pair[1]);
                let joined = match (before.0 == before.1, after.0 == after.1) {
                    (true, true) => after.0 == before.0 + 1,
                    (true, false) => after.0 == before.0,
                    (false, true) => after.0 == before.1,
                    (false, false) => after.0 >= before.1,
                };
                prop_assert!(joined, "{before:?} then {after:?}");
            }
            if !buffer.is_paused() {
                prop_assert_eq!(rows.last().map_or(0, |row| row.1), newest);
            }
            for gap in &buffer.gaps {
                prop_assert_eq!(gap.count, gap.before - gap.after - 1);
            }
        }
    }
}
