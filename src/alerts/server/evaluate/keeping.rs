//! Keeps what rules know between what they say: in small transactions, so that nobody's message waits for them.

use std::time::{Duration, Instant};

use super::Evaluator;
use crate::{alerts::server::store, error::AppError, time::Timestamp};

/// How often it is kept that somebody watches: after a kill a silence is taken for shorter by so much at most.
const AWAKE: Duration = Duration::from_secs(10);

impl Evaluator {
    /// Keeps the states of those who have nothing to say, a few in each transaction, and then up to where all have judged.
    pub(super) async fn keep(&mut self, is_last: bool) -> Result<(), AppError> {
        let line = self.engine.line;
        loop {
            let states = self.engine.unkept();
            if states.is_empty() {
                break;
            }
            let work = self.state.desk.writer.write(move |conn| {
                Box::pin(async move {
                    store::keep_states(conn, line, &states).await?;
                    Ok(states)
                })
            });
            self.engine.was_kept(&work.await?);
        }
        // Of who has something to say, the state is kept when it is said: until then the line stays where it was.
        let moves = self.engine.all_told() && self.engine.has_lines() && line != self.kept;
        // Silence leaves nothing to be kept but that it was watched.
        let is_due = self.awake.is_none_or(|awake| is_last || awake.elapsed() >= AWAKE);
        let awake = (is_due && !self.is_fresh && self.engine.waits()).then(Timestamp::now);
        if !moves && awake.is_none() {
            return Ok(());
        }
        let work = self.state.desk.writer.write(move |conn| {
            Box::pin(async move {
                if moves {
                    store::set_own_line(conn, line).await?;
                }
                if let Some(awake) = awake {
                    store::set_awake(conn, awake).await?;
                }
                Ok(())
            })
        });
        work.await?;
        if moves {
            self.kept = line;
        }
        if awake.is_some() {
            self.awake = Some(Instant::now());
        }
        Ok(())
    }
}
