//! The server's own tracing, the first source: a layer that hands events over a bounded channel.

use tokio::sync::mpsc;
use tracing_subscriber::Layer;

/// What the layer caught, for [`super::super::Logs::start`] to keep.
pub struct OwnLines(pub mpsc::Receiver<String>);

/// The layer.
pub struct OwnTracing(mpsc::Sender<String>);

/// Makes both ends.
pub fn own_tracing() -> (OwnTracing, OwnLines) {
    let (sender, receiver) = mpsc::channel(1_024);
    (OwnTracing(sender), OwnLines(receiver))
}

impl<S: tracing::Subscriber> Layer<S> for OwnTracing {}
