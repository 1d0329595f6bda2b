//! The settings of the server: each is a flag, a `SQUAWKBOX_…` variable and a line in the README.

mod cli;
pub mod contradictions;

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;

pub use self::cli::{Cli, Command, Unread, UserCommand, only_known};
use super::outbound::Reach;
use crate::{
    logs::server::{follow::FollowSettings, ingest::syslog::SyslogSettings, retention::keep::KeepOf},
    squawk::server::follow::FeedSettings,
    ticker::{
        model::VenueKind,
        server::venues::settings::{Feeds, ReplaySettings, VenueSymbol},
    },
};

/// Where the databases live.
#[derive(Clone, Debug, Args)]
pub struct DataFolder {
    /// Folder of the databases; created when missing
    #[arg(
        long = "data",
        env = "SQUAWKBOX_DATA",
        default_value = "./data",
        value_name = "FOLDER"
    )]
    pub folder: PathBuf,
}

/// The settings of the server.
#[derive(Clone, Debug, Args)]
pub struct Config {
    /// Address and port to listen on
    #[arg(
        long,
        env = "SQUAWKBOX_ADDRESS",
        default_value = "127.0.0.1:3000",
        value_name = "ADDRESS:PORT"
    )]
    pub address: SocketAddr,

    #[command(flatten)]
    pub data: DataFolder,

    /// The address people type, when a proxy stands in front, such as https://desk.example.com; https makes cookies
    /// secure, and the proxy's X-Forwarded-For is believed when it connects from this machine or a private network
    #[arg(long, env = "SQUAWKBOX_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub public_url: Option<String>,

    /// Where prices come from; overrides the choice made at set-up
    #[arg(long, env = "SQUAWKBOX_VENUES", value_delimiter = ',', value_name = "VENUE,…")]
    pub venues: Option<Vec<VenueKind>>,

    /// What to watch at the venues; a venue that isn't named watches the usual
    #[arg(
        long,
        env = "SQUAWKBOX_SYMBOLS",
        value_delimiter = ',',
        value_name = "VENUE:SYMBOL,…",
        value_parser = clap::value_parser!(VenueSymbol)
    )]
    pub symbols: Vec<VenueSymbol>,

    #[command(flatten)]
    pub feeds: Feeds,

    #[command(flatten)]
    pub replay: ReplaySettings,

    /// Seconds for which a symbol is watched that nobody wants any more: for tests
    #[arg(long, hide = true, default_value_t = 600, value_name = "SECONDS")]
    pub linger_seconds: u64,

    /// Where venues are asked for their bars from before, in the place of themselves: for tests
    #[arg(long, hide = true, value_name = "URL")]
    pub history_url: Option<String>,

    #[command(flatten)]
    pub syslog: SyslogSettings,

    #[command(flatten)]
    pub follow: FollowSettings,

    #[command(flatten)]
    pub squawks: FeedSettings,

    /// Days for which log lines are kept
    #[arg(
        long,
        env = "SQUAWKBOX_KEEP_LOGS_DAYS",
        default_value_t = 14,
        value_name = "DAYS",
        value_parser = clap::value_parser!(u16).range(1..=3650)
    )]
    pub keep_logs_days: u16,

    /// Gigabytes that old log lines may take on the disk; beyond that the oldest go
    #[arg(
        long,
        env = "SQUAWKBOX_KEEP_LOGS_GB",
        default_value_t = 10,
        value_name = "GB",
        value_parser = clap::value_parser!(u32).range(1..=100_000)
    )]
    pub keep_logs_gb: u32,

    /// How much is kept of the log lines of one source, or of those whose names are alike, in the place of what is set for all:
    /// an age (h, d, w), a size of its text (MB, GB), or both, as gateway=90d,2GB;md*=36h; the first that fits holds
    #[arg(
        long,
        env = "SQUAWKBOX_KEEP_LOGS_OF",
        value_delimiter = ';',
        value_name = "SOURCE=AGE,SIZE;…",
        value_parser = clap::value_parser!(KeepOf)
    )]
    pub keep_logs_of: Vec<KeepOf>,

    /// Seconds between two looks at what is to be deleted: for tests
    #[arg(
        long,
        hide = true,
        default_value_t = 600,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    pub keep_logs_every_seconds: u64,

    /// Days for which a symbol's bars of a second are kept
    #[arg(
        long,
        env = "SQUAWKBOX_KEEP_SECOND_BARS_DAYS",
        default_value_t = 2,
        value_name = "DAYS",
        value_parser = clap::value_parser!(u16).range(1..=3650)
    )]
    pub keep_second_bars_days: u16,

    /// Days for which a symbol's bars of a minute are kept; those of a day are kept for ever
    #[arg(
        long,
        env = "SQUAWKBOX_KEEP_MINUTE_BARS_DAYS",
        default_value_t = 731,
        value_name = "DAYS",
        value_parser = clap::value_parser!(u16).range(1..=36500)
    )]
    pub keep_minute_bars_days: u16,

    /// Size of a file in chat at most, in MiB
    #[arg(
        long,
        env = "SQUAWKBOX_MAX_FILE_MIB",
        default_value_t = 25,
        value_name = "MIB",
        value_parser = clap::value_parser!(u32).range(1..=4096)
    )]
    pub max_file_mib: u32,

    /// Let the server make requests that browsers and people name to addresses of private networks, also without https:
    /// for tests and closed networks
    #[arg(long, env = "SQUAWKBOX_ALLOW_PRIVATE_ADDRESSES")]
    pub allow_private_addresses: bool,

    /// Let strangers, too, try their line by /echo, /echo/stamped, /sse and /checkup/seen
    #[arg(long, env = "SQUAWKBOX_OPEN_CHECKUP")]
    pub open_checkup: bool,

    /// Seconds without a sign of somebody after which they are away: for tests
    #[arg(
        long,
        hide = true,
        default_value_t = 600,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    pub away_seconds: u64,

    /// What the server writes about itself: error, warn, info, debug, or a filter such as info,squawkbox=debug
    #[arg(long, env = "SQUAWKBOX_LOG", default_value = "info", value_name = "FILTER", value_parser = log_filter)]
    pub log: String,

    /// This program's file, where code is coloured in a process of its own
    #[arg(skip)]
    pub program: Option<PathBuf>,
}

impl Config {
    /// How far such requests may go.
    pub const fn reach(&self) -> Reach {
        if self.allow_private_addresses {
            Reach::Anywhere
        } else {
            Reach::Public
        }
    }

    /// The host by which people reach us.
    pub fn public_host(&self) -> Option<String> {
        let url = reqwest::Url::parse(self.public_url.as_deref()?).ok()?;
        url.host_str().map(str::to_owned)
    }

    /// True when people reach us over https, so that cookies may be bound to it.
    pub fn is_https(&self) -> bool {
        self.public_url
            .as_deref()
            .is_some_and(|url| url.starts_with("https://"))
    }
}

fn log_filter(text: &str) -> Result<String, String> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    // Of a word alone tracing makes the name of a module, and is silent about all others.
    match text.split(',').find(|part| {
        let level = part.rsplit_once('=').map_or(*part, |(_, level)| level).trim();
        !LEVELS.iter().any(|known| known.eq_ignore_ascii_case(level))
    }) {
        Some(part) => Err(format!("{part:?} names no level: {}", LEVELS.join(", "))),
        None => Ok(text.to_owned()),
    }
}

/// Reads the address of a server.
///
/// # Errors
/// What was expected.
pub fn public_url(text: &str) -> Result<String, String> {
    let uri: http::Uri = text
        .parse()
        .map_err(|_| "expected an address such as https://desk.example.com".to_owned())?;
    let plain = uri.path() == "/" && uri.query().is_none();
    match (uri.scheme_str(), uri.authority()) {
        (Some(scheme @ ("http" | "https")), Some(authority)) if plain => Ok(format!("{scheme}://{authority}")),
        (Some("http" | "https"), Some(_)) => {
            Err("a path is not supported: Squawkbox wants a host name of its own".to_owned())
        }
        _ => Err("expected an address such as https://desk.example.com".to_owned()),
    }
}

/// Reads the address of a venue's feed.
///
/// # Errors
/// What was expected.
pub fn feed_url(text: &str) -> Result<String, String> {
    if text.starts_with("wss://") || text.starts_with("ws://") {
        Ok(text.to_owned())
    } else {
        Err("expected an address that starts with wss://".to_owned())
    }
}

#[cfg(test)]
mod tests;
