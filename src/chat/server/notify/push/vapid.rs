//! How push services know that a push comes from this server: RFC 8292.

use data_encoding::BASE64URL_NOPAD;
use reqwest::Url;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::json;

use crate::{error::AppError, server::error::internal, time::Timestamp};

/// How long a signature is good, in seconds; a day at most.
const GOOD: i64 = 12 * 3_600;
/// Whom a push service could write to where the server doesn't know its own address.
const NOBODY: &str = "mailto:squawkbox@example.com";

/// The server's key pair.
pub struct Vapid {
    keys: EcdsaKeyPair,
    contact: String,
    random: SystemRandom,
}

impl Vapid {
    /// A new pair, as it is kept.
    ///
    /// # Errors
    /// `Internal` when the system has no randomness.
    pub fn generate() -> Result<Vec<u8>, AppError> {
        let keys = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let keys = keys.map_err(|cause| internal("making the keys for pushes", &cause))?;
        Ok(keys.as_ref().to_vec())
    }

    /// The pair that was kept. `url` is the server's own, by which push services may find whoever runs it.
    ///
    /// # Errors
    /// `Internal` when it is none.
    pub fn of(pkcs8: &[u8], url: Option<&str>) -> Result<Self, AppError> {
        let random = SystemRandom::new();
        let keys = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &random);
        Ok(Self {
            keys: keys.map_err(|cause| internal("the keys for pushes", &cause))?,
            contact: url.filter(|url| url.starts_with("https:")).unwrap_or(NOBODY).to_owned(),
            random,
        })
    }

    /// The public key, which browsers subscribe with: base64url.
    pub fn public_key(&self) -> String {
        BASE64URL_NOPAD.encode(self.keys.public_key().as_ref())
    }

    /// The `Authorization` of a push to this address.
    pub fn authorization(&self, endpoint: &str, now: Timestamp) -> String {
        let origin = Url::parse(endpoint).map(|url| url.origin().ascii_serialization());
        let claims = json!({
            "aud": origin.unwrap_or_default(),
            "exp": now.plus_seconds(GOOD).micros() / 1_000_000,
            "sub": self.contact,
        });
        let part = |json: String| BASE64URL_NOPAD.encode(json.as_bytes());
        let head = json!({"typ": "JWT", "alg": "ES256"});
        let signed = format!("{}.{}", part(head.to_string()), part(claims.to_string()));
        // It fails without randomness only; the service then refuses the push, which is logged.
        let signature = self.keys.sign(&self.random, signed.as_bytes());
        let signature = signature.map(|signature| BASE64URL_NOPAD.encode(signature.as_ref()));
        let signature = signature.unwrap_or_default();
        format!("vapid t={signed}.{signature}, k={}", self.public_key())
    }
}

#[cfg(test)]
mod tests {
    use web_push_native::p256::ecdsa::{Signature, VerifyingKey, signature::Verifier};

    use super::*;

    #[test]
    fn others_verify_what_we_sign() {
        let kept = Vapid::generate().unwrap();
        let vapid = Vapid::of(&kept, Some("https://desk.example.com")).unwrap();
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        let header = vapid.authorization("https://push.example.com:8443/a/b?c", now);
        let (token, key) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(key, Vapid::of(&kept, None).unwrap().public_key(), "the pair is kept");
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let decode = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
        let verifier = VerifyingKey::from_sec1_bytes(&decode(key)).unwrap();
        let signature = Signature::from_slice(&decode(signature)).unwrap();
        verifier.verify(signed.as_bytes(), &signature).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&decode(signed.split('.').nth(1).unwrap())).unwrap();
        assert_eq!(
            claims,
            json!({"aud": "https://push.example.com:8443", "exp": 1_700_043_200, "sub": "https://desk.example.com"})
        );
        // An address that nobody outside could use is no contact.
        let inside = Vapid::of(&kept, Some("http://desk")).unwrap();
        assert_eq!(inside.contact, NOBODY);
        assert!(Vapid::of(b"no keys", None).is_err());
    }
}
