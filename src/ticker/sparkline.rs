//! The line of earlier prices: a picture of what the figures beside it say.

use super::{
    figures::{Change, Direction},
    model::Quote,
    price::{Price, about},
};
use leptos::prelude::*;

/// Units of the drawing, which is stretched over whatever room there is.
const WIDTH: usize = 288;
const HEIGHT: f64 = 96.0;
/// Kept free above and below, for the line's own width.
const MARGIN: f64 = 6.0;

/// Draws the earlier prices of a quote and its last one.
#[component(transparent)]
pub fn Sparkline(
    /// Of which price.
    quote: Quote,
) -> impl IntoView {
    let direction = quote.change.as_ref().map_or(Direction::Flat, Change::direction);
    view! {
        <svg
            class=format!("spark {}", direction.class())
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            preserveAspectRatio="none"
            aria-hidden="true"
            focusable="false"
        >
            <polyline fill="none" points=points(quote.spark.as_deref().unwrap_or_default(), &quote.last) />
        </svg>
    }
}

/// The corners of the line, `x,y` and so on, from the left edge to the right.
fn points(earlier: &[Price], last: &Price) -> String {
    let all: Vec<f64> = earlier.iter().chain([last]).map(about).collect();
    let low = all.iter().copied().fold(f64::INFINITY, f64::min);
    let high = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let steps = earlier.len().max(1);
    let corner = |(i, price): (usize, &f64)| format!("{},{}", WIDTH * i / steps, height(*price, low, high));
    let mut corners: Vec<String> = all.iter().enumerate().map(corner).collect();
    if earlier.is_empty() {
        corners.push(format!("{WIDTH},{}", height(all[0], low, high)));
    }
    corners.join(" ")
}

/// How far below the upper edge a price stands; in the middle when all are the same.
fn height(price: f64, low: f64, high: f64) -> i64 {
    if high <= low {
        return (HEIGHT / 2.0) as i64;
    }
    let share = (price - low) / (high - low);
    (HEIGHT - MARGIN - share * (HEIGHT - 2.0 * MARGIN)).round() as i64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn prices(texts: &[&str]) -> Vec<Price> {
        texts.iter().map(|price| price.parse().unwrap()).collect()
    }

    #[test]
    fn rises_from_the_lower_left_to_the_upper_right() {
        let all = prices(&["1.10", "1.15"]);
        assert_eq!(points(&all, &"1.20".parse().unwrap()), "0,90 144,48 288,6");
    }

    #[test]
    fn one_price_or_the_same_one_is_a_line_in_the_middle() {
        assert_eq!(points(&[], &Price::ONE), "0,48 288,48");
        assert_eq!(
            points(&prices(&["5", "5.0"]), &"5".parse().unwrap()),
            "0,48 144,48 288,48"
        );
    }

    proptest! {
        #[test]
        fn every_corner_lies_in_the_drawing(bits in prop::collection::vec(any::<[u8; 16]>(), 1..80)) {
            let prices: Vec<Price> = bits
                .into_iter()
                .map(|mut bits| {
                    // The third byte is the scale, which is 28 at most in a Decimal.
                    bits[2] %= 29;
                    Price::deserialize(bits)
                })
                .collect();
            let (last, earlier) = prices.split_last().unwrap();
            for corner in points(earlier, last).split(' ') {
                let (x, y) = corner.split_once(',').unwrap();
                prop_assert!((0..=WIDTH).contains(&x.parse().unwrap()), "{corner}");
                prop_assert!((0..=HEIGHT as i64).contains(&y.parse().unwrap()), "{corner}");
            }
        }
    }
}
