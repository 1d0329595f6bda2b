//! What a press does.

use leptos::ev::MouseEvent;

/// A handler of presses, of one type whatever it does: each type of handler would be half a kilobyte for the browser.
pub fn tap(act: impl FnMut(MouseEvent) + 'static) -> Box<dyn FnMut(MouseEvent)> {
    Box::new(act)
}
