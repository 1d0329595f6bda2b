//! `@na`: those who are in the room, and all of them at once.

use leptos::prelude::*;

use super::{Group, fitting};
use crate::{
    chat::server::{Chat, room_pages, store},
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
    let others = people.into_iter().filter(|(person, _)| person.id != me);
    let named = others.map(|named| {
        let mate = room_pages::teammate(chat, named);
        Callee {
            id: mate.person.id,
            words: mate.words(),
            name: mate.person.name,
            call: mate.username,
        }
    });
    let all = [("here", "those with a page open"), ("room", "everyone in this room")];
    let all = all.into_iter().map(|(call, words)| Callee {
        id: UserId::default(),
        name: call.to_owned(),
        call: call.to_owned(),
        words: words.to_owned(),
    });
    let both = |callee: &Callee| format!("{} {}", callee.call, callee.name);
    let found = fitting(named.chain(all), both, typed, MOST);
    // Whoever has typed it all wants to go on.
    let is_whole = matches!(found.as_slice(), [only] if only.call == typed.to_lowercase());
    let options = found.into_iter().filter(|_| !is_whole).map(option).collect();
    Ok(vec![Group {
        title: "People",
        options,
    }])
}

/// Whom one could call.
struct Callee {
    /// Whose picture is shown; of several nobody's.
    id: UserId,
    /// What they are shown by.
    name: String,
    /// What stands after the `@`.
    call: String,
    words: String,
}

fn option(Callee { id, name, call, words }: Callee) -> AnyView {
    let text = format!("@{call} ");
    view! {
        <li role="option" data-text=text>
            <Avatar name=name.clone() id />
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
        let hostile = || r#""><script>&"#.to_owned();
        let html = super::super::html(
            "",
            vec![Group {
                title: "People",
                options: vec![option(Callee {
                    id: UserId(1),
                    name: hostile(),
                    call: hostile(),
                    words: "here now".to_owned(),
                })],
            }],
        );
        assert!(!html.contains("<script") && html.contains("&lt;script"), "{html}");
        assert!(
            html.contains(r#"data-text="@&quot;>"#) || html.contains(r#"data-text="@&quot;&gt;"#),
            "{html}"
        );
    }
}
