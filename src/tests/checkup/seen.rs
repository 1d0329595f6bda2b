//! `/checkup/seen`, and the page that it is for.

use serde_json::Value;

use crate::{paths, tests::app::TestApp};

#[tokio::test]
async fn a_request_is_told_as_it_got_here() {
    let app = TestApp::with(&["--public-url", "http://desk.test"]).await;
    let ines = app.admin().await;
    let url = format!("{}{}", app.url, paths::CHECKUP_SEEN);
    let request = ines.client.post(&url).header("cookie", &ines.cookie);
    let answer = request
        .header("x-forwarded-for", "192.0.2.7")
        .header("x-forwarded-proto", "https")
        .header("via", "1.1 Caddy")
        .header("accept-encoding", "identity")
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let seen: Value = answer.json().await.expect("JSON");
    let host = app.url.strip_prefix("http://").expect("an address");
    for (at, value) in [
        ("/scheme", "https"),
        ("/host", host),
        ("/origin", app.url.as_str()),
        ("/public_url", "http://desk.test"),
        ("/client", "192.0.2.7"),
        ("/http", "HTTP/1.1"),
        ("/accept_encoding", "identity"),
        ("/forwarded/x-forwarded-for", "192.0.2.7"),
        ("/forwarded/via", "1.1 Caddy"),
        ("/cookies/probe_name", "squawkbox_checkup"),
    ] {
        assert_eq!(seen.pointer(at), Some(&Value::from(value)), "{at}: {seen}");
    }
    for (at, value) in [("/proxy", true), ("/cookies/secure", false), ("/cookies/session", true)] {
        assert_eq!(seen.pointer(at), Some(&Value::from(value)), "{at}: {seen}");
    }
    assert!(!seen.to_string().contains(&ines.cookie[25..]), "no secret is told");
}

#[tokio::test]
async fn a_cookie_like_the_sessions_is_set_to_try_and_comes_back() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let ask = async |probe: &str| {
        let url = format!("{}{}{probe}", app.url, paths::CHECKUP_SEEN);
        ines.client.get(url).send().await.expect("an answer")
    };
    let set = ask("?probe=abc123").await;
    let cookie = set.headers()["set-cookie"].to_str().expect("text").to_owned();
    assert_eq!(cookie, "squawkbox_checkup=abc123; SameSite=Lax; Path=/; Max-Age=60");
    let seen: Value = ask("").await.json().await.expect("JSON");
    assert_eq!(seen["cookies"]["probe"], "abc123", "{seen}");
    assert_eq!(seen["scheme"], "http");
    assert_eq!(seen["proxy"], false, "without a public URL nobody is believed");
    for wrong in ["a%3Bb", "%0d%0a", &"x".repeat(33)] {
        assert_eq!(ask(&format!("?probe={wrong}")).await.status(), 400, "{wrong}");
    }
}

#[tokio::test]
async fn the_page_says_what_it_tries_and_the_settings_without_scripts_too() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let page = async |client: &reqwest::Client, path: &str| {
        let answer = client.get(format!("{}{path}", app.url)).header("accept", "text/html");
        answer.send().await.expect("an answer")
    };
    assert_eq!(page(&app.client(), paths::CHECKUP).await.status(), 302);
    let html = page(&ines.client, paths::CHECKUP).await.text().await.expect("text");
    for words in [
        "proxy_set_header Upgrade $http_upgrade;",
        "proxy_buffering off;",
        "flush_interval -1",
        "passHostHeader: true",
        "upgrade=websocket",
        "--public-url",
        "data-check=\"latency\"",
    ] {
        assert!(html.contains(words), "{words}: {html}");
    }
    let team = page(&ines.client, "/team").await.text().await.expect("text");
    assert!(team.contains("href=\"/checkup\""), "{team}");
}
