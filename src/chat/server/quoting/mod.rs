//! What features show of themselves in messages: a price that is named after a `$`, and what a link into Squawkbox leads to, as
//! it is when it is said. It stays readable whatever becomes of what it shows, unless that is a message which is deleted.

pub mod discuss;
pub mod link;
mod message;
pub mod naming;
pub mod snapshot;

use futures::future::BoxFuture;

use super::Chat;
use crate::{
    error::AppError,
    ids::RoomId,
    paths,
    ticker::figures::grouped,
    ui::html::{escaped, unescaped},
};
pub use link::Link;
pub use snapshot::Snapshot;

/// Symbols looked up in one message at most.
pub const SYMBOLS: usize = 20;

/// What marks one that is no real price of now.
const DEMO: &str = " <span class=\"demo\">DEMO</span>";

/// A price when it was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// As it was typed after the `$`.
    pub typed: String,
    /// Of what.
    pub symbol: String,
    /// Where.
    pub venue: String,
    /// Digits as they were sent.
    pub last: String,
    /// It is made up, or played from a recording.
    pub demo: bool,
}

impl Price {
    /// As it stands in a message; `public/chips.js` adds what it is now.
    pub fn html(&self) -> String {
        let Self {
            typed,
            symbol,
            venue,
            last,
            demo,
        } = self;
        let mark = if *demo { DEMO } else { "" };
        let href = paths::chart(symbol, venue);
        let [typed, symbol, venue, href] = [typed, symbol, venue, &href].map(|text| escaped(text));
        format!(
            "<a class=\"chip\" href=\"{href}\" data-symbol=\"{symbol}\" data-venue=\"{venue}\" data-said=\"{last}\">\
             ${typed} <strong>{}</strong>{mark}</a>",
            grouped(last)
        )
    }
}

/// The prices in a message's HTML, as they were when it was said: an edit leaves them.
pub fn said(html: &str) -> Vec<Price> {
    let value = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!("{name}=\""))?;
        Some(unescaped(rest.split_once('"')?.0))
    };
    let chips = html.split("<a ").skip(1).filter_map(|tag| {
        let (tag, rest) = tag.split_once('>')?;
        let rest = rest.split_once("</a>")?.0;
        let typed = rest.split_once(' ')?.0.strip_prefix('$')?;
        Some(Price {
            typed: unescaped(typed),
            symbol: value(tag, "data-symbol")?,
            venue: value(tag, "data-venue")?,
            last: value(tag, "data-said")?,
            demo: rest.ends_with(DEMO),
        })
    });
    chips.collect()
}

/// What a link leads to, on its way.
pub type Snapping<'a> = BoxFuture<'a, Result<Option<Snapshot>, AppError>>;

/// A feature that can be quoted.
pub trait Quotable: Send + Sync {
    /// The price of what is named after a `$`, if it is a symbol.
    fn price(&self, typed: &str) -> Option<Price> {
        let _ = typed;
        None
    }

    /// What a link leads to, of what everybody who reads the room may see; `None` where it isn't the feature's.
    fn snapshot<'a>(&'a self, link: &'a Link, room: RoomId) -> Snapping<'a>;
}

/// The prices that `body` names.
pub fn prices(chat: &Chat, body: &str) -> Vec<Price> {
    let mut named: Vec<&str> = Vec::new();
    for (at, end) in spans(body) {
        let typed = &body[at + 1..end];
        if named.len() == SYMBOLS {
            break;
        }
        if !named.contains(&typed) {
            named.push(typed);
        }
    }
    let price = |typed: &&str| chat.quotables.iter().find_map(|quotable| quotable.price(typed));
    named.iter().filter_map(price).collect()
}

/// Where a `$` begins a word, and where the symbol after it ends.
pub fn spans(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    text.match_indices('$').filter_map(|(at, _)| {
        let before = text[..at].chars().next_back();
        let begins = before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '$' | '_' | '/' | '-' | '.'));
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/' | '_' | ':');
        let after = &text[at + 1..];
        let symbol = &after[..after.find(|c| !is_part(c)).unwrap_or(after.len())];
        // What ends a sentence is no part of it.
        let symbol = symbol.trim_end_matches(['-', '.', '/', '_', ':']);
        let is_symbol = symbol.starts_with(|c: char| c.is_ascii_alphabetic());
        (begins && is_symbol).then_some((at, at + 1 + symbol.len()))
    })
}

/// What a link says in `room`.
///
/// # Errors
/// When a database can't be read.
pub async fn snapshot(chat: &Chat, link: &Link, room: RoomId) -> Result<Option<Snapshot>, AppError> {
    if let Some(snapshot) = message::snapshot(chat, link, room).await? {
        return Ok(Some(snapshot));
    }
    for quotable in &chat.quotables {
        if let Some(snapshot) = quotable.snapshot(link, room).await? {
            return Ok(Some(snapshot));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_in_a_message_reads_back() {
        let price = Price {
            typed: "btc-usd".into(),
            symbol: "BTC&\"USD".into(),
            venue: "demo".into(),
            last: "96412.50".into(),
            demo: true,
        };
        let html = format!("<p>at {} and <a href=\"x\">y z</a></p>", price.html());
        assert!(
            html.contains(">$btc-usd <strong>96,412.50</strong> <span class=\"demo\"")
                && html.contains(">DEMO</span></a>"),
            "{html}"
        );
        assert_eq!(said(&html), std::slice::from_ref(&price));
        let real = Price { demo: false, ..price };
        assert!(real.html().ends_with(">$btc-usd <strong>96,412.50</strong></a>"));
        assert_eq!(said(&real.html()), [real]);
        assert_eq!(said("<a class=\"chip\">$X"), []);
    }

    #[test]
    fn a_symbol_is_a_word_after_a_dollar_sign() {
        let found = |text: &'static str| spans(text).map(|(at, end)| &text[at..end]).collect::<Vec<_>>();
        assert_eq!(found("$BTC-USD at $AAPL."), ["$BTC-USD", "$AAPL"]);
        assert_eq!(
            found("($coinbase:BTC-USD) $BRK.B, $EUR/USD!"),
            ["$coinbase:BTC-USD", "$BRK.B", "$EUR/USD"]
        );
        for text in ["$5 and $10", "US$BTC", "$", "$$BTC", "$-A", "a/$X", "$ BTC"] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
