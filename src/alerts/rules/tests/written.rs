//! What people write, in forms and as commands, and what comes from outside.

use proptest::prelude::*;

use super::*;
use crate::alerts::rules::{telling::Telling, typed};

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

proptest! {
    #[test]
    fn nothing_that_is_typed_panics(text in "[ -~]{0,60}") {
        let _ = typed::read(&text);
        let _ = crate::alerts::rules::words::template(&text);
    }
}
