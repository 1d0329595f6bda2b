//! What others' lists put before their symbols (`NASDAQ:AAPL`, `COINBASE:BTCUSD`), where it is no venue here. Pure.

/// What is known of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// US stocks, which some venues have whatever exchange they are listed at.
    UsStocks,
    /// Anything else.
    Other,
}

const US_STOCKS: [&str; 8] = ["AMEX", "ARCA", "BATS", "CBOE", "IEX", "NASDAQ", "NYSE", "NYSEARCA"];
const OTHERS: [&str; 54] = [
    "ASX",
    "BITFINEX",
    "BITGET",
    "BITMEX",
    "BITSTAMP",
    "BME",
    "BSE",
    "BYBIT",
    "CAPITALCOM",
    "CBOT",
    "CME",
    "CME_MINI",
    "COMEX",
    "CRYPTO",
    "CRYPTOCAP",
    "DJ",
    "EUREX",
    "EURONEXT",
    "FOREXCOM",
    "FRED",
    "FX",
    "FX_IDC",
    "FXCM",
    "GATEIO",
    "GEMINI",
    "GPW",
    "HKEX",
    "HTX",
    "HUOBI",
    "ICEEUR",
    "ICEUS",
    "INDEX",
    "KRX",
    "KUCOIN",
    "LSE",
    "MEXC",
    "MIL",
    "NSE",
    "NYMEX",
    "OANDA",
    "OKX",
    "OMXSTO",
    "OTC",
    "PEPPERSTONE",
    "SAXO",
    "SGX",
    "SIX",
    "SP",
    "SSE",
    "SZSE",
    "TSE",
    "TSX",
    "TVC",
    "XETR",
];

/// What stands before a symbol, where it is an exchange's name on such lists.
pub fn listed(name: &str) -> Option<Exchange> {
    let is = |exchange: &str| exchange.eq_ignore_ascii_case(name);
    if US_STOCKS.iter().any(|exchange| is(exchange)) {
        return Some(Exchange::UsStocks);
    }
    OTHERS.iter().any(|exchange| is(exchange)).then_some(Exchange::Other)
}

/// A symbol in small letters, without what stands between its parts: `BTC-USD` as `btcusd`.
pub fn joined(symbol: &str) -> String {
    let parts = symbol.chars().filter(char::is_ascii_alphanumeric);
    parts.map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exchanges_are_known_by_their_names_and_symbols_by_their_parts() {
        assert_eq!(listed("Nasdaq"), Some(Exchange::UsStocks));
        assert_eq!(listed("OANDA"), Some(Exchange::Other));
        assert_eq!(listed("desk"), None);
        assert_eq!(
            (joined("BTC-USD"), joined("btc/usd")),
            ("btcusd".into(), "btcusd".into())
        );
    }
}
