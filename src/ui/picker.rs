//! A dialog in which one finds something by typing. Knows no feature: what it offers, the server says.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, HtmlInputElement};

use super::{
    handler::{key, press},
    options,
};
use crate::paths::encoded;

const DIALOG: &str = "picker";
const FIELD: &str = "picker-field";
const LIST: &str = "picks";

/// Opens the dialog on what `/options/{kind}` offers; without a field when there is nothing to `search` in.
pub fn open(kind: &str, title: &str, search: bool) {
    let by_id = |id| document().get_element_by_id(id);
    let (Some(dialog), Some(field), Some(list)) = (by_id(DIALOG), by_id(FIELD), by_id(LIST)) else {
        return;
    };
    // What is only read is scrolled by keys of its own.
    let (role, tab) = if search { ("listbox", "-1") } else { ("group", "0") };
    let _ = list.set_attribute("role", role);
    let _ = list.set_attribute("tabindex", tab);
    let _ = list.set_attribute("aria-label", title);
    let _ = dialog.set_attribute("aria-label", title);
    let _ = field.set_attribute("aria-label", title);
    let _ = field.set_attribute("name", kind);
    let field: HtmlInputElement = field.unchecked_into();
    field.set_placeholder(title);
    field.set_hidden(!search);
    field.set_value("");
    let dialog: HtmlDialogElement = dialog.unchecked_into();
    dialog.close();
    let _ = dialog.show_modal();
    ask(&field);
}

fn ask(field: &HtmlInputElement) {
    options::ask(LIST, format!("/options/{}?q={}", field.name(), encoded(&field.value())));
}

fn close() {
    if let Some(dialog) = document().get_element_by_id(DIALOG) {
        dialog.unchecked_into::<HtmlDialogElement>().close();
    }
}

/// The dialog. What is taken in it, if it isn't a link or a button, is told to `picked`.
#[component(transparent)]
pub fn Picker(picked: impl Fn(String) + Copy + 'static) -> impl IntoView {
    let taken = move |text: Option<String>| {
        close();
        if let Some(text) = text {
            picked(text);
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        // These are the dialog's own.
        if !matches!(event.key().as_str(), "Escape" | "Tab") {
            options::key(LIST, &event, &taken);
        }
    };
    view! {
        <dialog
            class="picker"
            id=DIALOG
            on:close=|_| options::close(LIST)
            on:click=press(|event| {
                // Beside it.
                if event_target::<Element>(&event).id() == DIALOG {
                    close();
                }
            })
        >
            <div>
                <input
                    id=FIELD
                    role="combobox"
                    aria-autocomplete="list"
                    aria-expanded="true"
                    aria-controls=LIST
                    autocomplete="off"
                    maxlength="60"
                    dir="auto"
                    on:keydown=key(on_key)
                    on:input=|event| ask(&event_target(&event))
                />
                <div
                    class="options"
                    id=LIST
                    on:mousedown=press(|event| event.prevent_default())
                    on:click=press(move |event| options::click(LIST, &event, Box::new(taken)))
                ></div>
                <button class="button quiet" type="button" on:click=press(|_| close())>"Close"</button>
            </div>
        </dialog>
    }
}
