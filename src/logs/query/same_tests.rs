//! What conditions find, beside the regular expressions that say what is meant by them.

use proptest::prelude::*;
use regex::{Regex, RegexBuilder};

use super::{
    Term,
    places::{InText, Whole, Written},
    text,
};

/// What stands before or after a word.
const EDGE: &str = r"[^\p{Alphabetic}\p{N}]";

fn built(pattern: &str) -> Regex {
    let mut builder = RegexBuilder::new(pattern);
    builder
        .case_insensitive(true)
        .dot_matches_new_line(true)
        .build()
        .unwrap()
}

fn between_edges(first: Option<char>, inner: &str, last: Option<char>) -> Regex {
    let closed = |c: Option<char>| c.is_some_and(|c| text::is_inside(c) && !text::is_unspaced(c));
    let before = if closed(first) {
        format!(r"(?:\A|{EDGE})")
    } else {
        String::new()
    };
    let after = if closed(last) {
        format!(r"(?:\z|{EDGE})")
    } else {
        String::new()
    };
    built(&format!("{before}({inner}){after}"))
}

fn escaped(pieces: &[String], between: &str) -> String {
    let pieces: Vec<String> = pieces.iter().map(|piece| regex::escape(piece)).collect();
    pieces.join(between)
}

fn words(text: &str) -> Regex {
    let words: Vec<String> = text::words(text).map(str::to_owned).collect();
    let first = words.first().and_then(|word| word.chars().next());
    let last = words.last().and_then(|word| word.chars().last());
    between_edges(first, &escaped(&words, &format!("{EDGE}+")), last)
}

fn part(pieces: &[String]) -> Regex {
    let first = pieces.first().and_then(|piece| piece.chars().next());
    let last = pieces.last().and_then(|piece| piece.chars().last());
    let known: Vec<String> = pieces.iter().filter(|piece| !piece.is_empty()).cloned().collect();
    between_edges(first, &escaped(&known, ".*?"), last)
}

fn whole(pieces: &[String]) -> Regex {
    built(&format!(r"\A{}\z", escaped(pieces, ".*")))
}

fn written(name: &str, value: &[String]) -> Regex {
    let (name, value) = (regex::escape(name), escaped(value, r#"[^\s"]*"#));
    let edge = r#"(?:\A|[^\p{Alphabetic}\p{N}_.])"#;
    built(&format!(r#"{edge}({name}=(?:{value}|"{value}"))(?:\z|[\s,;)\]}}])"#))
}

/// Where `regex` fits, one after the other: a sign may end one and begin the next.
fn all(regex: &Regex, text: &str) -> Vec<(usize, usize)> {
    let (mut at, mut found) = (0, Vec::new());
    while let Some(hit) = regex.captures_at(text, at).and_then(|found| found.get(1)) {
        found.push((hit.start(), hit.end()));
        at = hit.end();
    }
    found
}

fn own(sought: &InText, text: &str) -> Vec<(usize, usize)> {
    let (mut at, mut found) = (0, Vec::new());
    while let Some(hit) = sought.find(text, at) {
        at = hit.end;
        found.push((hit.start, hit.end));
    }
    found
}

/// Few letters, so that much is found; some have more forms than two, some are of several bytes, and some are no letters.
const LETTERS: &str = "[a-cA-CkKsSſςσΣßé価格01_.\\-=\", )\u{212a}\u{345}ⅷ]";

fn letters(least: usize, most: usize) -> impl Strategy<Value = String> {
    proptest::string::string_regex(&format!("{LETTERS}{{{least},{most}}}")).unwrap()
}

fn pieces(least: usize) -> impl Strategy<Value = Vec<String>> {
    let ends = (proptest::bool::ANY, proptest::bool::ANY);
    (prop::collection::vec(letters(1, 3), least..4), ends).prop_map(|(mut pieces, (opens, closes))| {
        if opens {
            pieces.insert(0, String::new());
        }
        if closes {
            pieces.push(String::new());
        }
        pieces
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn words_stand_where_they_are_meant(sought in letters(1, 6), text in letters(0, 24)) {
        prop_assume!(text::words(&sought).next().is_some());
        let regex = words(&sought);
        prop_assert_eq!(own(&InText::words(&sought), &text), all(&regex, &text), "{}", regex);
    }

    #[test]
    fn pieces_stand_where_they_are_meant(sought in pieces(1), text in letters(0, 24)) {
        let regex = part(&sought);
        prop_assert_eq!(own(&InText::pieces(&sought), &text), all(&regex, &text), "{}", regex);
    }

    #[test]
    fn a_whole_is_what_is_meant(sought in pieces(0), text in letters(0, 8)) {
        let regex = whole(&sought);
        prop_assert_eq!(Whole::new(&sought).is(&text), regex.is_match(&text), "{}", regex);
    }

    #[test]
    fn what_is_written_stands_where_it_is_meant(
        name in "[ab._-]{1,2}",
        value in pieces(0),
        before in letters(0, 3),
        after in letters(0, 9),
        again in letters(0, 6),
    ) {
        let text = format!("{before}{name}={after}{name}=\"{again}\", {name}={again}");
        let regex = written(&name, &value);
        let found = Written::new(&name, &value).find(&text);
        let meant = regex.captures(&text).and_then(|found| found.get(1));
        prop_assert_eq!(found, meant.map(|hit| hit.range()), "{} in {}", regex, text);
    }

    /// Of texts that are made for what is sought.
    #[test]
    fn what_is_there_is_found(sought in pieces(1), between in prop::collection::vec(letters(0, 3), 6), up in any::<bool>()) {
        let mut text = between[0].clone();
        for (piece, between) in sought.iter().zip(&between[1..]) {
            text += &if up { piece.to_uppercase() } else { piece.to_lowercase() };
            text += between;
        }
        let joined = sought.join(" ");
        prop_assert_eq!(own(&InText::pieces(&sought), &text), all(&part(&sought), &text));
        prop_assert_eq!(Whole::new(&sought).is(&text), whole(&sought).is_match(&text));
        if text::words(&joined).next().is_some() {
            prop_assert_eq!(own(&InText::words(&joined), &text), all(&words(&joined), &text));
        }
        let text = format!("x a={text}");
        let meant = written("a", &sought).captures(&text).and_then(|found| found.get(1)).map(|hit| hit.range());
        prop_assert_eq!(Written::new("a", &sought).find(&text), meant, "{}", text);
    }
}

#[test]
fn a_pattern_is_made_when_it_is_needed() {
    use super::{Expr, Query, matcher::Matcher};
    let query = Query {
        expr: Expr::Is(Term::Regex("order \\d+ (took|needs) [0-9]{4}ms".into())),
        ..Query::default()
    };
    let matcher = Matcher::new(&query, crate::time::Timestamp::default());
    let seen =
        |message| super::matcher::Seen::raw(Default::default(), crate::logs::model::Level::Info, "a", message, "");
    assert!(!matcher.matches(&seen("nothing of it")) && !matcher.matches(&seen("order x took 1234ms")));
    assert!(matcher.matches(&seen("an order 17 took 1234ms.")));
    assert_eq!(
        matcher.marks("an order 17 took 1234ms."),
        std::slice::from_ref(&(3..23))
    );
    assert!(matcher.marks("nothing").is_empty());
}
