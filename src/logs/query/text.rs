//! Words in texts, as queries and the filters of blocks both cut them.

/// Belongs to a word, rather than between two.
pub fn is_inside(c: char) -> bool {
    c.is_alphanumeric()
}

/// Of scripts that set no spaces between words: there a part of a run is a word.
pub fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// The words of a text, in their order.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !is_inside(c)).filter(|word| !word.is_empty())
}

/// A number for a word that is the same in whatever case it is written. Kept in files: it must stay as it is.
pub fn word_key(word: &str) -> u64 {
    let mut key = Key::default();
    if word.is_ascii() {
        word.bytes().for_each(|byte| key.add(byte.to_ascii_lowercase()));
    } else {
        let mut buffer = [0; 4];
        // By way of capitals: letters that have one capital in common are one, such as both small sigmas.
        for c in word.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase) {
            c.encode_utf8(&mut buffer).bytes().for_each(|byte| key.add(byte));
        }
    }
    key.end()
}

/// FNV-1a with the bits mixed at the end.
struct Key(u64);

impl Default for Key {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Key {
    fn add(&mut self, byte: u8) {
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }

    fn end(self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 29)
    }
}

/// Three letters in a row, whatever their case: of ASCII letters, digits and signs only.
pub fn grams(text: &str) -> impl Iterator<Item = u32> {
    text.as_bytes()
        .windows(3)
        .filter_map(|three| gram(three[0], three[1], three[2]))
}

fn gram(a: u8, b: u8, c: u8) -> Option<u32> {
    let is_known = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    let low = |byte: u8| u32::from(byte.to_ascii_lowercase());
    (is_known(a) && is_known(b) && is_known(c)).then(|| low(a) << 16 | low(b) << 8 | low(c))
}
