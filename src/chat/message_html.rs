//! What stands in a message, as HTML. One text is a fraction of what views cost the server to make and the browser to load;
//! what is pressed in it, [`super::message`] acts on. Pure.

use super::{
    files,
    message::permalink,
    model::{Message, Person, Quote, Reaction},
    outbox::Waiting,
};
use crate::{
    accounts::model::{Me, Role},
    ids::{RoomId, UserId},
    paths, platform,
    time::Timestamp,
    ui::{avatar::face, html::escaped},
};

/// A message's face and, beside it, its words: all but the way to its thread and what is open at it.
pub fn inside(message: &Message, me: &Me, is_root: bool) -> String {
    let Message { room, author, .. } = message;
    let mut html = face(&author.name, author.id);
    html += "<div><header>";
    html += &header(author, message.at);
    html += "</header>";
    if let Some(quote) = &message.reply {
        html += &answered(*room, quote);
    }
    html += r#"<div class="said">"#;
    html += &words(message);
    html += &notes(message, me.role == Role::Admin);
    html += "</div>";
    html += &files::list(&message.files);
    html += &reactions(&message.reactions, me.id, !is_root);
    html + "</div>"
}

/// What has become of it: that it was edited, and that it is pinned. What was said before an edit, only those may see who
/// run the team.
fn notes(message: &Message, sees_history: bool) -> String {
    let Message { room, seq, .. } = message;
    let mut notes = Vec::new();
    if let Some(at) = message.edited.filter(|_| !message.deleted) {
        let href = match sees_history {
            true => format!(r#" href="/rooms/{room}/history/{seq}" rel="external""#),
            false => String::new(),
        };
        let title = format!("{} {} UTC", at.day(), at.minute());
        notes.push(format!(r#"<a class="edited"{href} title="{title}">edited</a>"#));
    }
    if let Some(name) = &message.pinned {
        let name = escaped(name);
        notes.push(format!(
            r#"<a class="edited" href="/rooms/{room}/pins" rel="external">pinned by {name}</a>"#
        ));
    }
    notes.join(r#"<span class="edited"> · </span>"#)
}

/// Whether it calls `me`: by name, or with everybody who is here or in the room.
pub fn calls(message: &Message, me: &Me) -> bool {
    const MENTION: &str = r#"<span class="mention">@"#;
    let html = message.html.as_deref().unwrap_or_default();
    let is_me = |(at, _): (usize, &str)| {
        let name = html[at + MENTION.len()..].split('<').next().unwrap_or_default();
        ["room", "here", me.username.as_str()]
            .into_iter()
            .any(|called| platform::lowercase(name) == platform::lowercase(called))
    };
    message.author.id != me.id && html.match_indices(MENTION).any(is_me)
}

/// Who said it, and when.
fn header(author: &Person, at: Timestamp) -> String {
    let (name, full, href) = (escaped(&author.name), at.to_string(), paths::then(at));
    let bot = if author.bot {
        r#" <span class="bot">bot</span>"#
    } else {
        ""
    };
    let (day, minute, milli) = (&full[..10], &full[11..16], &full[11..23]);
    format!(
        r#"<span class="by">{name}</span>{bot} <time datetime="{full}" title="{day} {milli} UTC"><a href="{href}" rel="external" tabindex="-1">{minute}</a></time>"#
    )
}

fn words(message: &Message) -> String {
    match &message.html {
        _ if message.deleted => r#"<p class="body gone">This message was deleted.</p>"#.to_owned(),
        Some(html) => format!(r#"<div class="body rich" dir="auto">{html}</div>"#),
        None if message.body.is_empty() => String::new(),
        None => plain(&message.body),
    }
}

/// A text as it was typed.
fn plain(body: &str) -> String {
    format!(r#"<p class="body" dir="auto">{}</p>"#, escaped(body))
}

/// The same of what waits, by `name`, who is `me`.
pub fn waiting(waiting: &Waiting, name: &str, me: UserId) -> String {
    let quote = waiting.reply.as_ref().map_or_else(String::new, |quote| {
        format!(r#"<p class="quote">{}</p>"#, quoted(quote))
    });
    let said = match waiting.body.as_str() {
        "" => String::new(),
        body => plain(body),
    };
    let (face, name, files) = (face(name, me), escaped(name), files::list(&waiting.files));
    format!(r#"{face}<div><header><span class="by">{name}</span></header>{quote}{said}{files}</div>"#)
}

/// What the message answers; leads there.
fn answered(room: RoomId, quote: &Quote) -> String {
    format!(
        r#"<a class="quote" href="{}">{}</a>"#,
        permalink(room, quote.seq),
        quoted(quote)
    )
}

fn quoted(quote: &Quote) -> String {
    let author = escaped(&quote.author);
    let text = match quote.text.as_str() {
        "" => "a deleted message".to_owned(),
        text => escaped(text),
    };
    format!(r#"<span class="by">{author}</span> {text}"#)
}

fn reactions(reactions: &[Reaction], me: UserId, live: bool) -> String {
    if reactions.is_empty() {
        return String::new();
    }
    let disabled = if live { "" } else { " disabled" };
    let mut html = r#"<div class="reactions">"#.to_owned();
    for Reaction { emoji, people } in reactions {
        let mine = people.iter().any(|person| person.id == me);
        let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
        let (emoji, count, names) = (escaped(emoji), names.len(), escaped(&names.join(", ")));
        html += &format!(
            r#"<button type="button"{disabled} aria-pressed="{mine}" aria-label="{emoji} {count}, by {names}" title="{names}" data-focus="{emoji}"><span aria-hidden="true">{emoji} {count}</span></button>"#
        );
    }
    html + "</div>"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{chat::model::File, ids::FileId};

    fn me(role: Role) -> Me {
        Me {
            id: UserId(1),
            name: "ines".into(),
            username: "ines".into(),
            role,
        }
    }

    fn said(body: &str) -> Message {
        Message {
            room: RoomId(3),
            seq: 7,
            author: Person {
                id: UserId(2),
                name: "bob".into(),
                ..Person::default()
            },
            at: Timestamp::parse("2026-11-20T14:03:07.204Z").expect("a time"),
            body: body.into(),
            ..Message::default()
        }
    }

    fn file(name: &str, size: Option<(u32, u32)>) -> File {
        File {
            id: FileId(4),
            name: name.into(),
            kind: "application/octet-stream".into(),
            bytes: 10,
            size,
        }
    }

    #[test]
    fn whatever_people_write_is_text() {
        let evil = r#"<img src=x onerror="a()">&"#;
        let mut message = said(evil);
        message.author.name = evil.into();
        message.pinned = Some(evil.into());
        message.reply = Some(Quote {
            seq: 1,
            author: evil.into(),
            text: evil.into(),
        });
        message.reactions = vec![Reaction {
            emoji: evil.into(),
            people: vec![message.author.clone()],
        }];
        message.files = vec![file(evil, None), file(evil, Some((10, 10)))];
        let html = inside(&message, &me(Role::Admin), false);
        // The pictures that are ours: the face, and the small one of the image.
        assert_eq!(html.matches("<img ").count(), 2, "{html}");
        assert!(!html.contains(r#"onerror="a"#), "{html}");
        assert_eq!(html.matches("&lt;img src=x").count(), 12, "{html}");
    }

    #[test]
    fn a_bot_is_marked_beside_its_name() {
        let mut message = said("v1.4 is out");
        let marked = |message: &Message| inside(message, &me(Role::Member), false).matches(">bot<").count();
        assert_eq!(marked(&message), 0);
        message.author.bot = true;
        assert_eq!(marked(&message), 1);
        let html = inside(&message, &me(Role::Member), false);
        let by = r#"<span class="by">bob</span> <span class="bot">bot</span> <time "#;
        assert!(html.contains(by), "{html}");
    }

    #[test]
    fn whoever_is_called_sees_it() {
        let calling = |name: &str| Message {
            html: Some(format!(r#"<p>hi <span class="mention">@{name}</span></p>"#)),
            ..said("hi")
        };
        let me = me(Role::Member);
        for (name, is_called) in [
            ("Ines", true),
            ("room", true),
            ("here", true),
            ("ines2", false),
            ("bob", false),
        ] {
            assert_eq!(calls(&calling(name), &me), is_called, "{name}");
        }
        assert!(!calls(&said("@ines"), &me), "nobody was called by it");
        let own = Me { id: UserId(2), ..me };
        assert!(!calls(&calling("ines"), &own), "nobody calls themselves");
    }

    #[test]
    fn what_is_shown_depends_on_who_looks() {
        let mut message = said("as it is");
        message.edited = Some(message.at);
        message.reactions = vec![Reaction {
            emoji: "👍".into(),
            people: vec![Person {
                id: UserId(1),
                name: "ines".into(),
                ..Person::default()
            }],
        }];
        let admin = inside(&message, &me(Role::Admin), false);
        assert!(admin.contains(r#"href="/rooms/3/history/7""#), "{admin}");
        assert!(
            admin.contains(r#"aria-pressed="true" aria-label="👍 1, by ines""#),
            "{admin}"
        );
        let member = inside(
            &message,
            &Me {
                id: UserId(9),
                ..me(Role::Member)
            },
            true,
        );
        assert!(
            !member.contains("/history/") && member.contains(">edited</a>"),
            "{member}"
        );
        assert!(member.contains(r#" disabled aria-pressed="false""#), "{member}");
        message.deleted = true;
        let gone = inside(&message, &me(Role::Admin), false);
        assert!(gone.contains("was deleted") && !gone.contains("edited"), "{gone}");
    }
}
