//! Where tokens and bots are born, found and revoked.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{
    accounts::{
        model::{Limit, Password, Role},
        rules,
    },
    error::AppError,
    ids::{RoomId, UserId},
    server::shutdown::Shutdown,
    time::Timestamp,
};

use super::{
    Accounts, Way,
    ends::Ends,
    scopes::{Scope, Scopes},
    secret::{self, TOKEN_PREFIX, TokenHash, WebhookSecret},
    store::{self, KeptToken, ListedBot, ListedToken, NewToken},
    tokens::{Bot, IngestToken},
};

/// The use of a token is noted once in so many seconds.
const NOTE_EVERY: i64 = 60;
/// How often open sockets and streams are asked whether their token was revoked by a command, which is another process.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// Names that are tried for a bot of the server's own.
const OWN_NAMES: u32 = 20;
/// Longest URL of a webhook, in bytes.
const LONGEST_URL: usize = 2_000;

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
    /// Creates a token and gives it, this once; only its hash is kept. One that may read or post speaks for `bot`, or
    /// for a new one called `name`.
    ///
    /// # Errors
    /// `Invalid` when the name won't do or there is no scope, `NotFound` for the bot, `Conflict` when the name of a new
    /// one is taken.
    pub async fn create_token(
        &self,
        name: &str,
        scopes: impl Into<Scopes>,
        bot: Option<&str>,
    ) -> Result<String, AppError> {
        let (name, scopes) = (rules::title(name, "token")?, scopes.into());
        if scopes == Scopes::default() {
            return Err(AppError::Invalid("A token needs at least one scope.".into()));
        }
        let bot = match bot {
            Some(bot) => Some(self.bot_called(bot).await?.0),
            None if scopes.need_a_bot() => return self.new_bot(&name, None, scopes).await,
            None => None,
        };
        self.keep_token(name, scopes, bot, None).await
    }

    /// Creates a bot that speaks as `name`, its incoming webhook in `room` (the oldest when absent); gives its token,
    /// which may read and post, this once.
    ///
    /// # Errors
    /// `Invalid` or `Conflict` about the name, `NotFound` for the room.
    pub async fn create_bot(&self, name: &str, room: Option<&str>) -> Result<String, AppError> {
        self.new_bot(name, room, [Scope::Read, Scope::Post].into_iter().collect())
            .await
    }

    async fn new_bot(&self, name: &str, room: Option<&str>, scopes: Scopes) -> Result<String, AppError> {
        let room = store::open_room(&self.db.readers, room).await?.ok_or_else(|| {
            AppError::NotFound("There is no open room of that name. Give the name without the #.".into())
        })?;
        // Nobody knows it, so nobody signs in as the bot.
        let nobodys = Password(secret::token()?);
        let id = self.admit(name, nobodys, Role::Member, Way::Bot).await?;
        self.keep_token(name.trim().to_owned(), scopes, Some(id), Some(room))
            .await
    }

    /// Creates a bot for the server itself, without a token: called `name`, or where that is taken `name-2` and so on.
    ///
    /// # Errors
    /// `Conflict` when all of them are taken.
    pub async fn create_own_bot(&self, name: &str) -> Result<UserId, AppError> {
        let mut taken = None;
        for number in 1..=OWN_NAMES {
            let name = if number == 1 {
                name.to_owned()
            } else {
                format!("{name}-{number}")
            };
            // Nobody knows it, so nobody signs in as the bot.
            let nobodys = Password(secret::token()?);
            match self.admit(&name, nobodys, Role::Member, Way::Bot).await {
                Ok(id) => {
                    let work = self
                        .db
                        .writer
                        .write(move |conn| Box::pin(async move { store::make_bot(conn, id).await }));
                    return work.await.map(|()| id);
                }
                Err(AppError::Conflict(words)) => taken = Some(AppError::Conflict(words)),
                Err(error) => return Err(error),
            }
        }
        Err(taken.unwrap_or(AppError::Busy))
    }

    async fn keep_token(
        &self,
        name: String,
        scopes: Scopes,
        bot: Option<UserId>,
        room: Option<RoomId>,
    ) -> Result<String, AppError> {
        let token = secret::token()?;
        let new = NewToken {
            name,
            scopes,
            bot,
            room,
            hash: TokenHash::of(&token).ok_or(AppError::SignedOut)?,
        };
        let work = self.db.writer.write(move |conn| {
            Box::pin(async move {
                if let Some(bot) = new.bot {
                    store::make_bot(conn, bot).await?;
                }
                store::insert_token(conn, &new, Timestamp::now()).await
            })
        });
        work.await?;
        Ok(format!("{TOKEN_PREFIX}{token}"))
    }

    /// Has `url` called when the bot called `bot` is spoken to, in the place of the one before; gives the secret that
    /// signs the calls, this once.
    ///
    /// # Errors
    /// `NotFound` for the bot, and as [`webhook_url`].
    pub async fn set_webhook(&self, bot: &str, url: &str) -> Result<String, AppError> {
        let url = webhook_url(url)?;
        let (bot, name) = self.bot_called(bot).await?;
        let secret = WebhookSecret::new()?;
        let printed = secret.text().to_owned();
        let answers_by = NewToken {
            name: format!("{name}'s webhook"),
            scopes: Scope::Post.into(),
            bot: Some(bot),
            room: None,
            hash: TokenHash::of(&secret.reply_token()).ok_or(AppError::SignedOut)?,
        };
        let work = self.db.writer.write(move |conn| {
            Box::pin(async move { store::set_webhook(conn, bot, &answers_by, &url, &secret, Timestamp::now()).await })
        });
        work.await.map(|()| printed)
    }

    async fn bot_called(&self, name: &str) -> Result<(UserId, String), AppError> {
        let found = store::bot_called(&self.db.readers, &rules::folded(name)).await?;
        found.ok_or_else(|| AppError::NotFound("There is no bot of that name. `squawkbox bot list` has all.".into()))
    }

    /// Every token there is, without what it could be used by.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn tokens(&self) -> Result<Vec<ListedToken>, AppError> {
        store::tokens(&self.db.readers).await
    }

    /// Every bot there is.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn bots(&self) -> Result<Vec<ListedBot>, AppError> {
        store::bots(&self.db.readers).await
    }

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
        Ok(token.bot.map(|me| (Bot { me, room, end }, scopes)))
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

    /// Sets what a token may bring of log lines, from now on.
    ///
    /// # Errors
    /// `NotFound` when there is no such token.
    pub async fn set_limit(&self, id: i64, limit: Limit) -> Result<(), AppError> {
        let work = self
            .db
            .writer
            .write(move |conn| Box::pin(async move { store::set_limit(conn, id, limit).await }));
        match work.await? {
            true => Ok(()),
            false => Err(AppError::NotFound(
                "There is no token of that number. It may have been revoked.".into(),
            )),
        }
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

/// The address of a webhook as it is kept. Private ones are allowed: only whoever runs the server sets one.
///
/// # Errors
/// `Invalid` for what is no http or https address, or too long.
pub fn webhook_url(text: &str) -> Result<String, AppError> {
    let url = reqwest::Url::parse(text.trim()).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.as_str().len() <= LONGEST_URL);
    url.map(String::from).ok_or_else(|| {
        AppError::Invalid(
            "A webhook is an address such as https://bots.example.com/deploy, 2,000 bytes at most.".into(),
        )
    })
}
