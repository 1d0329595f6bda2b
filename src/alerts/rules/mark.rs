//! Where a firing is, at a glance: a word, a sign and a colour, any of which is enough to tell one from another.

use super::telling::{Pressed, Telling};

/// Where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Nobody has said that they have seen it.
    Firing,
    /// Somebody has.
    Acknowledged,
    /// Somebody has put it off.
    Snoozed,
    /// It is over.
    Resolved,
    /// It isn't watched any more, or goes on elsewhere.
    Stopped,
}

impl Mark {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Firing,
        Self::Acknowledged,
        Self::Snoozed,
        Self::Resolved,
        Self::Stopped,
    ];

    /// Of a firing that says this, after what people have pressed.
    pub const fn of(telling: &Telling, pressed: &Pressed) -> Self {
        match (&telling.stopped, telling.ended, &pressed.snoozed, &pressed.acknowledged) {
            (Some(_), ..) => Self::Stopped,
            (None, Some(_), ..) => Self::Resolved,
            (None, None, Some(_), _) => Self::Snoozed,
            (None, None, None, Some(_)) => Self::Acknowledged,
            (None, None, None, None) => Self::Firing,
        }
    }

    /// It goes on.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Firing | Self::Acknowledged | Self::Snoozed)
    }

    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Firing => "Firing",
            Self::Acknowledged => "Acknowledged",
            Self::Snoozed => "Snoozed",
            Self::Resolved => "Resolved",
            Self::Stopped => "Stopped",
        }
    }

    /// As it is called in JSON and in style sheets.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Acknowledged => "acknowledged",
            Self::Snoozed => "snoozed",
            Self::Resolved => "resolved",
            Self::Stopped => "stopped",
        }
    }

    /// The outline of the sign: a triangle with a stroke in it, a ring with a point, a moon, a tick, a square.
    const fn outline(self) -> &'static str {
        match self {
            Self::Firing => "M8 1 15.5 14.5H.5zM7.2 6v4.2h1.6V6zm0 5.4V13h1.6v-1.6z",
            Self::Acknowledged => {
                "M8 1a7 7 0 1 0 0 14A7 7 0 1 0 8 1zm0 2a5 5 0 1 1 0 10A5 5 0 1 1 8 3zm0 2.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 1 0 0-5z"
            }
            Self::Snoozed => "M6 1.2A7 7 0 1 0 14.8 10 6.5 6.5 0 0 1 6 1.2z",
            Self::Resolved => "M6.2 13.6.7 8.1l2-2 3.5 3.5 7.1-7.2 2 2z",
            Self::Stopped => "M3 3h10v10H3z",
        }
    }

    /// How it stands on a card, as HTML.
    pub fn html(self) -> String {
        format!(
            "<p class=\"alert-mark {}\"><svg viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path fill-rule=\"evenodd\" d=\"{}\"/></svg>{}</p>",
            self.name(),
            self.outline(),
            self.word()
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn each_has_a_word_a_sign_and_a_colour_of_its_own() {
        let (words, signs): (HashSet<_>, HashSet<_>) =
            Mark::ALL.iter().map(|mark| (mark.word(), mark.outline())).unzip();
        assert_eq!((words.len(), signs.len()), (Mark::ALL.len(), Mark::ALL.len()));
        let style = concat!(env!("CARGO_MANIFEST_DIR"), "/style/alerts.scss");
        let style = std::fs::read_to_string(style).unwrap();
        let colour = |mark: &Mark| {
            let (_, rest) = style.split_once(&format!("&.{} {{", mark.name()))?;
            rest.split_once("  color: ")?.1.split(';').next()
        };
        let colours: HashSet<_> = Mark::ALL.iter().map(colour).collect();
        assert_eq!(colours.len(), Mark::ALL.len(), "{colours:?}");
    }

    #[test]
    fn what_was_pressed_last_counts_until_it_is_over() {
        let at = Timestamp::from_micros(7);
        let by = || Some(("ines".to_owned(), at));
        let pressed = |acknowledged, snoozed| Pressed { acknowledged, snoozed };
        let (open, over) = (
            Telling::default(),
            Telling {
                ended: Some(at),
                ..Telling::default()
            },
        );
        assert_eq!(Mark::of(&open, &Pressed::default()), Mark::Firing);
        assert_eq!(Mark::of(&open, &pressed(by(), None)), Mark::Acknowledged);
        assert_eq!(Mark::of(&open, &pressed(by(), by())), Mark::Snoozed);
        assert_eq!(Mark::of(&over, &pressed(by(), by())), Mark::Resolved);
        let stopped = Telling {
            stopped: Some("x".into()),
            ..over
        };
        assert_eq!(Mark::of(&stopped, &Pressed::default()), Mark::Stopped);
    }
}
