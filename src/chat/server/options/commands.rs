//! `/to` at the start of a message: the commands.

use leptos::prelude::*;

use super::{Group, fitting};
use crate::chat::server::commands::Command;

/// The commands whose name fits what was typed.
pub fn commands(all: &[Box<dyn Command>], typed: &str) -> Vec<Group> {
    let named = all
        .iter()
        .filter(|command| command.name().starts_with(&typed.to_lowercase()));
    let found = fitting(named, |command| command.name().to_owned(), typed, all.len());
    // Whoever has typed it all wants to go on.
    let is_whole = matches!(found.as_slice(), [only] if only.name() == typed);
    let options = found.into_iter().filter(|_| !is_whole).map(|command| {
        view! {
            <li role="option" data-text=format!("/{} ", command.name())>
                <span class="name">"/" {command.name()} " " {command.usage()}</span>
                <span class="hint">{command.summary()}</span>
            </li>
        }
        .into_any()
    });
    vec![Group {
        title: "Commands",
        options: options.collect(),
    }]
}
