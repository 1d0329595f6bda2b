//! What one is doing to the messages on show: one thing at a time. Kept by the connection, since a message's row is made
//! anew whenever it changes.

use leptos::prelude::*;

use super::{connection::ChatConnection, model::Quote};
use crate::ui::focus;

/// `data-focus` of the button that opens a message's actions.
pub const ACTIONS: &str = "actions";

/// What is open at a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// The list of actions.
    Menu,
    /// The field with its text.
    Edit,
    /// The question whether it should go.
    Delete,
}

/// A message with something open at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acting {
    /// Its place in the room on show.
    pub seq: u64,
    /// What is open.
    pub act: Act,
    /// While editing: the text so far, once it differs.
    text: Option<String>,
    /// The keyboard has been led there; a row that is made anew doesn't take it again.
    focused: bool,
}

impl ChatConnection {
    /// Opens something at a message, or closes what is open.
    pub fn act(self, what: Option<(u64, Act)>) {
        self.acting.set(what.map(|(seq, act)| Acting {
            seq,
            act,
            text: None,
            focused: false,
        }));
    }

    /// Closes what is open at a message; the keyboard goes on from its button.
    pub fn close(self, seq: u64) {
        self.act(None);
        focus::restore(format!("m{seq}"), Some(ACTIONS.to_owned()));
    }

    /// True the first time that it is asked since something was opened.
    pub(super) fn takes_focus(self) -> bool {
        let first = self.acting.try_update_untracked(|acting| {
            let acting = acting.as_mut()?;
            (!std::mem::replace(&mut acting.focused, true)).then_some(())
        });
        first.flatten().is_some()
    }

    /// Opens the actions of a message, or closes them.
    pub fn toggle_menu(self, seq: u64) {
        let open = self
            .acting
            .with_untracked(|acting| acting.as_ref().is_some_and(|a| a.seq == seq && a.act == Act::Menu));
        self.act((!open).then_some((seq, Act::Menu)));
    }

    /// Begins an answer in the composer.
    pub fn reply_to(self, quote: Quote) {
        self.act(None);
        self.replying.set(Some(quote));
    }

    /// Opens one's own newest message for editing; `false` when there is none.
    pub fn edit_last(self) -> bool {
        let me = self.my_id();
        let last = self
            .timeline()
            .and_then(|timeline| timeline.try_with_untracked(|t| t.last_by(me).map(|message| message.seq)))
            .flatten();
        if let Some(seq) = last {
            self.act(Some((seq, Act::Edit)));
        }
        last.is_some()
    }

    /// The text of an edit that was begun.
    pub(super) fn edited_text(self, seq: u64) -> Option<String> {
        self.acting
            .with_untracked(|acting| acting.as_ref().filter(|acting| acting.seq == seq)?.text.clone())
    }

    /// Keeps the text of an edit.
    pub(super) fn keep_edit(self, seq: u64, text: String) {
        self.acting.update_untracked(|acting| {
            if let Some(acting) = acting.as_mut().filter(|acting| acting.seq == seq) {
                acting.text = Some(text);
            }
        });
    }
}
