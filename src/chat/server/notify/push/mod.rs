//! Web Push: what reaches a browser that has no page of ours open, by the push service that its maker runs.
//!
//! Sent and forgotten, as calls to bots are: one that fails is logged and not repeated. The service keeps what it has
//! taken for a day, if the device is off. Nobody on the way can read it ([`encrypt`]), and the service knows that it comes
//! from us ([`vapid`]).

pub mod encrypt;
pub mod vapid;

use std::time::Duration;

use reqwest::{StatusCode, header};

use crate::{
    error::AppError,
    ids::{SessionId, UserId},
    server::{
        config::Config,
        db::Database,
        error::internal,
        outbound::{Outbound, Refused, Scheme},
    },
    time::Timestamp,
};

use super::super::{Chat, store};
use vapid::Vapid;

/// A push must be taken within this.
const LIMIT: Duration = Duration::from_secs(10);
/// How long a push service keeps what it can't deliver yet, in seconds.
const KEPT: u32 = 86_400;
/// Longest address of a push service's, in bytes.
const ENDPOINT: usize = 1_024;

/// Tells browsers.
pub struct Push {
    outbound: Outbound,
    vapid: Vapid,
}

/// A browser that takes pushes.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The session that it ends with.
    pub session: SessionId,
    /// Whose.
    pub user: UserId,
    /// Such as `Firefox on Linux`.
    pub device: String,
    /// Where its push service takes pushes for it.
    pub endpoint: String,
    /// Its public key.
    pub key: Vec<u8>,
    /// What it shares with us.
    pub auth: Vec<u8>,
}

impl Subscription {
    /// The push service that it is reached by.
    pub fn host(&self) -> String {
        let url = reqwest::Url::parse(&self.endpoint).ok();
        url.and_then(|url| url.host_str().map(str::to_owned))
            .unwrap_or_default()
    }
}

/// What came of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Sent {
    /// The service has it.
    Taken,
    /// The browser takes no pushes any more.
    Gone(StatusCode),
    /// Not done.
    Failed(String),
}

impl Push {
    /// Starts with the server's keys; the first start makes them.
    ///
    /// # Errors
    /// When they can't be kept or read.
    pub async fn start(db: &Database, config: &Config) -> Result<Self, AppError> {
        let kept = match store::vapid(&db.readers).await? {
            Some(kept) => kept,
            None => {
                let fresh = Vapid::generate()?;
                let work = db
                    .writer
                    .write(move |conn| Box::pin(async move { store::keep_vapid(conn, fresh).await }));
                work.await?
            }
        };
        let outbound = Outbound::new(config.reach(), LIMIT);
        Ok(Self {
            outbound: outbound.map_err(|cause| internal("TLS", &cause))?,
            vapid: Vapid::of(&kept, config.public_url.as_deref())?,
        })
    }

    /// The key that browsers subscribe with.
    pub fn public_key(&self) -> String {
        self.vapid.public_key()
    }

    async fn send(&self, to: &Subscription, json: &str, topic: &str) -> Sent {
        let sent = async {
            let body = encrypt::encrypt(json.as_bytes(), &to.key, &to.auth)
                .ok_or_else(|| Refused::NoAnswer("its keys are no keys".into()))?;
            let request = self.outbound.post(&to.endpoint, Scheme::Https)?;
            let request = request
                .header(
                    header::AUTHORIZATION,
                    self.vapid.authorization(&to.endpoint, Timestamp::now()),
                )
                .header(header::CONTENT_TYPE, "application/octet-stream")
                .header(header::CONTENT_ENCODING, "aes128gcm")
                .header("TTL", KEPT)
                // Of those of a room that wait for a device that is off, the newest says what the others do.
                .header("Topic", topic)
                .header("Urgency", "high")
                .body(body);
            Ok::<_, Refused>(request.send().await?.status())
        };
        match sent.await {
            Ok(status) if status.is_success() => Sent::Taken,
            Ok(status @ (StatusCode::NOT_FOUND | StatusCode::GONE)) => Sent::Gone(status),
            Ok(status) => Sent::Failed(format!("the push service answered {}", status.as_u16())),
            Err(refused) => Sent::Failed(refused.to_string()),
        }
    }
}

/// Pushes to a browser, and logs what came of it under the decision with this `id`. A browser that takes no pushes any
/// more is forgotten.
pub async fn push(chat: &Chat, to: Subscription, id: u64, json: &str, topic: &str) {
    let device = &to.device;
    let mut reached = false;
    let words = match chat.notify.push.send(&to, json, topic).await {
        Sent::Taken => {
            reached = true;
            format!("pushed to {device}")
        }
        Sent::Gone(status) => {
            let (session, endpoint) = (to.session, to.endpoint.clone());
            let forgotten = chat.db.writer.write(move |conn| {
                Box::pin(async move { store::forget_subscription(conn, session, Some(&endpoint)).await })
            });
            // That it can't be has been logged; the next push tries again.
            let _ = forgotten.await;
            let status = status.as_u16();
            format!("no push to {device}: the push service answered {status}, subscription removed")
        }
        Sent::Failed(why) => {
            tracing::warn!(host = to.host(), why, "a push failed");
            format!("no push to {device}: {why}")
        }
    };
    chat.notify.log.add(to.user, id, reached, words);
}

/// Pushes to the browser of this session from now on. `key` and `auth` are base64url, as browsers give them.
///
/// # Errors
/// `Invalid` when that is no subscription, or one that may not be reached; `SlowDown`.
pub async fn subscribe(
    chat: &Chat,
    me: UserId,
    session: SessionId,
    endpoint: &str,
    key: &str,
    auth: &str,
) -> Result<(), AppError> {
    chat.pace.check(&me)?;
    let refuse = |why: &str| AppError::Invalid(format!("This browser's subscription can't be used: {why}."));
    if endpoint.len() > ENDPOINT {
        return Err(refuse("its address is too long"));
    }
    let checked = chat.notify.push.outbound.check(endpoint, Scheme::Https);
    let endpoint = checked.map_err(|why| refuse(&why.to_string()))?.to_string();
    let bytes = |text: &str| data_encoding::BASE64URL_NOPAD.decode(text.trim_end_matches('=').as_bytes());
    let (Ok(key), Ok(auth)) = (bytes(key), bytes(auth)) else {
        return Err(refuse("its keys are no base64url"));
    };
    // As every push will be.
    encrypt::encrypt(b"", &key, &auth).ok_or_else(|| refuse("its keys are no keys"))?;
    let to = Subscription {
        session,
        user: me,
        device: String::new(),
        endpoint,
        key,
        auth,
    };
    let work = chat
        .db
        .writer
        .write(move |conn| Box::pin(async move { store::keep_subscription(conn, &to, Timestamp::now()).await }));
    work.await
}

/// Pushes to the browser of this session no more.
///
/// # Errors
/// When that can't be kept.
pub async fn unsubscribe(chat: &Chat, session: SessionId) -> Result<(), AppError> {
    let work = chat
        .db
        .writer
        .write(move |conn| Box::pin(async move { store::forget_subscription(conn, session, None).await }));
    work.await
}
