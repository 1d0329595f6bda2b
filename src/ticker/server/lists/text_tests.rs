//! Tests of lists as text.

use proptest::prelude::*;

use super::*;

fn entries(text: &str) -> Vec<(usize, String)> {
    let shown = |one: Written| (one.line, format!("{}|{}", one.venue.unwrap_or_default(), one.symbol));
    read(text).unwrap().into_iter().map(shown).collect()
}

fn pairs(list: &[(usize, &str)]) -> Vec<(usize, String)> {
    list.iter().map(|(line, text)| (*line, (*text).to_owned())).collect()
}

#[test]
fn lines_commas_headings_comments_and_other_systems_ends_of_lines() {
    let text =
        "\u{feff}### Crypto\r\nCOINBASE:BTC-USD, kraken:BTC/USD ,\r\n\r\n# mine, and yours\rAAPL\n NASDAQ:MSFT # no\n";
    assert_eq!(
        entries(&text.replace(" # no", "")),
        pairs(&[
            (2, "coinbase|BTC-USD"),
            (2, "kraken|BTC/USD"),
            (5, "|AAPL"),
            (6, "NASDAQ|MSFT")
        ])
    );
    let one_line = "###CRYPTO,COINBASE:BTC-USD,###STOCKS,NASDAQ:AAPL,#the rest,is,a comment";
    assert_eq!(entries(one_line), pairs(&[(0, "coinbase|BTC-USD"), (0, "NASDAQ|AAPL")]));
    assert_eq!(
        entries("A\nA,a\nB:A\nb:A\nB:A"),
        pairs(&[(1, "|A"), (2, "|a"), (3, "B|A"), (4, "b|A")])
    );
    assert_eq!(entries("\u{feff}"), []);
    assert_eq!(
        entries("finnhub:BINANCE:BTCUSDT\nReplay:Coinbase:BTC-USD\ndesk%3Alondon%2c 50%25:X"),
        pairs(&[
            (1, "finnhub|BINANCE:BTCUSDT"),
            (2, "replay:coinbase|BTC-USD"),
            (3, "desk:london, 50%|X")
        ])
    );
}

#[test]
fn what_can_t_be_read_is_named_with_its_line() {
    let words = read("AAPL\nBTC USD\n\nkraken:\n:X,50%:X\nx:y z,q r")
        .unwrap_err()
        .to_string();
    for part in [
        "Line 2: a symbol is 1 to 32",
        "\"BTC USD\"",
        "Line 4: a symbol",
        "Line 5: a venue is 1 to 32",
        "Line 5: \"50%:X\" has a %",
        "Line 6:",
        "And 1 more.",
        "as VENUE:SYMBOL or SYMBOL",
    ] {
        assert!(words.contains(part), "{part} in {words}");
    }
    let words = read("BTC USD").unwrap_err().to_string();
    assert!(
        words.starts_with("A symbol is") && words.ends_with("not \"BTC USD\"."),
        "{words}"
    );
    let long = "A\n".repeat(LONGEST / 2);
    assert_eq!(entries(&long).len(), 1);
    assert!(matches!(read(&(long + "B")), Err(AppError::TooLarge(_))));
    let many: String = (0..=MOST_ENTRIES).map(|n| format!("S{n}\n")).collect();
    assert!(matches!(read(&many), Err(AppError::Conflict(words)) if words.contains("501")));
}

/// Keys as lists hold them.
fn keys() -> impl Strategy<Value = Vec<Key>> {
    let venue = prop_oneof![
        "[A-Za-z0-9]{1,8}",
        "\\PC{1,32}",
        "[ %:,#\u{feff}\u{a0}a]{1,6}",
        prop::sample::select(vec!["COINBASE", "replay", "Replay:kraken", "replay:x", "demo:1"]).prop_map(str::to_owned),
    ];
    let symbol = prop_oneof!["[A-Za-z0-9./:_-]{1,32}", "(coinbase|replay):[A-Z]{1,5}"];
    prop::collection::vec((venue, symbol), 0..20).prop_map(|pairs| {
        pairs
            .iter()
            .filter_map(|(venue, symbol)| key(venue, symbol).ok())
            .collect()
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_the_same(keys in keys()) {
        let mut once: Vec<Key> = Vec::new();
        keys.into_iter().for_each(|key| if !once.contains(&key) { once.push(key) });
        let text = write(&once);
        let read: Vec<Key> = read(&text)
            .map_err(|error| TestCaseError::fail(format!("{text:?}: {error}")))?
            .into_iter()
            .filter_map(|one| Some(Key { venue: one.venue?, symbol: one.symbol }))
            .collect();
        prop_assert_eq!(read, once);
    }

    #[test]
    fn whatever_is_read_is_checked_and_nothing_panics(text in "(\\PC|[\n\r,:#%])*") {
        if let Ok(entries) = read(&text) {
            for one in entries {
                prop_assert!(check_symbol(&one.symbol).is_ok());
                if let Some(venue) = one.venue {
                    let again = key(&venue, &one.symbol);
                    prop_assert_eq!(again, Ok(Key { symbol: one.symbol, venue }));
                }
            }
        }
    }
}
