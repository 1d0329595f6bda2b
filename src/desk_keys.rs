//! The keys that work all over the desk, and the page that lists every key.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::{
    accounts::pages::frame::Frame,
    ui::{options, picker},
};

/// Every key, and what it does.
const KEYS: [(&[&str], &str); 31] = [
    (&["Ctrl K", "⌘ K"], "go to a room, a person, a page, a message"),
    (&["Alt ↑", "Alt ↓"], "the room before, the room after"),
    (
        &["Alt Shift ↑", "Alt Shift ↓"],
        "the same among rooms with something unread",
    ),
    (&["?"], "these keys, outside of fields"),
    (&["Enter"], "send the message"),
    (&["Shift Enter"], "start a line in it"),
    (&["↑"], "in the empty field: edit what you said last"),
    (&["Esc"], "in the field: mark the room read"),
    (&["Esc"], "in a thread: close it"),
    (&["Esc"], "in a squawk's banner: put it away"),
    (&["@"], "name somebody, those here, or the room"),
    (&[":"], "an emoji by name, from its second letter on"),
    (&["/"], "a command, at the start of a message"),
    (&["↑", "↓"], "among prices: from symbol to symbol"),
    (&["Shift ↑", "Shift ↓"], "on a symbol of a list: move it"),
    (&["Delete"], "on a symbol of a list: take it off"),
    (&["↑", "↓"], "in a list: move"),
    (&["Enter", "Tab"], "in a list: take"),
    (&["Esc"], "in a list or a dialog: close"),
    (&["/"], "searching logs: to the query"),
    (&["j", "k"], "there: from line to line"),
    (&["J", "K"], "there: select lines"),
    (&["d"], "there: discuss those selected"),
    (&["e"], "there: open the line"),
    (&["f", "w", "c"], "there: follow, wrap, copy the line's link"),
    (&["←", "→"], "on a chart: move; with Shift, mark a span"),
    (&["+", "−"], "on a chart: nearer, farther"),
    (&["Home", "End"], "on a chart: to what is loaded first, to now"),
    (&["←", "→"], "on the page of one clock: a second; with Shift, a minute"),
    (&["[", "]"], "there: the event before, after"),
    (&["n"], "there: follow now"),
];

/// Listens, as long as the calling component lives. Call it in an effect.
pub fn listen() {
    let listener = window_event_listener(ev::keydown, |event| {
        let key = event.key();
        let way = match key.as_str() {
            "ArrowUp" | "ArrowDown" if event.alt_key() => walk(key == "ArrowDown", event.shift_key()),
            "k" | "K" if (event.ctrl_key() || event.meta_key()) && !event.shift_key() => {
                jump();
                true
            }
            "?" if !options::has_modifier(&event) && !is_field(&event) => {
                picker::open("keys", "Keys", false);
                true
            }
            // What one types goes where one writes.
            _ => {
                if key.chars().count() == 1 && key != " " && !options::has_modifier(&event) && !is_field(&event) {
                    let target: Element = event_target(&event);
                    let in_thread = target.closest(".pane").is_ok_and(|pane| pane.is_some());
                    focus(if in_thread {
                        ".pane .compose textarea"
                    } else {
                        ".room .compose textarea"
                    });
                }
                false
            }
        };
        if way {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}

/// Opens the dialog that leads anywhere.
pub fn jump() {
    picker::open("jump", "Go to", true);
}

/// Goes to the next room of the rail, or of those in it with something unread; from the last on to the first.
fn walk(down: bool, unread: bool) -> bool {
    let Ok(links) = document().query_selector_all(".rail .room-link") else {
        return false;
    };
    let count = links.length();
    let link = |at: u32| links.item(at).map(JsCast::unchecked_into::<HtmlElement>);
    let is = |at: u32, attribute: &str| link(at).is_some_and(|link| link.has_attribute(attribute));
    // From a page that is no room, to the first or the last.
    let beside = if down { count.saturating_sub(1) } else { 0 };
    let now = (0..count).find(|at| is(*at, "aria-current")).unwrap_or(beside);
    let others = (1..=count).map(|by| (now + if down { by } else { count - by }) % count);
    let wanted = |link: &HtmlElement| !unread || link.class_list().contains("unread");
    let next = { others }.filter_map(link).find(wanted);
    if let Some(link) = &next {
        link.click();
    }
    next.is_some()
}

fn focus(element: &str) {
    if let Ok(Some(element)) = document().query_selector(element) {
        let _ = element.unchecked_into::<HtmlElement>().focus();
    }
}

fn is_field(event: &ev::KeyboardEvent) -> bool {
    let target: Element = event_target(event);
    matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
}

/// All of them, for the page and the dialog.
pub fn list() -> impl IntoView {
    let row = |(keys, words): (&[&'static str], &'static str)| {
        let keys = keys.iter().map(|key| view! { <kbd>{*key}</kbd> " " }).collect_view();
        view! { <dt>{keys}</dt> <dd>{words}</dd> }
    };
    view! { <dl class="help">{KEYS.map(row).collect_view()}</dl> }
}

/// `/keys`
#[component]
pub fn KeysPage() -> impl IntoView {
    view! { <Frame title="Keys">{list().into_any()}</Frame> }
}
