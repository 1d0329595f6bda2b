//! From what was written to a rule that can be kept.

use crate::{
    alerts::{
        model::Draft,
        rules::spec::{self, Spec},
    },
    chat::{
        model::RoomKind,
        server::{
            mentions,
            store::{archived, no_room, room},
        },
    },
    error::AppError,
    ids::{RoomId, UserId},
    server::state::AppState,
    ticker::{model::Key, server::lists::text},
};

use super::venues;

/// The rule that `draft` stands for, as `me` may make it.
///
/// # Errors
/// `Invalid` with what is missing or wrong; `NotFound` for a room that they aren't in; `Conflict` for an archived one.
pub async fn check(state: &AppState, me: UserId, draft: &Draft) -> Result<Spec, AppError> {
    let key = match spec::test(draft)?.is_price() && !draft.symbol.trim().is_empty() {
        true => Some(symbol(state, &draft.symbol)?),
        false => None,
    };
    let room = draft.room.trim().parse();
    let room: RoomId = room.map_err(|_| AppError::Invalid("Choose the room that it speaks in.".into()))?;
    let mut rule = Spec::of(draft, key, room)?;
    let is_unnamed = draft.name.trim().is_empty();
    venues::named(state, std::slice::from_mut(&mut rule));
    if is_unnamed {
        rule.name = rule.own_name();
    }
    may_speak_in(state, me, room).await?;
    may_be_called(state, &rule).await?;
    if let Some(hook) = &rule.hook {
        state.alerts.outgoing.check(&hook.url)?;
    }
    Ok(rule)
}

/// Refuses a room that isn't there for `me`, and what is no room.
async fn may_speak_in(state: &AppState, me: UserId, id: RoomId) -> Result<(), AppError> {
    let joined = room(&state.chat.db.readers, id, me).await?.ok_or_else(no_room)?;
    match joined.room.kind {
        RoomKind::Open | RoomKind::Private if joined.room.archived => Err(archived()),
        RoomKind::Open | RoomKind::Private => Ok(()),
        RoomKind::Direct | RoomKind::Thread => Err(AppError::Invalid(
            "Alerts speak in rooms, not in conversations and threads. Choose a room.".into(),
        )),
    }
}

/// Refuses to call whom a message in that room wouldn't reach.
async fn may_be_called(state: &AppState, rule: &Spec) -> Result<(), AppError> {
    let called = mentions::called(&state.chat, rule.room, &rule.mentions).await?;
    let nobody = rule.mentions.split(' ').find(|name| {
        let name = name.trim_start_matches('@');
        !name.is_empty() && !called.is(name)
    });
    nobody.map_or(Ok(()), |name| {
        Err(AppError::Invalid(format!(
            "{name} is nobody in that room: it can call those who are in it, @here and @room."
        )))
    })
}

/// What a symbol stands for, as on a list: `BTC-USD`, or `coinbase:BTC-USD`.
fn symbol(state: &AppState, written: &str) -> Result<Key, AppError> {
    let keys = state.ticker.lists.market.resolve(text::read(written.trim())?)?;
    match <[Key; 1]>::try_from(keys) {
        Ok([key]) => Ok(key),
        Err(_) => Err(AppError::Invalid(
            "An alert is on one symbol, such as BTC-USD or coinbase:BTC-USD.".into(),
        )),
    }
}
