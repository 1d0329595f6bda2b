//! What administrators do with accounts.

use crate::{
    accounts::{
        model::{Account, Me, Password, Role},
        rules,
    },
    error::AppError,
    ids::UserId,
    time::Timestamp,
};

use super::{
    Accounts, secret,
    secret::TokenHash,
    store::{self, people, sessions},
};

/// How long a link to choose a new password is good, in seconds.
const RESET_LIFETIME: i64 = 86_400;

impl Accounts {
    /// Everyone who has an account.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn people(&self) -> Result<Vec<Account>, AppError> {
        people::accounts(&self.db.readers, None).await
    }

    /// One account.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn person(&self, id: UserId) -> Result<Account, AppError> {
        let found = people::accounts(&self.db.readers, Some(id)).await?.pop();
        found.ok_or_else(|| AppError::NotFound("There is no such account. It may have been removed.".into()))
    }

    /// Gives somebody a role; what they have open is told to begin anew.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` for `by`'s own account, `Conflict` when no administrator would be left.
    pub async fn set_role(&self, by: &Me, id: UserId, role: Role) -> Result<(), AppError> {
        self.manageable(by, id).await?;
        self.with_sessions(id, move |conn| {
            Box::pin(async move {
                people::set_role(conn, id, role).await?;
                people::must_be_administered(conn).await?;
                sessions::session_hashes(conn, id).await
            })
        })
        .await
    }

    /// Shuts somebody out at once, or lets them in again.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` for `by`'s own account.
    pub async fn set_suspended(&self, by: &Me, id: UserId, on: bool) -> Result<(), AppError> {
        self.manageable(by, id).await?;
        self.with_sessions(id, move |conn| {
            Box::pin(async move {
                people::set_suspended(conn, id, on.then(Timestamp::now)).await?;
                people::must_be_administered(conn).await?;
                sessions::delete_sessions(conn, id, None).await
            })
        })
        .await
    }

    /// Takes somebody off the team at once; with `withdraw` what they said is to be taken back, which chat does.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` for `by`'s own account.
    pub async fn remove(&self, by: &Me, id: UserId, withdraw: bool) -> Result<(), AppError> {
        self.manageable(by, id).await?;
        self.with_sessions(id, move |conn| {
            Box::pin(async move {
                people::remove(conn, id, Timestamp::now(), withdraw).await?;
                people::must_be_administered(conn).await?;
                sessions::delete_sessions(conn, id, None).await
            })
        })
        .await?;
        self.removals.send_replace(());
        Ok(())
    }

    /// Turns somebody's second factor off, for whoever has lost the phone and the recovery codes.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` for `by`'s own account.
    pub async fn drop_two_factor(&self, by: &Me, id: UserId) -> Result<(), AppError> {
        self.manageable(by, id).await?;
        self.forget_two_factor(id).await
    }

    /// Turns a second factor off, whoever has been found to be allowed that.
    pub(super) async fn forget_two_factor(&self, id: UserId) -> Result<(), AppError> {
        let work = self
            .db
            .writer
            .write(move |conn| Box::pin(async move { sessions::set_totp(conn, id, None, &[]).await }));
        work.await
    }

    /// A code with which somebody may choose a new password within a day, in place of the one before; given this once.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` for `by`'s own account, whose password asks for the one before; `Invalid` for a bot, which
    /// has none.
    pub async fn reset_code(&self, by: &Me, id: UserId) -> Result<String, AppError> {
        self.manageable(by, id).await?;
        if self.person(id).await?.bot {
            return Err(AppError::Invalid("A bot signs in by its token alone.".into()));
        }
        let code = secret::token()?;
        let hash = TokenHash::of(&code).ok_or(AppError::SignedOut)?;
        let expires = Timestamp::now().plus_seconds(RESET_LIFETIME);
        let work = self
            .db
            .writer
            .write(move |conn| Box::pin(async move { people::insert_reset(conn, id, hash, expires).await }));
        work.await.map(|()| code)
    }

    /// Whose password the link with this code changes, and what they sign in with.
    ///
    /// # Errors
    /// `NotFound` when it is no longer good.
    pub async fn reset_for(&self, code: &str) -> Result<(UserId, String), AppError> {
        let old = || AppError::NotFound("This link is no longer good. Ask an administrator for another.".into());
        let hash = TokenHash::of(code).ok_or_else(old)?;
        let found = people::reset(&self.db.readers, hash, Timestamp::now()).await?;
        found.ok_or_else(old)
    }

    /// Keeps the password chosen by the link with this code, and ends whatever the account has open.
    ///
    /// # Errors
    /// `NotFound` when the link is no longer good, `Invalid` when the password won't do, `Busy`.
    pub async fn choose_password(&self, code: &str, password: Password) -> Result<UserId, AppError> {
        let (id, _) = self.reset_for(code).await?;
        let Account { name, username, .. } = self.person(id).await?;
        let kept = self
            .passwords
            .keep(password, self.known([name, username]).await?)
            .await?;
        let code = code.to_owned();
        self.with_sessions(id, move |conn| {
            Box::pin(async move {
                // Asked again: the same link may be used by two at once.
                let hash = TokenHash::of(&code).ok_or(AppError::SignedOut)?;
                let owner = people::reset(&mut *conn, hash, Timestamp::now()).await?;
                if owner.is_none_or(|(owner, _)| owner != id) {
                    return Err(AppError::NotFound("This link has been used already.".into()));
                }
                people::set_password(conn, id, &kept).await?;
                sessions::delete_sessions(conn, id, None).await
            })
        })
        .await?;
        Ok(id)
    }

    /// Gives the team another name.
    ///
    /// # Errors
    /// `Invalid` when it won't do.
    pub async fn rename_team(&self, name: &str) -> Result<(), AppError> {
        let name = rules::title(name, "team")?;
        let work = self
            .db
            .writer
            .write(move |conn| Box::pin(async move { people::rename_team(conn, &name).await }));
        work.await
    }

    /// Words that a stranger would try first as somebody's password.
    pub(super) async fn known(&self, names: [String; 2]) -> Result<Vec<String>, AppError> {
        Ok(names.into_iter().chain(self.team().await?).collect())
    }

    /// Nobody manages their own account: so there is always an administrator left, unless two do it to each other at once.
    async fn manageable(&self, by: &Me, id: UserId) -> Result<(), AppError> {
        if by.id == id {
            return Err(AppError::Forbidden(
                "This is your own account. Another administrator can do that.".into(),
            ));
        }
        self.person(id).await.map(|_| ())
    }

    /// Does a job for an account, and tells the sessions whose hashes it gives that they have ended, or are to begin anew.
    pub(super) async fn with_sessions(
        &self,
        id: UserId,
        job: impl for<'c> FnOnce(
            &'c mut sqlx::SqliteConnection,
        )
            -> std::pin::Pin<Box<dyn Future<Output = Result<Vec<TokenHash>, AppError>> + Send + 'c>>
        + Send
        + 'static,
    ) -> Result<(), AppError> {
        let ends = self.ends.clone();
        tracing::info!(account = id.0, "an account was changed");
        let tell = move |hashes: &Vec<TokenHash>| hashes.iter().for_each(|hash| ends.end(hash));
        self.db.writer.write_then(job, tell).await.map(|_| ())
    }
}

/// Refuses whoever may not come in.
pub(super) fn may_come_in(account: &store::Entry) -> Result<(), AppError> {
    if account.suspended {
        return Err(AppError::Forbidden(
            "This account is suspended. Ask an administrator of your team.".into(),
        ));
    }
    Ok(())
}
