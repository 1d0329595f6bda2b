//! The server's own tracing, the first source: a layer that hands events over a bounded channel.
//!
//! Keeping a line must not make another line, or one would become many. So the layer takes other crates' events
//! from `info` up only (what sqlx or hyper say below that, they say of our own keeping and sending as well), and
//! whatever is said while keeping fails is dropped and counted, not tried again.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::{Event, Metadata, Subscriber, field, span};
use tracing_subscriber::{Layer, layer::Context, registry::LookupSpan};

use crate::{
    logs::{
        colours::Colours,
        model::{Fields, Level},
        server::record::{NewLine, Recorder},
    },
    time::Timestamp,
};

/// The name that our own lines carry.
const SOURCE: &str = "squawkbox";
/// Lines that wait to be kept. When it is full, further ones are counted, and the count becomes a line.
const QUEUE: usize = 1_024;
/// Lines kept in one go.
const BATCH: usize = 256;
/// The wait after keeping failed; doubles up to the longest.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// What the layer caught, for [`keep`].
pub struct OwnLines {
    queue: mpsc::Receiver<NewLine>,
    dropped: Arc<AtomicU64>,
}

/// The layer.
pub struct OwnTracing {
    queue: mpsc::Sender<NewLine>,
    dropped: Arc<AtomicU64>,
}

/// Makes both ends.
pub fn own_tracing() -> (OwnTracing, OwnLines) {
    let (sender, queue) = mpsc::channel(QUEUE);
    let dropped = Arc::<AtomicU64>::default();
    let layer = OwnTracing {
        queue: sender,
        dropped: dropped.clone(),
    };
    (layer, OwnLines { queue, dropped })
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for OwnTracing {
    fn on_new_span(&self, attributes: &span::Attributes<'_>, id: &span::Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut collected = Collected::default();
        attributes.record(&mut collected);
        if !collected.fields.is_empty() {
            span.extensions_mut().insert(collected);
        }
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut extensions = span.extensions_mut();
        match extensions.get_mut::<Collected>() {
            Some(collected) => values.record(collected),
            None => {
                let mut collected = Collected::default();
                values.record(&mut collected);
                extensions.insert(collected);
            }
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if !is_wanted(event.metadata()) {
            return;
        }
        // A place first: when there is none, nothing is formatted.
        let place = match self.queue.try_reserve() {
            Ok(place) => place,
            Err(_) => {
                self.dropped.fetch_add(1, Ordering::Relaxed);
                return;
            }
        };
        let mut line = Collected::default();
        event.record(&mut line);
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(outer) = span.extensions().get::<Collected>() {
                for (name, value) in &outer.fields {
                    if !line.fields.iter().any(|(known, _)| known == name) {
                        line.fields.push((name.clone(), value.clone()));
                    }
                }
            }
        }
        // What a library says is told apart from what we say; where in our code is of use to nobody else.
        let target = event.metadata().target();
        if !target.starts_with(SOURCE) {
            line.fields.push(("target".to_owned(), target.into()));
        }
        place.send(NewLine {
            time: Timestamp::now(),
            level: level(*event.metadata().level()),
            source: SOURCE.to_owned(),
            message: line.message,
            fields: Fields(line.fields),
            colours: Colours::default(),
        });
    }
}

fn is_wanted(metadata: &Metadata<'_>) -> bool {
    if *metadata.level() <= tracing::Level::INFO {
        return true;
    }
    let target = metadata.target();
    // Of ours, all but what keeping and sending lines itself goes through.
    target.starts_with("squawkbox")
        && ![
            "logs::server",
            "server::writer",
            "server::db",
            "server::sse",
            "server::hub",
        ]
        .iter()
        .any(|path| {
            target
                .strip_prefix("squawkbox::")
                .is_some_and(|rest| rest.starts_with(path))
        })
}

fn level(level: tracing::Level) -> Level {
    match level {
        tracing::Level::TRACE => Level::Trace,
        tracing::Level::DEBUG => Level::Debug,
        tracing::Level::INFO => Level::Info,
        tracing::Level::WARN => Level::Warn,
        tracing::Level::ERROR => Level::Error,
    }
}

/// The fields of an event or a span.
#[derive(Default)]
struct Collected {
    message: String,
    fields: Vec<(String, Value)>,
}

impl Collected {
    fn add(&mut self, field: &field::Field, value: Value) {
        match (field.name(), value) {
            ("message", Value::String(text)) => self.message = text,
            (name, value) => self.fields.push((name.to_owned(), value)),
        }
    }
}

impl field::Visit for Collected {
    fn record_debug(&mut self, field: &field::Field, value: &dyn fmt::Debug) {
        self.add(field, format!("{value:?}").into());
    }
    fn record_str(&mut self, field: &field::Field, value: &str) {
        self.add(field, value.into());
    }
    fn record_i64(&mut self, field: &field::Field, value: i64) {
        self.add(field, value.into());
    }
    fn record_u64(&mut self, field: &field::Field, value: u64) {
        self.add(field, value.into());
    }
    fn record_f64(&mut self, field: &field::Field, value: f64) {
        self.add(field, value.into());
    }
    fn record_bool(&mut self, field: &field::Field, value: bool) {
        self.add(field, value.into());
    }
}

/// Keeps what the layer catches, until the server stops, and then what still waits.
pub async fn keep(mut own: OwnLines, recorder: Recorder, stop: CancellationToken) {
    let (mut batch, mut lost, mut wait) = (Vec::with_capacity(BATCH), 0, FIRST_WAIT);
    loop {
        let more = tokio::select! {
            count = own.queue.recv_many(&mut batch, BATCH) => count > 0,
            () = stop.cancelled() => false,
        };
        if !more {
            while let Ok(line) = own.queue.try_recv() {
                batch.push(line);
            }
        }
        let caught = batch.len() as u64;
        lost += own.dropped.swap(0, Ordering::Relaxed);
        if lost > 0 {
            batch.push(report(lost));
        }
        let outcome = match batch.is_empty() {
            true => Ok(()),
            false => recorder.record(std::mem::take(&mut batch)).await,
        };
        if !more {
            return;
        }
        if outcome.is_ok() {
            (lost, wait) = (0, FIRST_WAIT);
            continue;
        }
        // The failure was logged, so it waits in the queue: to keep that would fail and be logged in turn.
        lost += caught;
        tokio::select! {
            () = tokio::time::sleep(wait) => (),
            () = stop.cancelled() => return,
        }
        wait = (wait * 2).min(LONGEST_WAIT);
        while own.queue.try_recv().is_ok() {
            lost += 1;
        }
    }
}

fn report(lost: u64) -> NewLine {
    NewLine {
        time: Timestamp::now(),
        level: Level::Warn,
        source: SOURCE.to_owned(),
        message: "lines of the server itself could not be kept; standard error has them".to_owned(),
        fields: Fields(vec![("lost".to_owned(), lost.into())]),
        colours: Colours::default(),
    }
}

#[cfg(test)]
#[path = "own_tracing_tests.rs"]
mod tests;
