//! Lists of symbols that people watch, as both ends know them.

use serde::{Deserialize, Serialize};

use super::model::Key;
use crate::ids::ListId;

/// Lists of a person, and of the team, at most.
pub const MOST_LISTS: usize = 20;
/// Entries of a list at most.
pub const MOST_ENTRIES: usize = 500;
/// Characters of a list's name at most.
pub const LONGEST_NAME: usize = 40;
/// The columns of a list for which nobody has chosen any.
pub const USUAL_COLUMNS: &str = "last,change,percent,spark,time";

/// A list of symbols.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watchlist {
    /// `watchlist.id`.
    pub id: ListId,
    /// What it is called.
    pub name: String,
    /// The team's, which everybody sees and changes; else its reader's own.
    pub team: bool,
    /// What is shown of each symbol: names of [`Column`]s with commas between, in their order. [`columns`] reads them.
    pub columns: String,
    /// What is on it, in its order.
    pub entries: Vec<Key>,
}

/// The lists that somebody sees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watchlists {
    /// They are at least as new as what an update with this version tells of, or [`super::model::Board::lists`].
    pub version: u64,
    /// Their own, then the team's.
    pub lists: Vec<Watchlist>,
    /// Entries that aren't watched though somebody looks at them, and why: a venue takes no more.
    pub refused: Vec<(Key, String)>,
}

/// What the page of a list shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ListPage {
    /// All that one sees.
    pub lists: Watchlists,
    /// The one that is shown; none when there is none.
    pub shown: Option<ListId>,
    /// What is on it.
    pub rows: Vec<Row>,
    /// It as text.
    pub text: String,
}

/// An entry of a list as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which.
    pub key: Key,
    /// Its price is made up.
    pub demo: bool,
    /// What stands in each of the list's columns, as HTML.
    pub cells: Vec<String>,
    /// Why it isn't watched, if it isn't.
    pub refused: Option<String>,
}

/// What can be shown of a symbol beside its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The last price.
    Last,
    /// How far it is from the day's open.
    Change,
    /// The same in percent.
    Percent,
    /// The best bid.
    Bid,
    /// The best ask.
    Ask,
    /// How far the ask is from the bid.
    Spread,
    /// The day's lowest and highest price.
    Range,
    /// What changed hands in the day.
    Volume,
    /// The line of earlier prices.
    Spark,
    /// When the last price is from.
    Time,
}

impl Column {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Last,
        Self::Change,
        Self::Percent,
        Self::Bid,
        Self::Ask,
        Self::Spread,
        Self::Range,
        Self::Volume,
        Self::Spark,
        Self::Time,
    ];

    /// What stands over it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Last => "Last",
            Self::Change => "Change",
            Self::Percent => "Change %",
            Self::Bid => "Bid",
            Self::Ask => "Ask",
            Self::Spread => "Spread",
            Self::Range => "Day's range",
            Self::Volume => "Volume",
            Self::Spark => "Day",
            Self::Time => "Time (UTC)",
        }
    }

    /// Its name in forms and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::Change => "change",
            Self::Percent => "percent",
            Self::Bid => "bid",
            Self::Ask => "ask",
            Self::Spread => "spread",
            Self::Range => "range",
            Self::Volume => "volume",
            Self::Spark => "spark",
            Self::Time => "time",
        }
    }
}

/// The columns that `text` names, in its order; what it names besides is left out.
pub fn columns(text: &str) -> impl Iterator<Item = Column> {
    text.split(',')
        .filter_map(|name| Column::ALL.into_iter().find(|column| column.name() == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_read_in_their_order() {
        let read = |text| columns(text).map(Column::name).collect::<Vec<_>>();
        assert_eq!(read("time,last,odd,,bid"), ["time", "last", "bid"]);
        assert_eq!(read(USUAL_COLUMNS).join(","), USUAL_COLUMNS);
        let all = Column::ALL.map(Column::name).join(",");
        assert_eq!(read(&all).join(","), all);
    }
}
