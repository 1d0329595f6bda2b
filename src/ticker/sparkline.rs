//! The line of earlier prices: a picture of what the figures beside it say.

use leptos::prelude::*;
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{
    figures::{Direction, change},
    model::Quote,
};

/// Units of the drawing, which is stretched over whatever room there is.
const WIDTH: i64 = 288;
const HEIGHT: i64 = 96;
/// Kept free above and below, for the line's own width.
const MARGIN: i64 = 6;

/// Draws the earlier prices of a quote and its last one.
#[component(transparent)]
pub fn Sparkline(#[prop(into)] quote: Signal<Quote>) -> impl IntoView {
    let points = Memo::new(move |_| quote.with(|quote| points(quote.spark.as_deref().unwrap_or_default(), quote.last)));
    let class = Memo::new(move |_| {
        let direction = quote.with(|quote| change(quote).map_or(Direction::Flat, |change| change.direction));
        format!("spark {}", direction.class())
    });
    view! {
        <svg
            class=move || class.get()
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            preserveAspectRatio="none"
            aria-hidden="true"
            focusable="false"
        >
            <polyline fill="none" points=move || points.get() />
        </svg>
    }
}

/// The corners of the line, `x,y` and so on, from the left edge to the right.
fn points(earlier: &[Decimal], last: Decimal) -> String {
    let all = || earlier.iter().copied().chain([last]);
    let low = all().min().unwrap_or(last);
    let high = all().max().unwrap_or(last);
    let steps = i64::try_from(earlier.len()).unwrap_or(1).max(1);
    let corner = |(i, price): (i64, Decimal)| format!("{},{}", WIDTH * i / steps, height(price, low, high));
    let mut corners: Vec<String> = (0..).zip(all()).map(corner).collect();
    if earlier.is_empty() {
        corners.push(format!("{WIDTH},{}", height(last, low, high)));
    }
    corners.join(" ")
}

/// How far below the upper edge a price stands; in the middle when all are the same.
fn height(price: Decimal, low: Decimal, high: Decimal) -> i64 {
    let share = || {
        let (above, span) = (price.checked_sub(low)?, high.checked_sub(low)?);
        let share = above.checked_div(span)?;
        share.checked_mul(Decimal::from(HEIGHT - 2 * MARGIN))?.round().to_i64()
    };
    share().map_or(HEIGHT / 2, |up| HEIGHT - MARGIN - up)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decimals(prices: &[&str]) -> Vec<Decimal> {
        prices.iter().map(|price| price.parse().unwrap()).collect()
    }

    #[test]
    fn rises_from_the_lower_left_to_the_upper_right() {
        let all = decimals(&["1.10", "1.15"]);
        assert_eq!(points(&all, "1.20".parse().unwrap()), "0,90 144,48 288,6");
    }

    #[test]
    fn one_price_or_the_same_one_is_a_line_in_the_middle() {
        assert_eq!(points(&[], Decimal::ONE), "0,48 288,48");
        assert_eq!(
            points(&decimals(&["5", "5.0"]), "5".parse().unwrap()),
            "0,48 144,48 288,48"
        );
    }

    proptest! {
        #[test]
        fn every_corner_lies_in_the_drawing(bits in prop::collection::vec(any::<[u8; 16]>(), 1..80)) {
            let prices: Vec<Decimal> = bits
                .into_iter()
                .map(|mut bits| {
                    // The third byte is the scale, which is 28 at most in a Decimal.
                    bits[2] %= 29;
                    Decimal::deserialize(bits)
                })
                .collect();
            let (last, earlier) = prices.split_last().unwrap();
            for corner in points(earlier, *last).split(' ') {
                let (x, y) = corner.split_once(',').unwrap();
                prop_assert!((0..=WIDTH).contains(&x.parse().unwrap()), "{corner}");
                prop_assert!((0..=HEIGHT).contains(&y.parse().unwrap()), "{corner}");
            }
        }
    }
}
