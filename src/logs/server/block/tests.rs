use proptest::prelude::*;

use super::{about::EVERY_LEVEL, filter::Outside, *};
use crate::logs::{
    colours::Style,
    query::{
        Query,
        matcher::Matcher,
        needs::{Needs, finder},
    },
};

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

fn raw(id: u64, source: &str, message: &str, fields: &str) -> Raw {
    Raw {
        id,
        time: Timestamp::from_micros(1_700_000_000_000_000 + (id as i64 * 7_919) % 1_000_000),
        received: Timestamp::from_micros(1_700_000_000_000_000 + id as i64),
        level: Level::ALL[id as usize % 5],
        source: source.to_owned(),
        message: message.to_owned(),
        fields: fields.to_owned(),
        colours: Colours(if id.is_multiple_of(4) {
            vec![(1, Style(2)), (4, Style(0))]
        } else {
            Vec::new()
        }),
    }
}

fn many(count: u64) -> Vec<Raw> {
    let line = |i: u64| {
        let message = format!(
            "order {i} accepted by venue {} after {} ms",
            ["XLON", "XPAR"][i as usize % 2],
            i % 97
        );
        let fields = if i.is_multiple_of(3) {
            format!(r#"{{"order_id":{i},"note":"a \"b\" {i}"}}"#)
        } else {
            String::new()
        };
        raw(i * 2 + 10, ["gateway", "risk", "md"][i as usize % 3], &message, &fields)
    };
    (0..count).map(line).collect()
}

fn found(lines: &[Raw], query: &str) -> Vec<u64> {
    let sealed = seal(lines).unwrap().unwrap();
    let block = Block::open(&sealed.about, &sealed.head, &sealed.text).unwrap();
    let query = Query::parse(query).unwrap();
    let matcher = Matcher::new(&query, NOW);
    let outside = Outside::new(&sealed.about, &sealed.words, &sealed.grams);
    let search = |forth| block.found(&matcher, finder(&query).as_ref(), 0..lines.len(), usize::MAX, forth);
    let places = search(false);
    assert!(
        search(true).into_iter().rev().eq(places.iter().copied()),
        "the other way round"
    );
    assert!(places.is_empty() || Needs::of(&query).may_be_in(&outside));
    places.into_iter().map(|i| block.head.ids[i]).collect()
}

#[test]
fn lines_come_out_as_they_went_in() {
    let lines = many(LINES as u64);
    let sealed = seal(&lines).unwrap().unwrap();
    let block = Block::open(&sealed.about, &sealed.head, &sealed.text).unwrap();
    assert_eq!((0..lines.len()).map(|i| block.line(i)).collect::<Vec<_>>(), lines);
    assert_eq!(sealed.about.levels.iter().sum::<u32>(), LINES as u32);
    let kept = sealed.head.len() + sealed.text.len() + sealed.words.len() + sealed.grams.len();
    assert!(
        kept * 4 < sealed.about.bytes as usize,
        "{kept} of {}",
        sealed.about.bytes
    );
    assert!(seal(&[]).unwrap().is_none());
}

#[test]
fn what_is_asked_for_is_found_newest_first() {
    let lines = many(300);
    assert_eq!(found(&lines, "\"order 7\""), [24]);
    assert_eq!(found(&lines, "order_id=9"), [28]);
    assert_eq!(found(&lines, "order_id>290 source:gateway"), [604, 598, 592]);
    assert_eq!(found(&lines, "/order 1.? acc/").len(), 11);
    assert_eq!(found(&lines, "*XLO*").len(), 150);
    assert_eq!(found(&lines, "").len(), 300);
    assert_eq!(found(&lines, "*b\\\"*"), [0_u64; 0]);
}

#[test]
fn words_that_are_nowhere_rule_a_block_out() {
    let sealed = seal(&many(LINES as u64)).unwrap().unwrap();
    let outside = Outside::new(&sealed.about, &sealed.words, &sealed.grams);
    let rules_out = |query: &str| !Needs::of(&Query::parse(query).unwrap()).may_be_in(&outside);
    let wrong = (0..1_000).filter(|i| !rules_out(&format!("absent{i}"))).count();
    assert!(wrong < 20, "{wrong} of 1000 words that are nowhere");
    assert!(rules_out("*zzz*") && rules_out("/a+zzzz/") && rules_out("source:x") && rules_out("absent=1"));
    assert!(!rules_out("XLON") && !rules_out("*ccep*") && !rules_out("-XLON") && !rules_out("x1 OR xpar"));
}

#[test]
fn a_level_that_a_source_never_has_rules_a_block_out() {
    let mut lines = many(40);
    for (i, line) in lines.iter_mut().enumerate() {
        (line.source, line.level) = match i % 2 {
            0 => ("gateway".into(), Level::Warn),
            _ => ("billing".into(), Level::Info),
        };
    }
    let mut sealed = seal(&lines).unwrap().unwrap();
    let rules_out = |about: &About, query: &str| {
        !Needs::of(&Query::parse(query).unwrap()).may_be_in(&Outside::new(about, &[], &[]))
    };
    let about = &sealed.about;
    assert!(rules_out(about, "source:billing level>=warn") && rules_out(about, "level=info source:gate*"));
    assert!(rules_out(about, "level>=warn level<=info source:gateway"));
    assert!(!rules_out(about, "source:gateway level>=warn") && !rules_out(about, "source:billing -level>=warn"));
    assert!(!rules_out(about, "source:billing OR level>=warn"));
    // Of blocks that were sealed before, nobody knows.
    for source in &mut sealed.about.sources {
        source.levels = EVERY_LEVEL;
    }
    assert!(!rules_out(&sealed.about, "source:billing level>=warn"));
}

#[test]
fn what_is_damaged_is_said_to_be() {
    let sealed = seal(&many(50)).unwrap().unwrap();
    assert!(Block::open(&sealed.about, &sealed.text, &sealed.head).is_err());
    assert!(Block::open(&sealed.about, &sealed.head[1..], &sealed.text).is_err());
    let other = seal(&many(51)).unwrap().unwrap();
    assert!(Block::open(&other.about, &sealed.head, &sealed.text).is_err());
    // A filter that is none rules nothing out.
    let outside = Outside::new(&sealed.about, &sealed.head, &[1, 2, 3]);
    assert!(Needs::of(&Query::parse("nowhere *zzz*").unwrap()).may_be_in(&outside));
}

proptest! {
    #[test]
    fn any_lines_come_out_as_they_went_in(
        parts in prop::collection::vec((1_u64..1_000, any::<i64>(), 0_usize..5, "[a-c]{0,2}", "(?s).{0,20}", "[a-c]{0,3}"), 1..40)
    ) {
        let mut id = 0;
        let line = |(step, time, level, source, message, value): (u64, i64, usize, String, String, String)| {
            id += step;
            let fields = if value.is_empty() { value } else { format!(r#"{{"{value}":"{value}"}}"#) };
            Raw {
                id,
                time: Timestamp::from_micros(time),
                received: Timestamp::from_micros(time.wrapping_mul(3)),
                level: Level::ALL[level],
                source,
                message,
                fields,
                colours: Colours((0..id as u32 % 4).map(|at| (at * at, Style(at as u16 * 700))).collect()),
            }
        };
        let lines: Vec<Raw> = parts.into_iter().map(line).collect();
        let sealed = seal(&lines).unwrap().unwrap();
        let block = Block::open(&sealed.about, &sealed.head, &sealed.text).unwrap();
        prop_assert_eq!((0..lines.len()).map(|i| block.line(i)).collect::<Vec<_>>(), lines);
    }

    #[test]
    fn a_block_finds_what_each_line_is(
        query in prop_oneof!["[a-c]{1,2}", "\\*[a-c]{1,2}\\*", "-[a-c]", "a=[a-c]", "/[a-c]b/", "[ab] OR [bc]"],
        messages in prop::collection::vec(("[a-c ]{0,6}", "[a-c]{0,2}"), 1..20),
    ) {
        let line = |(i, (message, value)): (usize, (String, String))| {
            let fields = if value.is_empty() { value } else { format!(r#"{{"a":"{value}"}}"#) };
            raw(i as u64 + 1, "s", &message, &fields)
        };
        let lines: Vec<Raw> = messages.into_iter().enumerate().map(line).collect();
        let matcher = Matcher::new(&Query::parse(&query).unwrap(), NOW);
        let mut each: Vec<u64> = lines.iter().filter(|line| matcher.matches(&line.seen())).map(|line| line.id).collect();
        each.reverse();
        prop_assert_eq!(found(&lines, &query), each);
    }
}
