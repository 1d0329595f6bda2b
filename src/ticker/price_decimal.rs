//! Prices as the server knows them.

use rust_decimal::prelude::ToPrimitive;

/// A price, exactly as it was sent, to the last zero.
pub type Price = rust_decimal::Decimal;

/// About as much, for drawing and for telling more from less; never for a figure.
pub fn about(price: &Price) -> f64 {
    price.to_f64().unwrap_or_default()
}
