//! Calls to others' webhooks: when a rule fires, and when it is over.
//!
//! Only to the public internet, unless a setting allows more. What fails for a moment is tried again, a few times, longer
//! and longer apart; what waits when the server stops is not called.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use reqwest::{RequestBuilder, StatusCode, header::CONTENT_TYPE};
use serde_json::json;

use crate::{
    alerts::{
        model::Shape,
        rules::{spec::Hook, telling::Telling},
    },
    chat::server::lines::Lines,
    error::AppError,
    ids::AlertId,
    server::{
        config::Config,
        outbound::{Outbound, Refused, Scheme},
        shutdown::Shutdown,
    },
};

/// A call must be answered within this.
const LIMIT: Duration = Duration::from_secs(10);
/// Calls of a rule at once, so that what it says comes in its order, and those that wait or are under way.
const AT_ONCE: usize = 1;
const WAITING: usize = 32;
/// Tries at most, the first included, and the wait after the first that failed; each further wait is twice as long.
const TRIES: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// What a call tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It fires.
    Firing,
    /// It is over.
    Resolved,
    /// Somebody wants to see whether calls come.
    Test,
}

impl What {
    const fn name(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Resolved => "resolved",
            Self::Test => "test",
        }
    }
}

/// A call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    rule: AlertId,
    hook: Hook,
    what: What,
    name: String,
    text: String,
    /// When it began, and when it ended.
    times: (String, Option<String>),
    link: String,
}

impl Call {
    /// What a rule tells by its webhook.
    pub fn of(rule: AlertId, hook: &Hook, what: What, telling: &Telling) -> Self {
        let ended = telling.ended.filter(|_| what != What::Firing);
        let now = Telling {
            ended,
            ..telling.clone()
        };
        Self {
            rule,
            hook: hook.clone(),
            what,
            name: telling.name.clone(),
            text: now.words(),
            times: (telling.began.to_string(), ended.map(|at| at.to_string())),
            link: telling.link.clone(),
        }
    }
}

/// Makes calls; a clone is a pointer.
#[derive(Clone)]
pub struct Outgoing(Arc<Inner>);

struct Inner {
    outbound: Outbound,
    /// What our paths begin with elsewhere.
    own: String,
    lines: Mutex<Lines<AlertId>>,
}

impl Outgoing {
    /// As the settings say.
    ///
    /// # Errors
    /// When the TLS library can't start.
    pub fn start(config: &Config, shutdown: &Shutdown) -> Result<Self, reqwest::Error> {
        let own = config
            .public_url
            .clone()
            .unwrap_or_else(|| format!("http://{}", config.address));
        Ok(Self(Arc::new(Inner {
            outbound: Outbound::new(config.reach(), LIMIT)?,
            own,
            lines: Mutex::new(Lines::new(AT_ONCE, WAITING, shutdown.clone())),
        })))
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
        let (this, rule) = (self.clone(), call.rule);
        let tried = async move {
            if let Err(error) = this.persist(&call).await {
                tracing::warn!(rule = %call.rule, %error, "an alert's webhook wasn't reached, and isn't tried again");
            }
        };
        let mut lines = self.0.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if !lines.call(rule, tried) {
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
            began: crate::time::Timestamp::now(),
            ..Telling::default()
        };
        let call = Call::of(rule, hook, What::Test, &telling);
        let outcome = self.once(&call).await;
        outcome.map_err(|failed| AppError::Invalid(format!("The webhook wasn't reached: {failed}.")))
    }

    async fn persist(&self, call: &Call) -> Result<(), Failed> {
        let mut wait = FIRST_WAIT;
        for _ in 1..TRIES {
            match self.once(call).await {
                Err(failed) if failed.is_passing() => tracing::debug!(rule = %call.rule, %failed, "a webhook fails"),
                outcome => return outcome,
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        self.once(call).await
    }

    async fn once(&self, call: &Call) -> Result<(), Failed> {
        let request = self.0.outbound.post(&call.hook.url, Scheme::Https)?;
        let answer = self.shaped(request, call).send().await.map_err(Refused::from)?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            status => Err(Failed::Status(status)),
        }
    }

    fn shaped(&self, request: RequestBuilder, call: &Call) -> RequestBuilder {
        let json = |body: serde_json::Value| (body.to_string(), "application/json");
        let url = match call.link.as_str() {
            "" => None,
            link => Some(format!("{}{link}", self.0.own)),
        };
        let (began, ended) = &call.times;
        let (body, kind) = match call.hook.shape {
            Shape::Slack => json(json!({"text": slack(&call.text, url.as_deref())})),
            Shape::Json => json(json!({
                "event": call.what.name(),
                "rule": {"id": call.rule, "name": call.name},
                "text": call.text,
                "began": began,
                "ended": ended,
                "url": url,
            })),
            Shape::Ntfy => (call.text.clone(), "text/plain; charset=utf-8"),
        };
        let mut request = request.header(CONTENT_TYPE, kind).body(body);
        if call.hook.shape == Shape::Ntfy {
            let tag = if call.what == What::Resolved {
                "white_check_mark"
            } else {
                "rotating_light"
            };
            request = request.header("Title", ascii(&call.name)).header("Tags", tag);
            if let Some(url) = &url {
                request = request.header("Click", url);
            }
        }
        request
    }
}

/// As Slack reads it: its three signs are escaped.
fn slack(text: &str, url: Option<&str>) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    match url {
        Some(url) => format!("{text}\n<{url}|Open>"),
        None => text,
    }
}

/// What a header can hold.
fn ascii(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' })
        .collect()
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
    fn what_others_read_is_text() {
        assert_eq!(
            slack("a < b & c", Some("http://d/x")),
            "a &lt; b &amp; c\n<http://d/x|Open>"
        );
        assert_eq!(ascii("Größe\n1"), "Gr??e?1");
        assert!(Failed::Status(StatusCode::BAD_GATEWAY).is_passing());
        assert!(!Failed::Status(StatusCode::NOT_FOUND).is_passing());
        assert!(!Failed::Refused(Refused::Private).is_passing());
    }
}
