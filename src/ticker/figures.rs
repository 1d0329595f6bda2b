//! Prices as people read them. Pure: text in, text out, no floats.

use rust_decimal::{Decimal, RoundingStrategy};

use super::model::Quote;

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
    pub fn of(before: Decimal, after: Decimal) -> Self {
        match after.cmp(&before) {
            std::cmp::Ordering::Greater => Self::Up,
            std::cmp::Ordering::Less => Self::Down,
            std::cmp::Ordering::Equal => Self::Flat,
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

    /// A figure of a change this way: the sign stays where rounding leaves nothing, as the arrow does.
    fn signed(self, amount: Decimal) -> String {
        let sign = match self {
            Self::Up => "+",
            Self::Down => "\u{2212}",
            Self::Flat => "",
        };
        format!("{sign}{}", grouped(amount.abs()))
    }
}

/// How far a price is from its open.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Which way.
    pub direction: Direction,
    /// Last minus open, with its sign and the digits of both: `+1,181.50`.
    pub amount: String,
    /// In percent of the open, with its sign and two digits: `+1.24%`. `None` when the open is zero.
    pub percent: Option<String>,
}

/// The change of `quote` since its open; `None` when there is no open.
pub fn change(quote: &Quote) -> Option<Change> {
    let open = quote.open?;
    let amount = quote.last.checked_sub(open)?;
    let direction = Direction::of(open, quote.last);
    Some(Change {
        direction,
        amount: direction.signed(amount),
        percent: percent(amount, open).map(|percent| format!("{}%", direction.signed(percent))),
    })
}

/// `amount` in percent of `open`, of its size where it is negative, so that the sign is that of the change.
fn percent(amount: Decimal, open: Decimal) -> Option<Decimal> {
    let ratio = amount.checked_div(open.abs())?;
    let percent = ratio.checked_mul(Decimal::ONE_HUNDRED)?;
    let mut rounded = percent.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(2);
    Some(rounded)
}

/// With commas between thousands and a true minus sign; the digits are those sent: `96,412.50`.
pub fn grouped(number: Decimal) -> String {
    let text = number.abs().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::with_capacity(text.len() + whole.len() / 3 + 4);
    if number.is_sign_negative() && !number.is_zero() {
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

    use super::*;
    use crate::time::Timestamp;

    fn quote(last: &str, open: Option<&str>) -> Quote {
        Quote {
            version: 1,
            symbol: "X".into(),
            venue: "test".into(),
            last: last.parse().unwrap(),
            open: open.map(|open| open.parse().unwrap()),
            bid: None,
            ask: None,
            volume: None,
            time: Timestamp::default(),
            demo: false,
            spark: None,
        }
    }

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
        ] {
            assert_eq!(grouped(sent.parse().unwrap()), shown);
        }
    }

    #[test]
    fn change_has_direction_sign_and_two_digits() {
        let up = change(&quote("96412.50", Some("95231"))).unwrap();
        assert_eq!(
            (up.direction, up.amount.as_str(), up.percent.as_deref()),
            (Direction::Up, "+1,181.50", Some("+1.24%"))
        );
        let down = change(&quote("3318.07", Some("3332.06"))).unwrap();
        assert_eq!(
            (down.direction, down.percent.as_deref()),
            (Direction::Down, Some("\u{2212}0.42%"))
        );
        let hardly = change(&quote("100000.01", Some("100000.02"))).unwrap();
        assert_eq!(
            (hardly.direction, hardly.percent.as_deref()),
            (Direction::Down, Some("\u{2212}0.00%"))
        );
        let flat = change(&quote("1.10", Some("1.1"))).unwrap();
        assert_eq!(
            (flat.direction, flat.amount.as_str(), flat.percent.as_deref()),
            (Direction::Flat, "0.00", Some("0.00%"))
        );
    }

    #[test]
    fn a_negative_price_that_rises_is_up() {
        let change = change(&quote("-20.00", Some("-40.00"))).unwrap();
        assert_eq!(
            (change.direction, change.percent.as_deref()),
            (Direction::Up, Some("+50.00%"))
        );
    }

    #[test]
    fn no_percent_of_nothing() {
        assert_eq!(change(&quote("1", None)), None);
        assert_eq!(change(&quote("1", Some("0"))).unwrap().percent, None);
    }

    proptest! {
        #[test]
        fn grouping_loses_no_digit(mantissa in any::<i64>(), scale in 0u32..28) {
            let number = Decimal::from_i128_with_scale(mantissa.into(), scale);
            let back = grouped(number).replace(',', "").replace('\u{2212}', "-");
            prop_assert_eq!(back, number.to_string());
        }

        #[test]
        fn change_never_panics(last in any::<[u8; 16]>(), open in any::<[u8; 16]>()) {
            let (mut last, mut open) = (last, open);
            // The third byte is the scale, which is 28 at most in a Decimal.
            (last[2], open[2]) = (last[2] % 29, open[2] % 29);
            let mut quote = quote("1", None);
            quote.last = Decimal::deserialize(last);
            quote.open = Some(Decimal::deserialize(open));
            let _ = change(&quote);
        }
    }
}
