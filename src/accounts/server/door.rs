//! What the forms do: who calls, how often, what cookie they leave with.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use axum::{
    extract::ConnectInfo,
    http::{
        header::{HOST, SET_COOKIE},
        request::Parts,
    },
};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use crate::{
    accounts::{
        model::{Password, Role},
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
};

use super::{cookie, session::Session, tokens};

/// How often who may try what.
pub struct Limits {
    /// Signing in, by address: a whole office may sit behind one.
    pub sign_in_from: PerKey<IpAddr>,
    /// Signing in, by name, whether anybody has it or not.
    pub sign_in_as: PerKey<String>,
    /// Set-up and registration, by address.
    pub newcomers_from: PerKey<IpAddr>,
    /// Ingest requests, by token.
    pub token: PerKey<i64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sign_in_from: PerKey::new(30, Duration::from_secs(5)),
            sign_in_as: PerKey::new(10, Duration::from_secs(20)),
            newcomers_from: PerKey::new(30, Duration::from_secs(5)),
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
        let user = self.recognise(name, password).await?;
        self.let_in(user).await
    }

    async fn recognise(&self, name: &str, password: Password) -> Result<UserId, AppError> {
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
    ) -> Result<UserId, AppError> {
        match made {
            Err(conflict @ AppError::Conflict(_)) => self.recognise(name, password).await.map_err(|_| conflict),
            made => made,
        }
    }

    /// Creates the team and lets its first administrator in.
    ///
    /// # Errors
    /// `SlowDown`, and as [`super::Accounts::set_up`].
    pub async fn set_up(
        self,
        team: &str,
        name: &str,
        password: Password,
        venues: &[VenueKind],
    ) -> Result<(), AppError> {
        self.state.accounts.limits.newcomers_from.check(&self.address())?;
        let made = self.state.accounts.set_up(team, name, password.clone()).await;
        let is_new = made.is_ok();
        let user = self.or_here_already(made, name, password).await?;
        if !is_new {
            return self.let_in(user).await;
        }
        // The team is there and its administrator must get in; what went wrong with the venues has been logged.
        let _ = self.state.ticker.choose_venues(venues).await;
        self.let_in(user).await
    }

    /// Registers whoever has the join link and lets them in.
    ///
    /// # Errors
    /// `SlowDown`, and as [`super::Accounts::register`].
    pub async fn join(self, code: &str, name: &str, password: Password) -> Result<(), AppError> {
        self.state.accounts.limits.newcomers_from.check(&self.address())?;
        let made = self.state.accounts.register(code, name, password.clone()).await;
        let user = self.or_here_already(made, name, password).await?;
        self.let_in(user).await
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

    /// The join link as it can be sent to somebody; administrators only.
    ///
    /// # Errors
    /// `SignedOut`, `Forbidden`.
    pub async fn join_link(&self) -> Result<String, AppError> {
        self.must_run_the_team()?;
        let code = self.state.accounts.join_code().await?;
        Ok(format!("{}/join/{code}", self.our_url()))
    }

    /// Makes the join link another; administrators only.
    ///
    /// # Errors
    /// `SignedOut`, `Forbidden`.
    pub async fn new_join_link(&self) -> Result<(), AppError> {
        self.must_run_the_team()?;
        self.state.accounts.new_join_code().await.map(|_| ())
    }

    /// A new session and its cookie, in place of the one that the browser had.
    async fn let_in(&self, user: UserId) -> Result<(), AppError> {
        let accounts = &self.state.accounts;
        let (_, token) = accounts.open_session(user).await?;
        if let Some(old) = &self.session {
            accounts.end_session(old.id).await?;
        }
        self.response
            .append_header(SET_COOKIE, cookie::give(&token, accounts.https)?);
        leptos_axum::redirect("/");
        Ok(())
    }

    fn must_run_the_team(&self) -> Result<(), AppError> {
        match self.session.as_ref().ok_or(AppError::SignedOut)?.me.role {
            Role::Admin => Ok(()),
            Role::Member => Err(AppError::Forbidden("Only administrators can do that.".into())),
        }
    }

    fn address(&self) -> IpAddr {
        let peer = self.parts.extensions.get::<ConnectInfo<SocketAddr>>();
        // Without one, which `listen` never leaves out, all callers count as one.
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip());
        address_key(client_address(&self.parts.headers, peer, &self.state.config))
    }

    fn our_url(&self) -> String {
        let host = || self.parts.headers.get(HOST).and_then(|host| host.to_str().ok());
        match (&self.state.config.public_url, host()) {
            (Some(url), _) => url.clone(),
            (None, Some(host)) => format!("http://{host}"),
            (None, None) => format!("http://{}", self.state.config.address),
        }
    }
}
