//! What one is doing to the messages on show: one thing at a time. Kept by the connection, since a message's row is made
//! anew whenever it changes.

use leptos::prelude::*;

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{
    connection::ChatConnection,
    message_actions::change,
    model::{Change, Quote},
};
use crate::{
    ids::RoomId,
    ui::{focus, options, picker},
};

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

    /// Closes what is open at a message; the keyboard goes on from its button, after an edit where one writes.
    pub fn close(self, seq: u64) {
        let acting = self.acting.get_untracked();
        self.act(None);
        if acting.is_some_and(|acting| acting.act == Act::Edit) {
            self.write();
        } else {
            focus::restore(self.row(seq), Some(ACTIONS.to_owned()));
        }
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
        let open = self.menu_at() == Some(seq);
        self.act((!open).then_some((seq, Act::Menu)));
    }

    /// The message whose actions are open.
    fn menu_at(self) -> Option<u64> {
        let acting = self.acting.get_untracked();
        acting.filter(|acting| acting.act == Act::Menu).map(|acting| acting.seq)
    }

    /// Begins an answer in the composer.
    pub fn reply_to(self, quote: Quote) {
        self.act(None);
        if let Some(shown) = self.shown.get_untracked() {
            self.answer(shown.room, Some(quote));
        }
        // Whoever chose to answer wants to write.
        self.write();
    }

    /// Leads the keyboard to where one writes.
    pub fn write(self) {
        if let Some(field) = document().get_element_by_id(self.composer()) {
            let _ = field.unchecked_into::<HtmlElement>().focus();
        }
    }

    /// The composer in `room` answers this from now on, or nothing.
    pub(super) fn answer(self, room: RoomId, quote: Option<Quote>) {
        let mut draft = self.draft(room);
        draft.reply.clone_from(&quote);
        self.put_draft(room, &draft);
        self.replying.set(quote);
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

    /// Opens the emoji: one that is taken goes under the message whose actions are open, else into the composer.
    pub fn pick_emoji(self) {
        self.picking_beside.set_value(self.thread.is_some());
        picker::open("emoji", "Emoji", true);
    }

    /// Opens the emoji for the composer.
    pub fn pick_emoji_to_say(self) {
        if self.menu_at().is_some() {
            self.act(None);
        }
        self.pick_emoji();
    }

    /// An emoji was taken.
    pub fn picked(self, emoji: String) {
        match self.beside.get_value().filter(|_| self.picking_beside.get_value()) {
            Some(side) => side.take_emoji(emoji),
            None => self.take_emoji(emoji),
        }
    }

    fn take_emoji(self, emoji: String) {
        let Some(room) = self.shown.get_untracked().map(|shown| shown.room) else {
            return;
        };
        if let Some(seq) = self.menu_at() {
            self.react(room, seq, &emoji);
        } else if let Some(field) = document().get_element_by_id(self.composer()) {
            let field = field.unchecked_ref();
            options::put(field, None, &emoji);
            self.keep_draft(room, &field.value());
        }
    }

    /// Gives an emoji to a message whose actions are open.
    pub fn react(self, room: RoomId, seq: u64, emoji: &str) {
        self.close(seq);
        let emoji = emoji.to_owned();
        change(self, room, seq, Change::React { emoji, on: true });
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
