//! What a terminal's escape sequences make of the letters that follow them (SGR, ECMA-48), in sixteen colours. Pure.

use crate::logs::colours::{Colours, Style};

/// The sixteen colours as xterm has them: the nearest one stands for any other.
const SIXTEEN: [[u8; 3]; 16] = [
    [0, 0, 0],
    [205, 0, 0],
    [0, 205, 0],
    [205, 205, 0],
    [0, 0, 238],
    [205, 0, 205],
    [0, 205, 205],
    [229, 229, 229],
    [127, 127, 127],
    [255, 0, 0],
    [0, 255, 0],
    [255, 255, 0],
    [92, 92, 255],
    [255, 0, 255],
    [0, 255, 255],
    [255, 255, 255],
];
const BOLD: u16 = Style::MANNERS[0].0;
const DIM: u16 = Style::MANNERS[1].0;
const ITALIC: u16 = Style::MANNERS[2].0;
const LINE: u16 = Style::MANNERS[3].0;

/// How the letters that are written next look.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pen {
    letters: Option<u8>,
    behind: Option<u8>,
    manners: u16,
    is_inverse: bool,
}

impl Pen {
    /// Follows one sequence; `parameters` is what stands between `[` and `m`.
    pub fn follow(&mut self, parameters: &str) {
        if parameters
            .bytes()
            .any(|byte| !matches!(byte, b'0'..=b'9' | b';' | b':'))
        {
            return;
        }
        let mut list = parameters.split(';');
        while let Some(one) = list.next() {
            let (code, inner) = one.split_once(':').unwrap_or((one, ""));
            match (number(code), inner) {
                (38, "") => self.letters = colour(&mut list).or(self.letters),
                (48, "") => self.behind = colour(&mut list).or(self.behind),
                (58, "") => drop(colour(&mut list)),
                (38, inner) => self.letters = colour(&mut parts(inner)).or(self.letters),
                (48, inner) => self.behind = colour(&mut parts(inner)).or(self.behind),
                (4, "0") => self.manners &= !LINE,
                (code, _) => self.set(code),
            }
        }
    }

    fn set(&mut self, code: u16) {
        match code {
            0 => *self = Self::default(),
            1 => self.manners |= BOLD,
            2 => self.manners |= DIM,
            3 => self.manners |= ITALIC,
            4 | 21 => self.manners |= LINE,
            7 => self.is_inverse = true,
            22 => self.manners &= !(BOLD | DIM),
            23 => self.manners &= !ITALIC,
            24 => self.manners &= !LINE,
            27 => self.is_inverse = false,
            30..=37 => self.letters = Some((code - 30) as u8),
            39 => self.letters = None,
            40..=47 => self.behind = Some((code - 40) as u8),
            49 => self.behind = None,
            90..=97 => self.letters = Some((code - 90) as u8 + 8),
            100..=107 => self.behind = Some((code - 100) as u8 + 8),
            _ => (),
        }
    }

    /// As it is kept.
    pub fn style(&self) -> Style {
        match self.is_inverse {
            // Without colours, black on white.
            true => Style::of(self.behind.or(Some(0)), self.letters.or(Some(7)), self.manners),
            false => Style::of(self.letters, self.behind, self.manners),
        }
    }
}

fn number(text: &str) -> u16 {
    match text {
        "" => 0,
        // What is no number we know changes nothing.
        text => text.parse().unwrap_or(u16::MAX),
    }
}

/// `2::R:G:B` has the number of a space of colours, as a rule an empty one, before the three; `2:R:G:B` hasn't.
fn parts(inner: &str) -> std::vec::IntoIter<&str> {
    let mut parts: Vec<&str> = inner.split(':').take(8).collect();
    if parts[0] == "2" && parts.len() > 4 {
        parts.remove(1);
    }
    parts.into_iter()
}

/// The colour that a 38 or 48 names: `5` and one of 256, or `2` and red, green and blue.
fn colour<'a>(list: &mut impl Iterator<Item = &'a str>) -> Option<u8> {
    let mut next = || u8::try_from(number(list.next()?)).ok();
    match next()? {
        5 => Some(of_256(next()?)),
        2 => Some(nearest([next()?, next()?, next()?])),
        _ => None,
    }
}

fn of_256(n: u8) -> u8 {
    match n {
        0..16 => n,
        16..232 => {
            let part = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
            nearest([part((n - 16) / 36), part((n - 16) / 6 % 6), part((n - 16) % 6)])
        }
        232.. => nearest([8 + 10 * (n - 232); 3]),
    }
}

fn nearest(colour: [u8; 3]) -> u8 {
    let apart = |other: &[u8; 3]| {
        let parts = colour.iter().zip(other).zip([2, 4, 3]);
        parts
            .map(|((a, b), weight)| u32::from(a.abs_diff(*b)).pow(2) * weight)
            .sum::<u32>()
    };
    let places = (0..16_u8).min_by_key(|n| apart(&SIXTEEN[usize::from(*n)]));
    places.unwrap_or_default()
}

/// A text with its colours, as a program writes it to a terminal.
pub fn written(text: &str, colours: &Colours) -> String {
    if colours.is_empty() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 12 * colours.0.len());
    for (style, piece) in colours.runs(text) {
        out.push_str("\u{1b}[0");
        let codes = [(30, 82, style.letters()), (40, 92, style.behind())];
        for (dark, bright, colour) in codes {
            if let Some(colour) = colour {
                let code = if colour < 8 { dark + colour } else { bright + colour };
                out.push_str(&format!(";{code}"));
            }
        }
        for ((bit, _), code) in Style::MANNERS.into_iter().zip(1..) {
            if style.0 & bit != 0 {
                out.push_str(&format!(";{code}"));
            }
        }
        out.push('m');
        out.push_str(piece);
    }
    out + "\u{1b}[0m"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(sequences: &[&str]) -> String {
        let mut pen = Pen::default();
        sequences.iter().for_each(|one| pen.follow(one));
        pen.style().class()
    }

    #[test]
    fn sequences_are_followed() {
        for (sequences, class) in [
            (&["31"][..], "sgr f1"),
            (&["31;1", "42"], "sgr f1 b2 bold"),
            (&["31", ""], "sgr"),
            (&["31", "0;34"], "sgr f4"),
            (&["97;100"], "sgr f15 b8"),
            (&["1;2;3;4", "22"], "sgr italic under"),
            (&["3;4", "23;24"], "sgr"),
            (&["4:3"], "sgr under"),
            (&["4", "4:0"], "sgr"),
            (&["7"], "sgr f0 b7"),
            (&["31;7"], "sgr f0 b1"),
            (&["31;42;7"], "sgr f2 b1"),
            (&["31;42;7", "27"], "sgr f1 b2"),
            (&["31", "39"], "sgr"),
            (&["38;5;9"], "sgr f9"),
            (&["38;5;196"], "sgr f9"),
            (&["48;5;244"], "sgr b8"),
            (&["38;2;250;250;250;1"], "sgr f15 bold"),
            (&["38:2::200:10:10"], "sgr f1"),
            (&["38:2:200:10:10"], "sgr f1"),
            (&["38:5:21;4"], "sgr f4 under"),
            (&["58;5;9;1"], "sgr bold"),
            (&["38"], "sgr"),
            (&["38;2;1"], "sgr"),
            (&["38;5;999;1"], "sgr bold"),
            (&["?31", "31 ", "999999999999"], "sgr"),
        ] {
            assert_eq!(after(sequences), class, "{sequences:?}");
        }
    }
}
