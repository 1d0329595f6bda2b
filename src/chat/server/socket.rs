//! The chat socket.
use crate::error::AppError;
/// Opens it.
pub async fn open() -> Result<(), AppError> {
    Ok(())
}
