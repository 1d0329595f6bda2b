//! What the forms do: who calls, how often, what cookie they leave with.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use axum::{
    extract::ConnectInfo,
    http::{
        header::{HOST, SET_COOKIE, USER_AGENT},
        request::Parts,
    },
};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use crate::{
    accounts::{
        model::{Me, Pair, Password, Role, Theme},
        rules,
    },
    error::AppError,
    ids::UserId,
    server::{
        error::internal,
        limits::{PerKey, address_key},
        security::client_address,
        state::AppState,
    },
    ticker::model::VenueKind,
    time::Timestamp,
};

use super::{
    cookie,
    secret::TokenHash,
    session::Session,
    store::{self, Beginning, Entry},
    tokens,
};

/// Characters kept of what a browser calls itself.
const AGENT: usize = 300;

/// How often who may try what.
pub struct Limits {
    /// Signing in, by address: a whole office may sit behind one.
    pub sign_in_from: PerKey<IpAddr>,
    /// Signing in, by name, whether anybody has it or not.
    pub sign_in_as: PerKey<String>,
    /// Set-up and registration, by address.
    pub newcomers_from: PerKey<IpAddr>,
    /// Codes of the second factor, by account.
    pub code_of: PerKey<UserId>,
    /// Ingest requests, by token.
    pub token: PerKey<i64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sign_in_from: PerKey::new(30, Duration::from_secs(5)),
            sign_in_as: PerKey::new(10, Duration::from_secs(20)),
            newcomers_from: PerKey::new(30, Duration::from_secs(5)),
            code_of: PerKey::new(10, Duration::from_secs(30)),
            token: tokens::rate(),
        }
    }
}

/// The request being served, as far as coming in and going out is concerned.
pub struct Door {
    /// The server.
    pub state: AppState,
    parts: Parts,
    response: ResponseOptions,
    session: Option<Session>,
}

impl Door {
    /// The door inside a server function. Take it before the first wait.
    ///
    /// # Errors
    /// `Internal` outside of one.
    pub fn here() -> Result<Self, AppError> {
        let missing = || internal("context", &"no request in this context");
        Ok(Self {
            state: AppState::here()?,
            parts: use_context::<Parts>().ok_or_else(missing)?,
            response: use_context::<ResponseOptions>().ok_or_else(missing)?,
            session: Session::here().ok(),
        })
    }

    /// Signs in.
    ///
    /// # Errors
    /// `SlowDown`, and as [`super::Accounts::identify`].
    pub async fn sign_in(self, name: &str, password: Password) -> Result<(), AppError> {
        let account = self.recognise(name, password).await?;
        self.admit(account).await
    }

    /// The second step of signing in. Gives how many recovery codes are left when it was done with one.
    ///
    /// # Errors
    /// `SignedOut` when the first step is too long ago, `Invalid` when the code is another, `SlowDown`.
    pub async fn give_code(self, code: String) -> Result<Option<u8>, AppError> {
        let accounts = &self.state.accounts;
        let token = cookie::read(&self.parts.headers, accounts.https).ok_or(AppError::SignedOut)?;
        let hash = TokenHash::of(&token).ok_or(AppError::SignedOut)?;
        let waiting = store::sessions::awaiting(&accounts.db.readers, hash, Timestamp::now()).await?;
        let (session, user) = waiting.ok_or(AppError::SignedOut)?;
        let recovery_left = accounts.check_code(user, code).await?;
        accounts.end_session(session).await?;
        self.let_in(user).await.map(|()| recovery_left)
    }

    /// Keeps the password that somebody has chosen by a link; they sign in with it.
    ///
    /// # Errors
    /// As [`super::Accounts::choose_password`], and `SlowDown`.
    pub async fn choose_password(self, code: &str, password: Password) -> Result<(), AppError> {
        self.state.accounts.limits.newcomers_from.check(&self.address())?;
        self.state.accounts.choose_password(code, password).await?;
        leptos_axum::redirect("/sign-in");
        Ok(())
    }

    async fn recognise(&self, name: &str, password: Password) -> Result<Entry, AppError> {
        let accounts = &self.state.accounts;
        accounts.limits.sign_in_from.check(&self.address())?;
        // Nobody's name is longer: what is longer counts as one.
        let name_key = rules::folded(name).chars().take(rules::NAME_MAX).collect();
        accounts.limits.sign_in_as.check(&name_key)?;
        accounts.identify(name, password).await
    }

    /// A newcomer's form comes twice when a button is pressed twice or a browser doesn't get the answer: the account
    /// that it made the first time is theirs, as the password shows.
    async fn or_here_already(
        &self,
        made: Result<UserId, AppError>,
        name: &str,
        password: Password,
    ) -> Result<Entry, AppError> {
        match made {
            Err(conflict @ AppError::Conflict(_)) => self.recognise(name, password).await.map_err(|_| conflict),
            made => made.map(|id| Entry {
                id,
                suspended: false,
                two_factor: false,
            }),
        }
    }

    /// Creates the team and lets its first administrator in.
    ///
    /// # Errors
    /// `SlowDown`, `Invalid` for a venue that can't run, and as [`super::Accounts::set_up`].
    pub async fn set_up(
        self,
        team: &str,
        name: &str,
        password: Password,
        venues: &[VenueKind],
    ) -> Result<(), AppError> {
        self.state.accounts.limits.newcomers_from.check(&self.address())?;
        self.state.ticker.check_venues(venues)?;
        let made = self.state.accounts.set_up(team, name, password.clone()).await;
        let is_new = made.is_ok();
        let account = self.or_here_already(made, name, password).await?;
        if !is_new {
            return self.admit(account).await;
        }
        // The team is there and its administrator must get in; what went wrong with the venues has been logged.
        let _ = self.state.ticker.choose_venues(venues).await;
        self.admit(account).await
    }

    /// Registers whoever has the join link and lets them in.
    ///
    /// # Errors
    /// `SlowDown`, and as [`super::Accounts::register`].
    pub async fn join(self, code: &str, name: &str, password: Password) -> Result<(), AppError> {
        self.state.accounts.limits.newcomers_from.check(&self.address())?;
        let made = self.state.accounts.register(code, name, password.clone()).await;
        let account = self.or_here_already(made, name, password).await?;
        self.admit(account).await
    }

    /// Ends the session, if there is one, and takes the cookie away.
    ///
    /// # Errors
    /// When that can't be kept: the session goes on.
    pub async fn sign_out(self) -> Result<(), AppError> {
        if let Some(session) = &self.session {
            self.state.accounts.end_session(session.id).await?;
        }
        self.response
            .append_header(SET_COOKIE, cookie::take_away(self.state.accounts.https)?);
        leptos_axum::redirect("/sign-in");
        Ok(())
    }

    /// Keeps how pages look on the sender's device.
    ///
    /// # Errors
    /// None that depends on the sender.
    pub fn set_looks(&self, theme: Theme, pair: Pair) -> Result<(), AppError> {
        for kept in cookie::keep_looks(theme, pair, self.state.accounts.https)? {
            self.response.append_header(SET_COOKIE, kept);
        }
        Ok(())
    }

    /// Whoever asks, if they run the team.
    ///
    /// # Errors
    /// `SignedOut`, `Forbidden`.
    pub fn admin(&self) -> Result<Me, AppError> {
        let me = self.session()?.me.clone();
        match me.role {
            Role::Admin => Ok(me),
            Role::Member => Err(AppError::Forbidden("Only administrators can do that.".into())),
        }
    }

    /// The session of whoever asks.
    ///
    /// # Errors
    /// `SignedOut`.
    pub fn session(&self) -> Result<&Session, AppError> {
        self.session.as_ref().ok_or(AppError::SignedOut)
    }

    /// Lets somebody in, or asks for the code first.
    async fn admit(&self, account: Entry) -> Result<(), AppError> {
        if !account.two_factor {
            return self.let_in(account.id).await;
        }
        self.give_cookie(account.id, true).await?;
        leptos_axum::redirect("/sign-in/code");
        Ok(())
    }

    /// A new session in place of the one that the browser had, and to where they wanted to go, or the desk.
    async fn let_in(&self, user: UserId) -> Result<(), AppError> {
        self.give_cookie(user, false).await?;
        match cookie::take_way(&self.parts.headers, self.state.accounts.https) {
            Some((way, forget)) => {
                self.response.append_header(SET_COOKIE, forget);
                leptos_axum::redirect(&way);
            }
            None => leptos_axum::redirect("/"),
        }
        Ok(())
    }

    async fn give_cookie(&self, user: UserId, awaits_code: bool) -> Result<(), AppError> {
        let accounts = &self.state.accounts;
        let agent = self.parts.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
        let new = Beginning {
            user,
            agent: agent.unwrap_or_default().chars().take(AGENT).collect(),
            address: self.client().to_string(),
            awaits_code,
        };
        let (_, token) = accounts.open_session(new).await?;
        if let Some(old) = &self.session {
            accounts.end_session(old.id).await?;
        }
        self.response
            .append_header(SET_COOKIE, cookie::give(&token, accounts.https)?);
        Ok(())
    }

    fn address(&self) -> IpAddr {
        address_key(self.client())
    }

    fn client(&self) -> IpAddr {
        let peer = self.parts.extensions.get::<ConnectInfo<SocketAddr>>();
        // Without one, which `listen` never leaves out, all callers count as one.
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip());
        client_address(&self.parts.headers, peer, &self.state.config)
    }

    /// A path of ours as it can be sent to somebody.
    pub fn whole(&self, path: &str) -> String {
        let host = || self.parts.headers.get(HOST).and_then(|host| host.to_str().ok());
        match (&self.state.config.public_url, host()) {
            (Some(url), _) => format!("{url}{path}"),
            (None, Some(host)) => format!("http://{host}{path}"),
            (None, None) => format!("http://{}{path}", self.state.config.address),
        }
    }
}
