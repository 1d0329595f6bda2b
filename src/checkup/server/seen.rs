//! `GET` and `POST /checkup/seen`: what a request was like when it got here. By POST, since browsers send their `Origin` with
//! that.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Query, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

use super::guest::{Guest, peer, sender};
use crate::{
    accounts::server::cookie,
    checkup::model::{Cookies, Seen},
    error::AppError,
    server::{config::Config, error::internal, security::may_be_proxy, state::AppState},
    time::Timestamp,
};

/// What proxies write.
const FORWARDED: [&str; 8] = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-forwarded-server",
    "x-real-ip",
];
/// Letters of a header at most; more isn't shown.
const SHOWN: usize = 200;
/// Letters of a cookie's value at most.
const PROBE: usize = 32;
/// For so long the browser keeps the cookie that is set to try, in minutes.
const KEPT: i64 = 1;

#[derive(serde::Deserialize)]
pub struct Asked {
    /// Letters and digits to set the cookie to that tries whether cookies get through.
    #[serde(default)]
    probe: String,
}

/// The answer; with `?probe=` it sets a cookie like the session's, but one that the page's script may read.
///
/// # Errors
/// `SlowDown`; `Invalid` for a probe that isn't letters and digits.
pub async fn seen(
    State(state): State<AppState>,
    guest: Guest,
    Query(asked): Query<Asked>,
    request: Request,
) -> Result<Response, AppError> {
    state.checkup.look(guest.who)?;
    let (parts, _) = request.into_parts();
    let config = &state.config;
    let headers = &parts.headers;
    let proxy = may_be_proxy(peer(&parts), config);
    let scheme = text(headers, "x-forwarded-proto").filter(|_| proxy);
    let scheme = scheme
        .as_deref()
        .and_then(|list| list.rsplit(',').next())
        .map(str::trim);
    let seen = Seen {
        time: Timestamp::now(),
        scheme: scheme.unwrap_or("http").to_owned(),
        host: text(headers, "host"),
        origin: text(headers, "origin"),
        public_url: config.public_url.clone(),
        proxy,
        client: sender(&parts, config),
        http: format!("{:?}", parts.version),
        accept_encoding: text(headers, "accept-encoding"),
        forwarded: forwarded(headers),
        cookies: cookies(headers, config),
    };
    let mut response = Json(seen).into_response();
    let answered = response.headers_mut();
    answered.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if !asked.probe.is_empty() {
        answered.append(header::SET_COOKIE, probe(asked.probe, config.is_https())?);
    }
    Ok(response)
}

/// All values of a header, as one text.
fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let name = HeaderName::try_from(name).ok()?;
    let values = headers.get_all(name);
    let values: Vec<_> = values
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    (!values.is_empty()).then(|| values.join(", ").chars().take(SHOWN).collect())
}

fn forwarded(headers: &HeaderMap) -> BTreeMap<String, String> {
    let there = FORWARDED
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), text(headers, name)?)));
    there.collect()
}

/// The name of the cookie that is set to try; over https with the session's own prefix, so that the same is asked of it.
const fn probe_name(https: bool) -> &'static str {
    if https {
        "__Host-squawkbox_checkup"
    } else {
        "squawkbox_checkup"
    }
}

fn cookies(headers: &HeaderMap, config: &Config) -> Cookies {
    let https = config.is_https();
    let probe = CookieJar::from_headers(headers)
        .get(probe_name(https))
        .map(|cookie| cookie.value().chars().take(PROBE).collect());
    Cookies {
        secure: https,
        session: cookie::read(headers, https).is_some(),
        probe_name: probe_name(https).to_owned(),
        probe,
    }
}

fn probe(value: String, https: bool) -> Result<HeaderValue, AppError> {
    if value.len() > PROBE || !value.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(AppError::Invalid(format!(
            "The probe must be letters and digits, {PROBE} at most."
        )));
    }
    let cookie = Cookie::build((probe_name(https), value))
        .path("/")
        .same_site(SameSite::Lax)
        .secure(https)
        .max_age(time::Duration::minutes(KEPT));
    HeaderValue::from_str(&cookie.to_string()).map_err(|cause| internal("cookie", &cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_https_the_cookie_that_tries_is_bound_to_it_as_the_sessions_is() {
        assert_eq!(
            probe("abc".into(), true).unwrap(),
            "__Host-squawkbox_checkup=abc; SameSite=Lax; Secure; Path=/; Max-Age=60"
        );
    }

    #[test]
    fn a_header_that_comes_twice_is_one_text_and_a_long_one_is_cut() {
        let mut headers = HeaderMap::new();
        headers.append("via", HeaderValue::from_static("1.1 a"));
        headers.append("via", HeaderValue::from_static("2 b"));
        headers.append("x-real-ip", HeaderValue::from_bytes(&[b'x'; 1_000]).unwrap());
        let told = forwarded(&headers);
        assert_eq!(told["via"], "1.1 a, 2 b");
        assert_eq!((told["x-real-ip"].len(), told.len()), (SHOWN, 2));
    }
}
