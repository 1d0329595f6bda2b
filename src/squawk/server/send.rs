//! `GET` and `POST /send?m=text`: a headline by the plainest means there are. By a token alone, no cookie counts; what is
//! answered is plain text.

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Request, State},
    http::{
        HeaderValue, Method, StatusCode,
        header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, WWW_AUTHENTICATE},
        request::Parts,
    },
    response::{IntoResponse, Response},
};

use super::publish::{New, Source, publish};
use crate::{
    accounts::server::{
        scopes::Scope,
        tokens::{bearer, in_url},
    },
    error::AppError,
    server::state::AppState,
};

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// Tells everyone the text of `?m=`, else of the body, or of the field `m` of a form. `?url=` and `?client_id=` as in the
/// API. The token, with the scope `post`, comes as `Bearer` or as `?token=`.
pub async fn send(State(state): State<AppState>, request: Request) -> Response {
    // What is asked for its head alone would be said again when it is asked for whole.
    if request.method() == Method::HEAD {
        return (
            StatusCode::METHOD_NOT_ALLOWED,
            [(ALLOW, HeaderValue::from_static("GET, POST"))],
        )
            .into_response();
    }
    let (parts, body) = request.into_parts();
    let answered = match taken(&state, &parts, body).await {
        Ok((StatusCode::UNAUTHORIZED, words)) => {
            let asks = [(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))];
            return (
                StatusCode::UNAUTHORIZED,
                asks,
                [(CONTENT_TYPE, TEXT)],
                format!("{words}\n"),
            )
                .into_response();
        }
        answered => answered,
    };
    match answered {
        Ok((status, words)) => (status, [(CONTENT_TYPE, TEXT)], format!("{words}\n")).into_response(),
        Err(error) => {
            let words = format!("{error}\n");
            let mut response = error.into_response();
            *response.body_mut() = Body::from(words);
            response.headers_mut().remove(CONTENT_LENGTH);
            response.headers_mut().insert(CONTENT_TYPE, TEXT);
            response
        }
    }
}

async fn taken(state: &AppState, parts: &Parts, body: Body) -> Result<(StatusCode, &'static str), AppError> {
    let token = bearer(parts).map(Into::into).or_else(|| in_url(parts));
    let Some(token) = token else {
        return Ok((
            StatusCode::UNAUTHORIZED,
            "Send a token in the header Authorization: Bearer sbx_…, or as ?token= in the URL. Make one with squawkbox \
             token create --name NAME --scope post.",
        ));
    };
    let Some(bot) = state.accounts.bot(&token, Scope::Post).await? else {
        return Ok((
            StatusCode::UNAUTHORIZED,
            "This token is unknown here, or was revoked. Make one with squawkbox token create --name NAME --scope post.",
        ));
    };
    let field = |name: &str| asked(parts.uri.query().unwrap_or_default(), name);
    let text = match field("m") {
        Some(text) => text,
        None => text_of(parts, body).await?,
    };
    let new = New {
        text,
        url: field("url"),
        outer_id: field("client_id"),
    };
    let (_, is_new) = publish(&state.squawk, Source::Member(bot.me.id), new).await?;
    Ok(match is_new {
        true => (StatusCode::CREATED, "Everyone hears it."),
        false => (StatusCode::OK, "Everyone has heard it before."),
    })
}

/// The body: a text, or a form with the field `m`. A form is also what programs call a text that they say nothing of.
async fn text_of(parts: &Parts, body: Body) -> Result<String, AppError> {
    let bytes = Bytes::from_request(Request::new(body), &()).await;
    let bytes = bytes.map_err(|_| AppError::TooLarge("The text is too long, or broke off before its end.".into()))?;
    let text = String::from_utf8(bytes.into()).map_err(|_| AppError::Invalid("The body is not UTF-8.".into()))?;
    let kind = parts
        .headers
        .get(CONTENT_TYPE)
        .map(HeaderValue::as_bytes)
        .unwrap_or_default();
    let field = kind
        .starts_with(b"application/x-www-form-urlencoded")
        .then(|| asked(&text, "m"));
    Ok(field.flatten().unwrap_or(text))
}

fn asked(query: &str, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find_map(|(is, value)| (is == name).then(|| value.into_owned()))
}
