//! The certificate that is shown to those who send syslog over TLS.

use std::{path::Path, sync::Arc};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio_rustls::TlsAcceptor;

use super::SyslogSettings;
use crate::error::AppError;

/// What greets them; `None` where TLS is off.
///
/// # Errors
/// `Invalid` with a sentence that names the file.
pub fn acceptor(settings: &SyslogSettings) -> Result<Option<TlsAcceptor>, AppError> {
    let (Some(_), Some(cert), Some(key)) = (settings.syslog_tls, &settings.syslog_cert, &settings.syslog_key) else {
        return Ok(None);
    };
    let unread = |file: &Path, error: &dyn std::fmt::Display| {
        AppError::Invalid(format!("{} can't be used for syslog over TLS: {error}", file.display()))
    };
    let chain = CertificateDer::pem_file_iter(cert).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(|error| unread(cert, &error))?;
    if chain.is_empty() {
        return Err(unread(cert, &"it holds no certificate in PEM"));
    }
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| unread(key, &error))?;
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map(|config| config.with_no_client_auth())
        .and_then(|config| config.with_single_cert(chain, secret))
        .map_err(|error| unread(key, &error))?;
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}
