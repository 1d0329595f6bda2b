//! The buttons below an alert's message: plain forms, which `public/alerts.js` sends by itself where scripts run.

use axum::{
    Form,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use crate::{
    accounts::server::session::Session,
    alerts::rules::telling::{ACKNOWLEDGE, WAKE},
    chat::{
        message::permalink,
        server::{mentions, spoken::Spoken, store::must_be_live},
    },
    error::AppError,
    ids::{AlertId, FiringId, UserId},
    server::state::AppState,
    time::Timestamp,
};

use super::{
    fire,
    store::{self, Firing},
};

/// The hour of a morning, UTC.
const MORNING: i64 = 8;
/// A day, in seconds.
const DAY: i64 = 86_400;

/// What was pressed.
#[derive(Deserialize)]
pub struct Act {
    firing: String,
    act: String,
}

/// What it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Acknowledge,
    /// Until then.
    Snooze(Timestamp),
    /// No longer put off.
    Wake,
}

fn wish(act: &str, now: Timestamp) -> Option<Wish> {
    let day = now.micros().div_euclid(DAY * 1_000_000);
    let morning = Timestamp::from_micros((day + 1) * DAY * 1_000_000).plus_seconds(MORNING * 3_600);
    Some(match act {
        ACKNOWLEDGE => Wish::Acknowledge,
        WAKE => Wish::Wake,
        "snooze-30m" => Wish::Snooze(now.plus_seconds(1_800)),
        "snooze-4h" => Wish::Snooze(now.plus_seconds(4 * 3_600)),
        "snooze-tomorrow" => Wish::Snooze(morning),
        _ => return None,
    })
}

/// `POST /alerts/act`: notes what was pressed, says so on the message, for everybody, and leads back to it.
///
/// # Errors
/// `NotFound` for the firing, which may be too old, or whose room the person isn't in; `Conflict` in an archived room, and
/// for a snooze of what is over; `Invalid`, `SlowDown`.
pub async fn act(
    State(state): State<AppState>,
    session: Session,
    Form(Act { firing, act }): Form<Act>,
) -> Result<Response, AppError> {
    let id: FiringId = firing.parse().map_err(|_| gone())?;
    let wish = wish(&act, Timestamp::now()).ok_or_else(|| AppError::Invalid("There is no such button.".into()))?;
    let firing = press(&state, session.me.id, id, wish).await?;
    let room = firing.room;
    let back = firing
        .seq
        .map_or_else(|| format!("/rooms/{room}"), |seq| permalink(room, seq));
    Ok(Redirect::to(&back).into_response())
}

/// Has a rule that is put off speak again.
///
/// # Errors
/// As [`act`]; `NotFound` where it isn't put off.
pub async fn wake(state: &AppState, me: UserId, rule: AlertId) -> Result<(), AppError> {
    let put_off = store::snoozed(&state.desk.readers, rule, Timestamp::now()).await?;
    let id = put_off.ok_or_else(|| AppError::NotFound("This alert isn't put off any more.".into()))?;
    press(state, me, id, Wish::Wake).await.map(|_| ())
}

async fn press(state: &AppState, me: UserId, id: FiringId, wish: Wish) -> Result<Firing, AppError> {
    state.chat.pace.check(&me)?;
    let firing = store::firing(&state.desk.readers, id).await?.ok_or_else(gone)?;
    let room = firing.room;
    {
        let mut conn = state.desk.readers.acquire().await?;
        let found = must_be_live(&mut conn, room, me).await;
        found.map_err(|error| {
            if matches!(error, AppError::NotFound(_)) {
                gone()
            } else {
                error
            }
        })?;
    }
    let called = mentions::called(&state.chat, room, &firing.telling.mentions).await?;
    let told = state.chat.told();
    let work = state.desk.writer.write_then(
        move |conn| {
            Box::pin(async move {
                must_be_live(conn, room, me).await?;
                match wish {
                    Wish::Acknowledge => store::acknowledge(conn, id, me, Timestamp::now()).await?,
                    Wish::Snooze(until) => {
                        if !store::snooze(conn, id, me, until).await? {
                            return Err(AppError::Conflict(
                                "This is over, so there is nothing to put off.".into(),
                            ));
                        }
                    }
                    Wish::Wake => store::wake(conn, id).await?,
                }
                let firing = store::firing(&mut *conn, id).await?.ok_or_else(gone)?;
                let telling = firing.telling.clone();
                fire::retell(conn, firing, telling, &called).await
            })
        },
        move |spoken: &Spoken| spoken.tell(&told),
    );
    work.await?;
    if wish != Wish::Acknowledge {
        state.alerts.changed.notify_one();
    }
    Ok(firing)
}

fn gone() -> AppError {
    AppError::NotFound("This alert is too old for that, or isn't for you.".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tomorrow_is_the_next_morning() {
        let now = Timestamp::parse("2026-11-20T23:59:00Z").unwrap();
        let Some(Wish::Snooze(until)) = wish("snooze-tomorrow", now) else {
            panic!("a snooze")
        };
        assert_eq!(until.to_string(), "2026-11-21T08:00:00.000000Z");
        assert_eq!(wish("acknowledge", now), Some(Wish::Acknowledge));
        assert_eq!(wish("wake", now), Some(Wish::Wake));
        assert_eq!(wish("explode", now), None);
    }
}
