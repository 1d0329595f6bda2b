//! What a rule looks for, in words, and what it is called where nobody gave it a name.

use rust_decimal::Decimal;

use super::{lengths, spec::Spec};
use crate::{
    alerts::model::{LONGEST_NAME, Test},
    ticker::{
        figures,
        server::{lists::text::written, venues::names::is_made_up},
    },
};

/// A number, as it is read: `96,509.08`.
pub fn grouped(number: impl Into<Decimal>) -> String {
    figures::grouped(&number.into().to_string())
}

impl Spec {
    /// It waits for lines of each value of a field.
    pub fn waits_for_each(&self) -> bool {
        self.test == Test::Fewer && !self.by.is_empty()
    }

    /// Its price isn't a real one of now.
    pub fn is_demo(&self) -> bool {
        self.test.is_price() && is_made_up(&self.key.venue)
    }

    /// Its symbol: with the venue where there are several, and marked where its price isn't a real one.
    pub fn subject(&self) -> String {
        let symbol = match self.at_venue {
            true => written(&self.key),
            false => self.key.symbol.clone(),
        };
        match self.is_demo() {
            true => format!("{symbol} (DEMO)"),
            false => symbol,
        }
    }

    /// What it looks for, in words.
    pub fn sentence(&self) -> String {
        let (symbol, value, time) = (self.subject(), grouped(self.value), lengths::words(self.seconds));
        let lines = || match (self.query.as_str(), self.by.as_str()) {
            ("", "") => "any".to_owned(),
            (query, "") => query.to_owned(),
            ("", by) => format!("any, by {by}"),
            (query, by) => format!("{query}, by {by}"),
        };
        let noun = if self.value == Decimal::ONE { "line" } else { "lines" };
        match self.test {
            Test::Above => format!("{symbol} crosses above {value}"),
            Test::Below => format!("{symbol} crosses below {value}"),
            Test::Moves => format!("{symbol} moves {value}% within {time}"),
            Test::Rises => format!("{symbol} rises {value}% within {time}"),
            Test::Falls => format!("{symbol} falls {value}% within {time}"),
            Test::Spread => format!("spread of {symbol} above {value}%"),
            Test::Stale => format!("no price of {symbol} for {time}"),
            Test::More => format!("more than {value} {noun} within {time}: {}", lines()),
            Test::Fewer => format!("fewer than {value} {noun} within {time}: {}", lines()),
        }
    }

    /// What it is called without a name: what it looks for.
    pub fn own_name(&self) -> String {
        self.sentence().chars().take(LONGEST_NAME).collect()
    }

    /// Nobody gave it a name. Whether its venue was to be said may have changed since it was called so, and so has how numbers
    /// stand in names.
    pub fn has_own_name(&self) -> bool {
        let bare = |text: &str| text.replace(',', "").replace("lines", "line").replace(" (DEMO)", "");
        let begins = |at_venue: bool| {
            let other = Self {
                at_venue,
                ..self.clone()
            };
            let (name, own) = (bare(&self.name), bare(&other.sentence()));
            name == own || (self.name.chars().count() == LONGEST_NAME && own.starts_with(&name))
        };
        begins(false) || begins(true)
    }

    /// One that is kept is the same as `other`: whether its venue is said makes no difference, nor what both are called by
    /// themselves.
    pub fn is_same(&self, other: &Self) -> bool {
        let mut other = Self {
            at_venue: self.at_venue,
            ..other.clone()
        };
        if self.has_own_name() && other.has_own_name() {
            other.name.clone_from(&self.name);
        }
        *self == other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{alerts::model::Draft, ids::RoomId, ticker::model::Key};

    fn spec(test: Test, value: &str, venue: &str, name: &str) -> Spec {
        let draft = Draft {
            test: test.name().into(),
            value: value.into(),
            name: name.into(),
            query: "heartbeat".into(),
            within: "15s".into(),
            ..Draft::default()
        };
        let (symbol, venue) = ("BTC-USD".to_owned(), venue.to_owned());
        Spec::of(&draft, Some(Key { symbol, venue }), RoomId(1)).unwrap()
    }

    #[test]
    fn what_it_looks_for_reads_well() {
        let above = spec(Test::Above, "96509.08", "coinbase", "");
        assert_eq!(above.sentence(), "BTC-USD crosses above 96,509.08");
        let shared = Spec {
            at_venue: true,
            ..above
        };
        assert_eq!(shared.sentence(), "coinbase:BTC-USD crosses above 96,509.08");
        let demo = spec(Test::Above, "1", "demo", "");
        assert_eq!(demo.sentence(), "BTC-USD (DEMO) crosses above 1");
        let one = spec(Test::Fewer, "1", "", "");
        assert_eq!(one.sentence(), "fewer than 1 line within 15 s: heartbeat");
        let some = spec(Test::Fewer, "1500", "", "");
        assert_eq!(some.sentence(), "fewer than 1,500 lines within 15 s: heartbeat");
    }

    #[test]
    fn a_name_that_nobody_gave_is_made_anew_with_what_it_looks_for() {
        let room = RoomId(1);
        for test in Test::ALL {
            let kept = spec(test, "2", "coinbase", "");
            let mut draft = kept.draft();
            assert_eq!(draft.name, "", "{test:?}");
            draft.value = "3".into();
            draft.within = "20s".into();
            let changed = Spec::of(&draft, Some(kept.key.clone()), room).unwrap();
            assert_eq!(changed.name, changed.sentence());
        }
        let kept = spec(Test::Above, "2", "coinbase", "Two dollars");
        assert_eq!(kept.draft().name, "Two dollars");
        // As earlier versions called them, and before there was another venue.
        let mut kept = spec(Test::Fewer, "1", "", "fewer than 1 lines within 15 s: heartbeat");
        assert_eq!(kept.draft().name, "");
        kept.query = "x".repeat(100);
        kept.name = kept.own_name();
        assert_eq!(kept.draft().name, "", "cut to what a name can have");
        let kept = Spec {
            at_venue: true,
            ..spec(Test::Above, "1000", "coinbase", "BTC-USD crosses above 1000")
        };
        assert_eq!(kept.draft().name, "");
    }
}
