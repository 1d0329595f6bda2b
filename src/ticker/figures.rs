//! Prices as people read them. Pure: text in, text out, no floats.

use serde::{Deserialize, Serialize};

/// Which way a price went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Higher than before.
    Up,
    /// Lower than before.
    Down,
    /// The same.
    Flat,
}

impl Direction {
    /// From `before` to `after`.
    pub fn of<T: PartialOrd>(before: &T, after: &T) -> Self {
        if after > before {
            Self::Up
        } else if after < before {
            Self::Down
        } else {
            Self::Flat
        }
    }

    /// The CSS class.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Flat => "flat",
        }
    }

    /// The sign beside the figure, so that colour is not all there is.
    pub const fn arrow(self) -> &'static str {
        match self {
            Self::Up => "▲",
            Self::Down => "▼",
            Self::Flat => "",
        }
    }

    /// The sign before a figure of a change: it stays where rounding leaves nothing, as the arrow does.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Up => "+",
            Self::Down => "\u{2212}",
            Self::Flat => "",
        }
    }
}

/// How far a price is from an earlier one, calculated by the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change(
    /// The last minus the earlier one, with its sign and the digits of both: `+1,181.50`.
    pub String,
    /// In percent of the earlier one, with its sign and two digits: `+1.24%`. `None` when that is zero.
    pub Option<String>,
);

impl Change {
    /// Which way.
    pub fn direction(&self) -> Direction {
        let figure = self.1.as_ref().unwrap_or(&self.0);
        let is = |direction: &Direction| !direction.sign().is_empty() && figure.starts_with(direction.sign());
        let signed = [Direction::Up, Direction::Down].into_iter().find(is);
        signed.unwrap_or(Direction::Flat)
    }
}

/// With commas between thousands and a true minus sign; the digits are those sent: `96,412.50`.
pub fn grouped(number: &str) -> String {
    let (digits, is_negative) = match number.strip_prefix('-') {
        Some(digits) => (digits, digits.bytes().any(|digit| (b'1'..=b'9').contains(&digit))),
        None => (number, false),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = String::with_capacity(digits.len() + whole.len() / 3 + 4);
    if is_negative {
        out.push('\u{2212}');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::*;

    #[test]
    fn digits_stay_as_sent() {
        for (sent, shown) in [
            ("96412.50", "96,412.50"),
            ("1.10", "1.10"),
            ("0.00000001", "0.00000001"),
            ("1000", "1,000"),
            ("-37.63", "\u{2212}37.63"),
            ("-1234567.0", "\u{2212}1,234,567.0"),
            ("999", "999"),
            ("0.0", "0.0"),
            ("-0.0", "0.0"),
        ] {
            assert_eq!(grouped(sent), shown);
        }
    }

    #[test]
    fn the_sign_tells_which_way() {
        for (amount, direction) in [
            ("+1,181.50", Direction::Up),
            ("\u{2212}0.01", Direction::Down),
            ("0.00", Direction::Flat),
        ] {
            assert_eq!(Change(amount.into(), None).direction(), direction);
        }
    }

    proptest! {
        #[test]
        fn grouping_loses_no_digit(mantissa in any::<i64>(), scale in 0u32..28) {
            let number = Decimal::from_i128_with_scale(mantissa.into(), scale).to_string();
            let back = grouped(&number).replace(',', "").replace('\u{2212}', "-");
            prop_assert_eq!(back, number);
        }
    }
}
