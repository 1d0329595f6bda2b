//! Whoever may come in both ways: as a person by the session's cookie, or as a bot by its token.

use axum::{
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse, Response},
};

use crate::{accounts::model::Me, error::AppError, ids::UserId, server::state::AppState};

use super::{
    scopes::Scope,
    session::Session,
    tokens::{Bot, bearer, in_url, known, no_token},
};

/// Who sent a request, by token where it carries one, which needs the scope `post`, else by cookie. As an extractor it
/// refuses (401, 403, 429).
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub me: Me,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    Cookie(Session),
    Token(Bot),
}

impl Caller {
    /// Whether they may be told what others say: people may, and tokens with the scope `read`.
    pub const fn may_read(&self) -> bool {
        match &self.way {
            Way::Cookie(_) => true,
            Way::Token(bot) => bot.may_read,
        }
    }

    /// Completes when the session or the token ends; so does what was opened with it.
    pub async fn ended(self) {
        self.way.ended().await;
    }
}

impl Way {
    async fn ended(self) {
        match self {
            Self::Cookie(session) => session.ended().await,
            Self::Token(bot) => bot.ended().await,
        }
    }
}

/// Who listens, by token where the request carries one, which needs the scope `read`, else by cookie. As an extractor it
/// refuses (401, 403, 429).
#[derive(Clone, Debug)]
pub struct Listener(Way);

impl Listener {
    /// Who: a person or a bot.
    pub const fn id(&self) -> UserId {
        match &self.0 {
            Way::Cookie(session) => session.me.id,
            Way::Token(bot) => bot.me.id,
        }
    }

    /// Completes when the session or the token ends; so does what was opened with it.
    pub async fn ended(self) {
        self.0.ended().await;
    }
}

impl FromRequestParts<AppState> for Listener {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        if let Some(token) = bearer(parts) {
            let bot = known(state.accounts.bot(token, Scope::Read).await).map_err(IntoResponse::into_response)?;
            return Ok(Self(Way::Token(bot)));
        }
        let session = Session::from_request_parts(parts, state).await;
        session
            .map(|session| Self(Way::Cookie(session)))
            .map_err(AppError::into_response)
    }
}

/// Who listens, as [`Listener`], or by `?token=` in the URL, for what can set no headers: there only a token counts that may
/// nothing but read. As an extractor it refuses (401, 403, 429).
#[derive(Clone, Debug)]
pub struct UrlListener {
    /// Who.
    pub listener: Listener,
    /// By a token, so that no cookie had a part in it.
    pub by_token: bool,
}

impl FromRequestParts<AppState> for UrlListener {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let by_token = bearer(parts).is_some();
        if !by_token && let Some(token) = in_url(parts) {
            let bot = known(state.accounts.reader(&token).await).map_err(IntoResponse::into_response)?;
            return Ok(Self {
                listener: Listener(Way::Token(bot)),
                by_token: true,
            });
        }
        let listener = Listener::from_request_parts(parts, state).await?;
        Ok(Self { listener, by_token })
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        // A cookie doesn't make up for a bad token: the look at the request's origin relies on the token.
        let Some(token) = bearer(parts) else {
            let session = Session::from_request_parts(parts, state).await;
            let session = session.map_err(|_| no_token().into_response())?;
            let me = session.me.clone();
            return Ok(Self {
                me,
                way: Way::Cookie(session),
            });
        };
        let bot = known(state.accounts.bot(token, Scope::Post).await).map_err(IntoResponse::into_response)?;
        Ok(Self {
            me: bot.me.clone(),
            way: Way::Token(bot),
        })
    }
}
