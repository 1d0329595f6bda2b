//! Keeps the keyboard's focus where it was while what holds it is drawn anew.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Whoever points finely has most likely a keyboard of keys, and none that comes onto the screen.
pub fn has_keys() -> bool {
    let pointer = window().match_media("(pointer: fine)").ok().flatten();
    pointer.is_some_and(|pointer| pointer.matches())
}

/// The `data-focus` of the focused element, if it lies in the element called `id`.
pub fn within(id: &str) -> Option<String> {
    let focused = document().active_element()?;
    let inside = focused.closest(&format!("#{id}")).ok().flatten().is_some();
    inside.then(|| focused.get_attribute("data-focus")).flatten()
}

/// Focuses the same element of `id` again, once it is drawn.
pub fn restore(id: String, focus: Option<String>) {
    let Some(focus) = focus else { return };
    request_animation_frame(move || {
        let again = document()
            .query_selector(&format!("#{id} [data-focus=\"{focus}\"]"))
            .ok()
            .flatten();
        if let Some(again) = again.and_then(|again| again.dyn_into::<HtmlElement>().ok()) {
            let _ = again.focus();
        }
    });
}
