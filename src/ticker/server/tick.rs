//! A price on its way in: what is asked of it, and how its digits are read.

use rust_decimal::Decimal;
use serde_json::value::RawValue;

use crate::{ticker::model::Key, time::Timestamp};

/// Digits of a price at most: what a Decimal can hold, whatever they are.
const DIGITS: usize = 28;
/// Characters of a symbol or a venue at most.
const NAME: usize = 32;
/// How far ahead of this machine's clock a tick may be, in seconds.
const AHEAD: i64 = 60;

/// One price from a venue or a program.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Symbol and venue.
    pub key: Key,
    /// Last price.
    pub last: Decimal,
    /// What the change is measured from, where the sender knows.
    pub open: Option<Decimal>,
    /// Best bid.
    pub bid: Option<Decimal>,
    /// Best ask.
    pub ask: Option<Decimal>,
    /// Traded over the venue's day, which rolls on: no bar is filled from it.
    pub volume: Option<Decimal>,
    /// Traded by this tick, in units of what is traded: bars add it up.
    pub size: Option<Decimal>,
    /// When it happened.
    pub time: Timestamp,
    /// Orders ticks of the same time. A tick that comes with a number and a time that were there already is not counted
    /// again.
    pub seq: Option<u64>,
    /// Something changed hands at this price, which is what bars are made of. Else it says anew what is known, as with a new
    /// bid.
    pub is_trade: bool,
    /// Made up.
    pub demo: bool,
}

impl Tick {
    /// Checks what every tick must be, at time `now`.
    ///
    /// # Errors
    /// What is wrong, in words for the sender.
    pub fn check(&self, now: Timestamp) -> Result<(), String> {
        let Key { symbol, venue } = &self.key;
        check_symbol(symbol)?;
        check_venue(venue)?;
        if self.time > now.plus_seconds(AHEAD) {
            return Err(format!(
                "{} lies ahead of the server's clock ({now}) by more than a minute",
                self.time
            ));
        }
        if self.seq.is_some_and(|seq| i64::try_from(seq).is_err()) {
            return Err("`seq` is larger than 9223372036854775807".to_owned());
        }
        if self.size.is_some_and(|size| size.is_sign_negative() && !size.is_zero()) {
            return Err("`size` is what changed hands, so it is not negative".to_owned());
        }
        Ok(())
    }
}

/// Checks what every venue's name must be.
///
/// # Errors
/// What is wrong, in words for the sender.
pub fn check_venue(venue: &str) -> Result<(), String> {
    if venue.trim().is_empty() || venue.chars().count() > NAME || venue.chars().any(char::is_control) {
        return Err(format!("a venue is 1 to {NAME} characters, not {:?}", shortened(venue)));
    }
    Ok(())
}

/// Checks what every symbol must be.
///
/// # Errors
/// What is wrong, in words for the sender.
pub fn check_symbol(symbol: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-/:_".contains(c);
    if symbol.is_empty() || symbol.len() > NAME || !symbol.chars().all(plain) {
        return Err(format!(
            "a symbol is 1 to {NAME} of A-Z a-z 0-9 . - / : _, not {:?}",
            shortened(symbol)
        ));
    }
    Ok(())
}

/// Reads a number as venues write them in JSON: as [`number`], or with an exponent, which only says where the point is.
/// People and programs are told to leave exponents out, as a slip in them is a thousandfold price; a venue can't be
/// told, and its numbers come from a serialiser.
///
/// # Errors
/// What is wrong, in words.
pub fn venue_number(text: &str) -> Result<Decimal, String> {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return number(text);
    };
    let mantissa = number(mantissa)?;
    let cannot = || format!("{:?} can't be kept", shortened(text));
    // Beyond that a Decimal holds none of its digits.
    let places: i32 = exponent.parse().map_err(|_| cannot())?;
    let scale = i32::try_from(mantissa.scale())
        .ok()
        .and_then(|scale| scale.checked_sub(places));
    let scale = scale
        .filter(|scale| scale.unsigned_abs() as usize <= DIGITS)
        .ok_or_else(cannot)?;
    let (digits, scale) = match u32::try_from(scale) {
        Ok(scale) => (Some(mantissa.mantissa()), scale),
        Err(_) => (mantissa.mantissa().checked_mul(10_i128.pow(scale.unsigned_abs())), 0),
    };
    let digits = digits.ok_or_else(cannot)?;
    Decimal::try_from_i128_with_scale(digits, scale).map_err(|_| cannot())
}

/// A [`venue_number`] in a venue's JSON, as a number or as text; `None` when there is none.
///
/// # Errors
/// As [`venue_number`], with the field's name.
pub fn venue_field(name: &str, raw: Option<&RawValue>) -> Result<Option<Decimal>, String> {
    let Some(raw) = raw.map(RawValue::get).filter(|&raw| raw != "null") else {
        return Ok(None);
    };
    let text = raw
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(raw);
    venue_number(text)
        .map(Some)
        .map_err(|error| format!("`{name}`: {error}"))
}

/// Reads a number as sent: an optional minus sign, digits, and a point between digits. Every digit is kept.
///
/// # Errors
/// What is wrong, in words for the sender.
pub fn number(text: &str) -> Result<Decimal, String> {
    let size = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = size.split_once('.').map_or((size, None), |(w, f)| (w, Some(f)));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || fraction.is_some_and(|part| !digits(part)) {
        let exponent = size.contains(['e', 'E']) && size.starts_with(|c: char| c.is_ascii_digit());
        return Err(if exponent {
            format!("write {:?} out in full, without an exponent", shortened(text))
        } else {
            format!("expected a number such as 1.10, not {:?}", shortened(text))
        });
    }
    if whole.len() > 1 && whole.starts_with('0') {
        return Err(format!("write {:?} without leading zeros", shortened(text)));
    }
    // The zero before the point is not one of them.
    let before = if whole == "0" { 0 } else { whole.len() };
    if before + fraction.map_or(0, str::len) > DIGITS {
        return Err(format!("{:?} has more than {DIGITS} digits", shortened(text)));
    }
    Decimal::from_str_exact(text).map_err(|e| format!("{:?} can't be kept: {e}", shortened(text)))
}

/// As much of a sender's text as is worth repeating.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 40;
    let mut out: String = text.chars().take(SHOWN).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
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
        fn any_text_is_answered(text in ".{0,60}") {
            let _ = venue_number(&text);
            if let Ok(read) = number(&text) {
                prop_assert_eq!(read, text.parse::<Decimal>().unwrap());
            }
        }
    }
}
