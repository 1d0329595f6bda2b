//! Syslog over UDP, TCP and TLS. Its senders have no token, so only networks that are named may send; and they can't be told
//! to send again, so TCP is slowed by not reading, and what UDP brings too much of is dropped and counted.

mod framing;
mod losses;
mod message;
mod old;
mod settings;
mod structured;
mod tcp;
mod tls;
mod udp;

use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    sync::Arc,
};

use tokio::net::{TcpListener, UdpSocket};

use self::framing::Frame;
pub use self::{losses::Losses, settings::SyslogSettings};
use super::{shipment, understand::Raw};
use crate::{
    error::AppError,
    logs::server::{harmless::repair, record::Recorder},
    server::{
        limits::{PerKey, address_key},
        places::Places,
        shutdown::Shutdown,
    },
    time::Timestamp,
};

/// Connections at once, and of one address; this machine has as many as there are.
const CONNECTIONS: usize = 512;
const PER_ADDRESS: usize = 64;
/// What is counted as one by the pace, in bytes.
const COUNTED: usize = 1024;

/// Where syslog is listened for; the ports are the real ones.
#[derive(Default)]
pub struct Syslog {
    /// Over UDP.
    pub udp: Option<SocketAddr>,
    /// Over TCP.
    pub tcp: Option<SocketAddr>,
    /// Over TLS.
    pub tls: Option<SocketAddr>,
    /// What was not taken.
    pub losses: Arc<Losses>,
}

/// What all ways share.
struct Way {
    settings: SyslogSettings,
    recorder: Recorder,
    pace: PerKey<IpAddr>,
    places: Places,
    losses: Arc<Losses>,
    shutdown: Shutdown,
}

/// Listens where the settings say.
///
/// # Errors
/// `Invalid` with a sentence for whoever starts the server: an address is taken, or a file can't be read.
pub async fn start(settings: &SyslogSettings, recorder: &Recorder, shutdown: &Shutdown) -> Result<Syslog, AppError> {
    let mut syslog = Syslog::default();
    let way = Arc::new(Way {
        settings: settings.clone(),
        recorder: recorder.clone(),
        pace: shipment::pace(),
        places: Places::new(CONNECTIONS, PER_ADDRESS, |peer| peer.is_loopback()),
        losses: syslog.losses.clone(),
        shutdown: shutdown.clone(),
    });
    if let Some(address) = settings.syslog_udp {
        let taken = |error: std::io::Error| taken("--syslog-udp", address, &error);
        let socket = UdpSocket::bind(address).await.map_err(taken)?;
        syslog.udp = Some(socket.local_addr().map_err(taken)?);
        udp::listen(socket, &way);
    }
    for (flag, address, acceptor, place) in [
        ("--syslog-tcp", settings.syslog_tcp, None, &mut syslog.tcp),
        (
            "--syslog-tls",
            settings.syslog_tls,
            tls::acceptor(settings)?,
            &mut syslog.tls,
        ),
    ] {
        let Some(address) = address else { continue };
        let taken = |error: std::io::Error| taken(flag, address, &error);
        let listener = TcpListener::bind(address).await.map_err(taken)?;
        *place = Some(listener.local_addr().map_err(taken)?);
        shutdown.spawn(tcp::listen(listener, acceptor, way.clone()));
    }
    for (way, address) in [("UDP", syslog.udp), ("TCP", syslog.tcp), ("TLS", syslog.tls)] {
        if let Some(address) = address {
            tracing::info!(way, %address, "syslog is taken");
        }
    }
    shutdown.spawn(syslog.losses.clone().tell());
    Ok(syslog)
}

fn taken(flag: &str, address: SocketAddr, error: &std::io::Error) -> AppError {
    AppError::Invalid(format!(
        "{address} can't be listened on: {error}. Choose another with {flag}."
    ))
}

impl Way {
    /// True of an address that may send; counts the others.
    fn admits(&self, peer: IpAddr) -> bool {
        let is_in = self.settings.syslog_from.iter().any(|network| network.contains(&peer));
        if !is_in {
            self.losses.refuse(peer);
        }
        is_in
    }

    /// Counts what an address brings.
    ///
    /// # Errors
    /// `SlowDown` when it is too much.
    fn count(&self, peer: IpAddr, bytes: usize) -> Result<(), AppError> {
        let many = u32::try_from(bytes.div_ceil(COUNTED)).ok().and_then(NonZeroU32::new);
        many.map_or(Ok(()), |many| self.pace.check_many(&address_key(peer), many))
    }
}

/// What a message says. `from` is the source of what names none.
fn raw(frame: &Frame, from: &str, now: Timestamp) -> Raw {
    let mut raw = message::read(&repair(&frame.bytes), from, now);
    if frame.whole > frame.bytes.len() {
        raw.fields.0.push(("sent_bytes".to_owned(), frame.whole.into()));
    }
    raw
}
