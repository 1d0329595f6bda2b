//! Going somewhere without a link at hand.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::paths::is_beside;

/// Goes to a path of ours as a link there would, so that the desk isn't loaded anew.
pub fn follow(path: &str) {
    let (Ok(link), Some(body)) = (document().create_element("a"), document().body()) else {
        return;
    };
    let _ = link.set_attribute("href", path);
    if is_beside(path) {
        let _ = link.set_attribute("rel", "external");
    }
    let _ = body.append_child(&link);
    link.unchecked_ref::<HtmlElement>().click();
    link.remove();
}
