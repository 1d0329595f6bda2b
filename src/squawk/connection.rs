//! The browser's end of topic `squawk`: what the stream says goes, as it comes, to `public/squawk.js`.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use super::wire::TOPIC;
use crate::live::event_source::EventStream;

#[wasm_bindgen]
extern "C" {
    /// `globalThis.squawks` of `public/squawk.js`, which is run before the desk's program.
    #[wasm_bindgen(catch, js_namespace = squawks, js_name = heard)]
    fn heard_squawk(json: &JsValue) -> Result<(), JsValue>;
}

/// Follows the page's [`EventStream`], which must be provided already. It begins with the newest headlines.
pub fn follow_squawks() {
    let stream = expect_context::<EventStream>();
    Effect::new(move |_| {
        stream.listen(TOPIC, None, |json| {
            if heard_squawk(json).is_err() {
                leptos::logging::warn!("a squawk can't be shown");
            }
        });
    });
}
