//! Finding what was said: the query's one line, and what is shown of what it finds.

use super::{
    Chat, indexing, room_pages,
    store::{self, Wanted},
};
use crate::{
    chat::model::{Found, Hit, Message},
    error::AppError,
    ids::UserId,
    time::Timestamp,
};

/// Messages on a page.
const PAGE: u32 = 30;
/// Longest query, in bytes.
const LONGEST: usize = 400;

/// What `me` may read of what was said and fits `query`, before number `before`; newest first, where the query doesn't
/// ask for the best.
///
/// # Errors
/// `Invalid` for a query that can't be read, in words.
pub async fn search(chat: &Chat, me: UserId, query: &str, before: Option<i64>) -> Result<Found, AppError> {
    let wanted = parse(query)?;
    let nothing = Wanted {
        best: wanted.best,
        ..Wanted::default()
    };
    if wanted == nothing {
        return Ok(Found::default());
    }
    chat.searches.check(&me)?;
    if let Err(error) = indexing::catch_up(chat).await {
        tracing::warn!(%error, "a search goes without what was said last");
    }
    let db = &chat.db.readers;
    match store::unknown(db, me, &wanted).await? {
        (Some(name), _) => {
            return Err(AppError::Invalid(format!(
                "Nobody is called @{name}. People shows who there is."
            )));
        }
        (_, Some(room)) => return Err(AppError::Invalid(format!("You are in no room called # {room}."))),
        _ => (),
    }
    let page = store::search(db, me, &wanted, before, PAGE, store::REACH).await?;
    let rooms = page.found.iter().map(|(_, room, _)| *room).collect();
    let titles = room_pages::titles(chat, me, rooms).await?;
    // Only now: who waits for a second connection while they hold one can wait for each other.
    let mut conn = db.acquire().await?;
    let mut hits = Vec::with_capacity(page.found.len());
    for (id, room, seq) in &page.found {
        let (Some(message), Some(title)) = (store::message(&mut conn, *room, *seq).await?, titles.get(room)) else {
            continue;
        };
        hits.push(Hit {
            id: *id,
            room: title.clone(),
            parts: found_in(&message, &wanted),
            message,
        });
    }
    Ok(Found {
        hits,
        before: page.before,
    })
}

/// `words "a phrase" from:name in:room before:2026-11-20 after:2026-11-20T14:00:00Z has:link`
///
/// # Errors
/// `Invalid` with what is wrong in it.
fn parse(query: &str) -> Result<Wanted, AppError> {
    if query.len() > LONGEST {
        return Err(AppError::Invalid(format!("A search has at most {LONGEST} bytes.")));
    }
    let mut wanted = Wanted::default();
    for (is_quoted, word) in words(query) {
        let time = |text: &str| {
            let day = || Timestamp::parse(&format!("{text}T00:00:00Z"));
            Timestamp::parse(text).or_else(day).ok_or_else(|| {
                AppError::Invalid(format!(
                    "{text:?} is no time; write 2026-11-20 or 2026-11-20T14:03:07Z (UTC)."
                ))
            })
        };
        match word.split_once(':').filter(|_| !is_quoted) {
            Some(("from", name)) if !name.is_empty() => {
                wanted.from = Some(name.trim_start_matches('@').to_lowercase());
            }
            Some(("in", name)) if name.starts_with('@') && name.len() > 1 => {
                wanted.with.push(name.trim_start_matches('@').to_lowercase());
            }
            Some(("in", name)) if !name.is_empty() => {
                wanted.room = Some(name.trim_start_matches('#').to_lowercase());
            }
            Some(("before", text)) if !text.is_empty() => wanted.before = Some(time(text)?),
            Some(("after", text)) if !text.is_empty() => wanted.after = Some(time(text)?),
            Some(("has", "link")) => wanted.link = true,
            Some(("has", "file")) => wanted.file = true,
            Some(("has", what)) if !what.is_empty() => {
                return Err(AppError::Invalid(format!(
                    "There is no has:{what}; there are has:link and has:file. In quotes it is a text: \"has:{what}\"."
                )));
            }
            Some(("sort", "best")) => wanted.best = true,
            Some(("sort", "newest")) => wanted.best = false,
            _ if word.chars().count() >= 3 => wanted.indexed.push(word),
            _ => wanted.short.push(word),
        }
    }
    Ok(wanted)
}

/// What stands between spaces, or (`true`) between quotes; a quote that isn't closed goes to the end.
fn words(query: &str) -> Vec<(bool, String)> {
    let mut words = Vec::new();
    for (i, part) in query.split('"').enumerate() {
        if i % 2 == 1 {
            words.push((true, part.trim().to_owned()));
        } else {
            words.extend(part.split_whitespace().map(|word| (false, word.to_owned())));
        }
    }
    words.retain(|(_, word)| !word.is_empty());
    words
}

/// What a message says, in parts. What is only in its source, such as a link's address, is shown there.
fn found_in(message: &Message, wanted: &Wanted) -> Vec<(bool, String)> {
    let is_marked = |parts: &[(bool, String)]| parts.iter().any(|(mark, _)| *mark);
    let said = marked(&message.words(), wanted);
    if is_marked(&said) {
        return said;
    }
    let source = marked(&message.body, wanted);
    if is_marked(&source) { source } else { said }
}

/// The text in parts: those that were looked for, and those between.
fn marked(body: &str, wanted: &Wanted) -> Vec<(bool, String)> {
    // Byte for byte as long as the text, so that places in one are places in the other.
    let folded = body.to_lowercase();
    let folded = if folded.len() == body.len() {
        folded
    } else {
        body.to_owned()
    };
    let parts = wanted.indexed.iter().chain(&wanted.short);
    let mut spans: Vec<(usize, usize)> = parts
        .flat_map(|part| {
            let part = part.to_lowercase();
            let spans = folded
                .match_indices(part.as_str())
                .map(|(at, found)| (at, at + found.len()));
            spans.collect::<Vec<_>>()
        })
        .filter(|&(from, to)| body.is_char_boundary(from) && body.is_char_boundary(to))
        .collect();
    spans.sort_unstable();
    let (mut out, mut done) = (Vec::new(), 0);
    for (from, to) in spans {
        if from < done {
            continue;
        }
        if from > done {
            out.push((false, body[done..from].to_owned()));
        }
        out.push((true, body[from..to].to_owned()));
        done = to;
    }
    if done < body.len() {
        out.push((false, body[done..].to_owned()));
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_query_is_words_phrases_and_operators() {
        let wanted = parse(r#"gateway "timed out" ok from:@Ines in:#desk after:2026-11-20 has:link"#).unwrap();
        assert_eq!(wanted.indexed, ["gateway", "timed out"]);
        assert_eq!(wanted.short, ["ok"]);
        assert_eq!(
            (wanted.from.as_deref(), wanted.room.as_deref()),
            (Some("ines"), Some("desk"))
        );
        assert_eq!(wanted.after, Timestamp::parse("2026-11-20T00:00:00Z"));
        assert_eq!(parse("in:@Omar in:@ada").unwrap().with, ["omar", "ada"]);
        assert!(wanted.link && !wanted.file && wanted.before.is_none());
        assert!(parse("has:file").unwrap().file && parse("sort:best a").unwrap().best);
        assert!(parse("before:tomorrow").unwrap_err().to_string().contains("2026-11-20"));
    }

    #[test]
    fn syntax_is_text() {
        for (query, indexed, short) in [
            ("AND", vec!["AND"], vec![]),
            ("\"", vec![], vec![]),
            ("\"not closed", vec!["not closed"], vec![]),
            ("a:b https://x.test/", vec!["a:b", "https://x.test/"], vec![]),
            (
                "\"before: noon\" \"in:production\"",
                vec!["before: noon", "in:production"],
                vec![],
            ),
            ("?!", vec![], vec!["?!"]),
            ("   ", vec![], vec![]),
        ] {
            let wanted = parse(query).unwrap();
            assert_eq!(
                (wanted.indexed, wanted.short),
                (
                    indexed.iter().map(|s: &&str| s.to_string()).collect(),
                    short.iter().map(|s: &&str| s.to_string()).collect()
                ),
                "{query}"
            );
        }
    }

    #[test]
    fn what_was_looked_for_is_marked() {
        let wanted = parse("out GATE").unwrap();
        let marks: Vec<_> = marked("Gateway timed out, out", &wanted)
            .into_iter()
            .filter(|(mark, _)| *mark)
            .map(|(_, text)| text)
            .collect();
        assert_eq!(marks, ["Gate", "out", "out"]);
    }

    proptest! {
        #[test]
        fn marking_loses_nothing(body in ".{0,60}", query in ".{0,20}") {
            if let Ok(wanted) = parse(&query) {
                let whole: String = marked(&body, &wanted).into_iter().map(|(_, text)| text).collect();
                prop_assert_eq!(whole, body);
            }
        }
    }
}
