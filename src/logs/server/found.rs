//! What the page of searching shows: lines, figures, counts, each within a moment.

use std::{ops::Range, sync::Arc, time::Duration};

use sqlx::SqlitePool;

use super::{
    archive::Archive,
    found_figures::{figures, groups},
    search::{self, Look, Reached, walk},
    stats::{
        groups::{By, Groups},
        pattern,
    },
    store,
};
use crate::{
    error::AppError,
    ids::UserId,
    logs::{
        colours::Colours,
        find::{self, Found, FoundField, FoundLine, Part, Wanted},
        model::LogLine,
        query::{Compare, Expr, Query, Term, matcher::Matcher},
    },
    time::Timestamp,
};

/// Lines on one page, and of those that came since, or of many, at once.
const LINES: usize = 100;
const NEW: usize = 500;
/// Lines on either side of one, when nothing is said, and at most.
const AROUND: (u32, u32) = (10, 500);
/// Longest message and fields in a row, in bytes; a line that is opened shows all of it.
const LONGEST: usize = 2_000;
/// How long counts that somebody asked for go on before the page goes out with what there is.
const COUNTING: Duration = Duration::from_millis(1_500);
/// Longest query for lines that are alike, in characters.
const LONGEST_ALIKE: usize = 600;

/// What `who` wanted.
///
/// # Errors
/// `NotFound` for a line that isn't kept any more; when the database fails.
pub async fn found(archive: &Archive, who: UserId, wanted: Wanted) -> Result<Found, AppError> {
    let (now, readers) = (Timestamp::now(), &archive.readers);
    let newest = store::newest(readers).await?;
    let saved = store::saved::seen(readers, who).await?;
    let query = match Query::parse(&wanted.q) {
        Ok(query) => query,
        Err(wrong) => {
            return Ok(Found {
                query: wanted.q,
                wrong: Some((wrong.at, wrong.words)),
                newest,
                saved,
                ..Found::default()
            });
        }
    };
    let matcher = Matcher::new(&query, now);
    let base = Query {
        since: None,
        before: None,
        ..query.clone()
    };
    let turned = Query {
        oldest: !query.oldest,
        ..query.clone()
    };
    let mut found = Found {
        query: query.to_string(),
        base: base.to_string(),
        turned: turned.to_string(),
        oldest_first: query.oldest,
        newest,
        saved,
        columns: columns(&wanted.columns),
        ..Found::default()
    };
    let names = found.columns.clone();
    let line = |line: Arc<LogLine>| FoundLine {
        columns: names.iter().map(|name| value(&line, name)).collect(),
        ..shown(line, &matcher)
    };
    if let Some(at) = wanted.at {
        let lines = around(readers, at, wanted.around.unwrap_or(AROUND.0).min(AROUND.1)).await?;
        let with_fields = |mut found: FoundLine| {
            if found.line.id == at {
                found.fields = fields(&found.line, &query);
                found.alike = alike(&found.line);
            }
            found
        };
        found.lines = lines.into_iter().map(line).map(with_fields).collect();
        return Ok(found);
    }
    let (after, before) = (wanted.after.unwrap_or(0), wanted.before.unwrap_or(u64::MAX));
    let look = || Look::of(&query, now).between(after, before);
    if let Some(by) = By::read(&wanted.by) {
        let look = look().patient(COUNTING);
        let (counted, reached) = walk(archive, look, Groups::new(by.clone())).await?;
        found.groups = Some(groups(&query, &by, wanted.by, &counted, reached));
    }
    // What came since is loaded in larger pieces: it may be much.
    let is_since = !query.oldest && wanted.after.is_some_and(|after| after > 0);
    let limit = if is_since || wanted.many { NEW } else { LINES };
    let lines = search::newest(archive, look().oldest_first(query.oldest), limit);
    if wanted.before.is_none() && wanted.after.is_none() {
        let (lines, figures) = tokio::join!(lines, figures(archive, &query, now));
        found.figures = Some(figures?);
        found = with(found, lines?, line);
    } else {
        found = with(found, lines.await?, line);
    }
    Ok(found)
}

fn with(
    mut found: Found,
    (lines, reached): (Vec<Arc<LogLine>>, Reached),
    line: impl Fn(Arc<LogLine>) -> FoundLine,
) -> Found {
    found.lines = lines.into_iter().map(line).collect();
    found.next = reached.next;
    // With a whole page of lines it isn't of interest how far it went.
    found.reached = reached
        .time
        .filter(|_| reached.next.is_some() && found.lines.len() < LINES);
    found
}

/// A line with those around it, the newest first.
async fn around(readers: &SqlitePool, at: u64, count: u32) -> Result<Vec<Arc<LogLine>>, AppError> {
    let gone = || AppError::NotFound("This line isn't kept any more.".into());
    let older = store::newest_first(readers, 0, at.saturating_add(1), count + 1).await?;
    if older.first().is_none_or(|line| line.id != at) {
        return Err(gone());
    }
    let mut newer = store::oldest_first(readers, at, count).await?;
    newer.reverse();
    newer.extend(older);
    Ok(newer.into_iter().map(|raw| Arc::new(raw.into())).collect())
}

/// A line with what it carries, and the query in its usual form.
///
/// # Errors
/// `NotFound` when it isn't kept any more.
pub async fn line(readers: &SqlitePool, id: u64, q: &str) -> Result<(FoundLine, String), AppError> {
    let query = Query::parse(q).unwrap_or_default();
    let lines = around(readers, id, 0).await?;
    let line = lines.into_iter().next().ok_or(AppError::Busy)?;
    let mut found = shown(line, &Matcher::new(&query, Timestamp::now()));
    found.fields = fields(&found.line, &query);
    found.alike = alike(&found.line);
    Ok((found, query.to_string()))
}

fn shown(line: Arc<LogLine>, matcher: &Matcher) -> FoundLine {
    let message = &line.message[..line.message.floor_char_boundary(LONGEST)];
    let mut parts = parts(message, &line.colours, &matcher.marks(message));
    if message.len() < line.message.len() {
        parts.push(Part {
            text: " …".to_owned(),
            ..Part::default()
        });
    }
    FoundLine {
        line,
        parts,
        fields: Vec::new(),
        columns: Vec::new(),
        alike: String::new(),
    }
}

/// A message where its look changes and where what was looked for, by `marks`, begins and ends.
fn parts(message: &str, colours: &Colours, marks: &[Range<usize>]) -> Vec<Part> {
    let (mut parts, mut at, mut marks) = (Vec::new(), 0, marks.iter().peekable());
    for (style, run) in colours.runs(message) {
        let end = at + run.len();
        while at < end {
            while marks.next_if(|mark| mark.end <= at).is_some() {}
            let (stop, mark) = match marks.peek() {
                Some(mark) if mark.start <= at => (mark.end, true),
                Some(mark) => (mark.start, false),
                None => (end, false),
            };
            let stop = stop.min(end);
            let text = message[at..stop].to_owned();
            parts.push(Part { mark, style, text });
            at = stop;
        }
    }
    parts
}

/// The query for lines of the same source, at least of its level, that differ only in numbers and ids; where the text is too
/// long for that, whatever they say.
fn alike(line: &LogLine) -> String {
    let source = Query::default().with(Expr::Is(Term::Source(vec![line.source.clone()])));
    let source = source.with(Expr::Is(Term::Level(Compare::AtLeast, line.level)));
    let pattern = pattern::regex(&pattern::pattern(&line.message));
    let exact = source.clone().with(Expr::Is(Term::Regex(pattern))).to_string();
    match exact.chars().count() <= LONGEST_ALIKE && Query::parse(&exact).is_ok() {
        true => exact,
        false => source.to_string(),
    }
}

/// Names of fields, each once.
fn columns(text: &str) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for name in text
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty() && name.len() <= 64)
    {
        if columns.len() < find::COLUMNS && !columns.iter().any(|own| own == name) {
            columns.push(name.to_owned());
        }
    }
    columns
}

/// What a line has of a field, by the name by which it is asked for.
fn value(line: &LogLine, name: &str) -> String {
    let parts = line.fields.0.iter().flat_map(|(own, value)| inside(own, value, 0));
    let values: Vec<String> = parts.filter(|(own, _)| own == name).map(|(_, value)| value).collect();
    let mut text = values.join(", ");
    text.truncate(text.floor_char_boundary(200));
    text
}

fn fields(line: &LogLine, query: &Query) -> Vec<FoundField> {
    let level = Term::Level(Compare::Is, line.level);
    let source = Term::Source(vec![line.source.clone()]);
    let mut fields = vec![
        field(query, "level", line.level.name().to_owned(), level),
        field(query, "source", line.source.clone(), source),
    ];
    for (name, value) in &line.fields.0 {
        for (name, value) in inside(name, value, 0) {
            let term = Term::Field {
                name: name.clone(),
                compare: Compare::Is,
                value: vec![value.clone()],
            };
            fields.push(field(query, &name, value, term));
        }
    }
    fields
}

/// A field's parts, by the names by which they are asked for: those of an object one by one, of a list each under the same.
fn inside(name: &str, value: &serde_json::Value, depth: usize) -> Vec<(String, String)> {
    match value {
        serde_json::Value::Object(map) if depth < 3 && !map.is_empty() => {
            let parts = map
                .iter()
                .flat_map(|(part, value)| inside(&format!("{name}.{part}"), value, depth + 1));
            parts.collect()
        }
        serde_json::Value::Array(list) if depth < 3 && !list.is_empty() && list.len() <= 20 => {
            list.iter().flat_map(|value| inside(name, value, 3)).collect()
        }
        serde_json::Value::String(text) => vec![(name.to_owned(), text.clone())],
        other => vec![(name.to_owned(), other.to_string())],
    }
}

pub(super) fn field(query: &Query, name: &str, value: String, term: Term) -> FoundField {
    let is = Expr::Is(term);
    FoundField {
        name: name.to_owned(),
        value,
        only: query.clone().with(is.clone()).to_string(),
        without: query.clone().with(Expr::Not(Box::new(is))).to_string(),
    }
}

#[cfg(test)]
#[path = "found_tests.rs"]
mod tests;
