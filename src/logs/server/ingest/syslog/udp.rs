//! Syslog by datagrams, each a message. One task does nothing but take them, since what the system can't hold it drops; another
//! keeps what came within a moment.

use std::{net::IpAddr, sync::Arc, time::Duration};

use tokio::{
    net::UdpSocket,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time::timeout,
};

use super::{
    Way,
    framing::{Frame, datagram},
    raw,
};
use crate::{
    logs::server::ingest::{traces::joined, until_kept::until_kept},
    time::Timestamp,
};

/// Datagrams that wait to be kept, and their bytes. When there are more, further ones are dropped and counted.
const QUEUE: usize = 16 * 1024;
const BYTES: usize = 16 * 1024 * 1024;
/// The largest datagram.
const LARGEST: usize = 64 * 1024;
/// Messages kept in one go, and for how long they are gathered.
const BATCH: usize = 1_000;
const MOMENT: Duration = Duration::from_millis(20);
/// Datagrams that are taken after the server began to stop, at most.
const LAST: usize = 4 * QUEUE;

struct Datagram {
    peer: IpAddr,
    bytes: Vec<u8>,
    _room: OwnedSemaphorePermit,
}

/// Takes datagrams until the server stops, and keeps what was taken.
pub fn listen(socket: UdpSocket, way: &Arc<Way>) {
    let (sender, queue) = mpsc::channel(QUEUE);
    way.shutdown.connections.spawn(take(socket, sender, way.clone()));
    way.shutdown.connections.spawn(keep(queue, way.clone()));
}

async fn take(socket: UdpSocket, queue: mpsc::Sender<Datagram>, way: Arc<Way>) {
    let (mut buffer, room) = (vec![0; LARGEST], Arc::new(Semaphore::new(BYTES)));
    let offer = |bytes: &[u8], peer: IpAddr| {
        if !way.admits(peer) {
            return;
        }
        let bytes = datagram(bytes);
        let counted = way.count(peer, bytes.len()).ok();
        let size = u32::try_from(bytes.len()).ok();
        let held = size.filter(|_| counted.is_some());
        let held = held.and_then(|size| room.clone().try_acquire_many_owned(size).ok());
        let sent = held.map(|room| Datagram {
            peer,
            bytes: bytes.to_vec(),
            _room: room,
        });
        if sent.is_none_or(|datagram| queue.try_send(datagram).is_err()) {
            way.losses.drop_one();
        }
    };
    loop {
        let received = tokio::select! {
            received = socket.recv_from(&mut buffer) => received,
            () = way.shutdown.begun.cancelled() => break,
        };
        match received {
            Ok((count, peer)) => offer(&buffer[..count], peer.ip().to_canonical()),
            Err(error) => {
                tracing::warn!(%error, "receiving syslog over UDP");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    // What the system has taken already; then the queue ends.
    for _ in 0..LAST {
        let Ok((count, peer)) = socket.try_recv_from(&mut buffer) else {
            return;
        };
        offer(&buffer[..count], peer.ip().to_canonical());
    }
}

async fn keep(mut queue: mpsc::Receiver<Datagram>, way: Arc<Way>) {
    let stop = &way.shutdown.begun;
    let mut batch = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut batch, BATCH).await > 0 {
        let gather = async {
            let mut room = BATCH - batch.len();
            while room > 0 {
                match queue.recv_many(&mut batch, room).await {
                    0 => break,
                    count => room -= count,
                }
            }
        };
        // When the server stops, the queue ends, and with it this.
        let _ = timeout(MOMENT, gather).await;
        let now = Timestamp::now();
        let lines = batch
            .drain(..)
            .filter(|datagram| !datagram.bytes.is_empty())
            .map(|datagram| {
                let whole = datagram.bytes.len();
                let frame = Frame {
                    bytes: datagram.bytes,
                    whole,
                };
                raw(&frame, &datagram.peer.to_string(), now).understood(now)
            });
        until_kept(&way.recorder, joined(lines.collect()), stop).await;
    }
}
