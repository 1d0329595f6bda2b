//! The browser's end of topic `ticker`: what the stream says goes, as it comes, to `public/ticker.js`.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use super::wire::TOPIC;
use crate::live::event_source::EventStream;

#[wasm_bindgen]
extern "C" {
    /// `globalThis.prices` of `public/ticker.js`, which is run before the desk's program.
    #[wasm_bindgen(catch, js_namespace = prices)]
    fn heard(json: &JsValue) -> Result<(), JsValue>;
}

/// Follows the page's [`EventStream`], which must be provided already. The first event holds every price.
pub fn follow_prices() {
    let stream = expect_context::<EventStream>();
    Effect::new(move |_| {
        stream.listen(TOPIC, None, |json| {
            if heard(json).is_err() {
                leptos::logging::warn!("a price can't be shown");
            }
        });
    });
}
