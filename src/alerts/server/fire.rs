//! What rules have to say becomes messages: kept with the states that caused it, in one transaction, so that neither is
//! without the other. A firing is one message; said twice, it is there once.

use sqlx::SqliteConnection;

use crate::{
    alerts::rules::{
        spec::Hook,
        telling::{Pressed, Telling},
    },
    chat::{
        model::Person,
        server::{
            mentions::{self, Called},
            spoken::{self, Speech, Spoken},
        },
    },
    error::AppError,
    ids::{AlertId, RoomId},
    server::state::AppState,
    time::Timestamp,
};

use super::{
    outgoing::Call,
    payload::{Told, What},
    store::{self, Firing, Of},
};

/// What the account is called that speaks for rules.
const NAME: &str = "Alerts";

/// What a rule has to say.
#[derive(Clone, Debug)]
pub struct Report {
    /// Which.
    pub rule: AlertId,
    /// As which it was judged.
    pub version: i64,
    /// Where it speaks.
    pub room: RoomId,
    /// What it calls besides.
    pub hook: Option<Hook>,
    /// Its firings by their numbers, the oldest first.
    pub tellings: Vec<(u64, Telling)>,
    /// Its state, as JSON.
    pub state: String,
}

/// Has `reports` said, and keeps the states with them: as of log line `line`.
///
/// # Errors
/// When it can't be kept; then nothing was said either.
pub async fn tell(state: &AppState, line: u64, reports: Vec<Report>) -> Result<(), AppError> {
    let speaker = speaker(state).await?;
    let mut due = Vec::with_capacity(reports.len());
    for report in reports {
        let names = report
            .tellings
            .last()
            .map_or("", |(_, telling)| telling.mentions.as_str());
        let called = mentions::called(&state.chat, report.room, names).await?;
        due.push((report, called));
    }
    let (told, outgoing) = (state.chat.told(), state.alerts.outgoing.clone());
    let work = state.desk.writer.write_then(
        move |conn| {
            Box::pin(async move {
                let mut said = Said::default();
                for (report, called) in due {
                    said.one(conn, &speaker, line, report, &called).await?;
                }
                Ok(said)
            })
        },
        move |said: &Said| {
            said.spoken.iter().for_each(|spoken| spoken.tell(&told));
            said.calls.iter().for_each(|call| outgoing.call(call.clone()));
        },
    );
    work.await?;
    state.chat.unindexed.notify_one();
    Ok(())
}

#[derive(Default)]
struct Said {
    spoken: Vec<Spoken>,
    calls: Vec<Call>,
}

impl Said {
    async fn one(
        &mut self,
        conn: &mut SqliteConnection,
        speaker: &Person,
        line: u64,
        report: Report,
        called: &Called,
    ) -> Result<(), AppError> {
        let rule = report.rule;
        let kept = store::rule(&mut *conn, rule).await?;
        // Changed meanwhile, it isn't what was judged.
        if kept.is_none_or(|kept| kept.version != report.version || !kept.is_on) {
            return Ok(());
        }
        for (number, telling) in &report.tellings {
            let call = |what, place| {
                let told = Told {
                    rule,
                    what,
                    number: *number,
                    telling: telling.clone(),
                    place,
                };
                report.hook.clone().map(|hook| Call { hook, told })
            };
            match store::of_rule(conn, rule, *number).await? {
                None => {
                    let id = store::insert_firing(conn, Of::Rule(rule, *number), report.room, telling).await?;
                    let nobody = Pressed::default();
                    let speech = Speech {
                        room: report.room,
                        client_id: format!("alert-{rule}-{number}"),
                        body: telling.body(&nobody),
                        card: telling.card(id, &nobody),
                        called: called.clone(),
                    };
                    let mut place = None;
                    match spoken::say(conn, speaker.clone(), speech, Timestamp::now()).await {
                        Ok(spoken) => {
                            place = spoken.place();
                            if let Some((_, seq)) = place {
                                store::set_place(conn, id, seq).await?;
                            }
                            store::set_trouble(conn, rule, None).await?;
                            self.spoken.push(spoken);
                        }
                        Err(error @ (AppError::NotFound(_) | AppError::Conflict(_))) => {
                            store::set_trouble(conn, rule, Some(&error.to_string())).await?;
                        }
                        Err(error) => return Err(error),
                    }
                    self.calls.extend(call(What::Firing, place));
                    if telling.ended.is_some() {
                        self.calls.extend(call(What::Resolved, place));
                    }
                }
                Some(firing) => {
                    let place = firing.seq.map(|seq| (firing.room, seq));
                    let what = match (firing.has_ended, telling.ended.is_some()) {
                        (false, true) if telling.stopped.is_none() => Some(What::Resolved),
                        (true, false) => Some(What::Firing),
                        _ => None,
                    };
                    self.calls.extend(what.and_then(|what| call(what, place)));
                    self.spoken.push(retell(conn, firing, telling.clone(), called).await?);
                }
            }
        }
        store::keep_states(conn, line, &[(rule, report.version, report.state)]).await
    }
}

/// Has a firing's message say something else, by what people have pressed too.
///
/// # Errors
/// When the database fails.
pub async fn retell(
    conn: &mut SqliteConnection,
    firing: Firing,
    telling: Telling,
    called: &Called,
) -> Result<Spoken, AppError> {
    store::set_telling(conn, firing.id, &telling).await?;
    let Some(seq) = firing.seq else {
        return Ok(Spoken::Nothing);
    };
    let (body, card) = (telling.body(&firing.pressed), telling.card(firing.id, &firing.pressed));
    spoken::restate(conn, (firing.room, seq), &body, &card, called).await
}

/// Says on a rule's message that it isn't watched any more, and why, where it goes on.
///
/// # Errors
/// When the database fails.
pub async fn stop(conn: &mut SqliteConnection, rule: AlertId, why: &str) -> Result<Spoken, AppError> {
    let Some(firing) = store::open_of_rule(conn, rule).await? else {
        return Ok(Spoken::Nothing);
    };
    let telling = Telling {
        stopped: Some(why.to_owned()),
        ..firing.telling.clone()
    };
    retell(conn, firing, telling, &Called::default()).await
}

/// The account that speaks for rules, made where there is none.
async fn speaker(state: &AppState) -> Result<Person, AppError> {
    if let Some(bot) = store::bot(&state.desk.readers).await? {
        return Ok(bot);
    }
    let id = state.accounts.create_own_bot(NAME).await?;
    let work = state
        .desk
        .writer
        .write(move |conn| Box::pin(async move { store::set_bot(conn, id).await }));
    work.await?;
    store::bot(&state.desk.readers).await?.ok_or(AppError::Busy)
}
