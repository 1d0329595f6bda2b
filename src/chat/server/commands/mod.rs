//! What begins with a slash: commands that people give in place of a message. Programs' texts are said as they are.
//!
//! A path or a comment is no command: `/etc/passwd`, `/* … */` and `// …` are said. What looks like one and isn't is
//! refused, never swallowed; with a second slash it is said with one.

mod finding;
mod rooms;
mod speaking;

use std::pin::Pin;

use crate::{
    chat::{
        model::{Message, Person},
        wire::Draft,
    },
    error::AppError,
};

use super::{Chat, post::post, store};

/// Longest name of a command, in bytes.
const LONGEST_NAME: usize = 24;

/// Something that can be asked for in place of a message. A retry runs it again: twice must be as good as once.
pub trait Command: Send + Sync {
    /// What is typed after the slash: lower case.
    fn name(&self) -> &'static str;
    /// What is typed after the name, such as `NAME TEXT`.
    fn usage(&self) -> &'static str;
    /// What it does, in a few words.
    fn summary(&self) -> &'static str;
    /// It says something in the room, so that files and a quote can go with it.
    fn speaks(&self) -> bool {
        false
    }
    /// Does it.
    ///
    /// # Errors
    /// In words for whoever typed it.
    fn run<'a>(&'a self, call: Call<'a>) -> Run<'a>;
}

/// A command on its way.
pub type Run<'a> = Pin<Box<dyn Future<Output = Result<Outcome, AppError>> + Send + 'a>>;

/// Who asks for a command, and with what.
pub struct Call<'a> {
    /// Rooms and messages.
    pub chat: &'a Chat,
    /// Who asks.
    pub me: Person,
    /// Where, and what stands after the name.
    pub draft: Draft,
}

/// What became of what somebody typed.
#[derive(Debug)]
pub enum Outcome {
    /// It was said.
    Said(Box<Message>),
    /// Words for whoever typed it alone.
    Note(String),
    /// They are to go to this path.
    Go(String),
}

/// Chat's own; others come with [`Chat::start`].
pub fn all() -> Vec<Box<dyn Command>> {
    vec![
        Box::new(rooms::Topic),
        Box::new(rooms::Invite),
        Box::new(rooms::Remove),
        Box::new(rooms::Mute),
        Box::new(speaking::Me),
        Box::new(speaking::Shrug),
        Box::new(speaking::Direct),
        Box::new(finding::Search),
        Box::new(finding::Help),
    ]
}

/// Takes what a person typed: runs it where it is a command, else says it.
///
/// # Errors
/// `Invalid` for a command that there isn't, the command's own, and as [`post`].
pub async fn take(chat: &Chat, me: Person, mut draft: Draft) -> Result<Outcome, AppError> {
    match read(&draft.body) {
        Typed::Text => (),
        Typed::Escaped(text) => draft.body = text.to_owned(),
        Typed::Command { name, rest } => {
            let known = chat.commands.iter().find(|command| command.name() == name);
            let command = known.ok_or_else(|| unknown(&name))?;
            if !command.speaks() && !draft.files.is_empty() {
                let words = format!("/{name} takes no files. Remove them, or begin with //{name} to say it as it is.");
                return Err(AppError::Invalid(words));
            }
            draft.body = rest.to_owned();
            return command.run(Call { chat, me, draft }).await;
        }
    }
    let (message, _) = post(chat, me, draft).await?;
    Ok(Outcome::Said(Box::new(message)))
}

#[derive(Debug, PartialEq, Eq)]
enum Typed<'a> {
    Text,
    /// What would be a command with a slash less.
    Escaped(&'a str),
    Command {
        name: String,
        rest: &'a str,
    },
}

fn read(body: &str) -> Typed<'_> {
    let body = body.trim();
    let Some(after) = body.strip_prefix('/') else {
        return Typed::Text;
    };
    let text = after.strip_prefix('/').unwrap_or(after);
    let name = text.split(char::is_whitespace).next().unwrap_or_default();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.len() <= LONGEST_NAME
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match is_name {
        false => Typed::Text,
        true if text.len() < after.len() => Typed::Escaped(after),
        true => Typed::Command {
            name: name.to_lowercase(),
            rest: text[name.len()..].trim(),
        },
    }
}

fn unknown(name: &str) -> AppError {
    AppError::Invalid(format!(
        "There is no command /{name}. /help lists them. To say it as it is, begin with two slashes: //{name}"
    ))
}

impl dyn Command {
    /// What it was given doesn't do.
    pub fn misused(&self) -> AppError {
        AppError::Invalid(format!("Write /{} {}: {}.", self.name(), self.usage(), self.summary()))
    }
}

/// Whom a command names, with or without an `@`.
async fn person(chat: &Chat, name: &str) -> Result<Person, AppError> {
    let name = name.trim_start_matches('@');
    let found = store::people_called(&chat.db.readers, &[name.to_lowercase()]).await?;
    let nobody = || AppError::NotFound(format!("Nobody on the team is called {name}."));
    found.into_iter().next().map(|(person, _)| person).ok_or_else(nobody)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_command_is_a_slash_and_a_word() {
        let command = |name: &str, rest| Typed::Command {
            name: name.to_owned(),
            rest,
        };
        for (typed, read_as) in [
            ("/topic Open outcry", command("topic", "Open outcry")),
            (" /Shrug ", command("shrug", "")),
            ("/me\nwaves", command("me", "waves")),
            ("/tmp is full", command("tmp", "is full")),
            ("//tmp is full", Typed::Escaped("/tmp is full")),
            ("//me", Typed::Escaped("/me")),
        ] {
            assert_eq!(read(typed), read_as, "{typed}");
        }
        for text in [
            "hello /me",
            "/",
            "//",
            "/ a",
            "// a comment",
            "/* a comment */",
            "/** text",
            "/etc/passwd is readable",
            "/2 of it",
            "//cdn.test/x.js",
            "/usr",
            "/über",
        ] {
            let expected = if text == "/usr" {
                command("usr", "")
            } else {
                Typed::Text
            };
            assert_eq!(read(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_second_slash_says_whatever_it_is(text in "/[ -~]{0,40}") {
            let said = match read(&format!("/{text}")) {
                Typed::Escaped(said) => said.to_owned(),
                _ => format!("/{}", text.trim()),
            };
            let is_command = matches!(read(&text), Typed::Command { .. });
            prop_assert_eq!(said, if is_command { text.trim().to_owned() } else { format!("/{}", text.trim()) });
        }
    }
}
