//! How numbers are read, and what every tick must be.

use proptest::prelude::*;

use super::*;

#[test]
fn numbers_keep_their_digits() {
    for text in [
        "1.10",
        "0.00",
        "96412.50",
        "-37.63",
        "0.0000000000000000000000000001",
        "9999999999999999999999999999",
    ] {
        assert_eq!(number(text).unwrap().to_string(), text);
    }
}

#[test]
fn refusals_say_what_to_change() {
    for (text, words) in [
        ("", "expected a number"),
        ("ten", "expected a number"),
        ("1.", "expected a number"),
        (".5", "expected a number"),
        ("1,000", "expected a number"),
        ("1_000", "expected a number"),
        ("+1", "expected a number"),
        ("NaN", "expected a number"),
        ("true", "expected a number"),
        ("1e5", "without an exponent"),
        ("1.5E-7", "without an exponent"),
        ("007", "without leading zeros"),
        ("12345678901234567890123456789", "more than 28 digits"),
        ("0.00000000000000000000000000001", "more than 28 digits"),
    ] {
        let error = number(text).unwrap_err();
        assert!(error.contains(words), "{text}: {error}");
    }
}

#[test]
fn an_exponent_only_moves_the_point() {
    for (text, kept) in [
        ("96412.50", "96412.50"),
        ("1e-7", "0.0000001"),
        ("1.50E-7", "0.000000150"),
        ("-2.5e-3", "-0.0025"),
        ("1.50e1", "15.0"),
        ("1.5e+3", "1500"),
        ("4e0", "4"),
    ] {
        assert_eq!(venue_number(text).unwrap().to_string(), kept, "{text}");
    }
    for bad in [
        "1e",
        "e5",
        "1e5.0",
        "1e99",
        "1e-29",
        "1e99999999999",
        "9e28",
        "1e-",
        "NaN",
        "",
        "1ee5",
    ] {
        assert!(venue_number(bad).is_err(), "{bad}");
    }
}

#[test]
fn names_and_times_have_bounds() {
    let now = Timestamp::parse("2026-11-20T12:00:00Z").unwrap();
    let tick = |symbol: &str, venue: &str, ahead| Tick {
        key: Key {
            symbol: symbol.into(),
            venue: venue.into(),
        },
        last: Decimal::ONE,
        open: None,
        previous_close: None,
        bid: None,
        ask: None,
        volume: None,
        size: None,
        time: now.plus_seconds(ahead),
        seq: None,
        is_trade: true,
        demo: false,
    };
    let longest = "X".repeat(32);
    for good in [
        tick("BTC-USD", "coinbase", 0),
        tick("EUR/USD", "my bot", 60),
        tick("NYSE:A.b_1", &longest, -999),
    ] {
        assert_eq!(good.check(now), Ok(()));
    }
    for (bad, words) in [
        (tick("", "v", 0), "a symbol is 1 to 32"),
        (tick("A B", "v", 0), "\"A B\""),
        (tick("É", "v", 0), "a symbol"),
        (tick(&"X".repeat(33), "v", 0), "a symbol"),
        (tick("A", " ", 0), "a venue"),
        (tick("A", "a\nb", 0), "a venue"),
        (tick("A", "v", 61), "ahead"),
    ] {
        let error = bad.check(now).unwrap_err();
        assert!(error.contains(words), "{error}");
    }
}

proptest! {
    #[test]
    fn any_number_of_28_digits_is_kept_exactly(text in "-?(0|[1-9][0-9]{0,13})(\\.[0-9]{1,14})?") {
        let zero = text.bytes().all(|b| !b.is_ascii_digit() || b == b'0');
        prop_assume!(!(zero && text.starts_with('-')));
        prop_assert_eq!(number(&text).unwrap().to_string(), text);
    }

    #[test]
    fn what_venues_write_is_what_parsers_of_decimals_read(
        text in "-?(0|[1-9][0-9]{0,5})(\\.[0-9]{1,6})?[eE][+-]?[0-9]",
    ) {
        prop_assert_eq!(venue_number(&text).unwrap(), Decimal::from_scientific(&text).unwrap());
    }

    #[test]
    fn the_usual_ones_are_read_as_all_are(text in "-?[0-9]{0,12}\\.?[0-9]{0,12}[eE+ ]?") {
        if let Some(quick) = usual(text.as_bytes()) {
            let read = Decimal::from_str_exact(&text).unwrap();
            prop_assert_eq!((quick, quick.scale()), (read, read.scale()), "{}", text);
            prop_assert!(text.len() == 1 || !text.starts_with('0') || text.starts_with("0."));
            prop_assert!(!text.ends_with('.') && !text.starts_with('.'));
        }
    }

    #[test]
    fn any_text_is_answered(text in ".{0,60}") {
        let _ = venue_number(&text);
        if let Ok(read) = number(&text) {
            prop_assert_eq!(read, text.parse::<Decimal>().unwrap());
        }
    }
}
