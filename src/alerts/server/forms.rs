//! What the pages of alerts send and ask for besides themselves. The form posts here rather than to a server function: one
//! that is refused comes back with all that was typed.

use std::time::Instant;

use axum::{
    Json,
    extract::{Query, RawForm, RawQuery, State},
    response::{Html, IntoResponse, Redirect, Response},
};
use leptos::{prelude::*, server_fn::error::ServerFnUrlError};
use serde::{Deserialize, Serialize};

use crate::{
    accounts::server::session::Session,
    alerts::{
        model::{Draft, HELD},
        pages::parts::Outcome,
    },
    chat::server::options::fragment,
    error::AppError,
    paths,
    server::state::AppState,
    ticker::model::Key,
};

use super::{addresses::Form, keep::keep, listed::tried, store};

/// `POST /alerts/keep`: makes the rule, or changes it, and leads to the list; back to the form with what is wrong where it
/// can't.
///
/// # Errors
/// What isn't of the form's making: `SlowDown`, `Busy`, `Internal`.
pub async fn keep_form(
    State(state): State<AppState>,
    session: Session,
    RawForm(form): RawForm,
) -> Result<Response, AppError> {
    let draft = read(&form);
    hold(&state, &session, &draft);
    match keep(&state, &session.me, &draft).await {
        Ok(_) => {
            state.alerts.addresses.forget(form_of(&session, &draft));
            Ok(Redirect::to(&format!("{}?done=kept", paths::ALERTS)).into_response())
        }
        Err(AppError::SlowDown(seconds)) => Err(AppError::SlowDown(seconds)),
        Err(error) if error.status() < 500 => Ok(Redirect::to(&refused(&draft, error)).into_response()),
        Err(error) => Err(error),
    }
}

/// `POST /alerts/look`: back to the form, which says what its rule would have done. By a post, so that the webhook's address
/// is in no URL.
pub async fn look_form(State(state): State<AppState>, session: Session, RawForm(form): RawForm) -> Redirect {
    let draft = read(&form);
    hold(&state, &session, &draft);
    Redirect::to(&again(&draft))
}

/// Keeps the webhook's address for the form that comes again.
fn hold(state: &AppState, session: &Session, draft: &Draft) {
    if !draft.url.trim().is_empty() {
        let form = form_of(session, draft);
        state.alerts.addresses.keep(form, draft.url.trim(), Instant::now());
    }
}

fn form_of(session: &Session, draft: &Draft) -> Form {
    (session.me.id, draft.rule.parse().ok())
}

/// The form again, with what was wrong; as leptos does for server functions.
fn refused(draft: &Draft, error: AppError) -> String {
    let back = again(draft);
    let there = ServerFnUrlError::new(paths::ALERT_KEEP, error).to_url(&format!("http://desk{back}"));
    let there = there
        .ok()
        .and_then(|url| Some(format!("{}?{}", url.path(), url.query()?)));
    there.unwrap_or(back)
}

/// What a form says; of a field that stands there several times, all with commas between.
fn read(form: &[u8]) -> Draft {
    let mut fields = serde_json::Map::new();
    for (name, value) in form_urlencoded::parse(form) {
        match fields.get_mut(&*name) {
            Some(serde_json::Value::String(before)) => {
                before.push(',');
                before.push_str(&value);
            }
            _ => {
                fields.insert(name.into_owned(), value.into_owned().into());
            }
        }
    }
    serde_json::from_value(fields.into()).unwrap_or_default()
}

/// The form with all that stood in it; the page says what is wrong. Of the webhook's address, which is a secret, only that it
/// waits in `addresses`.
fn again(draft: &Draft) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let fields = serde_json::to_value(draft).unwrap_or_default();
    for (name, value) in fields.as_object().into_iter().flatten() {
        let text = value.as_str().unwrap_or_default();
        if !text.is_empty() && name != "url" {
            query.append_pair(name, text);
        }
    }
    if !draft.url.trim().is_empty() {
        query.append_pair("hook", HELD);
    }
    format!("{}?{}", paths::NEW_ALERT, query.finish())
}

/// `GET /alerts/preview?…`: what the form's rule would have said, as the page shows it.
///
/// # Errors
/// `SlowDown`; when a database can't be read.
pub async fn preview(
    State(state): State<AppState>,
    session: Session,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, AppError> {
    let draft = read(query.unwrap_or_default().as_bytes());
    let tried = tried(&state, &session.me, &draft).await?;
    Ok(Html(fragment(view! { <Outcome tried /> })))
}

/// Of which symbol.
#[derive(Deserialize)]
pub struct Of {
    symbol: String,
    venue: String,
}

/// A price at which an alert fires.
#[derive(Serialize)]
pub struct Level {
    price: String,
    test: String,
    name: String,
}

/// `GET /alerts/levels?symbol=…&venue=…`: the prices at which alerts fire that the person sees, for the chart.
///
/// # Errors
/// When the database can't be read.
pub async fn levels(
    State(state): State<AppState>,
    session: Session,
    Query(of): Query<Of>,
) -> Result<Json<Vec<Level>>, AppError> {
    let key = Key {
        symbol: of.symbol,
        venue: of.venue,
    };
    let levels = store::levels(&state.desk.readers, session.me.id, &key).await?;
    let level = |(price, test, name)| Level { price, test, name };
    Ok(Json(levels.into_iter().map(level).collect()))
}
