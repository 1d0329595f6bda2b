//! Whoever may come in both ways: as a person by the session's cookie, or as a bot by its token.

use std::time::Duration;

use axum::{extract::FromRequestParts, http::request::Parts, response::Response};

use crate::{accounts::model::Me, server::state::AppState};

use super::{
    session::Session,
    tokens::{Bot, bearer},
};

/// How often an open line asks whether its bot's token is still there: another process may have removed it.
const ASK_EVERY: Duration = Duration::from_secs(2);

/// Who sent a request, by token where it carries one, else by cookie. As an extractor it refuses (401, 429).
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub me: Me,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    Cookie(Session),
    Token(i64),
}

impl Caller {
    /// Completes when the session or the token ends; so does what was opened with it.
    pub async fn ended(self, state: AppState) {
        match self.way {
            Way::Cookie(session) => session.ended().await,
            Way::Token(token) => loop {
                tokio::time::sleep(ASK_EVERY).await;
                if matches!(state.accounts.has_token(token).await, Ok(false)) {
                    return;
                }
            },
        }
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        // A cookie doesn't make up for a bad token: the look at the request's origin relies on the token.
        if bearer(parts).is_none()
            && let Ok(session) = Session::from_request_parts(parts, state).await
        {
            let me = session.me.clone();
            return Ok(Self {
                me,
                way: Way::Cookie(session),
            });
        }
        let bot = Bot::from_request_parts(parts, state).await?;
        Ok(Self {
            me: bot.me,
            way: Way::Token(bot.token),
        })
    }
}
