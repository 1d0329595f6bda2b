//! Making a connection to a venue.

use std::{sync::Arc, time::Duration};

use rustls::{ClientConfig, RootCertStore};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
    tungstenite::{Error, protocol::WebSocketConfig},
};

use super::frames::Manners;

/// A venue that refuses us at the door, as with a wrong key or too many tries, is not asked again before this.
const REFUSED: Duration = Duration::from_secs(60);

/// A socket to a venue; boxed, as it is large.
pub type Socket = Box<WebSocketStream<MaybeTlsStream<TcpStream>>>;

/// Whom to believe that a venue is what it says.
#[derive(Clone)]
pub struct Trust(Arc<ClientConfig>);

/// Why there is no connection.
#[derive(Debug)]
pub struct NoLine {
    /// In words.
    pub why: String,
    /// The venue itself refused us, which is shown.
    pub refused: bool,
    /// Wait for so long at least.
    pub pause: Duration,
}

impl Trust {
    /// The authorities that browsers know.
    ///
    /// # Errors
    /// When TLS can't be set up; in words.
    pub fn public() -> Result<Self, String> {
        Self::only(RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        })
    }

    /// These, and nobody else.
    ///
    /// # Errors
    /// When TLS can't be set up; in words.
    pub fn only(roots: RootCertStore) -> Result<Self, String> {
        // A provider of its own, so that nothing has to be set for the whole process.
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|e| e.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }
}

/// Connects to `url`: TCP, TLS and the handshake in the time that `manners` allow.
///
/// # Errors
/// Why not. The words may hold what `url` holds.
pub async fn dial(url: String, manners: Manners, trust: Trust) -> Result<Socket, NoLine> {
    let Manners { connect, message, .. } = manners;
    let config = WebSocketConfig::default()
        .max_message_size(Some(message))
        .max_frame_size(Some(message))
        .max_write_buffer_size(1024 * 1024);
    let connecting = connect_async_tls_with_config(url, Some(config), true, Some(Connector::Rustls(trust.0)));
    match timeout(connect, connecting).await {
        Ok(Ok((socket, _))) => Ok(Box::new(socket)),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(NoLine {
            why: format!("no connection within {connect:?}"),
            refused: false,
            pause: Duration::ZERO,
        }),
    }
}

impl From<Error> for NoLine {
    fn from(error: Error) -> Self {
        let refused = matches!(&error, Error::Http(answer) if answer.status().is_client_error());
        let why = match error {
            Error::Http(answer) => format!("the venue refused the connection with {}", answer.status()),
            other => other.to_string(),
        };
        Self {
            why,
            refused,
            pause: if refused { REFUSED } else { Duration::ZERO },
        }
    }
}
