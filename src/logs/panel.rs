//! The log panel.
use leptos::prelude::*;

use super::model::Tail;

/// The panel beside the room.
#[component]
pub fn LogsPanel(tail: Tail) -> impl IntoView {
    tail.lines.len().to_string()
}
