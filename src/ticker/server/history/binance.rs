//! Binance Spot: `GET /api/v3/klines`.

use super::{
    BARS, History, Interval,
    candle::{Candle, Row, candle, whole},
};

/// The venue.
pub struct Binance;

impl History for Binance {
    fn venue(&self) -> &'static str {
        "binance"
    }

    fn path(&self, symbol: &str, interval: Interval) -> String {
        let symbol: String = symbol.chars().filter(char::is_ascii_alphanumeric).collect();
        let length = match interval {
            Interval::Second => "1s",
            Interval::Minute => "1m",
            Interval::Day => "1d",
        };
        // One more, for the newest is not at its end yet.
        let most = BARS + 1;
        format!(
            "/api/v3/klines?symbol={}&interval={length}&limit={most}",
            symbol.to_uppercase()
        )
    }

    fn read(&self, body: &[u8]) -> Result<Vec<Candle>, String> {
        // Milliseconds since 1970, open, high, low, close, volume, and more.
        let rows: Vec<Row> = serde_json::from_slice(body).map_err(|e| e.to_string())?;
        let rows = rows
            .iter()
            .map(|row| candle(row, whole(row, 0)? / 1_000, [1, 2, 3, 4, 5]));
        rows.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_milliseconds_and_prices_text() {
        let body = br#"[[1499040000000,"0.01634790","0.80000000","0.01575800","0.01577100","148976.11427815",
            1499644799999,"2434.19055334",308,"1756.87402397","28.46694368","0"]]"#;
        let candles = Binance.read(body).unwrap();
        let Candle {
            start,
            open,
            high,
            low,
            close,
            volume,
        } = &candles[0];
        let digits = [open, high, low, close, volume].map(ToString::to_string).join(" ");
        assert_eq!(*start, 1_499_040_000);
        assert_eq!(digits, "0.01634790 0.80000000 0.01575800 0.01577100 148976.11427815");
        assert_eq!(
            Binance.path("BTCUSDT", Interval::Minute),
            "/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=301"
        );
        assert!(Binance.read(br#"{"code":-1121,"msg":"Invalid symbol."}"#).is_err());
    }
}
