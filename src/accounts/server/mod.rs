//! Accounts on the server.

pub mod session;
pub mod tokens;

use crate::{
    accounts::model::Visitor,
    error::AppError,
    server::{config::Config, db::Database, shutdown::Shutdown},
};

/// People, sessions and tokens.
pub struct Accounts {
    /// `desk.db`.
    pub db: Database,
}

impl Accounts {
    /// Starts the feature.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn start(db: Database, _config: &Config, _shutdown: &Shutdown) -> Result<Self, AppError> {
        Ok(Self { db })
    }

    /// Who sent the request being served.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn visitor(&self) -> Result<Visitor, AppError> {
        Ok(Visitor::NoTeam)
    }
}
