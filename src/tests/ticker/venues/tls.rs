//! Over TLS, as venues are spoken to in earnest.

use std::sync::Arc;

use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use tokio_rustls::TlsAcceptor;

use super::{Exchange, Lone, quote_at, when_stale};
use crate::ticker::{
    model::VenueKind,
    server::venues::{coinbase::Coinbase, dial::Trust},
};

/// A certificate for `localhost` that nobody else has signed, and a server that shows it.
fn certified() -> (CertificateDer<'static>, TlsAcceptor) {
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let certificate = cert.der().clone();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .expect("the key fits");
    (certificate, TlsAcceptor::from(Arc::new(config)))
}

#[tokio::test]
async fn a_trusted_certificate_lets_prices_through() {
    let (certificate, tls) = certified();
    let mut exchange = Exchange::with_tls(tls).await;
    let mut roots = RootCertStore::empty();
    roots.add(certificate).expect("a root");
    let trust = Trust::only(roots).expect("TLS");
    let frames = Coinbase::new(exchange.url.clone());
    let venue = Lone::trusting(frames, &["BTC-USD"], trust, |_| {}).await;
    let (mut line, _) = exchange.subscribed().await;
    line.ticker("BTC-USD", 1, 1, "1.10").await;
    quote_at(venue.ticker(), "BTC-USD", "1.10").await;
    venue.stop().await;
}

#[tokio::test]
async fn one_that_nobody_vouches_for_is_refused() {
    let (_, tls) = certified();
    let mut exchange = Exchange::with_tls(tls).await;
    let venue = Lone::run(Coinbase::new(exchange.url.clone()), &["BTC-USD"], |_| {}).await;
    when_stale(venue.ticker(), VenueKind::Coinbase).await;
    assert!(exchange.nobody_for(std::time::Duration::from_secs(1)).await);
    venue.stop().await;
}
