//! Random secrets, and the form in which they are kept.

use data_encoding::{BASE32_DNSSEC, BASE64URL_NOPAD};
use sha2::{Digest, Sha256};

use crate::{error::AppError, server::error::internal};

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
}
