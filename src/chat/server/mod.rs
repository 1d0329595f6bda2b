//! Chat on the server.
pub mod socket;
use crate::{
    error::AppError,
    server::{db::Database, shutdown::Shutdown},
};
/// Rooms and messages.
pub struct Chat {
    /// `desk.db`.
    pub db: Database,
}
impl Chat {
    /// Starts the feature.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn start(db: Database, _: &Shutdown) -> Result<Self, AppError> {
        Ok(Self { db })
    }
}
