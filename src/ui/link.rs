//! Going somewhere without a link at hand.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::paths::is_beside;

/// Goes to a path of ours as a link there would, so that the desk isn't loaded anew.
pub fn follow(path: &str) {
    go(path, false);
}

/// The same in the place of where one is, which *Back* then doesn't lead to.
pub fn replace(path: &str) {
    go(path, true);
}

fn go(path: &str, replaces: bool) {
    let (Ok(link), Some(body)) = (document().create_element("a"), document().body()) else {
        return;
    };
    let _ = link.set_attribute("href", path);
    if is_beside(path) {
        let _ = link.set_attribute("rel", "external");
    }
    // As leptos_router reads it.
    let _ = js_sys::Reflect::set(&link, &"replace".into(), &replaces.into());
    let _ = body.append_child(&link);
    link.unchecked_ref::<HtmlElement>().click();
    link.remove();
}
