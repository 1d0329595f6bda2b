//! Lines of programs that speak Loki by the crate tracing-loki.

use serde_json::Value;
use tracing_subscriber::{Registry, layer::SubscriberExt};

use super::shipper::Shipper;
use crate::logs::{
    query::Query,
    server::search::{Look, newest},
};
use crate::time::Timestamp;

#[tokio::test]
async fn every_line_of_tracing_loki_is_found_again() {
    let shipper = Shipper::start().await;
    let (layer, controller, sending) = tracing_loki::builder()
        .label("service_name", "rusty")
        .and_then(|builder| builder.http_header("Authorization", format!("Bearer {}", shipper.token)))
        .and_then(|builder| builder.build_controller_url(shipper.app.url.parse().expect("an address")))
        .expect("a layer");
    let sending = tokio::spawn(sending);
    tracing::subscriber::with_default(Registry::default().with(layer), || {
        for order in 0..200 {
            match order % 10 {
                0 => tracing::error!(order, venue = "XLON", "upstream \"timed out\""),
                _ => tracing::info!(order, venue = "XPAR", "order accepted"),
            }
        }
    });
    controller.shutdown().await;
    sending.await.expect("all is sent");
    let archive = &shipper.app.running.state.logs.archive;
    let found = async |query: &str| {
        let look = Look::of(&Query::parse(query).unwrap(), Timestamp::now());
        newest(archive, look, 1_000).await.expect("found").0
    };
    assert_eq!(found("source:rusty").await.len(), 200);
    assert_eq!(
        found("source:rusty level=error \"timed out\" venue=XLON").await.len(),
        20
    );
    for order in 0..200 {
        let lines = found(&format!("source:rusty order={order}")).await;
        assert_eq!(lines.len(), 1, "{order}");
        let text = if order % 10 == 0 {
            "upstream \"timed out\""
        } else {
            "order accepted"
        };
        assert_eq!(lines[0].message, text);
    }
    let first: Value = serde_json::to_value(&*found("order=7").await[0]).unwrap();
    assert_eq!(first["fields"]["order"], 7, "{first}");
}
