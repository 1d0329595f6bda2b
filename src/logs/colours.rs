//! Colours of terminals, kept beside a line's text: what is shown has them, what is searched and exported hasn't. Pure.

use serde::{Deserialize, Serialize};

/// Places at which the look changes in one line at most; what comes after is plain.
pub const MOST: usize = 200;

/// How letters look: a colour of sixteen, one behind them, and whether they are bold, dim, italic or underlined; in bits, from the
/// lowest: five for the colour (0 is none), five for the one behind, one for each of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Style(pub u16);

impl Style {
    /// As letters usually look.
    pub const PLAIN: Self = Self(0);
    /// What letters can be beside coloured, by their bits.
    pub const MANNERS: [(u16, &'static str); 4] = [
        (1 << 10, " bold"),
        (1 << 11, " dim"),
        (1 << 12, " italic"),
        (1 << 13, " under"),
    ];

    /// Of colours by their numbers, 0 to 15, and manners by their bits.
    pub fn of(letters: Option<u8>, behind: Option<u8>, manners: u16) -> Self {
        let bits = |colour: Option<u8>| colour.map_or(0, |colour| u16::from(colour & 15) + 1);
        Self(bits(letters) | bits(behind) << 5 | manners & 0x3c00)
    }

    /// The colour of the letters.
    pub fn letters(self) -> Option<u16> {
        (self.0 & 31).checked_sub(1)
    }

    /// The colour behind them.
    pub fn behind(self) -> Option<u16> {
        (self.0 >> 5 & 31).checked_sub(1)
    }

    /// The classes of what looks so.
    pub fn class(self) -> String {
        let mut class = "sgr".to_owned();
        for (sign, colour) in [(" f", self.letters()), (" b", self.behind())] {
            if let Some(colour) = colour {
                class.push_str(sign);
                class.push_str(&colour.to_string());
            }
        }
        for (bit, name) in Self::MANNERS {
            if self.0 & bit != 0 {
                class.push_str(name);
            }
        }
        class
    }
}

/// From where on in a text its letters look how: places in bytes, rising. Before the first they are plain, and so is a line
/// without any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Colours(pub Vec<(u32, Style)>);

impl Colours {
    /// True when all is plain.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// From byte `at` on letters look so; not before where that was said last.
    pub fn set(&mut self, at: usize, style: Style) {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        self.0.pop_if(|last| last.0 >= at);
        let before = self.0.last().map_or(Style::PLAIN, |last| last.1);
        let style = if self.0.len() + 1 < MOST { style } else { Style::PLAIN };
        if style != before && self.0.len() < MOST {
            self.0.push((at, style));
        }
    }

    /// Forgets what begins at byte `end` or later.
    pub fn cut(&mut self, end: usize) {
        let kept = self.0.partition_point(|(at, _)| (*at as usize) < end);
        self.0.truncate(kept);
    }

    /// Adds those of a text that was put behind, at byte `at`.
    pub fn append(&mut self, at: usize, behind: &Self) {
        if self.is_empty() && behind.is_empty() {
            return;
        }
        self.set(at, Style::PLAIN);
        for (place, style) in &behind.0 {
            self.set(at + *place as usize, *style);
        }
    }

    /// A text in pieces that look the same. Places that are none in it are moved to where there is one.
    pub fn runs<'a>(&self, text: &'a str) -> Vec<(Style, &'a str)> {
        let mut runs = Vec::with_capacity(self.0.len() + 1);
        let (mut from, mut style) = (0, Style::PLAIN);
        for (at, next) in self.0.iter().copied().chain([(u32::MAX, Style::PLAIN)]) {
            let at = text.floor_char_boundary((at as usize).clamp(from, text.len()));
            if at > from {
                runs.push((style, &text[from..at]));
            }
            (from, style) = (at, next);
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: Style = Style(2);

    #[test]
    fn looks_have_classes() {
        assert_eq!(Style::of(Some(1), None, 0), RED);
        assert_eq!(RED.class(), "sgr f1");
        let all = Style::of(Some(15), Some(0), 0xffff);
        assert_eq!(all.class(), "sgr f15 b0 bold dim italic under");
        assert_eq!((all.letters(), all.behind()), (Some(15), Some(0)));
    }

    #[test]
    fn what_changes_nothing_isn_t_kept_and_there_is_an_end_to_it() {
        let mut colours = Colours::default();
        colours.set(0, Style::PLAIN);
        colours.set(3, RED);
        colours.set(5, RED);
        assert_eq!(colours.0, [(3, RED)]);
        colours.set(3, Style::PLAIN);
        assert!(colours.is_empty());
        for i in 0..2 * MOST {
            colours.set(i, Style((i % 2 + 1) as u16));
        }
        assert_eq!(colours.0.len(), MOST);
        assert_eq!(colours.0[MOST - 1].1, Style::PLAIN);
    }

    #[test]
    fn a_text_behind_another_brings_its_own() {
        let mut colours = Colours(vec![(1, RED)]);
        colours.append(4, &Colours(vec![(2, Style(3))]));
        assert_eq!(colours.0, [(1, RED), (4, Style::PLAIN), (6, Style(3))]);
        let runs = colours.runs("abc\ndefg");
        assert_eq!(
            runs,
            [
                (Style::PLAIN, "a"),
                (RED, "bc\n"),
                (Style::PLAIN, "de"),
                (Style(3), "fg")
            ]
        );
        colours.cut(4);
        assert_eq!(colours.0, [(1, RED)]);
    }

    proptest::proptest! {
        /// Whatever is read from a file, the pieces are the text.
        #[test]
        fn pieces_are_the_text(text in "[aü🙂]{0,9}", places in proptest::collection::vec((0_u32..40, 0_u16..9), 0..6)) {
            let colours = Colours(places.into_iter().map(|(at, style)| (at, Style(style))).collect());
            let pieces: String = colours.runs(&text).into_iter().map(|(_, piece)| piece).collect();
            proptest::prop_assert_eq!(pieces, text);
        }
    }
}
