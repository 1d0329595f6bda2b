//! Where a rule is made, changed, switched and deleted. Whoever is in its room sees it; its author and administrators
//! change it.

use sqlx::SqliteConnection;

use crate::{
    accounts::model::{Me, Role},
    alerts::{
        model::{Draft, Test},
        rules::{machine::Event, sentence::grouped, spec::Spec, state::State},
    },
    chat::server::{
        spoken::Spoken,
        store::{must_be_in, must_be_live},
    },
    error::AppError,
    ids::AlertId,
    logs,
    server::{error::internal, state::AppState},
    ticker::model::{Key, Quote},
    time::Timestamp,
};

use super::{
    check::check,
    fire,
    store::{self, Kept},
};

/// Makes the rule that `draft` says, or changes the one that it names. `false` when the same is there already.
///
/// # Errors
/// As [`check`]; `NotFound` and `Forbidden` for the rule that it names, `SlowDown`, `Conflict` when there are too many.
pub async fn keep(state: &AppState, me: &Me, draft: &Draft) -> Result<(AlertId, bool), AppError> {
    state.chat.pace.check(&me.id)?;
    let spec = check(state, me.id, draft).await?;
    let named = match draft.rule.trim() {
        "" => None,
        id => Some(id.parse().map_err(|_| store::no_alert())?),
    };
    if let Some(id) = named {
        may_change(state, me, id).await?;
    }
    let begins = begins(state, &spec);
    // Before it is there: no line that comes after it is missed.
    let line = logs::server::store::newest(&state.logs.db.readers).await?;
    let (author, told) = (me.id, state.chat.told());
    let work = state.desk.writer.write_then(
        move |conn| {
            Box::pin(async move {
                must_be_live(conn, spec.room, author).await?;
                let now = Timestamp::now();
                let (id, is_new, spoken) = match named {
                    Some(id) => {
                        let spoken = fire::stop(conn, id, "The alert was changed.").await?;
                        store::update(conn, id, &spec).await?;
                        (id, true, spoken)
                    }
                    None => {
                        let (id, is_new) = store::insert(conn, author, &spec, now).await?;
                        (id, is_new, Spoken::Nothing)
                    }
                };
                if is_new {
                    begin_anew(conn, id, line, begins).await?;
                }
                Ok((id, is_new, spoken))
            })
        },
        move |(_, _, spoken): &(AlertId, bool, Spoken)| spoken.tell(&told),
    );
    let (id, is_new, _) = work.await?;
    state.alerts.changed.notify_one();
    Ok((id, is_new))
}

/// Has a rule watched, or no longer.
///
/// # Errors
/// `NotFound`, `Forbidden`, `SlowDown`; `Conflict` for the rule of an archived room.
pub async fn switch(state: &AppState, me: &Me, id: AlertId, on: bool) -> Result<(), AppError> {
    state.chat.pace.check(&me.id)?;
    let kept = may_change(state, me, id).await?;
    let begins = begins(state, &kept.spec);
    let line = logs::server::store::newest(&state.logs.db.readers).await?;
    let (who, told) = (me.id, state.chat.told());
    let work = state.desk.writer.write_then(
        move |conn| {
            Box::pin(async move {
                must_be_live(conn, kept.spec.room, who).await?;
                if kept.is_on == on {
                    return Ok(Spoken::Nothing);
                }
                let spoken = fire::stop(conn, id, "The alert was switched off.").await?;
                store::set_on(conn, id, on).await?;
                begin_anew(conn, id, line, begins).await?;
                Ok(spoken)
            })
        },
        move |spoken: &Spoken| spoken.tell(&told),
    );
    work.await?;
    state.alerts.changed.notify_one();
    Ok(())
}

/// Deletes a rule; what it said stays.
///
/// # Errors
/// `NotFound`, `Forbidden`, `SlowDown`.
pub async fn delete(state: &AppState, me: &Me, id: AlertId) -> Result<(), AppError> {
    state.chat.pace.check(&me.id)?;
    may_change(state, me, id).await?;
    let told = state.chat.told();
    let work = state.desk.writer.write_then(
        move |conn| {
            Box::pin(async move {
                let spoken = fire::stop(conn, id, "The alert was deleted.").await?;
                store::delete(conn, id).await?;
                Ok(spoken)
            })
        },
        move |spoken: &Spoken| spoken.tell(&told),
    );
    work.await?;
    state.alerts.changed.notify_one();
    Ok(())
}

/// Makes the secret of a rule's webhook anew; the old one signs nothing from then on.
///
/// # Errors
/// `NotFound`, `Forbidden`, `SlowDown`; `Invalid` where there is no webhook.
pub async fn renew_secret(state: &AppState, me: &Me, id: AlertId) -> Result<(), AppError> {
    state.chat.pace.check(&me.id)?;
    if may_change(state, me, id).await?.spec.hook.is_none() {
        return Err(AppError::Invalid("This alert calls no webhook.".into()));
    }
    let outgoing = state.alerts.outgoing.clone();
    let work = state.desk.writer.write_then(
        move |conn| Box::pin(async move { store::next_secret(conn, id).await }),
        move |times: &i64| outgoing.renewed(id, *times),
    );
    work.await.map(|_| ())
}

/// A rule that `me` sees.
///
/// # Errors
/// `NotFound`, as if there were none, where they aren't in its room.
pub async fn seen(state: &AppState, me: &Me, id: AlertId) -> Result<Kept, AppError> {
    let mut conn = state.desk.readers.acquire().await?;
    let kept = store::rule(&mut *conn, id).await?.ok_or_else(store::no_alert)?;
    must_be_in(&mut conn, kept.spec.room, me.id)
        .await
        .map_err(|error| match error {
            AppError::NotFound(_) => store::no_alert(),
            other => other,
        })?;
    Ok(kept)
}

/// A rule that `me` may change.
///
/// # Errors
/// As [`seen`]; `Forbidden` where it is another's.
pub async fn may_change(state: &AppState, me: &Me, id: AlertId) -> Result<Kept, AppError> {
    let kept = seen(state, me, id).await?;
    if kept.author != me.id && me.role != Role::Admin {
        return Err(AppError::Forbidden(
            "Only who made an alert, or an administrator, can change it.".into(),
        ));
    }
    Ok(kept)
}

/// What is known of a rule when it begins: on which side of its value the price is.
fn begins(state: &AppState, spec: &Spec) -> State {
    let mut begins = State::new(Timestamp::now(), 0);
    if matches!(spec.test, Test::Above | Test::Below)
        && let Some(quote) = quote(state, spec)
    {
        let event = Event::Price {
            at: quote.time.min(begins.now),
            last: quote.last,
            sides: None,
        };
        // Nothing that has only begun crosses.
        let _ = begins.take(spec, None, event);
    }
    begins
}

/// Where the price of a rule is that fires when it crosses something, if it is beyond that already.
pub fn beyond(state: &AppState, spec: &Spec) -> Option<String> {
    let quote = quote(state, spec)?;
    let side = match spec.test {
        Test::Above if quote.last > spec.value => "above",
        Test::Below if quote.last < spec.value => "below",
        _ => return None,
    };
    let (symbol, last, value) = (spec.subject(), grouped(quote.last), grouped(spec.value));
    Some(format!(
        "{symbol} is {last} now, which is {side} {value} already: this fires when it comes back and crosses again."
    ))
}

/// Which venue's price a rule watches, where the symbol has prices at others, too.
pub fn elsewhere(state: &AppState, spec: &Spec) -> Option<String> {
    let Key { symbol, venue } = &spec.key;
    let ranked = state.ticker.public_board().ranked(|own| own == symbol).into_iter();
    let others: Vec<String> = ranked.map(|quote| quote.venue).filter(|other| other != venue).collect();
    let other = others.first()?;
    let others = others.join(", ");
    Some(format!(
        "That is {symbol} at {venue}; there are prices at {others}, too, such as {other}:{symbol}."
    ))
}

/// The price that there is of the symbol of a rule.
pub fn quote(state: &AppState, spec: &Spec) -> Option<Quote> {
    let (_, quotes) = state.ticker.public_board().newer(0, |symbol| symbol == spec.key.symbol);
    quotes.into_iter().find(|quote| quote.key() == spec.key)
}

/// A rule begins: nothing is known of it but that, and how often it has fired.
async fn begin_anew(conn: &mut SqliteConnection, id: AlertId, line: u64, mut begins: State) -> Result<(), AppError> {
    let fired = store::last_fired(&mut *conn, id).await?;
    begins.episode.get_or_insert_default().number = fired;
    let state = serde_json::to_string(&begins);
    let state = state.map_err(|cause| internal("encoding an alert", &cause))?;
    let version = store::rule(&mut *conn, id).await?.map_or(0, |kept| kept.version);
    store::forget_state(conn, id).await?;
    store::keep_states(conn, line, &[(id, version, state)]).await
}
