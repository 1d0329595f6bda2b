//! Where a log line is born, whatever it came in by.

use std::{collections::HashMap, sync::Arc};

use serde_json::Value;
use sqlx::SqliteConnection;

use super::{
    harmless::{coloured, harmless},
    publish::Publisher,
    sealing::Pressure,
    sources::Counts,
    store,
};
use crate::{
    error::AppError,
    logs::{
        colours::{Colours, Style},
        model::{Fields, Level, LogLine},
    },
    server::writer::{InTx, Writer},
    time::Timestamp,
};

/// Longest message, and longest fields together as JSON, in bytes. What is longer is cut and says so.
pub const LONGEST: usize = 32 * 1024;
/// Longest source and name of a field, in bytes.
pub const LONGEST_NAME: usize = 128;
/// Times that are marked: so many seconds after their line came, or before.
const AHEAD: i64 = 5 * 60 + 1;
const LATE: i64 = -(7 * 86_400 + 1);
/// Fields of one name at most; what comes after is left out.
const SAME: usize = 20;
/// Lines in one statement; a larger batch is several, each kept or not as a whole.
pub(super) const STATEMENT: usize = 2_000;

/// A line before it is kept.
#[derive(Clone, Debug)]
pub struct NewLine {
    /// When it happened.
    pub time: Timestamp,
    /// How bad.
    pub level: Level,
    /// What wrote it.
    pub source: String,
    /// The text; bytes that are no text have been through [`super::harmless::repair`].
    pub message: String,
    /// The rest.
    pub fields: Fields,
    /// How the text looks; what it says of that itself counts more.
    pub colours: Colours,
}

/// Keeps lines; cheap to clone.
#[derive(Clone)]
pub struct Recorder {
    writer: Writer,
    publisher: Publisher,
    pressure: Pressure,
    counts: Counts,
}

impl Recorder {
    /// Writes through `writer`, hands what was committed to the publisher, and says to `pressure` and `counts` how much it was.
    pub fn new(writer: Writer, publisher: Publisher, pressure: Pressure, counts: Counts) -> Self {
        Self {
            writer,
            publisher,
            pressure,
            counts,
        }
    }

    /// Keeps `lines` in their order and has them published; returns after the commit.
    ///
    /// # Errors
    /// `Busy` when the server is stopping, `Internal` when the database fails. Of a batch over 2,000 lines the
    /// first ones may have been kept then.
    pub async fn record(&self, lines: Vec<NewLine>) -> Result<(), AppError> {
        let now = Timestamp::now();
        let mut lines = lines.into_iter().map(|line| tidy(line, now));
        loop {
            let batch: Vec<NewLine> = lines.by_ref().take(STATEMENT).collect();
            if batch.is_empty() {
                return Ok(());
            }
            self.commit(batch, |_| Box::pin(async { Ok(()) })).await?;
        }
    }

    /// As [`Recorder::record`], and does `also` in the same transaction: either both are kept or neither. 2,000 lines at most.
    ///
    /// # Errors
    /// As there, and those of `also`; nothing is kept then.
    pub async fn record_with<W>(&self, lines: Vec<NewLine>, also: W) -> Result<(), AppError>
    where
        W: for<'c> FnOnce(&'c mut SqliteConnection) -> InTx<'c, ()> + Send + 'static,
    {
        debug_assert!(lines.len() <= STATEMENT, "one statement");
        let now = Timestamp::now();
        self.commit(lines.into_iter().map(|line| tidy(line, now)).collect(), also)
            .await
    }

    async fn commit<W>(&self, batch: Vec<NewLine>, also: W) -> Result<(), AppError>
    where
        W: for<'c> FnOnce(&'c mut SqliteConnection) -> InTx<'c, ()> + Send + 'static,
    {
        let rows = store::rows(&batch)?;
        let received = Timestamp::now();
        let this = self.clone();
        self.writer
            .write_then(
                move |conn| {
                    Box::pin(async move {
                        let first = store::insert(conn, &rows, received).await?;
                        also(conn).await?;
                        Ok(first)
                    })
                },
                move |first| {
                    this.counts.came(&batch, received);
                    this.publish(*first, batch);
                },
            )
            .await?;
        Ok(())
    }

    /// Runs right after the commit, so it must not wait. When the publisher's queue is full the lines skip it;
    /// readers notice by the ids, which have no holes, and fetch them or report a gap.
    fn publish(&self, first: u64, batch: Vec<NewLine>) {
        self.pressure.add(batch.len());
        let lines = batch.into_iter().zip(first..).map(|(line, id)| {
            Arc::new(LogLine {
                id,
                time: line.time,
                level: line.level,
                source: line.source,
                message: line.message,
                fields: line.fields,
                colours: line.colours,
            })
        });
        // Refused, they are found in the database by whoever notices.
        let _ = self.publisher.offer(lines.collect());
    }
}

/// Makes a line harmless to show, cuts what is too long, and marks a time that can hardly be right.
fn tidy(line: NewLine, now: Timestamp) -> NewLine {
    let off = off(line.time, now);
    let (message, own) = coloured(line.message);
    let mut colours = own.unwrap_or(line.colours);
    let line = NewLine {
        time: line.time,
        level: line.level,
        source: name(line.source),
        message: cut(message, &mut colours),
        fields: cut_fields(line.fields),
        colours,
    };
    match off {
        Some(words) => marked(line, words),
        None => line,
    }
}

fn marked(mut line: NewLine, words: String) -> NewLine {
    line.fields.0.push(("clock".to_owned(), words.into()));
    line
}

/// How far a time is from when its line came, in words, where that is more than lines are on their way, or ahead of it.
fn off(time: Timestamp, now: Timestamp) -> Option<String> {
    let ahead = time.seconds_since(now);
    let seconds = ahead.unsigned_abs();
    let (count, unit) = match seconds {
        0..7_200 => (seconds / 60, "minutes"),
        7_200..172_800 => (seconds / 3_600, "hours"),
        _ => (seconds / 86_400, "days"),
    };
    match ahead {
        AHEAD.. => Some(format!("{count} {unit} ahead")),
        ..=LATE => Some(format!("{count} {unit} behind")),
        _ => None,
    }
}

fn name(text: String) -> String {
    let mut text = harmless(text).replace(['\n', '\t'], " ");
    text.truncate(text.floor_char_boundary(LONGEST_NAME));
    text
}

fn cut(mut text: String, colours: &mut Colours) -> String {
    let whole = text.len();
    if whole > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST));
        colours.cut(text.len());
        colours.set(text.len(), Style::PLAIN);
        text.push_str(&format!(" … [cut: {whole} bytes were sent]"));
    }
    text
}

/// Each name once: the same said again in other words, such as a number and its text, goes; another value under a name that is
/// taken gets a name of its own, up to [`SAME`] of them.
fn told_apart(fields: Vec<(String, Value)>) -> Vec<(String, Value)> {
    let mut seen: HashMap<String, String> = HashMap::with_capacity(fields.len());
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut kept = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        let (said, mut own, mut count) = (text(&value), name.clone(), 1);
        while count < SAME && seen.get(&own).is_some_and(|before| *before != said) {
            count += 1;
            own = format!("{name}_{count}");
        }
        if seen.insert(own.clone(), said).is_none() {
            kept.push((own, value));
        } else if !value.is_string() {
            // A number says more than its text.
            let before = kept.iter_mut().find(|(before, _)| *before == own);
            before.into_iter().for_each(|(_, before)| *before = value.clone());
        }
    }
    kept
}

fn cut_fields(fields: Fields) -> Fields {
    let fields = told_apart(fields.0);
    let count = fields.len();
    let (mut kept, mut room) = (Vec::with_capacity(count), LONGEST);
    for (key, value) in fields {
        let (key, mut value) = (name(key), value);
        clean_values(&mut value);
        let size = key.len() + json_size(&value);
        if size > room {
            break;
        }
        room -= size;
        kept.push((key, value));
    }
    if kept.len() < count {
        let cut = format!("{} of {count} fields were too long together", count - kept.len());
        kept.push(("cut".to_owned(), cut.into()));
    }
    Fields(kept)
}

fn clean_values(value: &mut Value) {
    match value {
        Value::String(text) => *text = harmless(std::mem::take(text)),
        Value::Array(list) => list.iter_mut().for_each(clean_values),
        Value::Object(map) => {
            // Names inside of values are shown as JSON, which escapes what controls; the rest must go too.
            let entries = std::mem::take(map).into_iter().map(|(key, mut value)| {
                clean_values(&mut value);
                (name(key), value)
            });
            *map = entries.collect();
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => (),
    }
}

/// About how many bytes it takes as JSON.
pub fn json_size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 2,
        Value::Array(list) => 2 + list.iter().map(|value| json_size(value) + 1).sum::<usize>(),
        Value::Object(map) => {
            2 + map
                .iter()
                .map(|(key, value)| key.len() + json_size(value) + 4)
                .sum::<usize>()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
    }
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
