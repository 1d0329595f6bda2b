//! Where tokens and bots are born and listed, and what is set for them.

use crate::{
    accounts::{
        model::{Limit, Password, Role},
        rules,
    },
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

use super::{
    Accounts, Way,
    scopes::{Scope, Scopes},
    secret::{self, TOKEN_PREFIX, TokenHash, WebhookSecret},
    store::{self, ListedBot, ListedToken, NewToken},
};

/// Names that are tried for a bot of the server's own.
const OWN_NAMES: u32 = 20;
/// Longest URL of a webhook, in bytes.
const LONGEST_URL: usize = 2_000;

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
