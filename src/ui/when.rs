//! What is there only sometimes.

use std::sync::Arc;

use leptos::prelude::*;

/// Shows `view` while `is`; made anew only when that changes.
///
/// Every such place is this one, because each kind of `<Show>` is a kilobyte of code for the browser.
pub fn when(
    is: impl Fn() -> bool + Send + Sync + 'static,
    view: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    shown(Arc::new(is), Arc::new(view))
}

/// The part that knows no type of view.
fn shown(is: Arc<dyn Fn() -> bool + Send + Sync>, view: Arc<dyn Fn() -> AnyView + Send + Sync>) -> AnyView {
    let is = Memo::new(move |_| is());
    view! { {move || is.get().then(|| untrack(|| view()))} }.into_any()
}
