//! Many lines as one piece: sealed, they take a tenth of the room, and what is known of them as a whole says whether it is
//! worth looking inside. Pure: bytes in, bytes out.
//!
//! The numbers of all lines stand column by column in `head`, after them the colours of those that have some, their texts one after the other in `text`, both compressed;
//! two filters (`filter`) say which words and letters are nowhere in it. `opened` reads what was sealed.

pub mod about;
mod colours;
mod columns;
pub mod filter;
mod opened;
#[cfg(test)]
mod tests;

pub use self::opened::{Block, Head};
use self::{about::About, columns::Writer};
use crate::{
    logs::{
        colours::Colours,
        model::{Fields, Level},
        query::{fields::texts, matcher::Seen},
    },
    time::Timestamp,
};

/// Lines in one block.
pub const LINES: usize = 4_096;
/// Bytes of text in one block, give or take its last line.
pub const BYTES: usize = 4 * 1024 * 1024;
/// How hard zstd tries: beyond this a tenth of the room costs twice the time.
const EFFORT: i32 = 3;

/// A line as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    /// In the order of keeping.
    pub id: u64,
    /// When it happened.
    pub time: Timestamp,
    /// When it came.
    pub received: Timestamp,
    /// How bad.
    pub level: Level,
    /// What wrote it.
    pub source: String,
    /// Its text.
    pub message: String,
    /// Its fields as a JSON object; empty when it has none.
    pub fields: String,
    /// How its text looks.
    pub colours: Colours,
}

impl Raw {
    /// Bytes of what its sender wrote.
    pub fn bytes(&self) -> usize {
        self.message.len() + self.fields.len()
    }

    /// As it is judged.
    pub fn seen(&self) -> Seen<'_> {
        Seen::raw(self.time, self.level, &self.source, &self.message, &self.fields)
    }
}

/// Lines made into one piece.
pub struct Sealed {
    /// What is known of them as a whole.
    pub about: About,
    /// Numbers, compressed.
    pub head: Vec<u8>,
    /// Texts, compressed.
    pub text: Vec<u8>,
    /// Which words may be in it.
    pub words: Vec<u8>,
    /// Which letters may follow each other in it.
    pub grams: Vec<u8>,
}

/// Bytes that are no block.
#[derive(Debug, thiserror::Error)]
#[error("a block of log lines is damaged")]
pub struct Damaged;

/// Seals lines, which have rising ids; `None` of none.
///
/// # Errors
/// When they can't be compressed.
pub fn seal(lines: &[Raw]) -> std::io::Result<Option<Sealed>> {
    let Some(mut about) = About::of(lines) else {
        return Ok(None);
    };
    let mut words = filter::Words::default();
    let mut grams = filter::Grams::default();
    let mut text = Vec::with_capacity(about.bytes as usize + 2 * lines.len());
    for line in lines {
        words.add(&line.message);
        grams.add(&line.message);
        if !line.fields.is_empty() {
            let fields: Fields = serde_json::from_str(&line.fields).unwrap_or_default();
            for field in texts(&fields) {
                words.add(&field);
                grams.add(&field);
            }
        }
        for part in [&line.message, &line.fields] {
            text.extend_from_slice(part.as_bytes());
            text.push(b'\n');
        }
    }
    let source = |line: &Raw| {
        about
            .sources
            .iter()
            .position(|source| source.name == line.source)
            .unwrap_or(0) as u64
    };
    let mut head = Writer::default();
    head.number(lines.len() as u64);
    head.rising(lines.iter().map(|line| line.id));
    head.jumping(lines.iter().map(|line| line.time.micros()));
    head.jumping(lines.iter().map(|line| line.received.micros()));
    head.numbers(lines.iter().map(|line| line.level as u64));
    head.numbers(lines.iter().map(source));
    head.numbers(lines.iter().map(|line| line.message.len() as u64));
    head.numbers(lines.iter().map(|line| line.fields.len() as u64));
    colours::write(lines, &mut head);
    let (head, text) = (
        zstd::bulk::compress(&head.0, EFFORT)?,
        zstd::bulk::compress(&text, EFFORT)?,
    );
    let (words, grams) = (words.sealed(), grams.sealed());
    about.kept = (head.len() + text.len() + words.len() + grams.len()) as u64;
    Ok(Some(Sealed {
        about,
        head,
        text,
        words,
        grams,
    }))
}
