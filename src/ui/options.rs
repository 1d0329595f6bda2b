//! A list of what could be meant by what is being typed, as the server renders it. Knows no feature.
//!
//! A field names its list, a `listbox`, by `aria-controls`; the list is empty while nothing is offered. An option
//! with a link or a button in it is that link or button; of another its text is taken, `data-text` or what it shows.

use std::{cell::Cell, time::Duration};

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, HtmlElement, HtmlInputElement, ScrollIntoViewOptions, ScrollLogicalPosition, XmlHttpRequest};

/// The server is asked when typing has paused this long.
const PAUSE: Duration = Duration::from_millis(100);
/// An answer that takes longer is not waited for, in milliseconds.
const PATIENCE: u32 = 5_000;

thread_local! {
    /// Counts questions, so that only the newest one's answer is shown.
    static ASKED: Cell<u32> = const { Cell::new(0) };
}

/// Fills the list called `list` with what the server answers at `url`, unless something else is asked first.
pub fn ask(list: &'static str, url: String) {
    let mine = ASKED.get() + 1;
    ASKED.set(mine);
    let fetch = move || {
        let request = XmlHttpRequest::new().ok().filter(|_| ASKED.get() == mine);
        let Some(request) = request else { return };
        let _ = request.open("GET", &url);
        request.set_timeout(PATIENCE);
        let answer = request.clone();
        let done = Closure::once_into_js(move || {
            if ASKED.get() == mine {
                let text = answer.response_text().ok().flatten();
                let is_ours = answer.status() == Ok(200);
                fill(list, &text.filter(|_| is_ours).unwrap_or_default());
            }
        });
        request.set_onloadend(Some(done.unchecked_ref()));
        let _ = request.send();
    };
    set_timeout(fetch, PAUSE);
}

/// Offers nothing, whatever was asked.
pub fn close(list: &str) {
    ASKED.set(ASKED.get() + 1);
    fill(list, "");
}

/// What a key does to a list that offers something; `false` when it is none of the list's. Tells `taken` the text that
/// was taken, or that a link or button was.
pub fn key(list: &str, event: &ev::KeyboardEvent, taken: &dyn Fn(Option<String>)) -> bool {
    let Some(options) = options(list) else { return false };
    let count = options.len();
    let now = options.iter().position(|option| option.has_attribute("aria-selected"));
    let Some(now) = now.filter(|_| !has_modifier(event) && !event.shift_key() && !event.is_composing()) else {
        return false;
    };
    let key = event.key();
    let in_rows = !options[now].closest(".grid").is_ok_and(|grid| grid.is_some());
    let (down, sideways) = match key.as_str() {
        "ArrowDown" => (true, false),
        "ArrowUp" => (false, false),
        "ArrowRight" if !in_rows => (true, true),
        "ArrowLeft" if !in_rows => (false, true),
        "Enter" | "Tab" => {
            event.prevent_default();
            take(list, &options[now], taken);
            return true;
        }
        "Escape" => {
            close(list);
            return true;
        }
        _ => return false,
    };
    event.prevent_default();
    let others = (1..count).map(|by| (now + if down { by } else { count - by }) % count);
    let left = options[now].offset_left();
    // In a grid, the one below is the next that begins as far from the left.
    let next = { others }.find(|at| sideways || options[*at].offset_left() == left);
    choose(list, &options, next.unwrap_or(now));
    true
}

/// What a click does to a list: as [`key`], once the click is over, since a link or button in the list is clicked in turn.
pub fn click(list: &'static str, event: &ev::MouseEvent, taken: Box<dyn Fn(Option<String>)>) {
    let target: Element = event_target(event);
    // The link or button of an option that was taken is clicked too.
    let around = |selector| target.closest(selector).ok().flatten();
    if let (None, Some(option)) = (around("a, button"), around("[role=option]")) {
        set_timeout(move || take(list, option.unchecked_ref(), &*taken), Duration::ZERO);
    }
}

/// True when a key means something else than what it types.
pub fn has_modifier(event: &ev::KeyboardEvent) -> bool {
    event.alt_key() || event.ctrl_key() || event.meta_key()
}

/// The word before the caret, after a space or a bracket: where it begins, in UTF-16 units, and itself.
pub fn word(field: &HtmlInputElement) -> (u32, String) {
    let caret = field.selection_start().ok().flatten().unwrap_or(0);
    let before: Vec<u16> = field.value().encode_utf16().take(caret as usize).collect();
    let from = before
        .iter()
        .rposition(|unit| *unit <= 32 || *unit == 40)
        .map_or(0, |at| at + 1);
    (from as u32, String::from_utf16_lossy(&before[from..]))
}

/// Puts `text` in the place of what is selected, and of what stands before it from `from` on.
pub fn put(field: &HtmlInputElement, from: Option<u32>, text: &str) {
    let place = |place: Result<Option<u32>, _>| place.ok().flatten().unwrap_or(0);
    let from = from.unwrap_or(place(field.selection_start()));
    let _ = field.set_range_text_with_start_and_end(text, from, place(field.selection_end()));
    let after = from + text.encode_utf16().count() as u32;
    let _ = field.set_selection_range(after, after);
    let _ = field.focus();
}

/// The field whose list this is.
fn field(list: &str) -> Option<Element> {
    let field = document().query_selector(&format!("[aria-controls={list}]"));
    field.ok().flatten()
}

fn options(list: &str) -> Option<Vec<HtmlElement>> {
    let found = document().query_selector_all(&format!("#{list} [role=option]")).ok()?;
    let options = (0..found.length()).filter_map(|at| found.item(at));
    Some(options.map(JsCast::unchecked_into).collect())
}

fn fill(list: &str, html: &str) {
    if let Some(place) = document().get_element_by_id(list) {
        place.set_inner_html(html);
        choose(list, &options(list).unwrap_or_default(), 0);
    }
}

fn choose(list: &str, options: &[HtmlElement], at: usize) {
    let Some(field) = field(list) else { return };
    let before = options.iter().find(|option| option.has_attribute("aria-selected"));
    if let Some(before) = before {
        let _ = before.remove_attribute("aria-selected");
    }
    let Some(option) = options.get(at) else {
        let _ = field.remove_attribute("aria-activedescendant");
        return;
    };
    let id = format!("option-{at}");
    option.set_id(&id);
    let _ = option.set_attribute("aria-selected", "true");
    let _ = field.set_attribute("aria-activedescendant", &id);
    let nearest = ScrollIntoViewOptions::new();
    nearest.set_block(ScrollLogicalPosition::Nearest);
    option.scroll_into_view_with_scroll_into_view_options(&nearest);
}

fn take(list: &str, option: &HtmlElement, taken: &dyn Fn(Option<String>)) {
    let way = option.query_selector("a, button").ok().flatten();
    let text = match &way {
        Some(way) => {
            way.unchecked_ref::<HtmlElement>().click();
            None
        }
        None => option.get_attribute("data-text").or_else(|| option.text_content()),
    };
    close(list);
    taken(text);
}
