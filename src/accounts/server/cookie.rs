//! The session cookie.

use axum::http::{HeaderMap, HeaderValue, header::SET_COOKIE, request::Parts};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

use crate::{accounts::model::Theme, error::AppError, server::error::internal};

use super::LIFETIME;

/// The cookie that keeps how pages look.
const THEME: &str = "squawkbox_theme";

/// Its name. Over https the prefix makes browsers refuse it from any other host or path, or without `Secure`.
pub const fn name(https: bool) -> &'static str {
    if https {
        "__Host-squawkbox_session"
    } else {
        "squawkbox_session"
    }
}

/// The token that a request carries.
pub fn read(headers: &HeaderMap, https: bool) -> Option<String> {
    CookieJar::from_headers(headers)
        .get(name(https))
        .map(|cookie| cookie.value().to_owned())
}

/// How pages look on the device that sent the request being served.
pub fn theme() -> Theme {
    let parts = leptos::prelude::use_context::<Parts>();
    let jar = parts
        .map(|parts| CookieJar::from_headers(&parts.headers))
        .unwrap_or_default();
    jar.get(THEME)
        .map(|cookie| Theme::of(cookie.value()))
        .unwrap_or_default()
}

/// `Set-Cookie` that keeps how pages look, for a year.
///
/// # Errors
/// As [`give`].
pub fn keep_theme(theme: Theme, https: bool) -> Result<HeaderValue, AppError> {
    let cookie = Cookie::build((THEME, theme.text()))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(https)
        .max_age(time::Duration::days(365));
    HeaderValue::from_str(&cookie.to_string()).map_err(|cause| internal("cookie", &cause))
}

/// True when an answer already says what the cookie shall be.
pub fn is_set(headers: &HeaderMap, https: bool) -> bool {
    headers
        .get_all(SET_COOKIE)
        .iter()
        .any(|value| value.as_bytes().starts_with(name(https).as_bytes()))
}

/// `Set-Cookie` that gives the browser this token for [`LIFETIME`].
///
/// # Errors
/// `Internal` when the token is no header text, which ours always is.
pub fn give(token: &str, https: bool) -> Result<HeaderValue, AppError> {
    header(token, https, LIFETIME)
}

/// `Set-Cookie` that takes the cookie away.
///
/// # Errors
/// As [`give`].
pub fn take_away(https: bool) -> Result<HeaderValue, AppError> {
    header("", https, 0)
}

fn header(value: &str, https: bool, seconds: i64) -> Result<HeaderValue, AppError> {
    let cookie = Cookie::build((name(https), value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(https)
        .max_age(time::Duration::seconds(seconds));
    HeaderValue::from_str(&cookie.to_string()).map_err(|cause| internal("cookie", &cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_bound_to_https_where_there_is_https() {
        assert_eq!(
            give("abc", false).unwrap(),
            "squawkbox_session=abc; HttpOnly; SameSite=Lax; Path=/; Max-Age=2592000"
        );
        assert_eq!(
            give("abc", true).unwrap(),
            "__Host-squawkbox_session=abc; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=2592000"
        );
        assert_eq!(
            take_away(false).unwrap(),
            "squawkbox_session=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0"
        );
    }
}
