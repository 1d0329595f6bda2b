//! Settings that can each be read and don't go together.

use clap::{ArgMatches, parser::ValueSource};

use super::Config;
use crate::{
    logs::server::retention::keep::KeepOf,
    ticker::{model::VenueKind, server::venues::settings::VenueSymbol},
};

/// Refuses settings that say the same twice, nothing, or what is never used. `given` knows which were set.
///
/// # Errors
/// A sentence that names the first one.
pub fn refuse(config: &Config, given: &ArgMatches) -> Result<(), String> {
    let venues = config.venues.as_deref().unwrap_or_default();
    for (n, venue) in venues.iter().enumerate() {
        if venues[..n].contains(venue) {
            return Err(format!("--venues names {} twice", venue.name()));
        }
    }
    let is_run = |venue| config.venues.is_none() || venues.contains(&venue);
    let not_among = |what: String, venue: VenueKind| Err(format!("{what}, but {} is not among --venues", venue.name()));
    for (n, symbol) in config.symbols.iter().enumerate() {
        let VenueSymbol { venue, symbol: name } = symbol;
        if config.symbols[..n].contains(symbol) {
            return Err(format!("--symbols names {}:{name} twice", venue.name()));
        }
        if !is_run(*venue) {
            return not_among(format!("--symbols names {}:{name}", venue.name()), *venue);
        }
    }
    for (n, keep) in config.keep_logs_of.iter().enumerate() {
        let is_again = |other: &KeepOf| other.source.eq_ignore_ascii_case(&keep.source);
        if config.keep_logs_of[..n].iter().any(is_again) {
            return Err(format!("--keep-logs-of names {} twice", keep.source));
        }
    }
    let is_set = |id| !matches!(given.value_source(id), None | Some(ValueSource::DefaultValue));
    for (id, venue) in [
        ("coinbase_url", VenueKind::Coinbase),
        ("kraken_url", VenueKind::Kraken),
        ("binance_url", VenueKind::Binance),
        ("finnhub_url", VenueKind::Finnhub),
        ("finnhub_key", VenueKind::Finnhub),
        ("alpaca_url", VenueKind::Alpaca),
        ("alpaca_key", VenueKind::Alpaca),
        ("alpaca_secret", VenueKind::Alpaca),
        ("replay", VenueKind::Replay),
        ("replay_speed", VenueKind::Replay),
        ("replay_once", VenueKind::Replay),
    ] {
        if is_set(id) && !is_run(venue) {
            return not_among(format!("--{} is set", id.replace('_', "-")), venue);
        }
    }
    if is_set("syslog_from") && !config.syslog.is_on() {
        return Err(
            "--syslog-from is set, but syslog is taken nowhere: say where with --syslog-udp or the like".into(),
        );
    }
    Ok(())
}

/// What clap says of a mistake in one line, without the usage that it adds.
pub fn one_line(said: &str) -> String {
    let lines = said.lines().map(str::trim);
    let ours = lines.take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"));
    let words: Vec<&str> = ours.filter(|line| !line.is_empty()).collect();
    let line = words.join("; ").replace(":; ", ": ");
    line.strip_prefix("error: ").unwrap_or(&line).to_owned()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::server::config::Cli;

    #[test]
    fn a_mistake_is_told_in_one_line() {
        let said = Cli::command().try_get_matches_from(["squawkbox", "--adress", "x"]);
        let line = one_line(&said.unwrap_err().to_string());
        assert!(
            line.starts_with("unexpected argument '--adress' found; tip: "),
            "{line}"
        );
        assert!(line.contains("--address") && !line.contains("Usage"), "{line}");
        let missing = Cli::command().try_get_matches_from(["squawkbox", "user", "create"]);
        let line = one_line(&missing.unwrap_err().to_string());
        assert_eq!(line, "the following required arguments were not provided: <NAME>");
    }

    /// The README has a line for each setting, with its flag, its variable and its default, and no line for what is none.
    #[test]
    fn the_readme_names_every_setting() {
        let readme = include_str!("../../../README.md");
        let rows: Vec<&str> = readme.lines().filter(|line| line.starts_with("| `--")).collect();
        let cli = Cli::command();
        let settings: Vec<_> = cli.get_arguments().filter(|arg| !arg.is_hide_set()).collect();
        let mut named = 0;
        for setting in settings {
            let (Some(flag), Some(variable)) = (setting.get_long(), setting.get_env()) else {
                assert!(setting.get_env().is_none(), "{setting} has a variable and no flag");
                continue;
            };
            let row = rows.iter().find(|row| row.starts_with(&format!("| `--{flag}` |")));
            let row = row.unwrap_or_else(|| panic!("--{flag} is not in the README"));
            let variable = variable.to_string_lossy();
            assert!(row.contains(&format!("| `{variable}` |")), "{row}");
            let defaults: Vec<_> = setting
                .get_default_values()
                .iter()
                .map(|value| value.to_string_lossy())
                .collect();
            // A flag alone is off by default; `false` is clap's way to say so.
            if !defaults.is_empty() && defaults != ["false"] {
                assert!(row.contains(&format!("| `{}` |", defaults.join(","))), "{row}");
            }
            named += 1;
        }
        assert_eq!(named, rows.len(), "the README names settings that there are not");
    }
}
