//! How well a symbol fits what somebody typed into a search. Pure; `market_tests` has its tests.

use crate::ticker::model::Key;

/// What somebody typed into a search.
pub struct Typed {
    venue: Option<String>,
    /// Without the venue, in small letters.
    pub symbol: String,
    whole: String,
}

impl Typed {
    /// Reads `BTC-USD`, or `coinbase:BTC-USD`, or a part of either.
    pub fn new(text: &str) -> Self {
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
    pub fn rank(&self, key: &Key, name: Option<&str>) -> Option<u8> {
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
