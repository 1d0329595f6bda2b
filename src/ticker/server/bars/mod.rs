//! Bars: what a symbol did in each second, minute and UTC day.
//!
//! A tick is folded into three of them (`fold`): the newest of each length is open and in memory, every other stands in a
//! chunk in the database, from where a late tick takes it, and where it goes back to. A second in which nothing was heard
//! has no bar. Bars are a function of the ticks alone, whatever their order: what is equally late or equally high is told
//! apart by its sequence number and its digits.
//!
//! `keeper` holds the open ones and is asked by every round; `retention` deletes what is old.
//! `bar`, `seqs`, `chunk` and `fold` are pure: the only times are those of the ticks.

pub mod bar;
pub mod chunk;
pub mod fold;
pub mod keeper;
pub mod query;
pub mod retention;
pub mod seqs;
pub mod store;

/// The lengths of bars that are kept, the shortest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Interval {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// A UTC day.
    Day,
}

/// Bars in a chunk at most. So many fit into a row that lies whole in its page, which longer ones would not.
pub const CHUNK: i64 = 15;

impl Interval {
    /// All of them, the shortest first.
    pub const ALL: [Self; 3] = [Self::Second, Self::Minute, Self::Day];

    /// Its length, in seconds.
    pub const fn seconds(self) -> i64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Day => 86_400,
        }
    }

    /// Its length, in microseconds.
    pub const fn micros(self) -> i64 {
        self.seconds() * 1_000_000
    }

    /// The number of the bar that `micros` since 1970 falls into; bar 0 begins in 1970.
    pub const fn number(self, micros: i64) -> i64 {
        micros.div_euclid(self.micros())
    }

    /// As the database knows it.
    pub const fn code(self) -> i64 {
        self as i64
    }
}

/// The number of the chunk that bar `number` stands in.
pub const fn slot(number: i64) -> i64 {
    number.div_euclid(CHUNK)
}
