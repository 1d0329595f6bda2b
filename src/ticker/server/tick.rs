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
    /// What its UTC day opened at, where the sender says so.
    pub open: Option<Decimal>,
    /// What the day before closed at, where the sender says so.
    pub previous_close: Option<Decimal>,
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
    if let Some(number) = usual(text.as_bytes()) {
        return Ok(number);
    }
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

/// The same of what nearly all of them are: not below zero, and of so few digits that they fit into a machine's number. What
/// is no such number is `None`, whatever it is.
fn usual(text: &[u8]) -> Option<Decimal> {
    // Nineteen digits may be too many.
    if text.len() > 19 {
        return None;
    }
    let (mut digits, mut point) = (0_i64, None);
    for (i, byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' => digits = digits * 10 + i64::from(byte - b'0'),
            b'.' if point.is_none() && i > 0 => point = Some(i),
            _ => return None,
        }
    }
    let whole = point.unwrap_or(text.len());
    let fraction = point.map_or(0, |point| text.len() - point - 1);
    let is_number = whole > 0 && (whole == 1 || text[0] != b'0') && (point.is_none() || fraction > 0);
    (is_number && whole + fraction <= 18).then(|| Decimal::new(digits, fraction as u32))
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
#[path = "tick_tests.rs"]
mod tests;
