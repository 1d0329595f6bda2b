//! The accept loop: HTTP/1.1 with a deadline for the request's head, which `axum::serve` doesn't have, and for those who
//! don't read what they asked for.

use std::{
    io::Write,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{Router, extract::ConnectInfo};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::{limits, patient::Patient, places::Places, shutdown::Shutdown};

pub use super::places::Place;

/// How long a connection may take to end when the server stops.
const LAST_WORDS: Duration = Duration::from_secs(4);
/// Connections at once from one address: an office behind one has room for hundreds of people with many tabs.
const PER_ADDRESS: usize = 2_000;
/// A connection that takes nothing of what is written to it for so long is given up.
const WRITE_TIME: Duration = Duration::from_secs(10);
/// What is told to whoever's address has all its connections.
const NO_PLACE: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nretry-after: 10\r\n\
    connection: close\r\ncontent-length: 106\r\n\r\n\
    {\"error\":\"busy\",\"detail\":null,\"message\":\"Too many connections from your address. Close some, then retry.\"}";

/// What connections are granted.
pub struct Grants {
    /// How many there may be.
    pub places: Places,
    /// A request's head must have arrived within this; also how long an idle connection is kept.
    pub head_time: Duration,
    /// A write must get on within this.
    pub write_time: Duration,
}

impl Grants {
    /// The usual; `is_free` is true of addresses that may have any number of connections.
    pub fn usual(is_free: impl Fn(IpAddr) -> bool + Send + Sync + 'static) -> Self {
        Self {
            places: Places::new(limits::CONNECTIONS, PER_ADDRESS, is_free),
            head_time: limits::HEADER_TIME,
            write_time: WRITE_TIME,
        }
    }
}

/// The connection a request came by. It lies in every request; what must not go on by it may cut it.
#[derive(Clone, Default)]
pub struct Line(CancellationToken);

impl Line {
    /// Ends the connection as it stands.
    pub fn cut(&self) {
        self.0.cancel();
    }
}

/// Serves `app` on `listener` until the server stops, then lets the connections end.
pub async fn listen(listener: TcpListener, app: Router, shutdown: Shutdown, grants: Grants) {
    let grants = Arc::new(grants);
    loop {
        let Some(place) = grants.places.any().await else {
            return;
        };
        let accepted = tokio::select! {
            () = shutdown.begun.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => match grants.places.of(place, peer.ip()) {
                Some(place) => {
                    let line = Line::default();
                    let app = app
                        .clone()
                        .layer(axum::Extension(place))
                        .layer(axum::Extension(line.clone()));
                    let serving = serve(stream, peer, app, line, grants.clone(), shutdown.clone());
                    shutdown.connections.spawn(serving);
                }
                None => refuse(stream),
            },
            Err(error) => {
                // Out of file descriptors, most likely: give those in use time to close.
                tracing::warn!(%error, "accepting a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Without waiting: whoever comes too often holds up nobody.
fn refuse(stream: TcpStream) {
    tracing::debug!("refused a connection from an address that has many");
    // It doesn't block, and what is new takes so little at once.
    let _ = stream.into_std().and_then(|mut stream| stream.write_all(NO_PLACE));
}

async fn serve(stream: TcpStream, peer: SocketAddr, app: Router, line: Line, grants: Arc<Grants>, shutdown: Shutdown) {
    let _ = stream.set_nodelay(true);
    let service = app.layer(axum::Extension(ConnectInfo(peer)));
    let service = TowerToHyperService::new(service.map_request(|r: hyper::Request<_>| r.map(axum::body::Body::new)));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(grants.head_time)
        .max_buf_size(limits::HEADER_BYTES)
        .serve_connection(TokioIo::new(Patient::new(stream, grants.write_time)), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        // Errors here are the peer's doing: gone, garbage, or too slow.
        _ = connection.as_mut() => return,
        () = line.0.cancelled() => return,
        () = shutdown.begun.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    // A reader that has stalled reads no end either.
    let _ = timeout(LAST_WORDS, connection).await;
}
