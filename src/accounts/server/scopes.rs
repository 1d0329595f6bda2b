//! What a token may do. Pure.

use clap::ValueEnum;

use crate::error::AppError;

/// One of the things that a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scope {
    /// Read what its bot can: rooms, messages, search
    Read,
    /// Speak and act as its bot: messages, reactions, rooms, webhooks
    Post,
    /// Send ticks and log lines
    Ingest,
    /// What administrators may: list and revoke tokens
    Admin,
}

impl Scope {
    /// All there are, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Read, Self::Post, Self::Ingest, Self::Admin];

    /// As people type it and the database keeps it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Post => "post",
            Self::Ingest => "ingest",
            Self::Admin => "admin",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of them. None holds another: who may post may not read, and is told what others say only where it is said to it
/// alone, by the line gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    /// As kept: words with commas between. A word that is none of ours allows nothing.
    pub fn parse(text: &str) -> Self {
        let named = |word: &str| Scope::ALL.into_iter().find(|scope| scope.as_str() == word);
        text.split(',').filter_map(named).collect()
    }

    /// True when `scope` is among them.
    pub const fn has(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// True for what is done as somebody: a token for it speaks for a bot.
    pub const fn need_a_bot(self) -> bool {
        self.has(Scope::Read) || self.has(Scope::Post)
    }

    /// Their words.
    pub fn words(self) -> Vec<&'static str> {
        let mine = Scope::ALL.into_iter().filter(|scope| self.has(*scope));
        mine.map(Scope::as_str).collect()
    }

    /// Refuses what needs `scope` to whoever lacks it.
    ///
    /// # Errors
    /// `Forbidden`, which names it.
    pub fn must_have(self, scope: Scope) -> Result<(), AppError> {
        if self.has(scope) {
            return Ok(());
        }
        Err(AppError::Forbidden(format!(
            "This token lacks the scope `{}`: it has `{}`. Make one that has it with `squawkbox token create --scope`.",
            scope.as_str(),
            self.words().join(","),
        )))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<T: IntoIterator<Item = Scope>>(scopes: T) -> Self {
        Self(scopes.into_iter().fold(0, |set, scope| set | scope.bit()))
    }
}

impl From<Scope> for Scopes {
    fn from(scope: Scope) -> Self {
        Self::from_iter([scope])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_reads_back_as_it_was_kept_and_unknown_words_allow_nothing() {
        for bits in 1..16 {
            let set = Scopes(bits);
            assert_eq!(Scopes::parse(&set.words().join(",")), set);
        }
        for nothing in ["", "bot", "READ", "read ,post ", "readpost"] {
            assert_eq!(Scopes::parse(nothing), Scopes::default(), "{nothing}");
        }
    }

    #[test]
    fn a_refusal_names_what_is_missing() {
        let set = Scopes::from_iter([Scope::Post, Scope::Read]);
        assert_eq!(set.must_have(Scope::Post), Ok(()));
        let words = set.must_have(Scope::Ingest).unwrap_err().to_string();
        assert!(words.contains("`ingest`") && words.contains("`read,post`"), "{words}");
    }
}
