//! What people are notified of, and the page where they choose it. Who is notified of what is decided in
//! `chat/server/notify`.

pub mod api;
pub mod model;
pub mod page;
