//! Values compared by size: numbers, and times with their units.

use std::{cmp::Ordering, str::FromStr};

use rust_decimal::Decimal;

/// A value that can be compared by size: a number, and behind it a unit, such as `ms`.
pub fn number(text: &str) -> Option<Decimal> {
    split(text).map(|(number, _)| number)
}

fn split(text: &str) -> Option<(Decimal, &str)> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || matches!(c, '%' | 'µ'));
    let unit = &text[digits.len()..];
    let number = Decimal::from_str(digits).ok().map(|number| (number, unit));
    // What looked like a unit may be an exponent.
    number.or_else(|| Some((Decimal::from_scientific(text).ok()?, "")))
}

/// How `value` compares to what is `asked`, by size. A time with its unit is compared with any other time; a number asked
/// for without a unit, with whatever stands before the value's.
pub fn by_size(value: &str, asked: &str) -> Option<Ordering> {
    let ((value, own), (asked, wanted)) = (split(value)?, split(asked)?);
    match nanoseconds(wanted) {
        Some(size) => Some((value.checked_mul(nanoseconds(own)?)?).cmp(&asked.checked_mul(size)?)),
        None => (wanted.is_empty() || wanted.eq_ignore_ascii_case(own)).then(|| value.cmp(&asked)),
    }
}

fn nanoseconds(unit: &str) -> Option<Decimal> {
    let size: i64 = match unit {
        "ns" => 1,
        "us" | "µs" => 1_000,
        "ms" => 1_000_000,
        "s" | "sec" => 1_000_000_000,
        "m" | "min" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    Some(size.into())
}
