//! What the venues need to know, as the command line says it: addresses, keys, symbols, recordings.

use std::{path::PathBuf, str::FromStr};

use clap::Args;

use super::{alpaca::Alpaca, binance::Binance, coinbase::Coinbase, finnhub::Finnhub, frames::Frames, kraken::Kraken};
use crate::{
    server::{config::feed_url, secret::Secret},
    ticker::{model::VenueKind, server::tick::check_symbol},
};

/// Where the venues are, and what lets us in.
#[derive(Clone, Debug, Args)]
pub struct Feeds {
    /// Address of Coinbase's market feed
    #[arg(
        long,
        env = "SQUAWKBOX_COINBASE_URL",
        default_value = "wss://ws-feed.exchange.coinbase.com",
        value_name = "URL",
        value_parser = feed_url
    )]
    pub coinbase_url: String,

    /// Address of Kraken's market feed, version 2
    #[arg(
        long,
        env = "SQUAWKBOX_KRAKEN_URL",
        default_value = "wss://ws.kraken.com/v2",
        value_name = "URL",
        value_parser = feed_url
    )]
    pub kraken_url: String,

    /// Address of Binance's combined streams
    #[arg(
        long,
        env = "SQUAWKBOX_BINANCE_URL",
        default_value = "wss://data-stream.binance.vision/stream",
        value_name = "URL",
        value_parser = feed_url
    )]
    pub binance_url: String,

    /// Address of Finnhub's feed
    #[arg(
        long,
        env = "SQUAWKBOX_FINNHUB_URL",
        default_value = "wss://ws.finnhub.io",
        value_name = "URL",
        value_parser = feed_url
    )]
    pub finnhub_url: String,

    /// Key for Finnhub; better given as the variable, which other users of the machine can't see
    #[arg(long, env = "SQUAWKBOX_FINNHUB_KEY", hide_env_values = true, value_name = "KEY")]
    pub finnhub_key: Option<Secret>,

    /// Address of Alpaca's feed: …/v2/iex, …/v2/sip, or …/v2/test with the symbol FAKEPACA
    #[arg(
        long,
        env = "SQUAWKBOX_ALPACA_URL",
        default_value = "wss://stream.data.alpaca.markets/v2/iex",
        value_name = "URL",
        value_parser = feed_url
    )]
    pub alpaca_url: String,

    /// Key for Alpaca; better given as the variable
    #[arg(long, env = "SQUAWKBOX_ALPACA_KEY", hide_env_values = true, value_name = "KEY")]
    pub alpaca_key: Option<Secret>,

    /// Secret for Alpaca; better given as the variable
    #[arg(long, env = "SQUAWKBOX_ALPACA_SECRET", hide_env_values = true, value_name = "SECRET")]
    pub alpaca_secret: Option<Secret>,
}

/// The recording that the venue `replay` plays.
#[derive(Clone, Debug, Args)]
pub struct ReplaySettings {
    /// Recording of `squawkbox record` that the venue `replay` plays
    #[arg(long, env = "SQUAWKBOX_REPLAY", value_name = "FILE")]
    pub replay: Option<PathBuf>,

    /// How many times as fast as it was recorded
    #[arg(
        long,
        env = "SQUAWKBOX_REPLAY_SPEED",
        default_value_t = 1,
        value_name = "TIMES",
        value_parser = clap::value_parser!(u32).range(1..=1000)
    )]
    pub replay_speed: u32,

    /// Play it once, instead of over and over
    #[arg(long, env = "SQUAWKBOX_REPLAY_ONCE")]
    pub replay_once: bool,
}

/// A symbol at a venue, as `--symbols` has it: `coinbase:BTC-USD`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VenueSymbol {
    /// Which venue.
    pub venue: VenueKind,
    /// In the venue's own words.
    pub symbol: String,
}

impl FromStr for VenueSymbol {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (venue, symbol) = text
            .split_once(':')
            .ok_or_else(|| format!("{text:?} names no venue: expected a symbol such as coinbase:BTC-USD"))?;
        let venue: VenueKind = venue
            .parse()
            .map_err(|error: crate::error::AppError| error.to_string())?;
        if reader(venue).is_none() {
            return Err(format!("the venue {} has symbols of its own", venue.name()));
        }
        check_symbol(symbol)?;
        Ok(Self {
            venue,
            symbol: as_said(venue, symbol),
        })
    }
}

/// How the venue itself writes a symbol.
pub fn as_said(venue: VenueKind, symbol: &str) -> String {
    match venue {
        // It takes small letters and answers in large ones.
        VenueKind::Binance => symbol.to_ascii_uppercase(),
        _ => symbol.to_owned(),
    }
}

impl Feeds {
    /// The language of the venue `kind`, with its address and keys.
    ///
    /// # Errors
    /// In one line for whoever starts the program: when a key is missing, or the venue has no feed.
    pub fn frames(&self, kind: VenueKind) -> Result<Box<dyn Frames>, String> {
        let need = |key: &Option<Secret>, flag: &str| {
            key.clone().filter(|key| !key.reveal().is_empty()).ok_or_else(|| {
                let variable = flag.to_uppercase().replace('-', "_");
                format!(
                    "the venue {} needs --{flag} or the variable SQUAWKBOX_{variable}, or choose others with --venues",
                    kind.name()
                )
            })
        };
        Ok(match kind {
            VenueKind::Coinbase => Box::new(Coinbase::new(self.coinbase_url.clone())),
            VenueKind::Kraken => Box::new(Kraken::new(self.kraken_url.clone())),
            VenueKind::Binance => Box::new(Binance::new(self.binance_url.clone())),
            VenueKind::Finnhub => {
                let key = need(&self.finnhub_key, "finnhub-key")?;
                Box::new(Finnhub::new(self.finnhub_url.clone(), &key))
            }
            VenueKind::Alpaca => {
                let key = need(&self.alpaca_key, "alpaca-key")?;
                let secret = need(&self.alpaca_secret, "alpaca-secret")?;
                Box::new(Alpaca::new(self.alpaca_url.clone(), &key, &secret))
            }
            VenueKind::Demo | VenueKind::Replay => {
                return Err(format!("the venue {} has no feed", kind.name()));
            }
        })
    }
}

/// The language of the venue `kind` for reading alone; `None` where it has none.
pub fn reader(kind: VenueKind) -> Option<Box<dyn Frames>> {
    let nowhere = String::new;
    let none = Secret::default();
    Some(match kind {
        VenueKind::Coinbase => Box::new(Coinbase::new(nowhere())),
        VenueKind::Kraken => Box::new(Kraken::new(nowhere())),
        VenueKind::Binance => Box::new(Binance::new(nowhere())),
        VenueKind::Finnhub => Box::new(Finnhub::new(nowhere(), &none)),
        VenueKind::Alpaca => Box::new(Alpaca::new(nowhere(), &none, &none)),
        VenueKind::Demo | VenueKind::Replay => return None,
    })
}

/// What is watched at a venue of which `--symbols` says nothing.
pub const fn default_symbols(kind: VenueKind) -> &'static [&'static str] {
    match kind {
        VenueKind::Coinbase => &["BTC-USD", "ETH-USD", "SOL-USD"],
        VenueKind::Kraken => &["BTC/USD", "ETH/USD", "SOL/USD"],
        VenueKind::Binance => &["BTCUSDT", "ETHUSDT", "SOLUSDT"],
        VenueKind::Finnhub | VenueKind::Alpaca => &["AAPL", "MSFT", "NVDA"],
        VenueKind::Demo | VenueKind::Replay => &[],
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{super::names::subscribes, *};
    use crate::server::config::Cli;

    fn feeds(flags: &[&str]) -> Feeds {
        Cli::parse_from(std::iter::once(&"squawkbox").chain(flags)).serve.feeds
    }

    #[test]
    fn a_symbol_names_its_venue_first() {
        let read = |text: &str| text.parse::<VenueSymbol>();
        assert_eq!(read("kraken:BTC/USD").unwrap().symbol, "BTC/USD");
        assert_eq!(read("binance:btcusdt").unwrap().symbol, "BTCUSDT");
        let elsewhere = read("finnhub:BINANCE:BTCUSDT").unwrap();
        assert_eq!(
            (elsewhere.venue, elsewhere.symbol.as_str()),
            (VenueKind::Finnhub, "BINANCE:BTCUSDT")
        );
        for (text, words) in [
            ("BTC-USD", "names no venue"),
            ("nasdaq:AAPL", "there is no venue"),
            ("demo:AAPL", "of its own"),
            ("coinbase:", "a symbol is 1 to 32"),
            ("coinbase:BTC USD", "a symbol is"),
        ] {
            assert!(read(text).unwrap_err().contains(words), "{text}");
        }
    }

    #[test]
    fn a_missing_key_is_named_and_a_given_one_is_not_shown() {
        let none = feeds(&[]);
        for (kind, words) in [
            (
                VenueKind::Finnhub,
                "--finnhub-key or the variable SQUAWKBOX_FINNHUB_KEY",
            ),
            (VenueKind::Alpaca, "--alpaca-key or the variable SQUAWKBOX_ALPACA_KEY"),
        ] {
            let refusal = none.frames(kind).err().unwrap();
            assert!(refusal.contains(words) && !refusal.contains('\n'), "{refusal}");
        }
        let half = feeds(&["--alpaca-key", "sesame"])
            .frames(VenueKind::Alpaca)
            .err()
            .unwrap();
        assert!(
            half.contains("SQUAWKBOX_ALPACA_SECRET") && !half.contains("sesame"),
            "{half}"
        );
        let all = feeds(&[
            "--alpaca-key",
            "sesame",
            "--alpaca-secret",
            "sesame",
            "--finnhub-key",
            "sesame",
        ]);
        assert!(all.frames(VenueKind::Alpaca).is_ok() && all.frames(VenueKind::Finnhub).is_ok());
        assert!(!format!("{all:?}").contains("sesame"));
    }

    #[test]
    fn what_is_watched_by_itself_is_a_symbol_there() {
        for kind in VenueKind::ALL {
            for symbol in default_symbols(kind) {
                assert!(check_symbol(symbol).is_ok() && reader(kind).is_some(), "{symbol}");
            }
            assert_eq!(
                subscribes(kind.name()).is_some(),
                reader(kind).is_some(),
                "{}",
                kind.name()
            );
        }
    }
}
