//! Which symbol at which venue somebody means, and what they could mean: from what is known of instruments, what is on the
//! board, and which venues run.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use super::text::{Written, refusal};
use crate::{
    error::AppError,
    ticker::{
        model::{Key, VenueKind},
        server::{
            board::PublicBoard,
            instruments::known::Known,
            near::near,
            venues::settings::{as_said, reader},
        },
    },
};

/// What a search finds at most.
const MOST: usize = 20;

/// Looks at what is known; a clone is two pointers.
#[derive(Clone)]
pub struct Market {
    /// What has a price, and which venues run.
    pub board: Arc<PublicBoard>,
    /// What venues and prices have told of.
    pub instruments: Arc<Known>,
}

/// A symbol that somebody could mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Symbol and venue.
    pub key: Key,
    /// As the venue calls it, where it does.
    pub name: Option<String>,
}

/// What there was when somebody looked.
#[derive(Default)]
struct Seen {
    /// By their symbols in small letters.
    known: HashMap<String, Vec<Key>>,
    running: Vec<VenueKind>,
}

/// The venue that prices of `venue` come from, `replay:coinbase` and the like included.
pub fn kind(venue: &str) -> Option<VenueKind> {
    venue.split(':').next().and_then(|name| name.parse().ok())
}

/// The venue of that name, where one can subscribe to symbols by name.
pub fn subscribes(venue: &str) -> Option<VenueKind> {
    let kind: VenueKind = venue.parse().ok()?;
    reader(kind).map(|_| kind)
}

/// Made up or played from a recording: known for as long as it is on the board, though instruments are kept for ever.
fn is_made_up(venue: &str) -> bool {
    matches!(kind(venue), Some(VenueKind::Demo | VenueKind::Replay))
}

impl Market {
    /// The keys of what was written. A symbol that names no venue is that of a venue where it is known, a running one
    /// first, else of the first running venue that takes subscriptions.
    ///
    /// # Errors
    /// `Invalid` with the lines of those for which there is no venue.
    pub fn resolve(&self, written: Vec<Written>) -> Result<Vec<Key>, AppError> {
        let wanted: HashSet<String> = written.iter().map(|one| one.symbol.to_lowercase()).collect();
        let seen = self.look(&wanted);
        let (mut keys, mut faults) = (Vec::new(), Vec::new());
        for one in written {
            match seen.key(one.venue, &one.symbol) {
                Ok(key) => keys.push(key),
                Err(why) => faults.push((one.line, why)),
            }
        }
        match faults.is_empty() {
            true => Ok(keys),
            false => Err(refusal(faults)),
        }
    }

    /// Symbols that fit what was typed, of any venue or of the one before a colon: the best first.
    pub fn search(&self, typed: &str) -> Vec<Found> {
        let typed = Typed::new(typed);
        let running = self.board.running();
        let on_board: HashSet<Key> = self.board.keys().into_iter().collect();
        let known = self.instruments.pick(|one| {
            let is_there = !is_made_up(&one.key.venue) || on_board.contains(&one.key);
            let rank = typed.rank(&one.key, one.name.as_deref()).filter(|_| is_there)?;
            Some((one.key.clone(), (rank, one.name.clone())))
        });
        let mut found: BTreeMap<Key, (u8, Option<String>)> = known.into_iter().collect();
        for key in &on_board {
            if let Some(rank) = typed.rank(key, None) {
                found.entry(key.clone()).or_insert((rank, None));
            }
        }
        if found.is_empty() {
            let near: HashSet<&str> = near(&typed.symbol, on_board.iter().map(|key| key.symbol.as_str()))
                .into_iter()
                .collect();
            let meant = on_board.iter().filter(|key| near.contains(key.symbol.as_str()));
            found = meant.map(|key| (key.clone(), (0, None))).collect();
        }
        let mut found: Vec<_> = found.into_iter().collect();
        // In the order of their keys where nothing else tells them apart.
        found.sort_by_cached_key(|(key, (rank, _))| {
            let runs = kind(&key.venue).is_some_and(|kind| running.contains(&kind));
            (*rank, Reverse(runs), key.symbol.len())
        });
        found.truncate(MOST);
        found.into_iter().map(|(key, (_, name))| Found { key, name }).collect()
    }

    /// What is known of the symbols in `wanted`, which are in small letters.
    fn look(&self, wanted: &HashSet<String>) -> Seen {
        let is_wanted = |key: &Key| wanted.contains(&key.symbol.to_lowercase());
        let instruments = self
            .instruments
            .pick(|one| (is_wanted(&one.key) && !is_made_up(&one.key.venue)).then(|| one.key.clone()));
        let board = self.board.keys().into_iter().filter(is_wanted);
        let all: HashSet<Key> = instruments.into_iter().chain(board).collect();
        let mut seen = Seen {
            running: self.board.running(),
            ..Seen::default()
        };
        for key in all {
            seen.known.entry(key.symbol.to_lowercase()).or_default().push(key);
        }
        seen
    }
}

impl Seen {
    fn key(&self, venue: Option<String>, symbol: &str) -> Result<Key, String> {
        let known = self.known.get(&symbol.to_lowercase()).map_or(&[][..], Vec::as_slice);
        if let Some(venue) = venue {
            let there = known.iter().filter(|key| key.venue == venue);
            let spelt = there.min_by_key(|key| (key.symbol != symbol, &key.symbol));
            return Ok(spelt.cloned().unwrap_or_else(|| said(venue, symbol)));
        }
        let runs = |venue: &str| kind(venue).is_some_and(|kind| self.running.contains(&kind));
        let best = known
            .iter()
            .min_by_key(|key| (!runs(&key.venue), &key.venue, key.symbol != symbol, &key.symbol));
        if let Some(key) = best {
            return Ok(key.clone());
        }
        let names = self.running.iter().map(|kind| kind.name());
        let first = names.filter(|name| subscribes(name).is_some()).min();
        let first = first.ok_or_else(|| {
            format!("no venue is known for {symbol}: write it with its venue, such as coinbase:{symbol}")
        })?;
        Ok(said(first.to_owned(), symbol))
    }
}

/// A symbol as its venue itself writes it.
fn said(venue: String, symbol: &str) -> Key {
    let symbol = subscribes(&venue).map_or_else(|| symbol.to_owned(), |kind| as_said(kind, symbol));
    Key { symbol, venue }
}

/// What somebody typed into a search.
struct Typed {
    venue: Option<String>,
    symbol: String,
    whole: String,
}

impl Typed {
    fn new(text: &str) -> Self {
        let whole = text.trim().to_lowercase();
        let parts = whole
            .split_once(':')
            .map(|(venue, symbol)| (venue.trim(), symbol.trim()));
        let (venue, symbol) = parts.map_or((None, whole.as_str()), |(venue, symbol)| {
            (Some(venue.to_owned()), symbol)
        });
        Self {
            symbol: symbol.to_owned(),
            venue,
            whole: whole.clone(),
        }
    }

    /// How well a symbol fits: 0 when it is the one, 1 when it begins so, 2 when a part of it does, 3 when it is somewhere
    /// inside, 4 when it is in the name.
    fn rank(&self, key: &Key, name: Option<&str>) -> Option<u8> {
        let symbol = key.symbol.to_lowercase();
        let venue = self.venue.as_deref();
        let at_venue = venue.is_some_and(|venue| venue == key.venue.to_lowercase());
        match venue {
            // A symbol can have a colon, too.
            Some(_) if !at_venue => fit(&symbol, None, &self.whole),
            _ => fit(&symbol, name, &self.symbol),
        }
    }
}

/// Both in small letters, but for `name`.
fn fit(symbol: &str, name: Option<&str>, typed: &str) -> Option<u8> {
    let joined = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let begins = |part: &str| part.starts_with(typed);
    let bare = joined(typed);
    if symbol == typed {
        Some(0)
    } else if begins(symbol) {
        Some(1)
    } else if symbol.split(['-', '/', ':', '.', '_']).any(begins)
        || (!bare.is_empty() && joined(symbol).starts_with(&bare))
    {
        Some(2)
    } else if symbol.contains(typed) {
        Some(3)
    } else {
        name.is_some_and(|name| name.to_lowercase().contains(typed))
            .then_some(4)
    }
}

#[cfg(test)]
#[path = "market_tests.rs"]
mod tests;
