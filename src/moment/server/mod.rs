//! Gathers what is around an instant from all that is kept.

pub mod of_symbol;
mod quoted;
mod slots;

use std::sync::Arc;

use axum::response::Redirect;

use super::model::{Moment, SPANS, Said, Wanted};
use crate::{
    accounts::model::{Me, Role},
    chat::{self, server::quoting::Quotable},
    error::AppError,
    logs::{
        model::LogLine,
        query::Query,
        server::{
            Logs,
            search::{self, Look},
        },
    },
    paths,
    server::{db::Database, state::AppState},
    squawk,
    ticker::{self, server::Ticker},
    time::Timestamp,
};
use slots::Lanes;

/// Log lines to either side at most, and messages.
const LINES: usize = 60;
const MESSAGES: u32 = 60;
/// Symbols at most.
const SYMBOLS: usize = 6;
/// Lines looked at for the first of a stretch, before a shorter one is tried.
const MANY: usize = 1_000;
/// By so much shorter.
const SHORTER: i64 = 8;
/// Letters shown of what was said.
const WORDS: usize = 400;

/// One clock, as messages quote it.
pub fn quoted(desk: &Database, ticker: &Ticker, logs: &Logs) -> Box<dyn Quotable> {
    Box::new(quoted::Quoted {
        desk: desk.readers.clone(),
        prices: ticker.db.readers.clone(),
        lines: logs.archive.clone(),
        keys: Box::new(ticker.keys()),
    })
}

/// `GET /share`: to where the desk as it is now is said in a room.
pub async fn share() -> Redirect {
    Redirect::to(&paths::discuss(&paths::moment(Timestamp::now()), None))
}

/// What `me` may see around an instant.
///
/// # Errors
/// `Invalid` for what is no time; when a database fails.
pub async fn moment(state: &AppState, me: &Me, wanted: Wanted) -> Result<Moment, AppError> {
    let now = Timestamp::now();
    let live = matches!(wanted.at.as_str(), "" | "now");
    let at = if live { now } else { instant(&wanted.at)? };
    let span = SPANS.into_iter().find(|span| *span == wanted.span).unwrap_or(SPANS[0]);
    let (from, to) = (at.plus_seconds(-span), at.plus_seconds(span));
    let mut moment = Moment {
        at,
        live,
        span,
        step: slots::step(span),
        symbols: wanted.symbols.clone(),
        ..Moment::default()
    };
    let query = Query::parse(&wanted.q).unwrap_or_else(|wrong| {
        moment.wrong = Some(format!("Of the log lines: {}", wrong.words));
        Query::default()
    });
    moment.q = if moment.wrong.is_some() {
        wanted.q
    } else {
        query.to_string()
    };
    let keys = match ticker::server::moments::keys(&state.ticker, me.id, &wanted.symbols, SYMBOLS).await {
        Ok(keys) => keys,
        Err(AppError::Invalid(words) | AppError::NotFound(words)) => {
            moment.wrong = Some(words);
            Vec::new()
        }
        Err(error) => return Err(error),
    };
    let (squawks, said, lines, prices) = tokio::join!(
        squawk::server::store::between(&state.desk.readers, (from, to), MESSAGES),
        said(state, me, (from, at, to)),
        lines(state, &query, (from, at, to), now),
        ticker::server::moments::around(&state.ticker.db.readers, keys, (from, to.min(now)), moment.step),
    );
    let (said, said_more) = said?;
    let (lines, lines_more) = lines?;
    let mut left_out = |more: (bool, bool), what: &str| {
        let words = match more {
            (true, true) => "earlier and later",
            (true, false) => "earlier",
            (false, true) => "later",
            (false, false) => return,
        };
        moment.left_out.push(format!("{words} {what}"));
    };
    left_out(said_more, "messages");
    left_out(lines_more, "log lines");
    Lanes {
        squawks: squawks?,
        said,
        lines,
        prices: prices?,
    }
    .fold_into(&mut moment);
    Ok(moment)
}

/// `2026-11-20T14:03:07Z`; without a zone it is UTC, and a day alone is its midnight.
fn instant(text: &str) -> Result<Timestamp, AppError> {
    let text = text.trim().replacen(' ', "T", 1);
    let ways = [
        text.clone(),
        format!("{text}Z"),
        format!("{text}:00Z"),
        format!("{text}T00:00:00Z"),
    ];
    ways.iter().find_map(|text| Timestamp::parse(text)).ok_or_else(|| {
        AppError::Invalid(format!(
            "{text:?} is no time. Write one in UTC, such as 2026-11-20T14:03:07Z, or `now`."
        ))
    })
}

type Stretch = (Timestamp, Timestamp, Timestamp);
/// Whether there is more before and after what is given.
type More = (bool, bool);

async fn said(state: &AppState, me: &Me, (from, at, to): Stretch) -> Result<(Vec<Said>, More), AppError> {
    let db = &state.chat.db.readers;
    // What messages have said before, only administrators see.
    let then = me.role == Role::Admin;
    let found = chat::server::store::said_around(db, me.id, (from, at, to), then, MESSAGES).await?;
    if found.said.is_empty() {
        return Ok((Vec::new(), (false, false)));
    }
    let rooms = found.said.iter().map(|said| said.room).collect();
    let titles = chat::server::room_pages::titles(&state.chat, me.id, rooms).await?;
    let cut = |mut words: String| {
        words.truncate(words.floor_char_boundary(WORDS));
        words
    };
    let shown = |one: chat::server::store::SaidThen| Said {
        room: one.room,
        title: titles.get(&one.room).cloned().unwrap_or(one.title),
        seq: one.seq,
        author: one.author,
        at: one.at,
        words: cut(one.words),
        edited: one.edited.is_some_and(|edited| edited > at),
        then: one.then.map(cut),
    };
    Ok((found.said.into_iter().map(shown).collect(), found.more))
}

async fn lines(
    state: &AppState,
    query: &Query,
    (from, at, to): Stretch,
    now: Timestamp,
) -> Result<(Vec<Arc<LogLine>>, More), AppError> {
    let archive = &state.logs.archive;
    let look = |from, to| Look::of(query, now).within(Some(from), Some(to));
    let (mut before, reached) = search::newest(archive, look(from, at), LINES).await?;
    let mut more = (reached.next.is_some() && !before.is_empty(), false);
    before.reverse();
    let mut end = to.min(now.plus_seconds(1)).max(at);
    let mut after = loop {
        let (found, reached) = search::newest(archive, look(at, end), MANY).await?;
        let length = end.micros() - at.micros();
        if reached.next.is_none() || length <= SHORTER {
            break found;
        }
        // The first of them are wanted, and it is the last that are found first.
        more.1 = true;
        end = Timestamp::from_micros(at.micros() + length / SHORTER);
    };
    after.reverse();
    more.1 |= after.len() > LINES;
    after.truncate(LINES);
    before.extend(after);
    // They were found in the order in which they came.
    before.sort_by_key(|line| line.time);
    Ok((before, more))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_read_with_and_without_its_zone() {
        for text in [
            "2026-11-20T14:03:07Z",
            "2026-11-20T15:03:07+01:00",
            "2026-11-20T14:03:07",
            " 2026-11-20 14:03:07",
        ] {
            assert_eq!(
                instant(text).unwrap().to_string(),
                "2026-11-20T14:03:07.000000Z",
                "{text}"
            );
        }
        assert_eq!(instant("2026-11-20T14:03").unwrap().milli(), "14:03:00.000");
        assert_eq!(instant("2026-11-20").unwrap().milli(), "00:00:00.000");
        for text in ["yesterday", "14:03", "2026-11-31", "2026-11-20T25:00Z"] {
            assert!(matches!(instant(text), Err(AppError::Invalid(_))), "{text}");
        }
    }
}
