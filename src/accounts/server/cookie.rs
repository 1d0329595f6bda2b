//! The session cookie, and those that keep something for a device.

use axum::http::{HeaderMap, HeaderValue, Method, header::SET_COOKIE, request::Parts};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

use crate::{
    accounts::model::{Pair, Theme},
    error::AppError,
    server::error::internal,
};

use super::LIFETIME;

/// The cookie that keeps how pages look.
const THEME: &str = "squawkbox_theme";
/// The cookie that keeps the colours of what rises and falls.
const PAIR: &str = "squawkbox_pair";

/// The cookie that keeps where somebody wanted to go who had to sign in first.
const WAY: &str = "squawkbox_way";
/// For so long, in minutes.
const WAY_KEPT: i64 = 15;

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
pub fn looks() -> (Theme, Pair) {
    (Theme::of(&kept(THEME)), Pair::of(&kept(PAIR)))
}

/// What the device that sent the request being served keeps under a name; nothing where it keeps nothing.
pub fn kept(name: &str) -> String {
    let parts = leptos::prelude::use_context::<Parts>();
    parts.map_or_else(String::new, |parts| of(&parts.headers, name))
}

/// What the sender of these headers keeps under a name; nothing where they keep nothing.
pub fn of(headers: &HeaderMap, name: &str) -> String {
    let jar = CookieJar::from_headers(headers);
    jar.get(name)
        .map_or_else(String::new, |cookie| cookie.value().to_owned())
}

/// Both `Set-Cookie` that keep how pages look, for a year.
///
/// # Errors
/// As [`give`].
pub fn keep_looks(theme: Theme, pair: Pair, https: bool) -> Result<[HeaderValue; 2], AppError> {
    let keep = |name, text: &str| {
        let cookie = device_cookie(name, text.to_owned(), https, time::Duration::days(365));
        HeaderValue::from_str(&cookie.to_string()).map_err(|cause| internal("cookie", &cause))
    };
    Ok([keep(THEME, theme.text())?, keep(PAIR, pair.text())?])
}

/// `Set-Cookie` that keeps where the sender of a request for a page wanted to go. Nothing for what isn't worth it: the first
/// page, those by which one comes in, and what no link of ours looks like.
pub fn keep_way(asked: &Parts, https: bool) -> Option<HeaderValue> {
    // What a form was refused for is said once.
    let said = asked.uri.query().is_some_and(|query| query.contains("__err="));
    let way = match asked.uri.path_and_query().filter(|_| asked.method == Method::GET)? {
        way if said => way.path(),
        way => way.as_str(),
    };
    let page = asked.uri.path().split('/').nth(1)?;
    if matches!(page, "" | "do" | "sign-in" | "join" | "set-up" | "reset") || !is_ours(way) {
        return None;
    }
    let cookie = device_cookie(WAY, way.to_owned(), https, time::Duration::minutes(WAY_KEPT));
    HeaderValue::from_str(&cookie.encoded().to_string()).ok()
}

/// Where the sender of a request wanted to go, and the `Set-Cookie` that forgets it.
pub fn take_way(headers: &HeaderMap, https: bool) -> Option<(String, HeaderValue)> {
    let way = CookieJar::from_headers(headers).get(WAY)?.value().to_owned();
    let forget = device_cookie(WAY, String::new(), https, time::Duration::ZERO);
    let forget = HeaderValue::from_str(&forget.to_string()).ok()?;
    // Nowhere else, whoever wrote the cookie.
    let way = if is_ours(&way) { way } else { "/".to_owned() };
    Some((way, forget))
}

/// A page of this server, in letters that no browser reads as another's.
fn is_ours(way: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/?&=%+-_.:~".contains(c);
    way.starts_with('/') && !way.starts_with("//") && way.len() <= 512 && way.chars().all(is_plain)
}

fn device_cookie(name: &'static str, value: String, https: bool, age: time::Duration) -> Cookie<'static> {
    Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(https)
        .max_age(age)
        .build()
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
    fn the_way_back_is_the_one_that_was_asked_for() {
        for (asked, back) in [
            ("/search?q=a%20b%26c", "/search?q=a%20b%26c"),
            ("/rooms/1?thread=1&reply=2", "/rooms/1?thread=1&reply=2"),
            ("/you?__path=x&__err=y", "/you"),
        ] {
            let (parts, ()) = axum::http::Request::get(asked).body(()).unwrap().into_parts();
            let kept = keep_way(&parts, false).unwrap();
            let pair = kept.to_str().unwrap().split(';').next().unwrap().to_owned();
            let mut headers = HeaderMap::new();
            headers.insert("cookie", pair.parse().unwrap());
            assert_eq!(take_way(&headers, false).unwrap().0, back, "{asked}");
        }
        let (parts, ()) = axum::http::Request::get("/sign-in").body(()).unwrap().into_parts();
        assert_eq!(keep_way(&parts, false), None);
    }

    #[test]
    fn nobody_is_led_elsewhere() {
        for (way, ours) in [
            ("/rooms/3?before=80", true),
            ("/search?q=a%20b+c", true),
            ("//evil.test", false),
            ("/\\evil.test", false),
            ("https://evil.test", false),
            ("/rooms/1\r\nX: y", false),
        ] {
            assert_eq!(is_ours(way), ours, "{way}");
        }
    }

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
