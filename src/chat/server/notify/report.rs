//! What somebody is told about their notifications: what they chose, what this device takes, what was decided lately.

use std::collections::HashMap;

use crate::{
    accounts::server::session::Session,
    chat::{
        message::permalink,
        notify::model::{Decision, Level, NotifyPage},
    },
    error::AppError,
    ids::RoomId,
};

use super::{
    super::{Chat, store, threads},
    decide::decide,
    news::short,
};

/// Decisions that are shown.
const SHOWN: usize = 20;

/// Somebody's page about notifications.
///
/// # Errors
/// When the database can't be read.
pub async fn page(chat: &Chat, session: &Session) -> Result<NotifyPage, AppError> {
    let (db, me) = (&chat.db.readers, session.me.id);
    let chosen: HashMap<RoomId, Level> = store::levels(db, me).await?.into_iter().collect();
    let rooms = store::rooms(db, me).await?;
    let threads = threads::counted(chat, me).await?;
    let titles = rooms.iter().chain(&threads).map(|room| (room.id, room.title(me)));
    let titles: HashMap<RoomId, String> = titles.collect();
    let level = |room, kind| chosen.get(&room).copied().unwrap_or(Level::usual(kind, true));
    Ok(NotifyPage {
        decisions: decisions(chat, session, &titles).await?,
        rooms: rooms
            .into_iter()
            .map(|room| (room.id, room.title(me), level(room.id, room.kind)))
            .collect(),
        key: chat.notify.push.public_key(),
        pushes: store::subscribed_since(db, session.id).await?,
    })
}

/// What was decided lately, newest first. Where a room's level alone left somebody alone nothing was noted, nor need be:
/// unless they have chosen another since, it is decided again here.
async fn decisions(
    chat: &Chat,
    session: &Session,
    titles: &HashMap<RoomId, String>,
) -> Result<Vec<Decision>, AppError> {
    let (db, me) = (&chat.db.readers, session.me.id);
    let noted = chat.notify.log.of(me);
    let places = noted
        .iter()
        .filter_map(|entry| Some(entry.about?.0))
        .collect::<Vec<_>>();
    let heard = store::heard(db, me, &places, SHOWN).await?;
    let mut decisions = Vec::new();
    for entry in &noted {
        let Some((place, why)) = entry.about else {
            decisions.push(Decision {
                at: entry.at,
                text: "A test".into(),
                ways: entry.ways.clone(),
                notified: true,
                reached: entry.reached,
                ..Decision::default()
            });
            continue;
        };
        // What was deleted, or said where they aren't any more, is theirs no more.
        let Some(said) = heard.iter().find(|said| said.place == place) else {
            continue;
        };
        decisions.push(Decision {
            why: why.words().into(),
            notified: why.notifies(),
            reached: entry.reached,
            ways: entry.ways.clone(),
            ..about(said, titles)
        });
    }
    for said in &heard {
        let why = decide(said.facts);
        let is_noted = places.contains(&said.place);
        if !is_noted && !why.notifies() && said.level_set < said.at {
            decisions.push(Decision {
                why: why.words().into(),
                ..about(said, titles)
            });
        }
    }
    decisions.sort_by_key(|decision| std::cmp::Reverse(decision.at));
    decisions.truncate(SHOWN);
    Ok(decisions)
}

fn about(said: &store::Heard, titles: &HashMap<RoomId, String>) -> Decision {
    let (room, seq) = said.place;
    let title = titles.get(&room).map_or("a room", String::as_str);
    let text = match said.text.as_str() {
        "" => "a file".to_owned(),
        text => short(text),
    };
    Decision {
        at: said.at,
        text,
        place: format!("{} in {title}", said.author),
        link: Some(permalink(room, seq)),
        ..Decision::default()
    }
}
