//! What pages ask of chat, and what plain forms send.

pub mod marks;
pub mod messages;
pub mod rooms;
