//! Kraken: `GET /0/public/OHLC`.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    History, Interval,
    candle::{Candle, Row, candle, whole},
};

/// The venue.
pub struct Kraken;

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(default)]
    error: Vec<String>,
    #[serde(borrow, default)]
    result: HashMap<String, &'a RawValue>,
}

impl History for Kraken {
    fn venue(&self) -> &'static str {
        "kraken"
    }

    fn path(&self, symbol: &str, interval: Interval) -> String {
        let pair: String = symbol.chars().filter(char::is_ascii_alphanumeric).collect();
        // It gives its newest 720.
        format!("/0/public/OHLC?pair={pair}&interval={}", interval.seconds() / 60)
    }

    fn read(&self, body: &[u8]) -> Result<Vec<Candle>, String> {
        let answer: Answer = serde_json::from_slice(body).map_err(|e| e.to_string())?;
        if !answer.error.is_empty() {
            return Err(answer.error.join(", "));
        }
        // Under the pair's name, as the venue has it: time, open, high, low, close, average, volume, count.
        let pair = answer.result.into_iter().find(|(name, _)| name != "last");
        let (_, table) = pair.ok_or("no pair in the answer")?;
        let rows: Vec<Row> = serde_json::from_str(table.get()).map_err(|e| e.to_string())?;
        let rows = rows.iter().map(|row| candle(row, whole(row, 0)?, [1, 2, 3, 4, 6]));
        rows.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pair_has_the_venue_s_own_name() {
        let body =
            br#"{"error":[],"result":{"XXBTZUSD":[[1688671200,"30306.1","30306.2","30305.7","30305.70","30306.1",
            "3.39243896",23]],"last":1688672160}}"#;
        let candles = Kraken.read(body).unwrap();
        let Candle {
            start,
            open,
            high,
            low,
            close,
            volume,
        } = &candles[0];
        let digits = [open, high, low, close, volume].map(ToString::to_string).join(" ");
        assert_eq!(
            (*start, digits.as_str()),
            (1_688_671_200, "30306.1 30306.2 30305.7 30305.70 3.39243896")
        );
        assert_eq!(
            Kraken.path("BTC/USD", Interval::Day),
            "/0/public/OHLC?pair=BTCUSD&interval=1440"
        );
        let refused = Kraken.read(br#"{"error":["EQuery:Unknown asset pair"]}"#).unwrap_err();
        assert_eq!(refused, "EQuery:Unknown asset pair");
        assert!(Kraken.read(br#"{"error":[],"result":{"last":1}}"#).is_err());
    }
}
