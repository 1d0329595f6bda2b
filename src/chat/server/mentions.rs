//! Who is called by name: `@name`, `@here` (those with a page open), `@room` (everyone in it).

use super::{
    Chat,
    quoting::{self, Price},
    store::{self, Named},
};
use crate::{
    error::AppError,
    ids::{RoomId, UserId},
};

/// Names looked up in one message at most.
const NAMES: usize = 50;

/// Whom a message calls.
#[derive(Clone, Debug, Default)]
pub struct Called {
    /// By name, of those in the room.
    pub people: Vec<Named>,
    /// `@here`, which is these, or `@room`, which is everyone in it.
    pub all: Option<All>,
    /// The prices that it names.
    pub prices: Vec<Price>,
}

/// Several at once.
#[derive(Clone, Debug)]
pub enum All {
    /// Those here when it was said.
    Here(Vec<UserId>),
    /// Everyone in the room.
    Room,
}

/// Whom `body` calls in `room`.
///
/// # Errors
/// When the database can't be read.
pub async fn called(chat: &Chat, room: RoomId, body: &str) -> Result<Called, AppError> {
    let (names, prices) = (names(body), quoting::prices(chat, body));
    if names.is_empty() {
        return Ok(Called {
            prices,
            ..Called::default()
        });
    }
    let here = || chat.presence.list().into_iter().map(|person| person.id).collect();
    let all = if names.iter().any(|name| name == "room") {
        Some(All::Room)
    } else {
        names.iter().any(|name| name == "here").then(|| All::Here(here()))
    };
    Ok(Called {
        people: store::members_called(&chat.db.readers, room, &names).await?,
        all,
        prices,
    })
}

impl Called {
    /// Has prices be what they were when it was first said.
    pub fn keep(&mut self, said: Vec<Price>) {
        for price in &mut self.prices {
            if let Some(before) = said.iter().find(|before| before.typed == price.typed) {
                price.clone_from(before);
            }
        }
    }

    /// True when `name`, as typed after an `@`, calls somebody.
    pub fn is(&self, name: &str) -> bool {
        let folded = name.to_lowercase();
        match (folded.as_str(), &self.all) {
            ("room", Some(All::Room)) | ("here", Some(_)) => true,
            _ => self.people.iter().any(|(_, username)| *username == folded),
        }
    }
}

/// The names after an `@` that begins a word, folded, each once.
fn names(body: &str) -> Vec<String> {
    let mut names: Vec<String> = spans(body).map(|(at, end)| body[at + 1..end].to_lowercase()).collect();
    names.sort_unstable();
    names.dedup();
    names.truncate(NAMES);
    names
}

/// Where in `text` an `@name` stands: from its `@` to its end.
pub fn spans(text: &str) -> impl Iterator<Item = (usize, usize)> {
    text.match_indices('@').filter_map(|(at, _)| {
        // An address has something before it.
        if text[..at].chars().next_back().is_some_and(is_name) {
            return None;
        }
        let name: &str = &text[at + 1..];
        let end = name.find(|c| !is_name(c)).unwrap_or(name.len());
        // What ends a sentence doesn't belong to a name.
        let name = name[..end].trim_end_matches(['.', '-', '_']);
        (!name.is_empty()).then_some((at, at + 1 + name.len()))
    })
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || "._-".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_begin_words_and_end_before_the_full_stop() {
        assert_eq!(
            names("@Ines and (@tomasz.k), @ines. x@mail.test @ @@Li"),
            ["ines", "li", "tomasz.k"]
        );
        assert!(names("no one").is_empty());
    }
}
