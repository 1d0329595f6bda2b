//! Which rules name their venue: those on a symbol that has prices at others, too.

use std::collections::HashMap;

use super::store::{self, Kept, Seen};
use crate::{alerts::rules::spec::Spec, error::AppError, server::state::AppState};

/// What is about a rule.
pub trait Ruled {
    /// The rule.
    fn spec(&mut self) -> &mut Spec;
}

impl Ruled for Spec {
    fn spec(&mut self) -> &mut Spec {
        self
    }
}

impl Ruled for Kept {
    fn spec(&mut self) -> &mut Spec {
        &mut self.spec
    }
}

impl Ruled for Seen {
    fn spec(&mut self) -> &mut Spec {
        &mut self.kept.spec
    }
}

/// Has these rules name their venues where there are several, as the board knows it now.
pub fn named(state: &AppState, rules: &mut [impl Ruled]) {
    if !rules.iter_mut().any(|rule| rule.spec().test.is_price()) {
        return;
    }
    let mut venues: HashMap<String, usize> = HashMap::new();
    for key in state.ticker.public_board().keys() {
        *venues.entry(key.symbol).or_default() += 1;
    }
    for spec in rules.iter_mut().map(Ruled::spec) {
        let others = venues.get(&spec.key.symbol).copied().unwrap_or_default();
        spec.at_venue = spec.test.is_price() && others > 1;
    }
}

/// The rules that are to be watched, so.
///
/// # Errors
/// When the database can't be read.
pub async fn watched(state: &AppState) -> Result<Vec<Kept>, AppError> {
    let mut rules = store::watched(&state.desk.readers).await?;
    named(state, &mut rules);
    Ok(rules)
}
