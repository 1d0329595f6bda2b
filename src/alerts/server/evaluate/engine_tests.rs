//! What is kept at once, and who wakes.

use std::{collections::HashMap, sync::Arc};

use super::engine::{BYTES, Engine};
use crate::{
    alerts::{model::Draft, rules::spec::Spec, server::store::Kept},
    ids::{AlertId, RoomId, UserId},
    logs::model::{Fields, Level, LogLine},
    time::Timestamp,
};

fn kept(id: i64) -> Kept {
    let draft = Draft {
        test: "more".into(),
        value: "100000".into(),
        within: "10m".into(),
        query: "timeout".into(),
        by: "venue".into(),
        ..Draft::default()
    };
    Kept {
        id: AlertId(id),
        author: UserId(1),
        spec: Spec::of(&draft, None, RoomId(1)).unwrap(),
        is_on: true,
        version: 1,
        trouble: None,
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::parse("2026-11-20T15:00:00Z").unwrap().plus_seconds(seconds)
}

fn line(id: u64) -> Arc<LogLine> {
    Arc::new(LogLine {
        id,
        time: at(id as i64 / 10),
        level: Level::Error,
        source: "gateway".into(),
        message: "upstream timeout".into(),
        fields: Fields(vec![("venue".into(), format!("venue number {}", id % 90).into())]),
        colours: Default::default(),
    })
}

#[test]
fn states_are_kept_a_few_at_a_time_however_large_they_are() {
    let mut engine = Engine::default();
    engine.watch((1..=300).map(kept).collect(), HashMap::new(), at(0));
    assert!(engine.unkept().is_empty());
    let lines: Vec<_> = (1..=600).map(line).collect();
    engine.lines(&lines, at(60));
    let (mut all, mut steps) = (0, 0);
    loop {
        let some = engine.unkept();
        if some.is_empty() {
            break;
        }
        let bytes: usize = some.iter().map(|(.., state)| state.len()).sum();
        let last = some.last().map_or(0, |(.., state)| state.len());
        assert!(
            some.len() <= 50 && bytes - last < BYTES,
            "{} states, {bytes} bytes",
            some.len()
        );
        engine.was_kept(&some);
        (all, steps) = (all + some.len(), steps + 1);
    }
    assert_eq!(all, 300);
    assert!(steps > 6, "they are large: {steps}");
}

#[test]
fn whoever_is_put_off_no_longer_wakes_but_not_at_the_end_of_the_time() {
    let mut engine = Engine::default();
    engine.watch(vec![kept(1)], HashMap::new(), at(0));
    engine.snooze(vec![(AlertId(1), at(100))], at(0));
    let snoozed = |engine: &Engine| {
        engine
            .unkept()
            .pop()
            .is_some_and(|(.., state)| state.contains("\"snoozed\":\"2026"))
    };
    assert!(snoozed(&engine));
    // Its time has come, so that nobody says it any more: the clock tells it.
    engine.snooze(Vec::new(), at(100));
    assert!(snoozed(&engine));
    engine.snooze(Vec::new(), at(99));
    assert!(!snoozed(&engine));
}
