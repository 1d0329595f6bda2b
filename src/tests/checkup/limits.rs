//! Who may try their line, and how much of it.

use std::time::Duration;

use reqwest::{Client, StatusCode};
use tokio_tungstenite::tungstenite::Message;

use super::{Line, PATIENCE};
use crate::{accounts::server::scopes::Scope, checkup::server::lines::EACH, paths, tests::app::TestApp};

const ECHOES: [&str; 2] = [paths::ECHO, paths::ECHO_STAMPED];
const OTHERS: [&str; 2] = [paths::CLOCK, paths::CHECKUP_SEEN];

/// The status of a GET with these headers.
async fn got(app: &TestApp, path: &str, headers: &[(&'static str, &str)]) -> StatusCode {
    let request = Client::new().get(format!("{}{path}", app.url));
    let request = headers.iter().fold(request, |r, (name, value)| r.header(*name, *value));
    request.send().await.expect("an answer").status()
}

#[tokio::test]
async fn who_may_come_in() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let (read, post) = (app.bearer(Scope::Read).await, app.bearer(Scope::Post).await);
    let (cookie, here) = (ines.cookie.as_str(), app.url.as_str());
    for path in ECHOES {
        for (headers, status) in [
            (vec![("authorization", read.as_str())], 101),
            (vec![("authorization", post.as_str())], 403),
            (vec![("authorization", "Bearer sbx_nonsense")], 401),
            (vec![("cookie", cookie), ("origin", here)], 101),
            (vec![("cookie", cookie), ("origin", "https://evil.test")], 403),
            (vec![("cookie", cookie)], 403),
            (vec![("origin", here)], 401),
            (vec![], 403),
        ] {
            assert_eq!(Line::status(&app, path, &headers).await, status, "{path} {headers:?}");
        }
    }
    for path in OTHERS {
        assert_eq!(got(&app, path, &[("authorization", &read)]).await, 200, "{path}");
        assert_eq!(got(&app, path, &[("cookie", cookie)]).await, 200, "{path}");
        assert_eq!(got(&app, path, &[("authorization", &post)]).await, 403, "{path}");
        assert_eq!(got(&app, path, &[]).await, 401, "{path}");
    }
}

#[tokio::test]
async fn strangers_may_where_it_is_open_to_them_and_nobody_in_anothers_name() {
    let app = TestApp::with(&["--open-checkup"]).await;
    let ines = app.admin().await;
    let (cookie, post) = (ines.cookie.as_str(), app.bearer(Scope::Post).await);
    for path in ECHOES {
        for (headers, status) in [
            (vec![], 101),
            (vec![("origin", "https://anywhere.test")], 101),
            (vec![("cookie", cookie), ("origin", "https://evil.test")], 403),
            (vec![("cookie", cookie), ("origin", app.url.as_str())], 101),
            // A token that is none is not looked past.
            (vec![("authorization", "Bearer sbx_nonsense")], 401),
            (vec![("authorization", post.as_str())], 403),
        ] {
            assert_eq!(Line::status(&app, path, &headers).await, status, "{path} {headers:?}");
        }
    }
    for path in OTHERS {
        assert_eq!(got(&app, path, &[]).await, 200, "{path}");
    }
    // Nothing else opened with it.
    assert_eq!(got(&app, paths::EVENTS, &[]).await, 401);
    let socket = Line::status(&app, paths::LINE_GATEWAY, &[]).await;
    assert_eq!(socket, 403);
}

#[tokio::test]
async fn one_has_so_many_lines_and_gets_them_back() {
    let app = TestApp::start().await;
    app.admin().await;
    let (one, other) = (app.bearer(Scope::Read).await, {
        let accounts = &app.running.state.accounts;
        let token = accounts
            .create_token("other", Scope::Read, None)
            .await
            .expect("a token");
        format!("Bearer {token}")
    });
    let mut lines = Vec::new();
    for _ in 0..EACH {
        lines.push(app.echo(&one).await);
    }
    let headers = [("authorization", one.as_str())];
    assert_eq!(Line::status(&app, paths::ECHO, &headers).await, 409);
    assert_eq!(got(&app, paths::CLOCK, &headers).await, 409);
    let mut others = app.echo(&other).await;
    others.send(Message::text("mine")).await;
    assert_eq!(others.next().await, Message::text("mine"));
    lines.pop().expect("a line").0.close(None).await.expect("closed");
    let again = async {
        while Line::status(&app, paths::ECHO, &headers).await != 101 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, again)
        .await
        .expect("a place is given back");
}
