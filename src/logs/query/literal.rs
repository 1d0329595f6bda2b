//! A text that is looked for whatever its case. By hand rather than as a regular expression, of which each takes so much
//! memory that a thousand queries would fill it.

use std::ops::Range;

use memchr::{memchr, memchr2, memchr3};
use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

/// As many letters differ in case alone, at most: iota has four forms.
const CASES: usize = 4;
/// Letters that differ in case alone begin with so many different bytes, at most.
const LEADS: usize = 3;
/// What logs are made of, the commonest first. What isn't among it is rarer still.
const COMMON: &[u8] = b" e0taoi1nrs=2dlc:u3m-54p\"g6.f8/b7h9v,_wykxqjz";

/// All letters that differ from one in case alone, and itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Letter([char; CASES]);

impl Letter {
    /// By Unicode's simple case folding, which keeps one letter one.
    fn of(c: char) -> Self {
        let mut class = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
        // It knows no letters only where it was built without them; then there is this one.
        let _ = class.try_case_fold_simple();
        let mut all = [c; CASES];
        let same = class.iter().flat_map(|range| range.start()..=range.end());
        all.iter_mut().zip(same).for_each(|(place, same)| *place = same);
        Self(all)
    }

    fn is(&self, c: char) -> bool {
        self.0.contains(&c)
    }

    /// The bytes with which it can begin; those that are fewer stand there again.
    fn leads(&self) -> [u8; LEADS] {
        let mut all = self.0.map(lead);
        all.sort_unstable();
        let mut leads = [all[0]; LEADS];
        let mut count = 1;
        for byte in all {
            if count < LEADS && byte != leads[count - 1] {
                leads[count..].fill(byte);
                count += 1;
            }
        }
        leads
    }

    /// How often it stands in logs, compared to others.
    fn commonness(&self) -> usize {
        let place = |byte: u8| {
            let low = byte.to_ascii_lowercase();
            COMMON.iter().position(|common| *common == low)
        };
        let each = self
            .leads()
            .map(|byte| place(byte).map_or(0, |place| COMMON.len() - place));
        each.into_iter().max().unwrap_or_default()
    }
}

fn lead(c: char) -> u8 {
    let mut buffer = [0; 4];
    c.encode_utf8(&mut buffer);
    buffer[0]
}

/// The text.
#[derive(Clone, Debug)]
pub struct Literal {
    letters: Box<[Letter]>,
    /// The place of the letter that stands in logs most rarely: by that one it is looked for.
    rarest: usize,
    leads: [u8; LEADS],
}

impl Literal {
    /// This one.
    pub fn new(text: &str) -> Self {
        let letters: Box<[Letter]> = text.chars().map(Letter::of).collect();
        let rarest = letters
            .iter()
            .enumerate()
            .min_by_key(|(_, letter)| letter.commonness())
            .map_or(0, |(place, _)| place);
        let leads = letters.get(rarest).map_or([0; LEADS], Letter::leads);
        Self { letters, rarest, leads }
    }

    /// True of nothing at all, which stands everywhere.
    pub fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }

    /// Where it ends in a `text` that begins with it.
    pub fn begins(&self, text: &str) -> Option<usize> {
        forward(&self.letters, text)
    }

    /// Where it begins in a `text` that ends with it.
    pub fn ends(&self, text: &str) -> Option<usize> {
        backward(&self.letters, text)
    }

    /// The first place in `text` where it stands, at byte `from` or later.
    pub fn find(&self, text: &str, from: usize) -> Option<Range<usize>> {
        if self.is_empty() {
            return Some(from..from);
        }
        let (before, after) = self.letters.split_at(self.rarest);
        let mut at = from;
        loop {
            let hit = at + self.lead(&text.as_bytes()[at..])?;
            let start = backward(before, &text[from..hit]);
            if let Some((start, end)) = start.zip(forward(after, &text[hit..])) {
                return Some(from + start..hit + end);
            }
            at = hit + 1;
        }
    }

    /// All places where it stands, at byte `from` or later, those too that overlap.
    pub fn all<'a>(&'a self, text: &'a str, mut from: usize) -> impl Iterator<Item = Range<usize>> + 'a {
        std::iter::from_fn(move || {
            if from > text.len() {
                return None;
            }
            let found = self.find(text, from)?;
            let first = text[found.start..].chars().next();
            from = found.start + first.map_or(1, char::len_utf8);
            Some(found)
        })
    }

    fn lead(&self, bytes: &[u8]) -> Option<usize> {
        match self.leads {
            [a, b, c] if a == b && b == c => memchr(a, bytes),
            [a, b, c] if b == c => memchr2(a, b, bytes),
            [a, b, c] => memchr3(a, b, c, bytes),
        }
    }
}

/// Where these letters end in a text that begins with them.
fn forward(letters: &[Letter], text: &str) -> Option<usize> {
    let mut chars = text.chars();
    for letter in letters {
        if !letter.is(chars.next()?) {
            return None;
        }
    }
    Some(text.len() - chars.as_str().len())
}

/// Where these letters begin in a text that ends with them.
fn backward(letters: &[Letter], text: &str) -> Option<usize> {
    let mut chars = text.chars();
    for letter in letters.iter().rev() {
        if !letter.is(chars.next_back()?) {
            return None;
        }
    }
    Some(chars.as_str().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_letter_has_more_forms_or_beginnings_than_there_is_room_for() {
        for c in '\0'..=char::MAX {
            let mut class = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
            class.try_case_fold_simple().unwrap();
            let same: Vec<char> = class.iter().flat_map(|range| range.start()..=range.end()).collect();
            let letter = Letter::of(c);
            assert!(same.len() <= CASES && same.iter().all(|same| letter.is(*same)), "{c}");
            assert!(same.iter().all(|same| letter.leads().contains(&lead(*same))), "{c}");
        }
    }

    #[test]
    fn it_is_found_whatever_its_case() {
        let find = |text: &str, of: &str| Literal::new(text).find(of, 0);
        assert_eq!(find("Kiss", "a KISS"), Some(2..6));
        assert_eq!(
            find("kiss", "a \u{212a}i\u{17f}S"),
            Some(2..9),
            "signs whose small letters these are"
        );
        assert_eq!(find("ς", "aΣ"), Some(1..3));
        assert_eq!(find("価格", "新価格表"), Some(3..9));
        assert_eq!((find("abc", "ab"), find("", "ab")), (None, Some(0..0)));
        assert_eq!((find("aab", "aaab"), find("ß", "SS")), (Some(1..4), None));
        let all: Vec<_> = Literal::new("aa").all("aaaa", 1).collect();
        assert_eq!(all, [1..3, 2..4]);
        assert_eq!(Literal::new("").all("ü", 0).collect::<Vec<_>>(), [0..0, 2..2]);
        assert_eq!(
            (Literal::new("bü").begins("BÜx"), Literal::new("bü").ends("xBÜ")),
            (Some(3), Some(1))
        );
    }
}
