//! For lines whose sender can't be told to send them again.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::{
    error::AppError,
    logs::server::record::{NewLine, Recorder, STATEMENT},
};

/// The wait after keeping failed; doubles up to the longest.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Keeps `lines`, however often it must be tried; false when the server stopped before that.
pub async fn until_kept(recorder: &Recorder, lines: Vec<NewLine>, stop: &CancellationToken) -> bool {
    // In statements, of which each is kept or not as a whole: so none is kept twice.
    for statement in lines.chunks(STATEMENT) {
        if !tried(stop, || recorder.record(statement.to_vec())).await {
            return false;
        }
    }
    true
}

/// Does `work` until it is done; false when it failed and the server stops.
pub async fn tried<F>(stop: &CancellationToken, work: impl Fn() -> F) -> bool
where
    F: Future<Output = Result<(), AppError>>,
{
    let mut wait = FIRST_WAIT;
    loop {
        let Err(error) = work().await else { return true };
        if wait == FIRST_WAIT {
            tracing::warn!(%error, "log lines can't be kept; they wait, and nothing more is taken from where they came");
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => (),
            () = stop.cancelled() => return false,
        }
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}
