//! What happened to a symbol: when alerts over it fired, and what was said and squawked with its name after a `$`.

use super::WORDS;
use crate::{
    alerts::server::store::{self as alerts, Fired},
    chat::{
        message::permalink,
        server::{
            quoting::{naming::naming, spans},
            room_pages,
        },
    },
    error::AppError,
    ids::UserId,
    moment::model::{Happened, Kind, OfSymbol},
    paths,
    server::state::AppState,
    squawk::{
        model::Headline,
        server::store::{self as squawks, Wanted},
    },
    ticker::{model::Key, server::place::place},
    time::Timestamp,
};

/// Moments at most, the newest.
const MOST: u32 = 200;
/// Headlines with its letters that are looked at for its name, at once, and how often.
const HEADLINES: u32 = 500;
const LOOKS: usize = 4;

/// What happened to a symbol, of what `me` may see; the newest first, [`MOST`] of it.
///
/// # Errors
/// `Invalid` or `NotFound` when it isn't known which; when a database fails.
pub async fn of_symbol(state: &AppState, me: UserId, asked: OfSymbol) -> Result<Vec<Happened>, AppError> {
    let OfSymbol { symbol, venue, .. } = asked;
    let key = place(&state.ticker, &symbol, venue.as_deref()).await?.key;
    let span = (asked.from, asked.to.unwrap_or_else(Timestamp::now));
    let (fired, said, squawked) = tokio::try_join!(
        alerts::fired(&state.desk.readers, me, &key, span, MOST),
        said(state, me, &key, span),
        squawked(state, &key, span),
    )?;
    let mut all: Vec<Happened> = fired.into_iter().map(|fired| alert(fired, &key)).collect();
    all.extend(said);
    all.extend(squawked);
    all.sort_by_key(|happened| std::cmp::Reverse(happened.at));
    all.truncate(MOST as usize);
    Ok(all)
}

fn alert(fired: Fired, key: &Key) -> Happened {
    Happened {
        at: fired.at,
        kind: Kind::Alert,
        by: format!("in # {}", fired.title),
        words: fired.name,
        place: fired.seq.map(|seq| permalink(fired.room, seq)),
        then: then(fired.at, key),
    }
}

async fn said(
    state: &AppState,
    me: UserId,
    key: &Key,
    span: (Timestamp, Timestamp),
) -> Result<Vec<Happened>, AppError> {
    let found = naming(&state.chat, me, key, span, MOST).await?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let rooms = found.iter().map(|said| said.room).collect();
    let titles = room_pages::titles(&state.chat, me, rooms).await?;
    let one = |mut one: crate::chat::server::store::SaidThen| {
        let title = titles.get(&one.room).unwrap_or(&one.title);
        one.words.truncate(one.words.floor_char_boundary(WORDS));
        Happened {
            at: one.at,
            kind: Kind::Said,
            by: format!("by {} in {title}", one.author),
            words: one.words,
            place: Some(permalink(one.room, one.seq)),
            then: then(one.at, key),
        }
    };
    Ok(found.into_iter().map(one).collect())
}

async fn squawked(state: &AppState, key: &Key, (from, to): (Timestamp, Timestamp)) -> Result<Vec<Happened>, AppError> {
    let (part, mut wanted) = (key.symbol.to_lowercase(), Wanted::default());
    match part.chars().count() {
        0..3 => wanted.short.push(part),
        _ => wanted.indexed.push(part),
    }
    let mut found = Vec::new();
    for _ in 0..LOOKS {
        let page = squawks::find(&state.desk.readers, &wanted, HEADLINES, squawks::REACH).await?;
        let is_last = page.before.is_none() || page.headlines.last().is_some_and(|oldest| oldest.at < from);
        wanted.before = page.before;
        let named = page
            .headlines
            .into_iter()
            .filter(|headline| (from..=to).contains(&headline.at) && names(&headline.text, key));
        found.extend(named.map(|headline| headlined(headline, key)));
        if is_last || found.len() >= MOST as usize {
            break;
        }
    }
    Ok(found)
}

fn headlined(headline: Headline, key: &Key) -> Happened {
    Happened {
        at: headline.at,
        kind: Kind::Squawk,
        by: format!("by {}", headline.source),
        words: headline.text,
        place: headline.url,
        then: then(headline.at, key),
    }
}

/// Whether a text names it after a `$`, by itself or with its venue.
fn names(text: &str, key: &Key) -> bool {
    spans(text).any(|(at, end)| {
        let typed = &text[at + 1..end];
        let (venue, symbol) = match typed.split_once(':') {
            Some((venue, symbol)) => (Some(venue), symbol),
            None => (None, typed),
        };
        symbol.eq_ignore_ascii_case(&key.symbol) && venue.is_none_or(|venue| venue.eq_ignore_ascii_case(&key.venue))
    })
}

/// What else happened then, with this price.
fn then(at: Timestamp, key: &Key) -> String {
    let symbol = paths::encoded(&format!("{}:{}", key.venue, key.symbol));
    format!("{}?symbols={symbol}", paths::moment(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headline_names_a_symbol_after_a_dollar_sign() {
        let key = Key {
            symbol: "BTC-USD".into(),
            venue: "coinbase".into(),
        };
        for text in [
            "$btc-usd at a high",
            "why? $BTC-USD!",
            "see $coinbase:BTC-USD",
            "$X and $BTC-USD.",
        ] {
            assert!(names(text, &key), "{text}");
        }
        for text in ["BTC-USD at a high", "$BTC-USDT", "$kraken:BTC-USD", "US$BTC-USD", ""] {
            assert!(!names(text, &key), "{text}");
        }
    }
}
