//! What is said by a form with files in it: the composer's own where there are no scripts, and Campfire's bots.

use axum::{
    extract::{Multipart, Path, Request, State},
    response::{IntoResponse, Redirect, Response},
};
use leptos::{prelude::*, server_fn::error::ServerFnUrlError};
use leptos_meta::provide_meta_context;

use super::upload::{PARTS, drain, form, next, text};
use crate::{
    accounts::server::session::Session,
    app::not_said_shell,
    chat::{
        message::thread_link,
        model::Person,
        rules,
        server::{
            commands::{self, Outcome},
            rooms::new_client_id,
            store,
        },
        wire::Draft,
    },
    error::AppError,
    ids::{RoomId, UserId},
    paths,
    server::{refusal::plain_page, state::AppState},
};

/// `POST /rooms/{room}/say`: says what the form holds and leads back to the room, with the reason where it was refused.
pub async fn say(
    State(state): State<AppState>,
    session: Result<Session, AppError>,
    Path(room): Path<String>,
    request: Request,
) -> Response {
    let Ok(room) = room.parse::<RoomId>() else {
        return store::no_room().into_response();
    };
    let mut back = format!("/rooms/{room}");
    let mut beside = false;
    let mut draft = empty(room);
    let said = async {
        let me = session?.me;
        // A thread is shown beside its room.
        let joined = store::room(&state.chat.db.readers, room, me.id).await?;
        if let Some((parent, root)) = joined.and_then(|joined| joined.room.root) {
            (back, beside) = (thread_link(parent, root), true);
        }
        let me = Person::from(&me);
        let mut form = form(request).await?;
        if let Err(error) = read(&state, me.id, &mut form, &mut draft).await {
            drain(&mut form).await;
            return Err(error);
        }
        commands::take(&state.chat, me, draft.clone()).await
    };
    let said = said.await;
    let (refused, note) = paths::answers(beside);
    let (path, words) = match said {
        Ok(Outcome::Said(_)) => return Redirect::to(&back).into_response(),
        Ok(Outcome::Go(there)) => return Redirect::to(&there).into_response(),
        Ok(Outcome::Note(words)) => (note, AppError::Invalid(words)),
        // What was written is not lost.
        Err(error) if !draft.body.trim().is_empty() => return not_said(&state, error, draft, back),
        Err(error) => (refused, error),
    };
    // As leptos does for server functions, so that the page shows it in the same place.
    let there = ServerFnUrlError::new(path, words).to_url(&format!("http://desk{back}"));
    let there = there
        .ok()
        .and_then(|url| Some(format!("{}?{}", url.path(), url.query()?)));
    Redirect::to(&there.unwrap_or(back)).into_response()
}

/// The page on which a refused message is mended.
fn not_said(state: &AppState, error: AppError, draft: Draft, back: String) -> Response {
    let (status, options) = (error.status(), state.leptos.clone());
    let page = Owner::new().with(|| {
        provide_meta_context();
        not_said_shell(options, error, draft.room, draft.body, back).to_html()
    });
    plain_page(status, page)
}

fn empty(room: RoomId) -> Draft {
    Draft {
        room,
        client_id: new_client_id(),
        ..Draft::default()
    }
}

/// What a form holds: `body`, files in `file` or `attachment`, which are received, and perhaps the sender's own
/// `client_id`.
///
/// # Errors
/// As [`receive`](super::receive).
pub async fn draft(state: &AppState, author: UserId, room: RoomId, form: &mut Multipart) -> Result<Draft, AppError> {
    let mut draft = empty(room);
    read(state, author, form, &mut draft).await?;
    Ok(draft)
}

/// The same, into `draft`, which holds what was read of it when the rest is refused.
async fn read(state: &AppState, author: UserId, form: &mut Multipart, draft: &mut Draft) -> Result<(), AppError> {
    for _ in 0..PARTS {
        let Some(part) = next(form).await? else { break };
        match part.name() {
            Some("client_id") => draft.client_id = text(part).await?,
            Some("body") => draft.body = text(part).await?,
            Some("file" | "attachment") => {
                let name = part.file_name().unwrap_or_default().to_owned();
                // What a browser sends where nothing was picked.
                if name.is_empty() {
                    text(part).await?;
                    continue;
                }
                if draft.files.len() >= rules::MOST_FILES {
                    return Err(rules::too_many_files());
                }
                draft
                    .files
                    .push(state.chat.files.receive(author, draft.room, &name, part).await?.id);
            }
            _ => {
                let words = "The form holds a part that is none of body, file, attachment and client_id.";
                return Err(AppError::Invalid(words.into()));
            }
        }
    }
    Ok(())
}
