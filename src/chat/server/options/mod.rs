//! What fields offer: lists that the browser shows as they come (`ui/options`). One file for each kind.

mod commands;
mod emoji;
pub mod jump;
mod names;

use axum::{
    extract::{Path, Query, State},
    response::Html,
};
use futures::future::BoxFuture;
use leptos::prelude::*;
use serde::Deserialize;

use crate::{
    accounts::server::session::Session,
    desk_keys,
    error::AppError,
    ids::{RoomId, UserId},
    server::state::AppState,
};

/// What is typed, in bytes at most.
const LONGEST: usize = 200;

/// What another feature offers; it comes with [`super::Chat::start`].
pub trait Offer: Send + Sync {
    /// What the address of its list ends in, where it has one for fields.
    fn kind(&self) -> Option<&'static str> {
        None
    }
    /// What is offered there to somebody who typed this.
    fn groups(&self, typed: &str) -> Vec<Group> {
        let _ = typed;
        Vec::new()
    }
    /// Where somebody could mean to go who typed this.
    fn jumps<'a>(&'a self, typed: &'a str) -> BoxFuture<'a, Vec<Group>>;
}

/// What a field asks with.
#[derive(Deserialize)]
pub struct Asked {
    /// What was typed.
    #[serde(default)]
    q: String,
    /// Where.
    #[serde(default)]
    room: RoomId,
}

/// `GET /options/{kind}?q=…&room=…`, for whoever is signed in.
///
/// # Errors
/// `SlowDown`, `TooLarge`, `NotFound` for the kind or the room.
pub async fn list(
    State(state): State<AppState>,
    session: Session,
    Path(kind): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, AppError> {
    let me = session.me.id;
    state.chat.options.check(&me)?;
    if asked.q.len() > LONGEST {
        return Err(AppError::TooLarge(format!(
            "What is typed has {LONGEST} bytes at most."
        )));
    }
    Ok(Html(match kind.as_str() {
        "words" => html("rows", words(&state, me, &asked).await?),
        "emoji" => emoji::grid(&asked.q),
        "jump" => html("rows", jump::jump(&state.chat, &session.me, &asked.q).await?),
        "keys" => fragment(desk_keys::list()),
        other => {
            let offer = state.chat.offers.iter().find(|offer| offer.kind() == Some(other));
            let offer = offer.ok_or_else(|| AppError::NotFound("There is no such list.".into()))?;
            html("rows", offer.groups(&asked.q))
        }
    }))
}

/// For the word before the caret of a message.
async fn words(state: &AppState, me: UserId, asked: &Asked) -> Result<Vec<Group>, AppError> {
    let Some(mark) = asked.q.chars().next() else {
        return Ok(Vec::new());
    };
    let typed = &asked.q[mark.len_utf8()..];
    match mark {
        '/' => Ok(commands::commands(&state.chat.commands, typed)),
        '@' => names::names(&state.chat, me, asked.room, typed).await,
        ':' => Ok(emoji::completions(typed)),
        _ => Ok(Vec::new()),
    }
}

/// Options under a heading.
pub struct Group {
    /// What they are.
    pub title: &'static str,
    /// Each a `<li role="option">`.
    pub options: Vec<AnyView>,
}

/// What stands in a list, in `rows` or as a `grid`; nothing where there is no option.
fn html(class: &'static str, groups: Vec<Group>) -> String {
    let shown = groups.into_iter().filter(|group| !group.options.is_empty());
    shown
        .map(|Group { title, options }| {
            fragment(view! { <ul role="group" class=class aria-label=title>{options}</ul> })
        })
        .collect()
}

/// HTML without the marks by which scripts would take it over.
pub fn fragment(view: impl IntoView) -> String {
    view.into_view().to_html().replace("<!>", "")
}

/// How well `name` fits what was typed: 0 when it is a word of it, 1 when it begins so, 2 when a word in it does, 3 when
/// it is somewhere inside.
fn fit(name: &str, typed: &str) -> Option<usize> {
    let (name, typed) = (name.to_lowercase(), typed.to_lowercase());
    let at = name.find(&typed)?;
    let begins_word = |at: usize| {
        let before = name[..at].chars().next_back();
        before.is_none_or(|before| !before.is_alphanumeric())
    };
    Some(match at {
        _ if name.split_whitespace().any(|word| word == typed) => 0,
        0 => 1,
        _ if name.match_indices(&typed).any(|(at, _)| begins_word(at)) => 2,
        _ => 3,
    })
}

/// Those of `all` that fit, best first, `most` of them.
fn fitting<T>(all: impl IntoIterator<Item = T>, name: impl Fn(&T) -> String, typed: &str, most: usize) -> Vec<T> {
    let fits = all.into_iter().filter_map(|one| Some((fit(&name(&one), typed)?, one)));
    let mut fits: Vec<_> = fits.collect();
    fits.sort_by_key(|(fit, _)| *fit);
    fits.truncate(most);
    fits.into_iter().map(|(_, one)| one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_so_comes_first() {
        let found = |typed| fitting(["tomasz", "ines.tan", "santa"], ToString::to_string, typed, 2);
        assert_eq!(found("TA"), ["ines.tan", "santa"]);
        assert_eq!(found(""), ["tomasz", "ines.tan"]);
        assert!(found("x").is_empty());
        assert_eq!(found("santa"), ["santa"]);
        let fits = ["desk", "#", "de", "esk"].map(|typed| fit("# desk", typed));
        assert_eq!(fits, [Some(0), Some(0), Some(2), Some(3)]);
    }
}
