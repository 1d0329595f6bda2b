//! Messages as pages show them, drawn once for all who see the same: drawing one takes longer than all else about it.

use std::sync::{Arc, Mutex, PoisonError};

use hashlink::LruCache;
use leptos::{
    prelude::{IntoAny, RenderHtml, expect_context},
    tachys::html::InertElement,
};

use crate::{
    accounts::model::{Me, Role},
    chat::{Draw, Said, connection::ChatConnection, message_html, model::Message},
    ids::UserId,
    server::state::AppState,
};

/// How many are remembered: some 2 kB each.
const MOST: usize = 2_048;
/// Longer texts, in bytes, are drawn each time.
const LONGEST: usize = 4_096;

/// All that the look of a message depends on.
#[derive(PartialEq, Eq, Hash)]
struct Look {
    message: Arc<Message>,
    again: bool,
    /// It calls who looks.
    calls: bool,
    /// Who looks may see what it said before.
    sees_history: bool,
    /// Who looks, where that shows.
    reacts: Option<UserId>,
    /// The thread that it stands in is beside its room.
    is_beside: bool,
}

/// What was drawn, the least recently used going first.
pub struct Drawn(Mutex<LruCache<Look, String>>);

impl Default for Drawn {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(MOST)))
    }
}

/// Draws messages by `draw`, or has what was drawn where that looks the same.
pub fn said(chat: ChatConnection, me: Me, draw: Draw) -> Said {
    let app = expect_context::<AppState>();
    Arc::new(move |message, again| {
        // How much of its thread is new differs from one to another, and what a thread hangs on is drawn otherwise in it.
        let is_root = chat.thread.is_some_and(|thread| thread != message.room);
        if message.thread.is_some() || is_root || message.body.len() > LONGEST {
            return draw(chat, &me, message, again);
        }
        let look = Look {
            again,
            calls: message_html::calls(&message, &me),
            sees_history: message.edited.is_some() && me.role == Role::Admin,
            reacts: (!message.reactions.is_empty()).then_some(me.id),
            is_beside: chat.thread.is_some(),
            message,
        };
        let drawn = || app.chat.drawn.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = drawn().get(&look).cloned();
        let html = known.unwrap_or_else(|| {
            let html = draw(chat, &me, Arc::clone(&look.message), again).to_html();
            drawn().insert(look, html.clone());
            html
        });
        InertElement::new(html).into_any()
    })
}
