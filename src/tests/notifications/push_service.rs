//! A push service, and the browser behind it, which reads what comes with somebody else's Web Push.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode, Uri},
    routing::post,
};
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::mpsc,
    time::{sleep, timeout},
};
use web_push_native::{
    Auth, decrypt,
    p256::{
        SecretKey,
        ecdsa::{Signature, VerifyingKey, signature::Verifier},
    },
};

use crate::tests::app::{Member, TestApp};

/// What the service got.
pub struct Pushed {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Pushed {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("text")
    }

    /// The claims of a signature that is good, and the key that it was made with.
    pub fn claims(&self) -> (Value, String) {
        let header = self.header("authorization").strip_prefix("vapid t=").expect("VAPID");
        let (token, key) = header.split_once(", k=").expect("a key");
        let (signed, signature) = token.rsplit_once('.').expect("a signature");
        let decode = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).expect("base64url");
        let verifier = VerifyingKey::from_sec1_bytes(&decode(key)).expect("a key");
        let signature = Signature::from_slice(&decode(signature)).expect("a signature");
        verifier.verify(signed.as_bytes(), &signature).expect("ours");
        let claims = signed.split('.').nth(1).expect("claims");
        (serde_json::from_slice(&decode(claims)).expect("JSON"), key.to_owned())
    }
}

/// An HTTP server that takes pushes and answers with the status that it is told to; with 0 not at all.
pub struct PushService {
    pub url: String,
    answer: Arc<AtomicU16>,
    got: mpsc::UnboundedReceiver<Pushed>,
}

impl PushService {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (tell, got) = mpsc::unbounded_channel();
        let answer = Arc::new(AtomicU16::new(201));
        let status = answer.clone();
        let take = move |uri: Uri, headers: HeaderMap, body: Bytes| async move {
            let (path, body) = (uri.path().to_owned(), body.to_vec());
            let _ = tell.send(Pushed { path, headers, body });
            match status.load(Ordering::Relaxed) {
                0 => sleep(Duration::from_secs(60)).await,
                status => return StatusCode::from_u16(status).expect("a status"),
            }
            StatusCode::OK
        };
        let router = Router::new().route("/push/{browser}", post(take));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, answer, got }
    }

    pub fn answers(&self, status: u16) {
        self.answer.store(status, Ordering::Relaxed);
    }

    pub async fn next(&mut self) -> Pushed {
        let got = timeout(Duration::from_secs(5), self.got.recv()).await;
        got.expect("a push in time").expect("a push")
    }

    pub async fn is_left_alone(&mut self) {
        if let Ok(Some(got)) = timeout(super::SOON, self.got.recv()).await {
            panic!("pushed to {}", got.path);
        }
    }
}

/// A browser that takes pushes.
pub struct Browser {
    endpoint: String,
    secret: SecretKey,
    auth: [u8; 16],
}

impl Browser {
    /// With keys made from `seed`.
    pub fn of(service: &PushService, seed: u8) -> Self {
        Self {
            endpoint: format!("{}/push/{seed}", service.url),
            secret: SecretKey::from_slice(&[seed; 32]).expect("a key"),
            auth: [seed; 16],
        }
    }

    /// Has `member`'s session push to it; the status.
    pub async fn subscribe(&self, app: &TestApp, member: &Member) -> u16 {
        let key = BASE64URL_NOPAD.encode(&self.secret.public_key().to_sec1_bytes());
        let auth = BASE64URL_NOPAD.encode(&self.auth);
        let form = [("endpoint", self.endpoint.as_str()), ("key", &key), ("auth", &auth)];
        member.form(app, "subscribe", &form).await
    }

    pub fn read(&self, pushed: &Pushed) -> Value {
        let text = decrypt(pushed.body.clone(), &self.secret, Auth::from_slice(&self.auth)).expect("for this browser");
        serde_json::from_slice(&text).expect("JSON")
    }
}
