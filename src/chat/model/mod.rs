//! Rooms and messages as both ends know them.

mod message;
mod room;

pub use message::*;
pub use room::*;
