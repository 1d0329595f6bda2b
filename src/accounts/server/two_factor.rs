//! The second factor: time-based one-time codes (RFC 6238) from an app on a phone, and recovery codes for when it is lost.

use data_encoding::{BASE32_NOPAD, BASE64};
use qrcode::{QrCode, render::svg};
use sha2::{Digest, Sha256};
use totp_rs::{Algorithm, TOTP};

use crate::{
    accounts::{
        model::{Offer, Password},
        rules::RECOVERY_CODES,
    },
    error::AppError,
    ids::UserId,
    server::error::internal,
    time::Timestamp,
};

use super::{
    Accounts,
    secret::{random, token},
    session::Session,
    store::sessions,
};

/// What every app assumes: SHA-1, six digits, 30 seconds.
const DIGITS: usize = 6;
const STEP: u64 = 30;
/// Steps that the phone's clock may be off, either way.
const SKEW: u64 = 1;
/// Bytes of the secret, as RFC 4226 recommends.
const SECRET: usize = 20;
/// How long recovery codes that were made anew can be looked at, in seconds.
const SHOWN: i64 = 600;

impl Accounts {
    /// What somebody is shown to turn the second factor on. The same until it is confirmed.
    ///
    /// # Errors
    /// `Conflict` when it is on.
    pub async fn offer_two_factor(&self, session: &Session) -> Result<Offer, AppError> {
        let (id, new) = (session.me.id, random::<SECRET>()?);
        let work = self.db.writer.write(move |conn| {
            Box::pin(async move {
                if sessions::totp(conn, id).await?.is_some() {
                    return Err(AppError::Conflict(
                        "Your second factor is on already. Under You it can be turned off, and recovery codes made anew."
                            .into(),
                    ));
                }
                sessions::offer(conn, id, &new).await
            })
        });
        let key = work.await?;
        let secret = BASE32_NOPAD.encode(&key);
        let team = self.team().await?.unwrap_or_default();
        let (label, issuer) = (encoded(&session.me.username), encoded(&team));
        let url = format!("otpauth://totp/{issuer}:{label}?secret={secret}&issuer={issuer}");
        Ok(Offer {
            picture: picture(&url)?,
            secret,
            recovery: recovery(&key, ""),
        })
    }

    /// Turns the second factor on, once a code shows that the phone has the secret.
    ///
    /// # Errors
    /// `Invalid` when the code is another, `SlowDown`.
    pub async fn confirm_two_factor(&self, session: &Session, code: String) -> Result<(), AppError> {
        self.limits.code_of.check(&session.me.id)?;
        let (id, now) = (session.me.id, Timestamp::now());
        let work = self.db.writer.write(move |conn| {
            Box::pin(async move {
                let offered = sessions::offered(conn, id).await?;
                let key = offered.ok_or_else(|| AppError::Conflict("Nothing waits to be confirmed.".into()))?;
                let step = step_of(&key, &code, now, 0)?.ok_or_else(wrong_code)?;
                sessions::set_totp(conn, id, Some(&key), &fingerprints(&recovery(&key, ""))).await?;
                sessions::set_totp_step(conn, id, step).await
            })
        });
        work.await
    }

    /// Turns the second factor off.
    ///
    /// # Errors
    /// `Forbidden` when it is another password, `SlowDown`, `Busy`.
    pub async fn stop_two_factor(&self, session: &Session, password: Password) -> Result<(), AppError> {
        self.confirm(session, password).await?;
        self.forget_two_factor(session.me.id).await
    }

    /// Makes new recovery codes; those before are no longer good. Gives what [`Self::recovery`] shows them by.
    ///
    /// # Errors
    /// `Forbidden` when it is another password, `Conflict` when there is no second factor, `SlowDown`, `Busy`.
    pub async fn renew_recovery(&self, session: &Session, password: Password) -> Result<String, AppError> {
        self.confirm(session, password).await?;
        let (id, made) = (session.me.id, format!("{}.{}", Timestamp::now().micros(), token()?));
        let work = self.db.writer.write(move |conn| {
            Box::pin(async move {
                let on = sessions::totp(conn, id).await?;
                let (key, _) = on.ok_or_else(|| AppError::Conflict("Your second factor is off.".into()))?;
                let codes = recovery(&key, &made);
                sessions::set_recovery(conn, id, &fingerprints(&codes))
                    .await
                    .map(|()| made)
            })
        });
        work.await
    }

    /// How many recovery codes are left to somebody who has a second factor, and those themselves that were `made` by
    /// [`Self::renew_recovery`] a moment ago: an old address shows nothing.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn recovery(&self, user: UserId, made: &str) -> Result<(Option<u8>, Vec<String>), AppError> {
        let mut conn = self.db.readers.acquire().await?;
        let Some(left) = sessions::recovery_left(&mut conn, user).await? else {
            return Ok((None, Vec::new()));
        };
        let mut shown = Vec::new();
        if is_new(made, Timestamp::now())
            && let Some((key, _)) = sessions::totp(&mut conn, user).await?
        {
            shown = recovery(&key, made);
            shown.retain(|code| left.contains(&fingerprint(code)));
        }
        Ok((Some(u8::try_from(left.len()).unwrap_or(u8::MAX)), shown))
    }

    /// Checks a code of the app or a recovery code, and uses it up. Gives how many recovery codes are left when it was one.
    ///
    /// # Errors
    /// `Invalid` when it is none, `SlowDown`.
    pub(super) async fn check_code(&self, user: UserId, code: String) -> Result<Option<u8>, AppError> {
        self.limits.code_of.check(&user)?;
        let now = Timestamp::now();
        let work = self.db.writer.write(move |conn| {
            Box::pin(async move {
                let Some((key, last)) = sessions::totp(conn, user).await? else {
                    // Turned off meanwhile by an administrator.
                    return Ok(None);
                };
                if let Some(step) = step_of(&key, &code, now, last)? {
                    return sessions::set_totp_step(conn, user, step).await.map(|()| None);
                }
                if !sessions::use_recovery(conn, user, fingerprint(&code)).await? {
                    return Err(wrong_code());
                }
                let left = sessions::recovery_left(conn, user).await?;
                Ok(left.and_then(|left| u8::try_from(left.len()).ok()))
            })
        });
        work.await
    }
}

fn wrong_code() -> AppError {
    AppError::Invalid("This is not the current code. Each is good for half a minute, and once.".into())
}

/// The time step whose code this is, if it is later than `last` and near enough to now.
fn step_of(key: &[u8], code: &str, now: Timestamp, last: i64) -> Result<Option<i64>, AppError> {
    let totp = TOTP::new(Algorithm::SHA1, DIGITS, 0, STEP, key.to_vec()).map_err(|cause| internal("totp", &cause))?;
    let code: String = code.chars().filter(char::is_ascii_digit).collect();
    let seconds = u64::try_from(now.micros() / 1_000_000).unwrap_or_default();
    let current = seconds / STEP;
    let steps = current.saturating_sub(SKEW)..=current + SKEW;
    Ok(steps
        .filter(|step| i64::try_from(*step).is_ok_and(|step| step > last))
        .find(|step| totp.generate(step * STEP) == code)
        .and_then(|step| i64::try_from(step).ok()))
}

/// The recovery codes that go with a secret, each 80 bits in four groups: the first ones, or those `made` later, which the
/// secret alone doesn't tell, nor what they were made by alone.
fn recovery(key: &[u8], made: &str) -> Vec<String> {
    let code = |n: u8| {
        let digest = Sha256::new()
            .chain_update(b"recovery code")
            .chain_update(key)
            .chain_update(made)
            .chain_update([n])
            .finalize();
        let text = BASE32_NOPAD.encode(&digest[..10]).to_lowercase();
        format!("{}-{}-{}-{}", &text[..4], &text[4..8], &text[8..12], &text[12..])
    };
    (0..RECOVERY_CODES).map(code).collect()
}

/// Whether codes that were `made` so may still be shown.
fn is_new(made: &str, now: Timestamp) -> bool {
    let at = made.split_once('.').and_then(|(at, _)| at.parse::<i64>().ok());
    at.is_some_and(|at| (0..SHOWN * 1_000_000).contains(&now.micros().saturating_sub(at)))
}

fn fingerprints(codes: &[String]) -> Vec<[u8; 32]> {
    codes.iter().map(|code| fingerprint(code)).collect()
}

/// What is kept of a recovery code, however it was typed.
fn fingerprint(code: &str) -> [u8; 32] {
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    Sha256::digest(code.to_ascii_lowercase()).into()
}

/// A picture of a text for cameras, as a `data:` URL.
///
/// # Errors
/// `Internal` when it is too long.
pub fn picture(text: &str) -> Result<String, AppError> {
    let code = QrCode::new(text).map_err(|cause| internal("a QR code", &cause))?;
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(192, 192).build();
    Ok(format!("data:image/svg+xml;base64,{}", BASE64.encode(drawn.as_bytes())))
}

/// As a part of a URL.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238's key; its codes at its times, as six digits.
    const KEY: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn the_standards_codes_are_taken_within_half_a_minute_and_once() {
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            let step = step_of(KEY, code, at(seconds), 0).unwrap();
            assert_eq!(step, Some(seconds / 30), "{code}");
            assert_eq!(step_of(KEY, code, at(seconds), seconds / 30).unwrap(), None, "used");
            assert!(
                step_of(KEY, code, at(seconds + 30), 0).unwrap().is_some(),
                "a slow phone"
            );
            assert_eq!(step_of(KEY, code, at(seconds + 90), 0).unwrap(), None, "old");
        }
        assert!(
            step_of(KEY, " 287 082 ", at(59), 0).unwrap().is_some(),
            "as apps show it"
        );
        for garbage in ["", "28708", "2870821", "abcdef", "٢٨٧٠٨٢"] {
            assert_eq!(step_of(KEY, garbage, at(59), 0).unwrap(), None, "{garbage}");
        }
    }

    #[test]
    fn recovery_codes_differ_and_forgive_how_they_are_typed() {
        let made = ["", "1.a", "1.b"].into_iter();
        let codes: std::collections::HashSet<_> = made.flat_map(|made| recovery(KEY, made)).collect();
        assert_eq!(codes.len(), 3 * usize::from(RECOVERY_CODES));
        for code in codes {
            assert_eq!(code.len(), 19, "{code}");
            assert_eq!(
                fingerprint(&code),
                fingerprint(&format!(" {} ", code.replace('-', " ").to_uppercase()))
            );
        }
    }

    #[test]
    fn new_recovery_codes_are_shown_for_ten_minutes() {
        let made = format!("{}.abc", at(1_000).micros());
        assert!(is_new(&made, at(1_000)) && is_new(&made, at(1_599)));
        assert!(!is_new(&made, at(1_600)) && !is_new(&made, at(999)));
        for garbage in [
            "",
            ".",
            "abc",
            "1000",
            "9223372036854775807.a",
            "-9223372036854775808.a",
        ] {
            assert!(!is_new(garbage, at(1_000)), "{garbage}");
        }
    }

    #[test]
    fn a_picture_is_an_image() {
        assert!(
            picture("http://127.0.0.1:3000/join/abc")
                .unwrap()
                .starts_with("data:image/svg+xml;base64,")
        );
    }
}
