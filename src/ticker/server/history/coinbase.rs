//! Coinbase Exchange: `GET /products/{id}/candles`.

use super::{
    History, Interval,
    candle::{Candle, Row, candle, whole},
};
use crate::paths::encoded;

/// The venue.
pub struct Coinbase;

impl History for Coinbase {
    fn venue(&self) -> &'static str {
        "coinbase"
    }

    fn path(&self, symbol: &str, interval: Interval) -> String {
        // It gives its newest 300.
        format!(
            "/products/{}/candles?granularity={}",
            encoded(symbol),
            interval.seconds()
        )
    }

    fn read(&self, body: &[u8]) -> Result<Vec<Candle>, String> {
        // Time, low, high, open, close, volume; the newest first.
        let rows: Vec<Row> = serde_json::from_slice(body).map_err(|e| e.to_string())?;
        let rows = rows.iter().map(|row| candle(row, whole(row, 0)?, [3, 2, 1, 4, 5]));
        rows.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_comes_before_high_and_open_after_both() {
        let body = b"[[1415398768, 0.32, 4.2, 0.35, 4.20, 12.3], [1415398708, 1, 4, 2, 3, 1.5e-7]]";
        let candles = Coinbase.read(body).unwrap();
        let Candle {
            start,
            open,
            high,
            low,
            close,
            volume,
        } = &candles[0];
        let digits = [open, high, low, close, volume].map(ToString::to_string);
        assert_eq!(
            (*start, digits.join(" ").as_str()),
            (1_415_398_768, "0.35 4.2 0.32 4.20 12.3")
        );
        assert_eq!(candles[1].volume.to_string(), "0.00000015");
        assert_eq!(
            Coinbase.path("BTC-USD", Interval::Day),
            "/products/BTC-USD/candles?granularity=86400"
        );
        for bad in [
            &b"{\"message\":\"NotFound\"}"[..],
            b"[[1,2]]",
            b"[[\"x\",1,1,1,1,1]]",
            b"",
        ] {
            assert!(Coinbase.read(bad).is_err());
        }
    }
}
