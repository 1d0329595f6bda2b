//! How far a price is from another. Pure, and exact: no floats.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::ticker::figures::{Change, Direction, grouped};

/// The change from `open` to `last`; `None` when it can't be held.
pub fn change(last: Decimal, open: Decimal) -> Option<Change> {
    let amount = last.checked_sub(open)?;
    let direction = Direction::of(&open, &last);
    let signed = |number: Decimal| format!("{}{}", direction.sign(), grouped(&number.abs().to_string()));
    // What rounding left nothing of goes neither way.
    let percent = percent(last, open).map(|percent| match percent.is_zero() {
        true => "0.00%".to_owned(),
        false => format!("{}%", signed(percent)),
    });
    Some(Change(signed(amount), percent))
}

/// The same in percent of `open`, with two digits: of its size where it is negative, so that the sign is that of the change.
pub fn percent(last: Decimal, open: Decimal) -> Option<Decimal> {
    let ratio = last.checked_sub(open)?.checked_div(open.abs())?;
    let percent = ratio.checked_mul(Decimal::ONE_HUNDRED)?;
    let mut rounded = percent.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(2);
    Some(rounded)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn between(open: &str, last: &str) -> (String, Option<String>) {
        let Change(amount, percent) = change(last.parse().unwrap(), open.parse().unwrap()).unwrap();
        (amount, percent)
    }

    #[test]
    fn a_change_has_a_sign_and_two_digits() {
        for (open, last, amount, percent) in [
            ("95231", "96412.50", "+1,181.50", "+1.24%"),
            ("3332.06", "3318.07", "\u{2212}13.99", "\u{2212}0.42%"),
            ("100000.02", "100000.01", "\u{2212}0.01", "0.00%"),
            ("1.1", "1.10", "0.00", "0.00%"),
            ("-40.00", "-20.00", "+20.00", "+50.00%"),
        ] {
            assert_eq!(between(open, last), (amount.to_owned(), Some(percent.to_owned())));
        }
    }

    #[test]
    fn no_percent_of_nothing() {
        assert_eq!(between("0", "1"), ("+1".to_owned(), None));
    }

    proptest! {
        #[test]
        fn it_never_panics(last in any::<[u8; 16]>(), open in any::<[u8; 16]>()) {
            let (mut last, mut open) = (last, open);
            // The third byte is the scale, which is 28 at most in a Decimal.
            (last[2], open[2]) = (last[2] % 29, open[2] % 29);
            let _ = change(Decimal::deserialize(last), Decimal::deserialize(open));
        }
    }
}
