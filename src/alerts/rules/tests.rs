//! What fires, goes on and resolves: by hand, and whatever happens.

mod silence;

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{
    machine::{Event, Step},
    spec::Spec,
    state::{MOST_GROUPS, State},
    telling::{Pressed, Telling},
    typed,
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

#[test]
fn what_comes_from_outside_is_no_markup() {
    let mut spec = spec(Test::More, "0", "60s");
    spec.name = "**x** <b> @room".into();
    spec.by = "venue".into();
    let mut rule = Rule::new(spec);
    let text = "` **bold** <script> @room https://evil.test";
    rule.take(Event::Line {
        at: at(1),
        id: 1,
        group: "`a`\n**b**",
        text,
    });
    let body = rule.body();
    let html = crate::chat::server::markdown::render(&body, |_| false).expect("marked up");
    assert!(
        !html.contains("<script") && !html.contains("<b>") && !html.contains("href"),
        "{html}"
    );
    assert_eq!(html.matches("<strong>").count(), 1, "its head alone: {html}");
    let telling = Telling {
        link: "/x?a=\"><script>".into(),
        ..rule.state.telling(&rule.spec).unwrap()
    };
    let card = telling.card(crate::ids::FiringId(7), &Pressed::default());
    assert!(!card.contains("<script"), "{card}");
}

#[test]
fn own_words_are_filled_in() {
    let draft = Draft {
        test: "more".into(),
        value: "0".into(),
        words: "*{name}*: {count} of {unknown".into(),
        ..Draft::default()
    };
    let mut rule = Rule::new(Spec::of(&draft, None, RoomId(1)).unwrap());
    rule.line(1, "");
    assert!(
        rule.body()
            .contains("*more than 0 lines within 5 min: any*: 1 of {unknown"),
        "{}",
        rule.body()
    );
    let wrong = Draft {
        words: "{nonsense}".into(),
        ..draft
    };
    let words = Spec::of(&wrong, None, RoomId(1)).unwrap_err().to_string();
    assert!(words.contains("{nonsense}") && words.contains("{count}"), "{words}");
}

#[test]
fn what_makes_no_sense_is_refused_in_words() {
    let key = || {
        Some(Key {
            symbol: "A".into(),
            venue: "b".into(),
        })
    };
    let draft = |change: fn(&mut Draft)| {
        let mut draft = Draft {
            test: "more".into(),
            value: "5".into(),
            ..Draft::default()
        };
        change(&mut draft);
        draft
    };
    for (change, words) in [
        ((|d| d.test = "maybe".into()) as fn(&mut Draft), "above, below"),
        (|d| d.value = "many".into(), "a number"),
        (|d| d.value = "1.5".into(), "whole number"),
        (|d| d.value = "1,5".into(), "two ways"),
        (|d| d.within = "1s".into(), "5s to 1d"),
        (|d| d.query = "since:1h x".into(), "since:"),
        (|d| d.query = "(".into(), "The query"),
        (|d| d.mentions = "ines".into(), "@ines"),
        (|d| d.days = "caturday".into(), "mon, tue"),
        (|d| d.url = "ftp://x".into(), "https://"),
        (|d| d.cooldown = "2 weeks".into(), "cool-down"),
    ] {
        let error = Spec::of(&draft(change), key(), RoomId(1)).expect_err(words);
        assert!(error.to_string().contains(words), "{error}");
    }
    let kept = Spec::of(&draft(|_| ()), None, RoomId(1)).unwrap();
    assert_eq!(
        Spec::of(&kept.draft(), None, RoomId(1)).unwrap(),
        kept,
        "as it is written"
    );
}

#[test]
fn commands_are_read() {
    for (text, test, value, within, query) in [
        ("BTC-USD > 100000", "above", "100000", "", ""),
        ("BTC-USD >100,000", "above", "100,000", "", ""),
        ("BTC-USD > 100k", "above", "100k", "", ""),
        ("logs > 1.5k in 5m timeout", "more", "1.5k", "5m", "timeout"),
        ("coinbase:BTC-USD < 90000.5", "below", "90000.5", "", ""),
        ("BTC-USD moves 2% in 10m", "moves", "2%", "10m", ""),
        ("BTC-USD rises 2%", "rises", "2%", "", ""),
        ("BTC-USD spread > 0.5%", "spread", "0.5%", "", ""),
        ("AAPL stale 5m", "stale", "", "5m", ""),
        (
            "logs > 10 in 5m level>=error timeout",
            "more",
            "10",
            "5m",
            "level>=error timeout",
        ),
        ("logs < 1 in 10m", "fewer", "1", "10m", ""),
    ] {
        let draft = typed::read(text).expect(text);
        let read = (
            draft.test.as_str(),
            draft.value.as_str(),
            draft.within.as_str(),
            draft.query.as_str(),
        );
        assert_eq!(read, (test, value, within, query), "{text}");
    }
    for text in [
        "",
        "BTC-USD",
        "BTC-USD is nice",
        "BTC-USD > 1 2",
        "logs > 10",
        "logs > 10 in soon x",
        "BTC-USD moves",
    ] {
        assert_eq!(typed::read(text), None, "{text}");
    }
}

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

    #[test]
    fn nothing_that_is_typed_panics(text in "[ -~]{0,60}") {
        let _ = typed::read(&text);
        let _ = crate::alerts::rules::words::template(&text);
    }
}
