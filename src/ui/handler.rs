//! What an event does. Of one type for each kind of event, whatever it does: each further type would be half a kilobyte for
//! the browser.

use leptos::ev::{KeyboardEvent, MouseEvent};

/// What a press does.
pub fn press(act: impl FnMut(MouseEvent) + 'static) -> Box<dyn FnMut(MouseEvent)> {
    Box::new(act)
}

/// What a key does.
pub fn key(act: impl FnMut(KeyboardEvent) + 'static) -> Box<dyn FnMut(KeyboardEvent)> {
    Box::new(act)
}
