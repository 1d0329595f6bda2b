//! Who sends lines: how many of late, when last, and what was refused. In memory, since the start; what is kept, the store
//! says.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use axum::{
    body::{Body, to_bytes},
    extract::{MatchedPath, Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use sqlx::SqlitePool;

use super::{record::NewLine, retention::keep::Keep, store};
use crate::{
    accounts::server::{scopes::Scope, store::ListedToken, tokens::Whose},
    error::AppError,
    logs::sources::{Refused, Source, Sources, Token},
    paths,
    server::state::AppState,
    time::Timestamp,
};

/// Sources that are counted at most, and reasons that are remembered: of these the newest.
const MOST: usize = 1_000;
/// A slot of the last minute, in microseconds.
const SLOT: i64 = 10_000_000;
const SLOTS: usize = 6;
/// Of what a refusal says, in bytes: more is no sentence.
const WORDS: usize = 300;

/// What is counted; cheap to clone.
#[derive(Clone, Default)]
pub struct Counts(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    seen: HashMap<String, Seen>,
    refused: HashMap<(String, String, String), (u64, Timestamp)>,
}

#[derive(Clone, Copy, Default)]
struct Seen {
    slots: [u64; SLOTS],
    /// Which slot of all time was counted into last.
    slot: i64,
    last: Timestamp,
}

impl Seen {
    fn move_to(&mut self, slot: i64) {
        for passed in 0..(slot - self.slot).clamp(0, SLOTS as i64) {
            self.slots[(slot - passed).rem_euclid(SLOTS as i64) as usize] = 0;
        }
        self.slot = self.slot.max(slot);
    }

    fn add(&mut self, at: Timestamp) {
        let slot = at.micros() / SLOT;
        self.move_to(slot);
        self.slots[slot.rem_euclid(SLOTS as i64) as usize] += 1;
        self.last = at;
    }

    fn a_minute(mut self, now: Timestamp) -> u64 {
        self.move_to(now.micros() / SLOT);
        self.slots.iter().sum()
    }
}

impl Counts {
    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts lines that were kept at `received`.
    pub fn came(&self, lines: &[NewLine], received: Timestamp) {
        let mut inner = self.inner();
        for line in lines {
            if let Some(seen) = inner.seen.get_mut(&line.source) {
                seen.add(received);
            } else if inner.seen.len() < MOST {
                inner.seen.entry(line.source.clone()).or_default().add(received);
            }
        }
    }

    /// Puts what came of late to `all`; what was refused.
    fn of_late(&self, now: Timestamp, all: &mut HashMap<String, Source>) -> Vec<Refused> {
        let inner = self.inner();
        for (name, seen) in &inner.seen {
            let none = || Source {
                name: name.clone(),
                a_minute: 0,
                last: None,
                lines: 0,
                bytes: 0,
                takes: 0,
                keep: String::new(),
            };
            let source = all.entry(name.clone()).or_insert_with(none);
            source.a_minute = seen.a_minute(now);
            source.last = source.last.max(Some(seen.last));
        }
        let refused = inner.refused.iter().map(|((token, path, why), (count, last))| Refused {
            token: token.clone(),
            path: path.clone(),
            why: why.clone(),
            count: *count,
            last: *last,
        });
        refused.collect()
    }

    fn refused(&self, token: String, path: String, why: String, now: Timestamp) {
        let mut inner = self.inner();
        let key = (token, path, why);
        if inner.refused.len() >= MOST && !inner.refused.contains_key(&key) {
            let oldest = inner.refused.iter().min_by_key(|(_, (_, last))| *last);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                inner.refused.remove(&oldest);
            }
        }
        let (count, last) = inner.refused.entry(key).or_default();
        *count += 1;
        *last = now;
    }
}

/// What the page shows; `url` is where shippers reach the server, `tokens` are those that the person may see.
///
/// # Errors
/// When the database can't be read.
pub async fn sources(
    counts: &Counts,
    readers: &SqlitePool,
    keep: &Keep,
    url: String,
    tokens: Vec<ListedToken>,
) -> Result<Sources, AppError> {
    let now = Timestamp::now();
    let mut all: HashMap<String, Source> = HashMap::new();
    for (name, kept) in store::by_source(readers).await? {
        all.insert(
            name.clone(),
            Source {
                name,
                a_minute: 0,
                last: Some(kept.last),
                lines: kept.lines,
                bytes: kept.bytes,
                takes: kept.takes,
                keep: String::new(),
            },
        );
    }
    let kept = store::blocks::total(readers).await?;
    let mut refused = counts.of_late(now, &mut all);
    let brings = tokens
        .into_iter()
        .filter(|token| token.scopes.must_have(Scope::Ingest).is_ok());
    let tokens = brings.map(|token| Token {
        refused: refused
            .iter()
            .filter(|one| one.token == token.name)
            .map(|one| one.count)
            .sum(),
        id: token.id,
        name: token.name,
        last_used: token.last_used,
        limit: token.limit,
    });
    let tokens = tokens.collect();
    refused.sort_by_key(|refused| std::cmp::Reverse(refused.last));
    refused.truncate(50);
    let mut sources: Vec<Source> = all.into_values().collect();
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    for source in &mut sources {
        source.keep = keep.words(&source.name);
    }
    Ok(Sources {
        sources,
        refused,
        tokens,
        url,
        kept,
        most: keep.bytes,
    })
}

/// Remembers what shippers are refused, and why.
pub async fn note_refused(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let whose: Whose = Arc::new(OnceLock::new());
    request.extensions_mut().insert(whose.clone());
    let path = paths::shown(request.uri().path()).to_owned();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(|route| route.as_str().to_owned());
    let answer = next.run(request).await;
    let status = answer.status();
    if !status.is_client_error() && !status.is_server_error() {
        return answer;
    }
    let (parts, body) = answer.into_parts();
    // Refusals are short; one that can't be read is passed on as nothing, which it was.
    let bytes = to_bytes(body, 64 * 1024).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let words = text.trim();
    let words = &words[..words.floor_char_boundary(WORDS)];
    let words: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    // A stranger's path is anything.
    let (token, path) = match whose.get() {
        Some(token) => (token.clone(), path),
        None => (String::new(), route.unwrap_or_default()),
    };
    let why = match status {
        // It says how long to wait, which is another time each time.
        StatusCode::TOO_MANY_REQUESTS => "429 more than it may bring: it was told to wait".to_owned(),
        status => format!("{} {words}", status.as_u16()),
    };
    state.logs.counts.refused(token, path, why, Timestamp::now());
    Response::from_parts(parts, Body::from(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_refusals_are_remembered() {
        let counts = Counts::default();
        for n in 0..MOST as i64 + 10 {
            let (token, path) = ("gateway".to_owned(), "/ingest/logs".to_owned());
            counts.refused(token, path, format!("400 {n}"), Timestamp::from_micros(n));
        }
        let refused = counts.of_late(Timestamp::from_micros(0), &mut HashMap::new());
        assert_eq!(refused.len(), MOST);
        let oldest = refused.iter().min_by_key(|one| one.last).map(|one| one.why.as_str());
        assert_eq!(oldest, Some("400 10"));
    }

    #[test]
    fn a_minute_is_the_last_one() {
        let at = |seconds: i64| Timestamp::from_micros(1_700_000_000_000_000).plus_seconds(seconds);
        let mut seen = Seen::default();
        for second in 0..90 {
            seen.add(at(second));
        }
        let now = seen.a_minute(at(90));
        assert!((50..=60).contains(&now), "{now}");
        assert_eq!(seen.a_minute(at(400)), 0);
        assert_eq!(seen.last, at(89));
    }
}
