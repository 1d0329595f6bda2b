//! The accept loop: HTTP/1.1 with a deadline for the request's head, which `axum::serve` doesn't have.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, extract::ConnectInfo};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tower::ServiceExt;

use super::{limits, shutdown::Shutdown};

/// How long a connection may take to end when the server stops.
const LAST_WORDS: Duration = Duration::from_secs(4);

/// Serves `app` on `listener` until the server stops, then lets the connections end.
pub async fn listen(listener: TcpListener, app: Router, shutdown: Shutdown) {
    let places = Arc::new(Semaphore::new(limits::CONNECTIONS));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        let accepted = tokio::select! {
            () = shutdown.begun.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let app = app.clone().layer(axum::Extension(Place(Arc::new(place))));
                shutdown.connections.spawn(serve(stream, peer, app, shutdown.clone()));
            }
            Err(error) => {
                // Out of file descriptors, most likely: give those in use time to close.
                tracing::warn!(%error, "accepting a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// A connection's place among those there may be at once. It lies in every request; what outlives the request on the same
/// connection, such as a WebSocket, takes it along.
#[derive(Clone)]
pub struct Place(#[expect(dead_code, reason = "held, never looked at")] Arc<OwnedSemaphorePermit>);

async fn serve(stream: TcpStream, peer: SocketAddr, app: Router, shutdown: Shutdown) {
    let _ = stream.set_nodelay(true);
    let service = app.layer(axum::Extension(ConnectInfo(peer)));
    let service = TowerToHyperService::new(service.map_request(|r: hyper::Request<_>| r.map(axum::body::Body::new)));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits::HEADER_TIME)
        .max_buf_size(limits::HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        // Errors here are the peer's doing: gone, garbage, or too slow.
        _ = connection.as_mut() => return,
        () = shutdown.begun.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    // A reader that has stalled reads no end either.
    let _ = timeout(LAST_WORDS, connection).await;
}
