//! Calls to others' webhooks: when a rule fires, and when it is over.
//!
//! Only to the public internet, unless a setting allows more. What fails for a moment is tried again, a few times, longer
//! and longer apart; what waits when the server stops is not called.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use reqwest::StatusCode;

use crate::{
    accounts::server::secret::WebhookSecret,
    alerts::rules::{spec::Hook, telling::Telling},
    chat::server::webhooks::call::SIGNATURE,
    error::AppError,
    ids::AlertId,
    server::{
        call_queues::CallQueues,
        config::Config,
        outbound::{Outbound, Refused, Scheme},
        shutdown::Shutdown,
    },
    time::Timestamp,
};

use super::payload::{Payload, Told, What};

/// A call must be answered within this.
const LIMIT: Duration = Duration::from_secs(10);
/// Calls of a rule at once, so that what it says comes in its order, and those that wait or are under way.
const AT_ONCE: usize = 1;
const WAITING: usize = 32;
/// Tries at most, the first included, and the wait after the first that failed; each further wait is twice as long.
const TRIES: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// A call.
#[derive(Clone, Debug)]
pub struct Call {
    /// Where it goes.
    pub hook: Hook,
    /// What it tells.
    pub told: Told,
}

/// Makes calls; a clone is a pointer.
#[derive(Clone)]
pub struct Outgoing(Arc<Inner>);

struct Inner {
    outbound: Outbound,
    secret: WebhookSecret,
    /// How often the secrets of rules were made anew, of those of which it was done.
    secrets: Mutex<HashMap<AlertId, i64>>,
    /// What our paths begin with elsewhere.
    own: String,
    queues: Mutex<CallQueues<AlertId>>,
}

impl Outgoing {
    /// As the settings say; calls are signed with what is made from `secret` and of how often it was made anew, which `secrets`
    /// says of some rules.
    ///
    /// # Errors
    /// When the TLS library can't start.
    pub fn start(
        secret: WebhookSecret,
        secrets: Vec<(AlertId, i64)>,
        config: &Config,
        shutdown: &Shutdown,
    ) -> Result<Self, reqwest::Error> {
        let own = config
            .public_url
            .clone()
            .unwrap_or_else(|| format!("http://{}", config.address));
        Ok(Self(Arc::new(Inner {
            outbound: Outbound::new(config.reach(), LIMIT)?,
            secret,
            secrets: Mutex::new(secrets.into_iter().collect()),
            own,
            queues: Mutex::new(CallQueues::new(AT_ONCE, WAITING, shutdown.clone())),
        })))
    }

    /// What calls of a rule are signed with: made from what is kept once for all, so that it can be shown again.
    pub fn secret(&self, rule: AlertId) -> WebhookSecret {
        match self.secrets().get(&rule) {
            None => self.0.secret.derived(&format!("alert {rule}")),
            Some(times) => self.0.secret.derived(&format!("alert {rule}, {times}")),
        }
    }

    /// From now on the secret of a rule is the one that was made anew so often; calls that wait are signed with it, too.
    pub fn renewed(&self, rule: AlertId, times: i64) {
        self.secrets().insert(rule, times);
    }

    fn secrets(&self) -> MutexGuard<'_, HashMap<AlertId, i64>> {
        self.0.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an address may be called, as far as its text tells.
    ///
    /// # Errors
    /// `Invalid`, which says why not.
    pub fn check(&self, url: &str) -> Result<(), AppError> {
        let checked = self.0.outbound.check(url, Scheme::Https);
        checked
            .map(|_| ())
            .map_err(|why| AppError::Invalid(format!("The webhook can't be called: {why}.")))
    }

    /// Makes a call, after those of the same rule that wait. Of a rule with too many that wait, it isn't made.
    pub fn call(&self, call: Call) {
        let (this, rule) = (self.clone(), call.told.rule);
        let tried = async move {
            if let Err(error) = this.persist(&call).await {
                tracing::warn!(rule = %call.told.rule, %error, "an alert's webhook wasn't reached, and isn't tried again");
            }
        };
        let mut queues = self.0.queues.lock().unwrap_or_else(PoisonError::into_inner);
        if !queues.call(rule, tried) {
            tracing::warn!(%rule, "an alert's webhook isn't called: too many of its calls wait");
        }
    }

    /// Makes a call once, to see whether it comes.
    ///
    /// # Errors
    /// `Invalid`, which says what became of it.
    pub async fn test(&self, rule: AlertId, hook: &Hook, name: &str) -> Result<(), AppError> {
        let telling = Telling {
            name: name.to_owned(),
            what: "This is how an alert is told here.".to_owned(),
            began: Timestamp::now(),
            ..Telling::default()
        };
        let told = Told {
            rule,
            what: What::Test,
            number: 0,
            telling,
            place: None,
        };
        let call = Call {
            hook: hook.clone(),
            told,
        };
        let outcome = self.once(&call).await;
        outcome.map_err(|failed| {
            AppError::Invalid(match failed {
                Failed::Status(status) => {
                    format!("The webhook of {name} refused the call: it answered with status {status}.")
                }
                Failed::Refused(why) => format!("The webhook of {name} wasn't reached: {why}."),
            })
        })
    }

    async fn persist(&self, call: &Call) -> Result<(), Failed> {
        let mut wait = FIRST_WAIT;
        for _ in 1..TRIES {
            match self.once(call).await {
                Err(failed) if failed.is_passing() => {
                    tracing::debug!(rule = %call.told.rule, %failed, "a webhook fails")
                }
                outcome => return outcome,
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        self.once(call).await
    }

    async fn once(&self, call: &Call) -> Result<(), Failed> {
        let request = self.0.outbound.post(&call.hook.url, Scheme::Https)?;
        let payload = Payload::of(&call.told, call.hook.shape, &self.0.own);
        let secret = self.secret(call.told.rule);
        let request = request.header(SIGNATURE, secret.sign(Timestamp::now(), payload.body.as_bytes()));
        let answer = payload.onto(request).send().await.map_err(Refused::from)?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            status => Err(Failed::Status(status)),
        }
    }
}

/// What became of a call.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error("the answer was status {0}")]
    Status(StatusCode),
    #[error("{0}")]
    Refused(#[from] Refused),
}

impl Failed {
    /// It may go through later.
    fn is_passing(&self) -> bool {
        match self {
            Self::Status(status) => status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS,
            Self::Refused(refused) => matches!(refused, Refused::Slow | Refused::NoAnswer(_)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_go_through_later_is_tried_again() {
        assert!(Failed::Status(StatusCode::BAD_GATEWAY).is_passing());
        assert!(!Failed::Status(StatusCode::NOT_FOUND).is_passing());
        assert!(!Failed::Refused(Refused::Private).is_passing());
    }
}
