//! `/alert` in chat.

use std::sync::{Arc, OnceLock};

use crate::{
    accounts::model::{Me, Role},
    alerts::rules::typed,
    chat::server::commands::{Call, Command, Outcome, Run},
    error::AppError,
    paths,
    server::state::WeakState,
};

use super::{
    keep::{beyond, elsewhere, keep},
    store, venues,
};

/// The command.
pub struct Alert(pub Arc<OnceLock<WeakState>>);

impl Command for Alert {
    fn name(&self) -> &'static str {
        "alert"
    }
    fn usage(&self) -> &'static str {
        typed::USAGE
    }
    fn summary(&self) -> &'static str {
        "has this room told when a price crosses, moves N% in 10m, or logs > N in 5m QUERY"
    }
    fn run<'a>(&'a self, call: Call<'a>) -> Run<'a> {
        Box::pin(async move {
            let state = self.0.get().and_then(WeakState::get).ok_or(AppError::Busy)?;
            let text = call.draft.body.trim();
            if text.is_empty() {
                return Ok(Outcome::Go(paths::ALERTS.into()));
            }
            let mut draft = typed::read(text).ok_or_else(|| (self as &dyn Command).misused())?;
            draft.room = call.draft.room.to_string();
            // What makes a new rule asks for no role.
            let me = Me {
                id: call.me.id,
                name: call.me.name,
                username: String::new(),
                role: Role::Member,
            };
            let (id, is_new) = keep(&state, &me, &draft).await?;
            let mut kept = store::rule(&state.desk.readers, id)
                .await?
                .ok_or_else(store::no_alert)?;
            venues::named(&state, std::slice::from_mut(&mut kept));
            let sentence = kept.spec.sentence();
            let beyond = beyond(&state, &kept.spec).map_or_else(String::new, |beyond| format!(" {beyond}"));
            let watched = elsewhere(&state, &kept.spec).map_or_else(String::new, |watched| format!(" {watched}"));
            Ok(Outcome::Note(match is_new {
                true => format!(
                    "This room is told: {sentence}.{watched}{beyond} All alerts are at {}.",
                    paths::ALERTS
                ),
                false => format!("This room is told that already: {sentence}."),
            }))
        })
    }
}
