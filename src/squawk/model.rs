//! Headlines and feeds as both ends know them.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{FeedId, HeadlineId, UserId},
    time::Timestamp,
};

/// A headline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headline {
    /// `headline.id`: rises with the time at which it was kept.
    pub id: HeadlineId,
    /// The number of its last change, of a count over all headlines.
    pub changed: u64,
    /// When it was kept.
    pub at: Timestamp,
    /// The person or bot; `None` of a feed's.
    pub author: Option<UserId>,
    /// The author's name, or the feed's title.
    pub source: String,
    /// What it says: plain text on one line.
    pub text: String,
    /// Where there is more, http or https.
    pub url: Option<String>,
    /// How many have seen it.
    pub seen: u32,
    /// Those of them who saw it last, [`NAMES`] at most, the last one first.
    pub seen_by: Vec<(UserId, String)>,
    /// It was taken back: nothing else is known of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
}

/// People who have seen a headline that are named at most.
pub const NAMES: u32 = 50;

impl Headline {
    /// One that was taken back.
    pub const fn gone(id: HeadlineId, changed: u64) -> Self {
        Self {
            id,
            changed,
            at: Timestamp::from_micros(0),
            author: None,
            source: String::new(),
            text: String::new(),
            url: None,
            seen: 0,
            seen_by: Vec::new(),
            gone: true,
        }
    }

    /// How many have seen it, in words; empty when nobody has.
    pub fn seen_words(&self) -> String {
        match self.seen {
            0 => String::new(),
            n => format!("seen by {n}"),
        }
    }

    /// Who has seen it, as far as they are named.
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.seen_by.iter().map(|(_, name)| name.as_str()).collect();
        let more = (self.seen as usize).saturating_sub(names.len());
        match more {
            0 => names.join(", "),
            more => format!("{} and {more} more", names.join(", ")),
        }
    }
}

/// What is shown of squawks on the desk, as HTML that the server made. Empty in a browser, which has it on the page.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// What stands before the prices on the tape.
    pub tape: String,
    /// The banner.
    pub banner: String,
}

/// What the page of squawks is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Wanted {
    /// Words and parts of words, all of which a headline must have; all headlines when empty.
    pub q: String,
    /// Those before this one.
    pub before: Option<HeadlineId>,
}

/// The page of squawks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SquawkPage {
    /// The newest first.
    pub headlines: Vec<Headline>,
    /// Which of them whoever asks has neither seen nor squawked.
    pub unseen: Vec<HeadlineId>,
    /// Where the next page begins, if there is one.
    pub before: Option<HeadlineId>,
    /// Since when a search has looked that found little and stopped.
    pub since: Option<Timestamp>,
    /// The number of the last change of any headline.
    pub changed: u64,
    /// Whoever asks may squawk.
    pub may: bool,
    /// What the form names its headline, so that it is one however often it is sent.
    pub form_id: String,
    /// The feeds that are followed, for administrators.
    pub feeds: Option<Vec<Feed>>,
}

/// A feed that is followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    /// `feed.id`.
    pub id: FeedId,
    /// Its address.
    pub url: String,
    /// What it calls itself; empty before it was first read.
    pub title: String,
    /// Named on the command line, so that nobody removes it here.
    pub fixed: bool,
    /// When it was read last.
    pub polled: Option<Timestamp>,
    /// What was wrong the last time; empty when nothing was.
    pub fault: String,
}
