//! A firing in figures, for programs: what its message says in words.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{lengths, spec::Spec, state::Episode};

/// A firing in figures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Figures {
    /// [`crate::alerts::model::Test::name`].
    pub test: String,
    /// Of a price.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub symbol: String,
    /// Where it is traded.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub venue: String,
    /// Of lines: which.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub query: String,
    /// What it is compared with.
    pub threshold: Option<Decimal>,
    /// The price, the percent, or the lines within the time, now.
    pub value: Option<Decimal>,
    /// The farthest that it went.
    pub peak: Option<Decimal>,
    /// How often it began, or, of lines, how many came in all.
    pub count: u64,
    /// The time that is looked over, such as `5m`; empty where none is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub within: String,
    /// The field whose values are counted each by itself.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// Those values for which it holds, with how many lines each has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<(String, u64)>,
}

impl Figures {
    /// Of a rule's firing.
    pub fn of(spec: &Spec, episode: &Episode) -> Self {
        let test = spec.test;
        Self {
            test: test.name().to_owned(),
            symbol: spec.key.symbol.clone(),
            venue: spec.key.venue.clone(),
            query: spec.query.clone(),
            threshold: test.takes_value().then_some(spec.value),
            value: match test.is_price() {
                true => episode.price,
                false => Some(episode.now.into()),
            },
            peak: episode.peak,
            count: match test.is_price() {
                true => episode.times.into(),
                false => episode.all,
            },
            within: match test.takes_time() {
                true => lengths::write(spec.seconds),
                false => String::new(),
            },
            by: spec.by.clone(),
            groups: episode.groups.clone(),
        }
    }
}
