//! What finds something.

use super::{Call, Command, Outcome, Run};
use crate::paths::encoded;

/// `/search`
pub struct Search;

impl Command for Search {
    fn name(&self) -> &'static str {
        "search"
    }
    fn usage(&self) -> &'static str {
        "WORDS"
    }
    fn summary(&self) -> &'static str {
        "finds what was said"
    }
    fn run<'a>(&'a self, call: Call<'a>) -> Run<'a> {
        Box::pin(async move { Ok(Outcome::Go(format!("/search?q={}", encoded(&call.draft.body)))) })
    }
}

/// `/help`
pub struct Help;

impl Command for Help {
    fn name(&self) -> &'static str {
        "help"
    }
    fn usage(&self) -> &'static str {
        ""
    }
    fn summary(&self) -> &'static str {
        "lists the commands"
    }
    fn run<'a>(&'a self, call: Call<'a>) -> Run<'a> {
        Box::pin(async move {
            let lines = call.chat.commands.iter().map(|command| {
                let typed = format!("/{} {}", command.name(), command.usage());
                format!("{} – {}", typed.trim(), command.summary())
            });
            let last = "//… says a text that begins with a slash".to_owned();
            Ok(Outcome::Note(lines.chain([last]).collect::<Vec<_>>().join("\n")))
        })
    }
}
