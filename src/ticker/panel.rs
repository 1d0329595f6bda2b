//! The ticker panel and the tape.
use leptos::prelude::*;

use super::model::Board;

/// The panel beside the room.
#[component]
pub fn TickerPanel(board: Board) -> impl IntoView {
    board.quotes.len().to_string()
}

/// The strip across the top of the desk.
#[component]
pub fn Tape() -> impl IntoView {}
