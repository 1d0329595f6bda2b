//! What fires, goes on and resolves.

mod orders;
mod silence;
mod written;

use rust_decimal::Decimal;

use super::{
    machine::{Event, Step},
    spec::Spec,
    state::{MOST_GROUPS, State},
    telling::Pressed,
};
use crate::{
    alerts::model::{Draft, Test},
    ids::RoomId,
    ticker::{model::Key, server::instruments::session::Session},
    time::Timestamp,
};

/// A Friday.
fn at(seconds: i64) -> Timestamp {
    Timestamp::parse("2026-11-20T15:00:00Z").unwrap().plus_seconds(seconds)
}

fn spec(test: Test, value: &str, within: &str) -> Spec {
    let draft = Draft {
        test: test.name().into(),
        value: value.into(),
        within: within.into(),
        query: "timeout".into(),
        cooldown: "5m".into(),
        ..Draft::default()
    };
    let key = Key {
        symbol: "BTC-USD".into(),
        venue: "desk".into(),
    };
    Spec::of(&draft, Some(key), RoomId(1)).unwrap()
}

struct Rule {
    spec: Spec,
    state: State,
    opens: Option<Session>,
}

impl Rule {
    fn new(spec: Spec) -> Self {
        Self {
            spec,
            state: State::new(at(0), 0),
            opens: None,
        }
    }

    fn take(&mut self, event: Event) -> Option<Step> {
        self.state.take(&self.spec, self.opens, event)
    }

    fn price(&mut self, seconds: i64, last: &str) -> Option<Step> {
        let (at, last) = (at(seconds), last.parse().unwrap());
        let sides = Some((last - Decimal::ONE, last + Decimal::ONE));
        self.take(Event::Price { at, last, sides })
    }

    fn line(&mut self, seconds: i64, group: &str) -> Option<Step> {
        let id = seconds.unsigned_abs() + 1;
        let text = "upstream timeout";
        self.take(Event::Line {
            at: at(seconds),
            id,
            group,
            text,
        })
    }

    fn clock(&mut self, seconds: i64) -> Option<Step> {
        self.take(Event::Clock(at(seconds)))
    }

    fn body(&mut self) -> String {
        self.state.gather(&self.spec);
        self.state
            .telling(&self.spec)
            .expect("it fired")
            .body(&Pressed::default())
    }
}

#[test]
fn a_price_crosses_once_and_comes_back() {
    let mut rule = Rule::new(spec(Test::Above, "100", ""));
    assert_eq!(rule.price(1, "101"), None, "it was above when the rule was made");
    assert_eq!(rule.price(2, "100"), None);
    assert_eq!(rule.price(3, "100.50"), Some(Step::Fired));
    assert_eq!(rule.price(4, "102.5"), Some(Step::Updated));
    assert_eq!(rule.price(5, "102.5"), None, "nothing new");
    assert!(rule.body().contains("now 102.5, farthest 102.5"), "{}", rule.body());
    assert_eq!(rule.price(6, "99"), Some(Step::Resolved));
    assert_eq!(rule.price(7, "101"), Some(Step::Again), "so soon it is the same firing");
    assert!(rule.body().contains("2 times"), "{}", rule.body());
    assert_eq!(rule.price(8, "99"), Some(Step::Resolved));
    assert_eq!(
        rule.price(8 + 301, "101"),
        Some(Step::Fired),
        "after the cool-down it is another"
    );
    assert_eq!(rule.state.episode.as_ref().unwrap().number, 2);
    assert!(rule.state.before.is_some(), "the one before can still be told");
}

#[test]
fn moves_spreads_and_silence_of_prices() {
    let mut rule = Rule::new(spec(Test::Moves, "2", "60s"));
    assert_eq!(rule.price(1, "100"), None);
    assert_eq!(rule.price(10, "101.5"), None);
    assert_eq!(
        rule.price(20, "98.9"),
        Some(Step::Fired),
        "from the highest, within the minute"
    );
    assert!(
        rule.body().contains("down 2.56% to 98.9, farthest 2.56%"),
        "{}",
        rule.body()
    );
    rule.spec.words = "{price}, {percent} of {value}, {symbol}".into();
    assert!(rule.body().contains("\n98.9, 2.56 of 2, BTC-USD\n"), "{}", rule.body());
    assert_eq!(rule.price(21, "100.6"), Some(Step::Resolved), "1.7 % from the lowest");
    let mut rule = Rule::new(spec(Test::Falls, "2", "60s"));
    rule.price(1, "100");
    assert_eq!(rule.price(2, "103"), None, "up is not down");
    assert_eq!(rule.price(90, "100"), None, "the minute of the highest is over");

    let mut rule = Rule::new(spec(Test::Spread, "1", ""));
    assert_eq!(rule.price(1, "1000"), None);
    assert_eq!(rule.price(2, "100"), Some(Step::Fired), "2 of 100");
    let unknown = Event::Price {
        at: at(3),
        last: Decimal::TEN,
        sides: None,
    };
    assert_eq!(rule.take(unknown), None, "nothing is known of it");
    assert_eq!(rule.price(4, "1000"), Some(Step::Resolved));

    let mut rule = Rule::new(spec(Test::Stale, "", "60s"));
    rule.opens = Some(Session::UsEquities);
    assert_eq!(rule.price(1, "100"), None);
    assert_eq!(rule.clock(60), None);
    assert_eq!(rule.clock(61), Some(Step::Fired), "the market is open");
    assert_eq!(rule.price(1, "100"), None, "it was there before");
    assert_eq!(rule.price(62, "100"), Some(Step::Resolved));
    // It closes at 16:00 in New York, which is 21:00 UTC.
    assert_eq!(rule.clock(6 * 3_600 + 600), None, "closed it is silent");
}

#[test]
fn more_lines_than_are_one_firing() {
    let mut rule = Rule::new(spec(Test::More, "3", "60s"));
    let steps: Vec<_> = (0..10_000).filter_map(|i| rule.line(i / 200, "")).collect();
    assert_eq!(steps.iter().filter(|step| **step == Step::Fired).count(), 1);
    assert!(steps[1..].iter().all(|step| *step == Step::Updated), "the rest goes on");
    assert!(rule.body().contains("10,000 in all"), "{}", rule.body());
    assert_eq!(rule.clock(70), None, "some are still within the minute");
    assert_eq!(rule.clock(49 + 61), Some(Step::Resolved));
    assert_eq!(rule.line(49 + 62, ""), None, "one is not more than three");
}

#[test]
fn silence_is_told_once_it_has_lasted() {
    let mut rule = Rule::new(spec(Test::Fewer, "2", "60s"));
    assert_eq!(rule.clock(59), None);
    assert_eq!(rule.clock(60), Some(Step::Fired));
    assert_eq!(rule.line(61, ""), Some(Step::Updated), "one is fewer than two");
    assert_eq!(rule.line(62, ""), Some(Step::Resolved));
}

#[test]
fn values_are_counted_by_themselves_and_told_together() {
    let mut spec = spec(Test::More, "1", "60s");
    spec.by = "venue".into();
    let mut rule = Rule::new(spec);
    assert_eq!(rule.line(1, "XLON"), None);
    assert_eq!(rule.line(1, "XPAR"), None);
    assert_eq!(rule.line(2, "XLON"), Some(Step::Fired));
    assert_eq!(rule.line(3, "XPAR"), Some(Step::Updated), "one message for both");
    rule.line(4, "XPAR");
    assert!(rule.body().contains("venue: `XPAR` 3, `XLON` 2"), "{}", rule.body());
    assert!(
        rule.body().contains("5 within 1 min, of one venue 3 at most; 5 in all"),
        "all of them, and of one: {}",
        rule.body()
    );
    assert!(rule.body().contains("Last of `XPAR`, "), "{}", rule.body());
    for i in 0..1_000 {
        rule.line(5, &format!("X{i}"));
    }
    assert!(rule.state.groups.len() <= MOST_GROUPS + 1);
}

#[test]
fn hours_and_snoozes_hold_back() {
    let mut late = spec(Test::More, "0", "60s");
    late.hours = crate::alerts::rules::hours::Hours::read("fri", "15:10", "16:00").unwrap();
    let mut rule = Rule::new(late);
    assert_eq!(rule.line(1, ""), Some(Step::Pending));
    assert_eq!(rule.line(2, ""), None, "it waits already");
    assert_eq!(rule.clock(100), None, "and is over before its hours");
    assert_eq!(rule.line(599, ""), Some(Step::Pending));
    assert_eq!(rule.clock(600), Some(Step::Fired), "its hours begin");

    let mut rule = Rule::new(spec(Test::Above, "100", ""));
    rule.price(1, "99");
    assert_eq!(rule.price(2, "101"), Some(Step::Fired));
    rule.take(Event::Snooze(at(1_800)));
    assert_eq!(rule.price(3, "102"), Some(Step::Updated), "the message goes on");
    assert_eq!(
        rule.clock(1_800),
        Some(Step::Fired),
        "whoever put it off is called anew"
    );
    rule.take(Event::Snooze(at(3_600)));
    assert_eq!(rule.price(1_900, "99"), Some(Step::Resolved));
    assert_eq!(
        rule.price(2_900, "101"),
        Some(Step::Pending),
        "nothing is said until then"
    );
    assert_eq!(rule.clock(3_600), Some(Step::Fired));
}
