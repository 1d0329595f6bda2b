//! Which symbols somebody may have meant. Pure.

/// As many are named.
const NAMED: usize = 5;
/// Nothing is near to what is longer, in bytes: symbols are shorter, and to compare takes the product of both lengths.
const LONGEST: usize = 64;

/// The known symbols that are most like `typed`, the best first.
pub fn near<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    if typed.len() > LONGEST {
        return Vec::new();
    }
    let typed = typed.to_uppercase();
    let length = typed.chars().count();
    let mut found: Vec<(usize, usize, &str)> = known
        .filter_map(|symbol| {
            let name = symbol.to_uppercase();
            let begins = |part: &str| part.len() > 1 && typed.starts_with(part);
            let part = || {
                name.split(['-', '/', ':', '.', '_'])
                    .any(|part| part == typed || begins(part))
            };
            let away = match name.contains(&typed) || begins(&name) || part() {
                true => 0,
                false => distance(&typed, &name),
            };
            // A letter in three may be another.
            let others = name.chars().count();
            (away <= others.max(length) / 3).then_some((away, others.abs_diff(length), symbol))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.truncate(NAMED);
    found.into_iter().map(|(.., symbol)| symbol).collect()
}

/// How many letters are to be added, left out or changed between the two (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let (mut corner, mut left) = (row[0], i + 1);
        row[0] = left;
        for (j, to) in b.iter().enumerate() {
            let changed = corner + usize::from(from != *to);
            corner = row[j + 1];
            left = changed.min(left + 1).min(corner + 1);
            row[j + 1] = left;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_comes_first() {
        let known = ["AAPL", "BTC-USD", "ETH-USD", "SOL-USD", "BTC/USD"];
        let found = |typed| near(typed, known.into_iter());
        assert_eq!(found("BTC"), ["BTC-USD", "BTC/USD"]);
        assert_eq!(found("btcusd"), ["BTC-USD", "BTC/USD"]);
        assert_eq!(found("APPL"), ["AAPL"]);
        assert_eq!(found("EHT-USD")[0], "ETH-USD");
        assert!(found("ZZZZZZ").is_empty());
        assert!(found(&"Z".repeat(65)).is_empty());
        // Short names and empty parts are not near to everything.
        let short = ["A", "AAPL", ".DJI", "BRK.B", "BTC-USD"];
        assert_eq!(near("APPL", short.into_iter()), ["AAPL"]);
        assert_eq!(near("BTCUSD", short.into_iter()), ["BTC-USD"]);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn no_more_than_five_are_named() {
        let known: Vec<String> = (0..50).map(|n| format!("BTC-{n}")).collect();
        assert_eq!(near("BTC", known.iter().map(String::as_str)).len(), 5);
    }
}
