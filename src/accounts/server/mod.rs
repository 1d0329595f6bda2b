//! Accounts on the server: what forms, the command line, tests and measurements all call.

pub mod caller;
pub mod cookie;
pub mod door;
pub mod ends;
mod in_use;
pub mod own;
pub mod passwords;
mod people;
pub mod programs;
pub mod scopes;
pub mod secret;
pub mod session;
pub mod store;
pub mod tokens;
pub mod two_factor;

use axum::http::{header::SET_COOKIE, request::Parts};
use leptos::prelude::use_context;
use tokio::sync::watch;

use crate::{
    accounts::{
        model::{Password, Role, Visitor},
        rules,
    },
    error::AppError,
    ids::{SessionId, UserId},
    server::{config::Config, db::Database, shutdown::Shutdown},
    time::Timestamp,
};

use self::{
    door::Limits,
    ends::Ends,
    in_use::InUse,
    passwords::Passwords,
    secret::TokenHash,
    session::Session,
    store::{Beginning, Entry, Newcomer},
};

/// How long a session lasts after it was last used, in seconds; also the cookie's.
pub const LIFETIME: i64 = 30 * 86_400;
/// How long the second factor's code is waited for, in seconds.
const CODE_LIFETIME: i64 = 600;
/// The team's name where the command line made its first account.
const DEFAULT_TEAM: &str = "Squawkbox";

/// People, sessions and tokens.
pub struct Accounts {
    /// `desk.db`.
    pub db: Database,
    /// Whether cookies are bound to https.
    pub https: bool,
    /// Wakes when somebody was taken off the team, for those who keep things of people's elsewhere.
    pub removals: watch::Sender<()>,
    passwords: Passwords,
    ends: Ends,
    programs: InUse,
    limits: Limits,
}

/// How somebody comes by an account.
enum Way {
    /// As the first of all, with the name of the team.
    SetUp(String),
    /// By the join link with this code.
    JoinLink(String),
    /// By whoever runs the server.
    Appointed,
    /// A program's, in no need of a team.
    Bot,
}

impl Accounts {
    /// Starts the feature.
    ///
    /// # Errors
    /// None yet; the signature is every feature's.
    pub async fn start(db: Database, config: &Config, shutdown: &Shutdown) -> Result<Self, AppError> {
        let accounts = Self::over(db, config.is_https());
        accounts.watch_for_revoked(shutdown);
        Ok(accounts)
    }

    /// Over an open `desk.db`.
    pub fn over(db: Database, https: bool) -> Self {
        Self {
            db,
            https,
            removals: watch::Sender::default(),
            passwords: Passwords::default(),
            ends: Ends::default(),
            programs: InUse::default(),
            limits: Limits::default(),
        }
    }

    /// Who sent the request being served.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn visitor(&self) -> Result<Visitor, AppError> {
        // Read before the first wait: afterwards the context may be gone.
        let session = Session::here().ok();
        let response = use_context::<leptos_axum::ResponseOptions>();
        let way = use_context::<Parts>().and_then(|asked| cookie::keep_way(&asked, self.https));
        Ok(match (self.team().await?, session) {
            (None, _) => Visitor::NoTeam,
            (Some(_), None) => {
                if let (Some(way), Some(response)) = (way, response) {
                    response.append_header(SET_COOKIE, way);
                }
                Visitor::SignedOut
            }
            (Some(team), Some(session)) => Visitor::In { me: session.me, team },
        })
    }

    /// The team's name; `None` before the set-up.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn team(&self) -> Result<Option<String>, AppError> {
        Ok(store::team(&self.db.readers).await?.map(|(name, _)| name))
    }

    /// Creates the team and its first administrator, both or neither.
    ///
    /// # Errors
    /// `Conflict` when there is a team, `Invalid` when a name or the password won't do, `Busy`.
    pub async fn set_up(&self, team: &str, name: &str, password: Password) -> Result<UserId, AppError> {
        let team = rules::title(team, "team")?;
        // Asked again by the transaction; here it spares the hash.
        if self.team().await?.is_some() {
            return Err(already_set_up());
        }
        self.admit(name, password, Role::Admin, Way::SetUp(team)).await
    }

    /// Creates an account for whoever has the join link.
    ///
    /// # Errors
    /// `NotFound` when the code is not the current one; else as [`Accounts::create_user`].
    pub async fn register(&self, code: &str, name: &str, password: Password) -> Result<UserId, AppError> {
        self.invitation(code).await?;
        self.admit(name, password, Role::Member, Way::JoinLink(code.to_owned()))
            .await
    }

    /// Creates an account, and a team when there is none.
    ///
    /// # Errors
    /// `Invalid` when the name or password won't do, `Conflict` when the name is taken, `Busy`.
    pub async fn create_user(&self, name: &str, password: Password, role: Role) -> Result<UserId, AppError> {
        self.admit(name, password, role, Way::Appointed).await
    }

    /// The one place where accounts are born.
    async fn admit(&self, name: &str, password: Password, role: Role, way: Way) -> Result<UserId, AppError> {
        let name = rules::name(name)?;
        let mut known = vec![name.clone(), DEFAULT_TEAM.to_owned()];
        match &way {
            Way::SetUp(team) => known.push(team.clone()),
            _ => known.extend(self.team().await?),
        }
        let password = self.passwords.keep(password, known).await?;
        let newcomer = Newcomer {
            folded: rules::folded(&name),
            name,
            role,
            password,
        };
        let (new_code, now) = (secret::join_code()?, Timestamp::now());
        let work = self.db.writer.write(move |conn| {
            Box::pin(async move {
                match way {
                    Way::SetUp(team) => {
                        if !store::insert_team(conn, &team, &new_code, now).await? {
                            return Err(already_set_up());
                        }
                    }
                    Way::JoinLink(code) => {
                        if store::team(&mut *conn)
                            .await?
                            .is_none_or(|(_, current)| current != code)
                        {
                            return Err(link_is_old());
                        }
                    }
                    // A program may be there before anybody has set up the team.
                    Way::Bot => (),
                    Way::Appointed => {
                        store::insert_team(conn, DEFAULT_TEAM, &new_code, now).await?;
                    }
                }
                store::insert_user(conn, &newcomer, now).await
            })
        });
        work.await
    }

    /// Whose name and password these are. A wrong name and a wrong password take alike long and read alike.
    ///
    /// # Errors
    /// `Forbidden` when they are nobody's, or of somebody who is suspended; `Busy`.
    pub async fn identify(&self, name: &str, password: Password) -> Result<Entry, AppError> {
        let kept = store::entry(&self.db.readers, &rules::folded(name)).await?;
        let (account, kept) = kept.unzip();
        match (self.passwords.matches(password, kept).await?, account) {
            (true, Some(account)) => people::may_come_in(&account).map(|()| account),
            _ => Err(AppError::Forbidden(
                "No account has this name and this password.".into(),
            )),
        }
    }

    /// Opens a session; gives the token for its cookie, which is kept nowhere else.
    ///
    /// # Errors
    /// When it can't be kept.
    pub async fn open_session(&self, new: Beginning) -> Result<(SessionId, String), AppError> {
        let token = secret::token()?;
        let hash = TokenHash::of(&token).ok_or(AppError::SignedOut)?;
        let now = Timestamp::now();
        let lifetime = if new.awaits_code { CODE_LIFETIME } else { LIFETIME };
        let work = self.db.writer.write(move |conn| {
            Box::pin(async move { store::insert_session(conn, new, hash, now, now.plus_seconds(lifetime)).await })
        });
        Ok((work.await?, token))
    }

    /// Ends a session: its cookie is worth nothing from now on, its sockets and streams are told.
    ///
    /// # Errors
    /// When that can't be kept.
    pub async fn end_session(&self, id: SessionId) -> Result<(), AppError> {
        let ends = self.ends.clone();
        let tell = move |hash: &Option<TokenHash>| {
            if let Some(hash) = hash {
                ends.end(hash);
            }
        };
        let work = self.db.writer.write_then(
            move |conn| Box::pin(async move { store::delete_session(conn, id).await }),
            tell,
        );
        work.await.map(|_| ())
    }

    /// The team that the join link with this code leads to.
    ///
    /// # Errors
    /// `NotFound` when the code is not the current one.
    pub async fn invitation(&self, code: &str) -> Result<String, AppError> {
        match store::team(&self.db.readers).await? {
            Some((team, current)) if current == code => Ok(team),
            _ => Err(link_is_old()),
        }
    }

    /// The current join code.
    ///
    /// # Errors
    /// `NotFound` before the set-up.
    pub async fn join_code(&self) -> Result<String, AppError> {
        let team = store::team(&self.db.readers).await?;
        team.map(|(_, code)| code)
            .ok_or_else(|| AppError::NotFound("There is no team yet.".into()))
    }

    /// Makes another join code, so that links with the old one lead nowhere.
    ///
    /// # Errors
    /// When it can't be kept.
    pub async fn new_join_code(&self) -> Result<String, AppError> {
        let code = secret::join_code()?;
        let kept = code.clone();
        let work = self
            .db
            .writer
            .write(move |conn| Box::pin(async move { store::set_join_code(conn, &kept).await }));
        work.await.map(|()| code)
    }
}

fn already_set_up() -> AppError {
    AppError::Conflict("This Squawkbox has been set up already. Sign in, or ask for the join link.".into())
}

fn link_is_old() -> AppError {
    AppError::NotFound("This join link is no longer good. Ask an administrator of the team for the current one.".into())
}
