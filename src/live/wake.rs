//! Moments at which waiting any longer is pointless: the network is back or has gone, or the person looks at the tab again.

use leptos::{ev, prelude::*};

/// Calls `again` at each such moment, as long as the calling component lives.
pub fn on_wake(again: impl Fn() + Clone + 'static) {
    let heard = |event: &'static str| {
        let again = again.clone();
        window_event_listener_untyped(event, move |_| again())
    };
    let (online, offline) = (heard("online"), heard("offline"));
    let visible = window_event_listener(ev::Custom::<web_sys::Event>::new("visibilitychange"), move |_| {
        if !document().hidden() {
            again();
        }
    });
    on_cleanup(move || {
        online.remove();
        offline.remove();
        visible.remove();
    });
}
