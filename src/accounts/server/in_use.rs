//! Tokens in use: looked up and counted against their rates, watched by what is open for them, and revoked.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{error::AppError, server::shutdown::Shutdown, time::Timestamp};

use super::{
    Accounts,
    ends::Ends,
    scopes::{Scope, Scopes},
    secret::{TOKEN_PREFIX, TokenHash},
    store::{self, KeptToken},
    tokens::{Bot, IngestToken},
};

/// The use of a token is noted once in so many seconds.
const NOTE_EVERY: i64 = 60;
/// How often open sockets and streams are asked whether their token was revoked by a command, which is another process.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// What is known of tokens beside what is kept.
#[derive(Default)]
pub struct InUse {
    /// What is open for a token.
    ends: Ends,
    /// When the use of each was last noted. Bounded by the tokens there are.
    noted: Mutex<HashMap<i64, Timestamp>>,
}

impl InUse {
    /// True once in [`NOTE_EVERY`] seconds for each token.
    fn is_to_be_noted(&self, token: i64, now: Timestamp) -> bool {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = noted
            .get(&token)
            .is_none_or(|last| now.seconds_since(*last) >= NOTE_EVERY);
        if is_due {
            noted.insert(token, now);
        }
        is_due
    }
}

impl Accounts {
    /// Revokes a token: it is worth nothing from now on, what is open for it ends, and so does the webhook that answers
    /// by it.
    ///
    /// # Errors
    /// `NotFound` when there is no such token.
    pub async fn revoke_token(&self, id: i64) -> Result<(), AppError> {
        let ends = self.programs.ends.clone();
        let work = self.db.writer.write_then(
            move |conn| Box::pin(async move { store::delete_token(conn, id).await }),
            move |hash: &Option<TokenHash>| {
                if let Some(hash) = hash {
                    ends.end(hash);
                }
            },
        );
        let found = work.await?;
        self.programs
            .noted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&id);
        found.map(|_| ()).ok_or_else(|| {
            AppError::NotFound("There is no token of that number. It may have been revoked before.".into())
        })
    }

    /// The token of this text, if there is one and it has the scope; counted against its rate.
    ///
    /// # Errors
    /// `SlowDown` when it is used too often, `Forbidden` when it lacks the scope.
    pub async fn token(&self, text: &str, needs: Scope) -> Result<Option<KeptToken>, AppError> {
        match hash(text) {
            Some(hash) => self.token_of(hash, needs).await,
            None => Ok(None),
        }
    }

    async fn token_of(&self, hash: TokenHash, needs: Scope) -> Result<Option<KeptToken>, AppError> {
        let Some(token) = store::token(&self.db.readers, hash).await? else {
            return Ok(None);
        };
        self.limits.token.check(&token.id)?;
        token.scopes.must_have(needs)?;
        self.note_use(token.id);
        Ok(Some(token))
    }

    /// The bot whose token this is, as [`Accounts::token`].
    ///
    /// # Errors
    /// As [`Accounts::token`].
    pub async fn bot(&self, text: &str, needs: Scope) -> Result<Option<Bot>, AppError> {
        Ok(self.bot_and_scopes(text, needs).await?.map(|(bot, _)| bot))
    }

    /// The bot whose token this is, when the token may nothing but read: for URLs, which are passed on and written down.
    ///
    /// # Errors
    /// As [`Accounts::token`]; `Forbidden` when it may do more.
    pub async fn reader(&self, text: &str) -> Result<Option<Bot>, AppError> {
        match self.bot_and_scopes(text, Scope::Read).await? {
            Some((_, scopes)) if scopes != Scope::Read.into() => Err(AppError::Forbidden(format!(
                "In a URL only a token is taken that may nothing but `read`; this one may `{}`. Make one with `squawkbox \
                 token create --name NAME --scope read`, or send this one in the header `Authorization: Bearer sbx_…`.",
                scopes.words().join(","),
            ))),
            found => Ok(found.map(|(bot, _)| bot)),
        }
    }

    async fn bot_and_scopes(&self, text: &str, needs: Scope) -> Result<Option<(Bot, Scopes)>, AppError> {
        let Some(hash) = hash(text) else {
            return Ok(None);
        };
        // Watched before it is looked up: whatever ends it from here on is heard.
        let end = self.programs.ends.watch(hash);
        let Some(token) = self.token_of(hash, needs).await? else {
            return Ok(None);
        };
        let (room, scopes) = (token.room, token.scopes);
        let bot = |me| Bot {
            me,
            room,
            may_read: scopes.has(Scope::Read),
            end,
        };
        Ok(token.bot.map(|me| (bot(me), scopes)))
    }

    /// The ingest token of this text, as [`Accounts::token`].
    ///
    /// # Errors
    /// As [`Accounts::token`].
    pub async fn ingest_token(&self, text: &str) -> Result<Option<IngestToken>, AppError> {
        let token = self.token(text, Scope::Ingest).await?;
        Ok(token.map(|token| IngestToken {
            id: token.id,
            name: token.name,
            limit: token.limit,
        }))
    }

    /// Notes that a token is in use, behind whoever uses it: a request doesn't wait for the disk for this.
    fn note_use(&self, token: i64) {
        let now = Timestamp::now();
        if !self.programs.is_to_be_noted(token, now) {
            return;
        }
        let writer = self.db.writer.clone();
        tokio::spawn(async move {
            let work = writer.write(move |conn| Box::pin(async move { store::note_use(conn, token, now).await }));
            // What went wrong has been logged; a minute later it is tried again.
            let _ = work.await;
        });
    }

    /// Ends what is open for tokens that a command has revoked, until the server stops.
    pub(super) fn watch_for_revoked(&self, shutdown: &Shutdown) {
        let (db, ends) = (self.db.readers.clone(), self.programs.ends.clone());
        shutdown.spawn(async move {
            loop {
                tokio::time::sleep(ASK_EVERY).await;
                let open = ends.watched();
                if open.is_empty() {
                    continue;
                }
                // What can't be read has been logged, and is asked again.
                if let Ok(good) = store::token_hashes(&db).await {
                    open.iter()
                        .filter(|hash| !good.contains(hash))
                        .for_each(|hash| ends.end(hash));
                }
            }
        });
    }
}

fn hash(text: &str) -> Option<TokenHash> {
    text.strip_prefix(TOKEN_PREFIX).and_then(TokenHash::of)
}
