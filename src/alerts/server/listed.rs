//! What the pages of alerts show.

use std::time::Instant;

use crate::{
    accounts::model::{Me, Role},
    alerts::{
        model::{Draft, FormPage, HELD, Listed, Tried},
        rules::{lengths, spec::Spec, state::State},
    },
    chat::{message::permalink, model::RoomKind, server::store::rooms},
    error::AppError,
    ids::RoomId,
    server::state::AppState,
    time::Timestamp,
};

use super::{
    keep::may_change,
    preview::preview,
    store::{self, Seen},
    venues,
};

/// The alerts of the rooms that `me` is in, those that fire first, then by
/// name.
///
/// # Errors
/// When the database can't be read.
pub async fn listed(state: &AppState, me: &Me) -> Result<Vec<Listed>, AppError> {
    let now = Timestamp::now();
    let mut seen = store::seen(&state.desk.readers, me.id).await?;
    venues::named(state, &mut seen);
    let mut listed: Vec<Listed> = seen.into_iter().map(|seen| one(seen, me, now)).collect();
    listed.sort_by_cached_key(|alert| (!alert.is_firing, alert.name.to_lowercase(), alert.id));
    Ok(listed)
}

/// What else is to be known of a rule at a glance.
fn terms(spec: &Spec) -> Vec<String> {
    let (days, from, until) = spec.hours.write();
    let mut terms = Vec::new();
    if !spec.mentions.is_empty() {
        terms.push(format!("calls {}", spec.mentions));
    }
    let hours = match from.as_str() {
        "" => String::new(),
        from => format!("{from} to {until} UTC"),
    };
    let when = [days.replace(',', ", "), hours];
    let when: Vec<String> = when.into_iter().filter(|part| !part.is_empty()).collect();
    if !when.is_empty() {
        terms.push(when.join(", "));
    }
    terms.push(match spec.cooldown {
        0 => "no cool-down".to_owned(),
        seconds => format!("cool-down {}", lengths::words(seconds)),
    });
    terms.extend(
        spec.hook
            .as_ref()
            .map(|hook| format!("webhook: {}", hook.shape.words())),
    );
    terms
}

fn one(seen: Seen, me: &Me, now: Timestamp) -> Listed {
    let Seen { kept, room, author, .. } = seen;
    let terms = terms(&kept.spec);
    let known: State = seen
        .state
        .and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_default();
    Listed {
        id: kept.id,
        sentence: kept.spec.sentence(),
        name: kept.spec.name,
        room: (kept.spec.room, room),
        author,
        can_change: kept.author == me.id || me.role == Role::Admin,
        is_on: kept.is_on,
        is_firing: kept.is_on && known.is_firing(),
        snoozed: seen.snoozed.filter(|until| *until > now),
        fired: seen
            .fired
            .map(|(at, seq)| (at, seq.map(|seq| permalink(kept.spec.room, seq)))),
        trouble: kept.trouble,
        has_hook: kept.spec.hook.is_some(),
        terms,
    }
}

/// The form, as `asked` says, or as the rule is that it names; with what would have been, where it says what is looked
/// for.
///
/// # Errors
/// `NotFound` and `Forbidden` for the rule; `SlowDown`; when a database can't be read.
pub async fn form(state: &AppState, me: &Me, asked: Draft) -> Result<FormPage, AppError> {
    let rooms = speakable(state, me).await?;
    let mut draft = asked;
    let only_named = Draft {
        rule: draft.rule.clone(),
        ..Draft::default()
    };
    let (mut secret, mut is_address_lost) = (None, false);
    if draft.url == HELD {
        let form = (me.id, draft.rule.parse().ok());
        draft.url = state.alerts.addresses.of(form, Instant::now()).unwrap_or_default();
        is_address_lost = draft.url.is_empty();
    }
    if let Ok(id) = draft.rule.parse() {
        let kept = may_change(state, me, id).await?;
        let hook = kept.spec.hook.as_ref();
        secret = hook.map(|_| state.alerts.outgoing.secret(id).text().to_owned());
        if draft == only_named {
            draft = Draft {
                rule: draft.rule,
                ..kept.spec.draft()
            };
        }
    }
    if draft.room.is_empty()
        && let Some((id, _)) = rooms.iter().min_by_key(|(id, _)| *id)
    {
        draft.room = id.to_string();
    }
    let tried = match draft.test.is_empty() || is_begun(&draft) {
        true => None,
        false => Some(tried(state, me, &draft).await?),
    };
    Ok(FormPage {
        draft,
        rooms,
        tried,
        secret,
        is_address_lost,
    })
}

/// Of what it needs something isn't said yet: nothing is wrong so far.
fn is_begun(draft: &Draft) -> bool {
    let test = crate::alerts::model::Test::named(&draft.test);
    test.is_some_and(|test| {
        (test.is_price() && draft.symbol.is_empty()) || (test.takes_value() && draft.value.is_empty())
    })
}

/// What became of trying a draft on the past.
///
/// # Errors
/// `SlowDown`; when a database can't be read.
pub async fn tried(state: &AppState, me: &Me, draft: &Draft) -> Result<Tried, AppError> {
    state.alerts.previews.check(&me.id)?;
    match preview(state, me.id, draft).await {
        Ok(preview) => Ok(Tried::Fired(preview)),
        Err(error) if error.status() < 500 => Ok(Tried::Wrong(error.to_string())),
        Err(error) => Err(error),
    }
}

/// The rooms that an alert of theirs can speak in.
async fn speakable(state: &AppState, me: &Me) -> Result<Vec<(RoomId, String)>, AppError> {
    let rooms = rooms(&state.desk.readers, me.id).await?;
    let named = rooms
        .into_iter()
        .filter(|room| matches!(room.kind, RoomKind::Open | RoomKind::Private));
    Ok(named.map(|room| (room.id, room.name)).collect())
}
