//! Blocks that are open: their numbers alone, or all of their lines, and where among them one is that matches.

use std::{collections::HashMap, ops::Range, sync::OnceLock};

use regex::Regex;

use super::{BYTES, Damaged, Raw, about::About, colours, columns::Reader};
use crate::{
    logs::{
        colours::Colours,
        model::Level,
        query::matcher::{Matcher, Seen},
    },
    time::Timestamp,
};

/// More than any block has: what claims to be larger is damaged.
const MOST_BYTES: usize = 2 * BYTES;

/// The numbers of a block's lines, opened.
pub struct Head {
    /// Ids, rising.
    pub ids: Vec<u64>,
    /// When each happened.
    pub times: Vec<Timestamp>,
    /// When each came.
    pub received: Vec<Timestamp>,
    /// How bad each is.
    pub levels: Vec<Level>,
    /// Places in the block's list of sources.
    pub sources: Vec<usize>,
    /// Where each message begins and ends, and its fields behind it end.
    places: Vec<(usize, usize, usize)>,
    /// What is left: the colours of lines that have some.
    colours: Vec<u8>,
}

impl Head {
    /// Opens the compressed numbers of the block that `about` tells of.
    ///
    /// # Errors
    /// [`Damaged`].
    pub fn open(about: &About, head: &[u8]) -> Result<Self, Damaged> {
        // Seven numbers a line, of ten bytes at most.
        let most = about.lines as usize * (70 + colours::BYTES) + 16;
        let size = zstd::zstd_safe::get_frame_content_size(head)
            .ok()
            .flatten()
            .ok_or(Damaged)?;
        let size = usize::try_from(size).ok().filter(|size| *size <= most).ok_or(Damaged)?;
        let bytes = zstd::bulk::decompress(head, size).map_err(|_| Damaged)?;
        let mut reader = Reader(&bytes);
        let count = reader.number()? as usize;
        if count != about.lines as usize {
            return Err(Damaged);
        }
        let ids = reader.rising(count)?;
        let instants = |micros: Vec<i64>| micros.into_iter().map(Timestamp::from_micros).collect();
        let times = instants(reader.jumping(count)?);
        let received = instants(reader.jumping(count)?);
        let level = |n: u64| Level::ALL.get(n as usize).copied().ok_or(Damaged);
        let levels = reader
            .numbers(count)?
            .into_iter()
            .map(level)
            .collect::<Result<_, _>>()?;
        let source = |n: u64| {
            ((n as usize) < about.sources.len())
                .then_some(n as usize)
                .ok_or(Damaged)
        };
        let sources = reader
            .numbers(count)?
            .into_iter()
            .map(source)
            .collect::<Result<_, _>>()?;
        let (messages, fields) = (reader.numbers(count)?, reader.numbers(count)?);
        let mut at = 0_usize;
        let place = |(message, fields): (&u64, &u64)| {
            let (message, fields) = (usize::try_from(*message).ok()?, usize::try_from(*fields).ok()?);
            let start = at;
            let end = start.checked_add(message)?;
            at = end.checked_add(fields)?.checked_add(2)?;
            Some((start, end, at - 1))
        };
        let places = messages
            .iter()
            .zip(&fields)
            .map(place)
            .collect::<Option<Vec<_>>>()
            .ok_or(Damaged)?;
        Ok(Self {
            ids,
            times,
            received,
            levels,
            sources,
            places,
            colours: reader.0.to_vec(),
        })
    }
}

impl Head {
    /// Bytes of what the sender of the line at `i` wrote, as [`Raw::bytes`].
    pub fn bytes(&self, i: usize) -> u64 {
        let (start, _, next) = self.places[i];
        // Between message and fields stands a line's end.
        (next - start - 1) as u64
    }
}

/// A block, opened.
pub struct Block<'a> {
    about: &'a About,
    /// Its numbers.
    pub head: Head,
    text: String,
    /// By the places of their lines; read when the first line is taken out.
    colours: OnceLock<HashMap<usize, Colours>>,
}

impl<'a> Block<'a> {
    /// Opens the block that `about` tells of.
    ///
    /// # Errors
    /// [`Damaged`].
    pub fn open(about: &'a About, head: &[u8], text: &[u8]) -> Result<Self, Damaged> {
        let head = Head::open(about, head)?;
        let size = head.places.last().map_or(0, |(.., end)| end + 1);
        if size > MOST_BYTES {
            return Err(Damaged);
        }
        let text = zstd::bulk::decompress(text, size).map_err(|_| Damaged)?;
        let text = String::from_utf8(text).map_err(|_| Damaged)?;
        let is_whole = |at: &usize| text.is_char_boundary(*at);
        let are_whole = head
            .places
            .iter()
            .all(|(start, end, next)| [start, end, next].into_iter().all(is_whole));
        if text.len() != size || !are_whole {
            return Err(Damaged);
        }
        Ok(Self {
            about,
            head,
            text,
            colours: OnceLock::new(),
        })
    }

    /// As the line at `i` is judged.
    pub fn seen(&self, i: usize) -> Seen<'_> {
        let (start, end, next) = self.head.places[i];
        let source = &self.about.sources[self.head.sources[i]].name;
        let fields = self.text.get(end + 1..next).unwrap_or_default();
        Seen::raw(
            self.head.times[i],
            self.head.levels[i],
            source,
            &self.text[start..end],
            fields,
        )
    }

    /// Bytes of the texts of the line at `i`.
    pub fn bytes(&self, i: usize) -> usize {
        let (start, _, next) = self.head.places[i];
        next - start
    }

    /// The line at `i`.
    pub fn line(&self, i: usize) -> Raw {
        let seen = self.seen(i);
        let (_, end, next) = self.head.places[i];
        Raw {
            id: self.head.ids[i],
            time: seen.time,
            received: self.head.received[i],
            level: seen.level,
            source: seen.source.to_owned(),
            message: seen.message.to_owned(),
            fields: self.text.get(end + 1..next).unwrap_or_default().to_owned(),
            colours: self.colours(i),
        }
    }

    fn colours(&self, i: usize) -> Colours {
        let all = self.colours.get_or_init(|| colours::read(&self.head.colours));
        all.get(&i).cloned().unwrap_or_default()
    }

    /// The places of lines with ids in `ids`.
    pub fn places(&self, ids: Range<u64>) -> Range<usize> {
        let at = |id: u64| self.head.ids.partition_point(|own| *own < id);
        at(ids.start)..at(ids.end)
    }

    /// Where in `places` lines are that match, the last first or, `forth`, the first, `limit` at most. `finder` finds where they
    /// can be (see [`crate::logs::query::needs::finder`]).
    pub fn found(
        &self,
        matcher: &Matcher,
        finder: Option<&Regex>,
        places: Range<usize>,
        limit: usize,
        forth: bool,
    ) -> Vec<usize> {
        let matches = |i: &usize| matcher.matches(&self.seen(*i));
        match (finder, forth) {
            (None, true) => places.filter(matches).take(limit).collect(),
            (None, false) => places.rev().filter(matches).take(limit).collect(),
            (Some(finder), forth) => {
                let candidates = self.candidates(finder, places).into_iter();
                match forth {
                    true => candidates.filter(matches).take(limit).collect(),
                    false => candidates.rev().filter(matches).take(limit).collect(),
                }
            }
        }
    }

    fn candidates(&self, finder: &Regex, places: Range<usize>) -> Vec<usize> {
        let mut found = Vec::new();
        let Some(mut at) = self.head.places.get(places.start).map(|place| place.0) else {
            return found;
        };
        let mut i = places.start;
        while let Some(hit) = finder.find_at(&self.text, at) {
            i += self.head.places[i..].partition_point(|(.., end)| *end <= hit.start());
            if i >= places.end {
                break;
            }
            found.push(i);
            // Once in a line is enough.
            at = self.head.places[i].2 + 1;
            i += 1;
            if i >= places.end || at >= self.text.len() {
                break;
            }
        }
        found
    }
}
