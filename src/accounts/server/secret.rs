//! Random secrets, and the form in which they are kept.

use data_encoding::{BASE32_DNSSEC, BASE64URL_NOPAD, HEXLOWER};
use ring::hmac;
use sha2::{Digest, Sha256};

use crate::{error::AppError, server::error::internal, time::Timestamp};

/// What every token starts with, for people and secret scanners to know one by.
pub const TOKEN_PREFIX: &str = "sbx_";
/// What every webhook's secret starts with.
const WEBHOOK_PREFIX: &str = "sbxwh_";

/// What is kept of a token. SHA-256 suffices where the secret is 32 random bytes: there is nothing to guess.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl TokenHash {
    /// The hash of a token as [`token`] made it; `None` when the text can't be one.
    pub fn of(token: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).ok()?;
        (bytes.len() == 32).then(|| Self(Sha256::digest(&bytes).into()))
    }
}

/// A new token: 32 random bytes as base64url, 43 characters.
///
/// # Errors
/// `Internal` when the system has no randomness.
pub fn token() -> Result<String, AppError> {
    Ok(BASE64URL_NOPAD.encode(&random::<32>()?))
}

/// What a bot's webhook calls are signed with. It never appears in logs: `Debug` shows no more than that there is one.
#[derive(Clone)]
pub struct WebhookSecret(String);

impl WebhookSecret {
    /// A new one.
    ///
    /// # Errors
    /// `Internal` when the system has no randomness.
    pub fn new() -> Result<Self, AppError> {
        Ok(Self(format!("{WEBHOOK_PREFIX}{}", token()?)))
    }

    /// As it was kept.
    pub const fn kept(text: String) -> Self {
        Self(text)
    }

    /// As it is printed once and kept; the signature's key is this text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The value of `X-Squawkbox-Signature`: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`.
    pub fn sign(&self, at: Timestamp, body: &[u8]) -> String {
        let t = at.micros() / 1_000_000;
        let signature = self.mac(&[t.to_string().as_bytes(), b".", body]);
        format!("t={t},v1={}", HEXLOWER.encode(signature.as_ref()))
    }

    /// The token by which the webhook's owner answers, without [`TOKEN_PREFIX`]. Made from the secret, so that it can
    /// stand in every call while only its hash is kept as a token.
    pub fn reply_token(&self) -> String {
        // No call begins so: what it signs begins with a number.
        BASE64URL_NOPAD.encode(self.mac(&[b"reply token"]).as_ref())
    }

    /// Another secret, made from this one: for `purpose` always the same.
    pub fn derived(&self, purpose: &str) -> Self {
        let key = self.mac(&[b"secret for ", purpose.as_bytes()]);
        Self(format!("{WEBHOOK_PREFIX}{}", BASE64URL_NOPAD.encode(key.as_ref())))
    }

    fn mac(&self, parts: &[&[u8]]) -> hmac::Tag {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.as_bytes());
        let mut mac = hmac::Context::with_key(&key);
        parts.iter().for_each(|part| mac.update(part));
        mac.sign()
    }
}

impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

/// A new join code: 16 random bytes in 26 small letters and digits, which survive being read aloud.
///
/// # Errors
/// `Internal` when the system has no randomness.
pub fn join_code() -> Result<String, AppError> {
    Ok(BASE32_DNSSEC.encode(&random::<16>()?))
}

/// Random bytes from the system.
///
/// # Errors
/// `Internal` when the system has none.
pub fn random<const N: usize>() -> Result<[u8; N], AppError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|cause| internal("randomness", &cause))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_new_each_time_and_hashes_alike() {
        let (one, other) = (token().unwrap(), token().unwrap());
        assert_eq!(one.len(), 43);
        assert!(TokenHash::of(&one) == TokenHash::of(&one) && TokenHash::of(&one) != TokenHash::of(&other));
        for text in ["", "short", &one[1..], &format!("{one}="), &"ä".repeat(20)] {
            assert!(TokenHash::of(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_webhooks_secret_signs_and_leads_to_one_token() {
        let secret = WebhookSecret::kept("key".into());
        let body = b"The quick brown fox jumps over the lazy dog";
        // printf '1700000000.The quick…' | openssl dgst -sha256 -hmac key
        assert_eq!(
            secret.sign(Timestamp::from_micros(1_700_000_000_999_999), body),
            "t=1700000000,v1=2f658d6aef4f246e91cd741bbcded7479e9605f9d41c9e248122a117e0e1765b"
        );
        assert!(TokenHash::of(&secret.reply_token()).is_some());
        assert_eq!(secret.reply_token(), WebhookSecret::kept("key".into()).reply_token());
        assert_ne!(secret.reply_token(), WebhookSecret::new().unwrap().reply_token());
        assert_eq!(format!("{secret:?}"), "WebhookSecret(…)");
        let (one, other) = (secret.derived("alert 1"), secret.derived("alert 2"));
        assert_eq!(one.text(), secret.derived("alert 1").text());
        assert!(one.text() != other.text() && one.text().starts_with(WEBHOOK_PREFIX));
    }
}
