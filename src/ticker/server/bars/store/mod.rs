//! Bars in `ticker.db`.

mod asking;
mod deleting;
mod loading;
mod writing;

pub use asking::{bars, find, named, newest_slots};
pub use deleting::{delete_gone, delete_old, forget};
pub use loading::{Series, all, shelves};
pub use writing::{Rows, write};

/// What is left out because it can't be read is logged.
fn readable<T>(series: i64, read: Option<T>) -> Option<T> {
    if read.is_none() {
        tracing::error!(series, "kept bars can't be read");
    }
    read
}
