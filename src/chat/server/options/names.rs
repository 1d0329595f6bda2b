//! `@na`: those who are in the room, and all of them at once.

use leptos::prelude::*;

use super::{Group, fitting};
use crate::{
    chat::server::{Chat, store},
    error::AppError,
    ids::{RoomId, UserId},
    ui::avatar::Avatar,
};

/// Names at most.
const MOST: usize = 8;

/// Whoever `typed` could call in `room`.
///
/// # Errors
/// `NotFound` for the room.
pub async fn names(chat: &Chat, me: UserId, room: RoomId, typed: &str) -> Result<Vec<Group>, AppError> {
    let db = &chat.db.readers;
    store::room(db, room, me).await?.ok_or_else(store::no_room)?;
    let (people, _) = store::people(db, room).await?;
    let others = people.into_iter().filter(|person| person.id != me);
    let named = others.map(|person| {
        (
            person.name,
            if chat.presence.pages(person.id) == 0 {
                ""
            } else {
                "here now"
            },
        )
    });
    let all = [("here", "those with a page open"), ("room", "everyone in this room")];
    let all = all.into_iter().map(|(name, words)| (name.to_owned(), words));
    let found = fitting(named.chain(all), |(name, _)| name.clone(), typed, MOST);
    // Whoever has typed it all wants to go on.
    let is_whole = matches!(found.as_slice(), [(only, _)] if only.eq_ignore_ascii_case(typed));
    let options = found.into_iter().filter(|_| !is_whole).map(option).collect();
    Ok(vec![Group {
        title: "People",
        options,
    }])
}

fn option((name, words): (String, &'static str)) -> AnyView {
    let text = format!("@{name} ");
    view! {
        <li role="option" data-text=text>
            <Avatar name=name.clone() />
            <span class="name">{name}</span>
            <span class="hint">{words}</span>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_text_whatever_it_is() {
        let html = super::super::html(
            "",
            vec![Group {
                title: "People",
                options: vec![option((r#""><script>&"#.to_owned(), "here now"))],
            }],
        );
        assert!(!html.contains("<script") && html.contains("&lt;script"), "{html}");
        assert!(
            html.contains(r#"data-text="@&quot;>"#) || html.contains(r#"data-text="@&quot;&gt;"#),
            "{html}"
        );
    }
}
