//! Prices as the browser knows them: it calculates nothing from them, so it loads no decimal arithmetic.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A price, exactly as it was sent, to the last zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price(Box<str>);

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// About as much, for drawing and for telling more from less; never for a figure.
pub fn about(price: &Price) -> f64 {
    js_sys::parse_float(&price.0)
}
