//! The badge that says whether what one sees is live.

use leptos::prelude::*;

use crate::{time::Timestamp, ui::text::text};

/// The state of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// The page has just been rendered, or the first connection is being made.
    #[default]
    Connecting,
    /// Up; what was missed is on its way.
    CatchingUp,
    /// Up, and heard from lately.
    Live,
    /// Down; what is shown is as of that time.
    Stale(Timestamp),
}

/// Shows a connection's state in words, never by colour alone. `live` is what to call the good state.
#[component(transparent)]
pub fn LinkBadge(#[prop(into)] link: Signal<Link>, #[prop(default = "live")] live: &'static str) -> impl IntoView {
    let class = move || match link.get() {
        Link::Connecting | Link::CatchingUp => "link connecting",
        Link::Live => "link live",
        Link::Stale(_) => "link stale",
    };
    let words = text(move || match link.get() {
        Link::Connecting => "connecting".to_owned(),
        Link::CatchingUp => "catching up".to_owned(),
        Link::Live => live.to_owned(),
        Link::Stale(since) => format!("stale since {} UTC", since.second()),
    });
    view! {
        <span class=class role="status">
            {words}
        </span>
    }
}
