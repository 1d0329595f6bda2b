//! Deletes the lists of those who were taken off the team. They are looked for after each removal and at every start, so
//! that none is left that a stop came before.

use std::collections::HashSet;

use crate::{error::AppError, ids::UserId, server::state::AppState};

use super::store;

/// Begins to look for what is left; returns at once.
pub fn begin(state: &AppState) {
    let shutdown = state.shutdown.clone();
    let (state, mut removals) = (state.clone(), state.accounts.removals.subscribe());
    shutdown.spawn(async move {
        loop {
            // What went wrong has been logged; the next removal or start tries again.
            let _ = sweep(&state).await;
            if removals.changed().await.is_err() {
                return;
            }
        }
    });
}

async fn sweep(state: &AppState) -> Result<(), AppError> {
    let lists = &state.ticker.lists;
    let owners = store::owners(&lists.db.readers).await?;
    if owners.is_empty() {
        return Ok(());
    }
    let people = state.accounts.people().await?;
    let people: HashSet<UserId> = people.into_iter().map(|person| person.id).collect();
    let gone: Vec<UserId> = owners.into_iter().filter(|owner| !people.contains(owner)).collect();
    match gone.is_empty() {
        true => Ok(()),
        false => lists.forget(gone).await,
    }
}
