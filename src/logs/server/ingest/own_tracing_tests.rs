use tracing_subscriber::layer::SubscriberExt;

use super::*;

fn caught(work: impl FnOnce()) -> OwnLines {
    let (layer, own) = own_tracing();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), work);
    own
}

#[test]
fn an_event_becomes_a_line_with_the_fields_of_its_spans() {
    let mut own = caught(|| {
        let span = tracing::info_span!("request", request_id = "ab12", room = 1, later = field::Empty);
        span.record("later", true);
        let _in = span.enter();
        tracing::warn!(room = 2, took_ms = 1.5, error = ?Some("x"), "slow {}", "answer");
    });
    let line = own.queue.try_recv().unwrap();
    assert_eq!(
        (line.level, line.source.as_str(), line.message.as_str()),
        (Level::Warn, SOURCE, "slow answer")
    );
    assert_eq!(
        line.fields.to_string(),
        "room=2 took_ms=1.5 error=\"Some(\\\"x\\\")\" request_id=ab12 later=true"
    );
    let mut library = caught(|| tracing::warn!(target: "sqlx::pool", "slow"));
    assert_eq!(
        library.queue.try_recv().unwrap().fields.to_string(),
        "target=sqlx::pool"
    );
}

#[test]
fn what_keeping_itself_may_say_is_not_kept() {
    let mut own = caught(|| {
        tracing::debug!(target: "sqlx::query", "insert");
        tracing::trace!(target: "hyper::proto", "flushed");
        tracing::debug!(target: "squawkbox::server::writer", "commit");
        tracing::debug!(target: "squawkbox::chat::server::post", "posted");
        tracing::warn!(target: "sqlx::pool", "slow");
    });
    let texts: Vec<String> = std::iter::from_fn(|| own.queue.try_recv().ok())
        .map(|line| line.message)
        .collect();
    assert_eq!(texts, ["posted", "slow"]);
}

#[test]
fn a_full_queue_counts_and_does_not_wait() {
    let mut own = caught(|| (0..QUEUE + 7).for_each(|i| tracing::info!(i, "line")));
    assert_eq!(own.dropped.load(Ordering::Relaxed), 7);
    assert_eq!(std::iter::from_fn(|| own.queue.try_recv().ok()).count(), QUEUE);
}
