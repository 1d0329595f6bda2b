//! `squawkbox record`: what a venue sends, into a file that the venue `replay` plays.

use std::{path::PathBuf, sync::Arc, time::Duration};

use clap::Args;

use crate::{
    server::shutdown::asked_to_stop,
    ticker::{
        model::VenueKind,
        server::{
            recording::Recording,
            venues::{
                Venue,
                dial::Trust,
                out::Out,
                settings::{Feeds, as_said, default_symbols},
                socket::SocketVenue,
                watched::{Guard, Watched},
            },
        },
    },
};

/// `squawkbox record …`
#[derive(Debug, Args)]
pub struct RecordCommand {
    /// Venue to record
    #[arg(long, value_name = "VENUE")]
    pub venue: VenueKind,

    /// Symbols to record, in the venue's own words; what the server would watch there when absent
    #[arg(long, value_delimiter = ',', value_name = "SYMBOL,…")]
    pub symbols: Vec<String>,

    /// End after so many seconds, instead of at Ctrl-C
    #[arg(long = "for", value_name = "SECONDS")]
    pub seconds: Option<u64>,

    /// File to write, which must not be there yet
    pub file: PathBuf,

    #[command(flatten)]
    pub feeds: Feeds,
}

/// Records until Ctrl-C, or for as long as was said; answers what to tell.
///
/// # Errors
/// In one line for the person who typed the command.
pub async fn record(command: RecordCommand) -> Result<String, String> {
    let RecordCommand {
        venue: kind,
        symbols,
        seconds,
        file,
        feeds,
    } = command;
    let frames = feeds.frames(kind)?;
    let symbols: Vec<String> = if symbols.is_empty() {
        default_symbols(kind)
            .iter()
            .map(|symbol| (*symbol).to_owned())
            .collect()
    } else {
        symbols.iter().map(|symbol| as_said(kind, symbol)).collect()
    };
    let watched = Watched::new(frames.manners().symbols, Duration::ZERO);
    let wants: Result<Vec<Guard>, String> = symbols.iter().map(|symbol| watched.want(symbol)).collect();
    let _wants = wants?;
    let recording = Arc::new(Recording::create(&file, kind, symbols)?);
    let venue: Box<dyn Venue> = Box::new(SocketVenue::new(frames, watched, Trust::public()?));
    eprintln!("recording {} into {}; Ctrl-C ends it", kind.name(), file.display());
    let long_enough = async {
        match seconds {
            Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = venue.run(Out::new(kind, recording.clone())) => (),
        () = asked_to_stop() => (),
        () = long_enough => (),
        () = recording.failed() => (),
    }
    let frames = recording.finish().inspect_err(|_| {
        // An empty one would only be in the way of the next try.
        if std::fs::metadata(&file).is_ok_and(|file| file.len() == 0) {
            let _ = std::fs::remove_file(&file);
        }
    })?;
    Ok(format!("{frames} frames are in {}", file.display()))
}
