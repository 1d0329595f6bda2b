use proptest::prelude::*;
use serde_json::json;

use super::{
    fields::texts,
    matcher::{Matcher, Seen},
    needs::{Block, Needs, finder, likes},
    *,
};
use crate::logs::model::{Fields, LogLine};

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

fn parsed(text: &str) -> Query {
    Query::parse(text).unwrap_or_else(|wrong| panic!("{text}: {wrong}"))
}

fn line(message: &str, fields: serde_json::Value) -> LogLine {
    LogLine {
        id: 1,
        time: NOW.plus_seconds(-60),
        level: Level::Warn,
        source: "gateway".into(),
        message: message.into(),
        fields: serde_json::from_value::<Fields>(fields).unwrap(),
        colours: Default::default(),
    }
}

fn finds(query: &str, line: &LogLine) -> bool {
    Matcher::new(&parsed(query), NOW).matches(&Seen::from(line))
}

#[test]
fn what_is_typed_is_written_in_one_way() {
    for (typed, written) in [
        ("timeout", "timeout"),
        ("  a   b ", "a b"),
        ("a AND b", "a b"),
        ("a OR b c", "(a OR (b c))"),
        ("(a OR b) c", "(a OR b) c"),
        ("-a NOT b", "-a -b"),
        ("--a", "\"--a\""),
        ("-(a b)", "-(a b)"),
        ("\"connection refused\"", "\"connection refused\""),
        ("\"say \\\"hi\\\"\"", "\"say \\\"hi\\\"\""),
        ("level>=WARNING", "level>=warn"),
        ("level:err", "level=error"),
        ("source=gate*", "source:gate*"),
        ("source!=gateway", "-source:gateway"),
        ("status>=500", "status>=500"),
        ("msg=\"a b\"", "msg=\"a b\""),
        ("user=", "user=\"\""),
        ("/x-\\d+\\/y/", "/x-\\d+\\/y/"),
        ("/api/v1/users", "\"/api/v1/users\""),
        ("*time**out*", "*time*out*"),
        ("*", ""),
        ("", ""),
        ("()", ""),
        ("12:30:01", "\"12:30:01\""),
        ("http://x/y", "\"http://x/y\""),
        ("connect()", "\"connect()\""),
        ("(f(x) OR b)", "(\"f(x)\" OR b)"),
        ("since:90m x", "x since:90m"),
        ("SORT:oldest before:1h x", "x before:1h sort:oldest"),
        ("x sort:newest", "x"),
        ("sort=oldest", "sort=oldest"),
        ("a===*b", "a===*b"),
        ("since:120m", "since:2h"),
        ("after:14d until:1w", "since:2w before:1w"),
        ("before:2026-11-20T14:03Z", "before:2026-11-20T14:03Z"),
        ("since:2026-11-20", "since:2026-11-20"),
        ("since:2026-11-20T14:03:07.5+01:00", "since:2026-11-20T13:03:07.500000Z"),
        ("venue==XLON", "venue=XLON"),
        ("LEVEL:error Source:a", "level=error source:a"),
        ("-->", "\"-->\""),
        ("注文", "注文"),
    ] {
        assert_eq!(parsed(typed).to_string(), written, "{typed}");
        assert_eq!(parsed(written), parsed(typed), "{typed}");
    }
}

#[test]
fn mistakes_are_pointed_at() {
    for (typed, at, part) in [
        ("a \"b", 2, "quote isn't closed"),
        ("a (b OR c", 2, "parenthesis isn't closed"),
        ("a )b", 2, "closes nothing"),
        ("a OR", 2, "After OR"),
        ("OR a", 0, "before this one there is none"),
        ("(a OR ) b", 3, "After OR"),
        ("a NOT", 2, "After NOT"),
        ("level>loud", 6, "one of trace"),
        ("x status>abc", 9, "comes a number, such as status>100"),
        ("x /a(/", 2, "can't be read"),
        ("x /\\p{L}{9000}/", 2, "too large"),
        ("since:yesterday", 6, "such as 15m"),
        ("x (y since:1h)", 5, "for the whole query"),
        ("-since:1h", 1, "for the whole query"),
        ("(x sort:oldest)", 3, "for the whole query"),
        ("sort:best", 5, "sort:oldest"),
        ("x OR since:1h", 5, "for the whole query"),
        ("since:1h x OR y", 11, "for the whole query"),
        ("took > 100", 5, "without spaces, such as took>1000"),
        ("since:1h before:2h", 0, "no line can fit"),
        ("source:", 7, "source:gateway"),
        ("source>a", 6, "equal or isn't"),
    ] {
        let wrong = Query::parse(typed).expect_err(typed);
        assert!(wrong.at == at && wrong.words.contains(part), "{typed}: {wrong:?}");
    }
    assert!(Query::parse(&"(".repeat(900)).unwrap_err().words.contains("deep"));
    assert!(
        Query::parse(&"a ".repeat(51))
            .unwrap_err()
            .words
            .contains("50 conditions")
    );
    assert!(
        Query::parse(&"a".repeat(1_001))
            .unwrap_err()
            .words
            .contains("1000 characters")
    );
}

#[test]
fn lines_are_judged() {
    let line = line(
        "Upstream timed-out after 30s: GET /api/v1/orders retry=3 (order_id 8812)",
        json!({"venue": "XLON", "status": 504, "took": "1250ms", "http": {"path": "/a b"}, "empty": "", "note": "Straße 9", "tags": ["a", "b"]}),
    );
    for yes in [
        "",
        "upstream",
        "UPSTREAM",
        "\"timed out\"",
        "timed-out",
        "/api/v1",
        "\"order id\"",
        "order",
        "8812",
        "xlon",
        "venue",
        "venue=XLON",
        "venue=xl*",
        "venue!=XPAR",
        "status=504",
        "status>499",
        "status<=504.0",
        "took>1000",
        "took>1s",
        "took<1.5s",
        "took>=1250ms",
        "tags=b",
        "tags:a",
        "tags!=c",
        "retry=3",
        "http.path=\"/a b\"",
        "http.path=*",
        "empty=",
        "*pstrea*",
        "up*out",
        "*GET*orders*",
        "/\\d{4}/",
        "/(?i)UPSTREAM/",
        "level=warn",
        "level>=info",
        "level!=error",
        "source:gateway",
        "source:GATE*",
        "source:*way",
        "-source:x",
        "-heartbeat",
        "upstream -heartbeat",
        "nothing OR upstream",
        "(a OR b OR 30s) 8812",
        "since:2m",
        "before:1s",
        "status:504",
        "straße",
        "STRASSE OR 9",
        "\":\"",
        "->= OR 8812",
    ] {
        assert!(finds(yes, &line), "{yes}");
    }
    for no in [
        "stream",
        "upstream nothing",
        "-upstream",
        "\"out timed\"",
        "venue=XLO",
        "venue=XPAR",
        "venue!=XLON",
        "missing!=1",
        "missing=1",
        "status>504",
        "took<1250",
        "took>2s",
        "took>1kB",
        "status>1ms",
        "tags=c",
        "tags!=a",
        "level>warn",
        "source:gate",
        "source:way*",
        "since:30s",
        "before:2m",
        "/upstream/",
        "*streams*",
        "out*up",
        "pstream*",
        "retry=30",
        "status>504 OR venue=XPAR",
        "-(upstream OR nothing)",
        "order=8812",
    ] {
        assert!(!finds(no, &line), "{no}");
    }
}

#[test]
fn words_of_scripts_without_spaces_are_parts_of_runs() {
    let line = line("order-8812 für 新価格表 (x)", json!({"名前": "東京都"}));
    for yes in [
        "価格",
        "\"order 8812\"",
        "\"für 新価\"",
        "für 価格",
        "表 x",
        "\"価格表 x\"",
        "東京",
        "名前=東京都",
        "*価格*",
    ] {
        assert!(finds(yes, &line), "{yes}");
    }
    for no in ["価表", "\"für 価格\"", "名前=東京", "rder"] {
        assert!(!finds(no, &line), "{no}");
    }
}

#[test]
fn what_was_found_is_marked() {
    let marked = |query: &str, message: &str| -> Vec<String> {
        let marks = Matcher::new(&parsed(query), NOW).marks(message);
        marks.into_iter().map(|mark| message[mark].to_owned()).collect()
    };
    assert_eq!(
        marked("out TIMED", "timed out, timed out"),
        ["timed", "out", "timed", "out"]
    );
    assert_eq!(marked("\"timed out\" -x", "x timed out"), ["timed out"]);
    assert_eq!(marked("*me*", "time meme"), ["me", "meme"]);
    assert_eq!(marked("/t.m/ OR x", "tim tom x"), ["tim", "tom", "x"]);
    assert_eq!(marked("a=5", "x a=5, b"), ["a=5"]);
    assert_eq!(marked("ü", "ü ü"), ["ü", "ü"]);
}

#[test]
fn a_click_adds_what_it_names_once() {
    let more = || Expr::Is(Term::Words("b".into()));
    assert_eq!(parsed("").with(more()).to_string(), "b");
    assert_eq!(parsed("a").with(more()).to_string(), "a b");
    assert_eq!(parsed("a b").with(more()).to_string(), "a b");
    assert_eq!(parsed("a OR b").with(more()).to_string(), "(a OR b) b");
}

/// A block of one line.
struct One<'a>(&'a LogLine);

impl Block for One<'_> {
    fn may_have_word(&self, key: u64) -> bool {
        let mut texts = texts(&self.0.fields).chain([self.0.message.clone()]);
        texts.any(|text| text::words(&text).any(|word| text::word_key(word) == key))
    }

    fn may_have_gram(&self, gram: u32) -> bool {
        let mut texts = texts(&self.0.fields).chain([self.0.message.clone()]);
        texts.any(|text| text::grams(&text).any(|own| own == gram))
    }

    fn has_level(&self, level: Level) -> bool {
        self.0.level == level
    }

    fn has_source(&self, levels: &[Level], like: &dyn Fn(&str) -> bool) -> bool {
        levels.contains(&self.0.level) && like(&self.0.source)
    }
}

/// As SQLite's `LIKE` with a backslash for an escape.
fn fits(like: &str, text: &str) -> bool {
    let mut pattern = "(?is)^".to_owned();
    let mut signs = like.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '%' => pattern += ".*",
            '_' => pattern += ".",
            '\\' => pattern += &regex::escape(&signs.next().unwrap().to_string()),
            sign => pattern += &regex::escape(&sign.to_string()),
        }
    }
    regex::Regex::new(&(pattern + "$")).unwrap().is_match(text)
}

fn query_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[a-cΣς価]{1,2}",
        "\\*?[a-c]{1,2}\\*?[a-c.=]{0,3}\\*?",
        Just("\"b a\"".to_owned()),
        Just("\"a\\\"b\"".to_owned()),
        "/[a-c]{1,4}(b|c)?/",
        Just("/a.*(bc)+/".to_owned()),
        "level(=|>=|<|!=)(warn|info)",
        "source:[ab]\\*?",
        "a(=|!=)[a-c0-9]{1,2}\\*?",
        "a(>|<|>=|<=)[0-9]",
        Just("->".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|list| format!("({})", list.join(" OR "))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|list| list.join(" ")),
            inner.prop_map(|one| format!("-({one})")),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,60}") {
        if let Err(wrong) = Query::parse(&text) {
            prop_assert!(wrong.at <= text.chars().count());
        }
    }

    #[test]
    fn what_is_read_is_written_and_read_the_same(text in prop_oneof![query_text(), "[-a(OR )*\"/=:.>x ]{0,30}"]) {
        if let Ok(query) = Query::parse(&text) {
            let written = query.to_string();
            prop_assert_eq!(Query::parse(&written), Ok(query), "{}", written);
        }
    }

    #[test]
    fn no_block_is_passed_over_that_holds_what_is_asked_for(
        query in query_text(),
        message in "([a-cA-CΣς価=>\". ]|a=b){0,10}",
        value in "[a-c0-9\"\\\\ ]{0,4}",
        info in any::<bool>(),
        source in "[ab]{1,2}",
    ) {
        let mut line = line(&message, json!({"a": value, "n": {"b": 1}}));
        line.level = if info { Level::Info } else { Level::Warn };
        line.source = source;
        let query = parsed(&query);
        let json = serde_json::to_string(&line.fields).unwrap();
        let raw = Seen::raw(line.time, line.level, &line.source, &line.message, &json);
        let matches = Matcher::new(&query, NOW).matches(&Seen::from(&line));
        prop_assert_eq!(Matcher::new(&query, NOW).matches(&raw), matches);
        if matches {
            prop_assert!(Needs::of(&query).may_be_in(&One(&line)));
            let likes = likes(&query);
            prop_assert!(likes.is_empty() || likes.iter().any(|like| fits(like, &message) || fits(like, &json)), "{:?}", likes);
            if let Some(finder) = finder(&query) {
                prop_assert!(finder.is_match(&message) || finder.is_match(&json), "{} {}", finder, json);
            }
        }
    }
}
