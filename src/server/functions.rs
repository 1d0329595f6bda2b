//! Runs server functions (`POST /do/…`), and gives errors, theirs and pages', the HTTP status that says the same.

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_LENGTH, LOCATION},
    },
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;

use crate::error::AppError;

use super::{limits::FORM_BODY, state::AppState};

/// Sets the status of the page that is being rendered, unless it leads elsewhere.
pub fn page_status() -> impl Fn(u16) + Send + Sync {
    let response = use_context::<ResponseOptions>();
    move |status| {
        let set = |response: &ResponseOptions| response.0.read().ok().and_then(|parts| parts.status);
        let leads = |response| set(response).is_some_and(|status| status.is_redirection());
        if let (Some(response), Ok(status)) = (&response, StatusCode::from_u16(status))
            && !leads(response)
        {
            response.set_status(status);
        }
    }
}

/// Set by server functions on every answer that is an error.
const ERROR_MARK: &str = "serverfnerror";

/// Fields of forms that a refused one is shown with again.
const REMEMBERED: [&str; 2] = ["name", "team"];
/// What leptos adds to the address of a form's page when it was refused.
const REFUSAL: [&str; 2] = ["__path", "__err"];

/// What a page of forms is told in its address when one was taken.
const DONE: &str = "done";

/// Sends a browser back to the page of its form with the newest refusal and what was typed; when it was taken, with
/// neither, and not even a lone `?`.
fn tidy_way_back(mut response: Response, form: &[u8]) -> Response {
    let location = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
    // Where on the page is no part of the query.
    let (location, place) = location.map_or(("", ""), |to| to.split_at(to.find('#').unwrap_or(to.len())));
    let Some((page, query)) = location.split_once('?') else {
        return response;
    };
    let asked: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    let refused = asked.iter().any(|(name, _)| name == REFUSAL[1]);
    let mut kept = form_urlencoded::Serializer::new(String::new());
    let is_old = |name: &str| REMEMBERED.contains(&name) || REFUSAL.contains(&name) || (refused && name == DONE);
    for (name, value) in asked.iter().filter(|(name, _)| !is_old(name)) {
        kept.append_pair(name, value);
    }
    if refused {
        let newest = |wanted: &str| asked.iter().rfind(|(name, _)| name == wanted);
        for (name, value) in REFUSAL.iter().filter_map(|name| newest(name)) {
            kept.append_pair(name, value);
        }
        let typed = form_urlencoded::parse(form).filter(|(name, _)| REMEMBERED.contains(&&**name));
        for (name, value) in typed.take(REMEMBERED.len()) {
            kept.append_pair(&name, &value[..value.floor_char_boundary(200)]);
        }
    }
    let query = kept.finish();
    let back = if query.is_empty() {
        format!("{page}{place}")
    } else {
        format!("{page}?{query}{place}")
    };
    if let Ok(back) = HeaderValue::from_str(&back) {
        response.headers_mut().insert(LOCATION, back);
    }
    response
}

/// The body of a call: read here, so that one over the limit gets its own answer rather than a decoding error.
async fn whole(body: Body) -> Result<Bytes, AppError> {
    let (mut whole, mut body) = (Vec::new(), body.into_data_stream());
    while let Some(piece) = body.next().await {
        let piece = piece
            .map_err(|_| AppError::Invalid("What was sent broke off before its end, or came too slowly.".into()))?;
        if whole.len() + piece.len() > FORM_BODY {
            return Err(AppError::TooLarge(format!(
                "A form can hold {} KiB at most.",
                FORM_BODY / 1024
            )));
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.into())
}

/// Handles a call from a hydrated page or a plain form.
pub async fn call(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = match whole(body).await {
        Ok(body) => body,
        Err(error) => return error.into_response(),
    };
    let form = body.clone();
    let request = Request::from_parts(parts, Body::from(body));
    let context = move || provide_context(state.clone());
    let response = leptos_axum::handle_server_fns_with_context(context, request)
        .await
        .into_response();
    let response = tidy_way_back(response, &form);
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR || !response.headers().contains_key(ERROR_MARK) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, FORM_BODY).await.unwrap_or_default();
    let Ok(mut error) = serde_json::from_slice::<AppError>(&body) else {
        return Response::from_parts(parts, Body::from(body));
    };
    if error == AppError::Unreachable {
        // Said of what can't be decoded; at this end that is the request.
        error = AppError::Invalid("What was sent can't be read: fields are missing or of another kind.".into());
    }
    parts.status = StatusCode::from_u16(error.status()).unwrap_or(parts.status);
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(serde_json::to_vec(&error).unwrap_or_default()))
}
