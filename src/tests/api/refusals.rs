//! How the API says no.

use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::Program;
use crate::tests::app::TestApp;

#[tokio::test]
async fn refusals_are_problem_documents() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let bot = app.bot("deploy").await;
    let secret = [("name", "deals"), ("private", "true")];
    let made = ines
        .client
        .post(format!("{}/do/create_room", app.url))
        .form(&secret)
        .send()
        .await;
    assert_eq!(made.expect("an answer").status(), 200);
    for (method, path, body, status, words) in [
        (
            Method::GET,
            "/rooms/2/messages",
            Value::Null,
            404,
            "There is no such room",
        ),
        (
            Method::GET,
            "/rooms/x/messages",
            Value::Null,
            404,
            "There is no such room",
        ),
        (
            Method::GET,
            "/rooms/2/messages/1",
            Value::Null,
            404,
            "There is no such room",
        ),
        (
            Method::GET,
            "/rooms/1/messages/9",
            Value::Null,
            404,
            "There is no such message",
        ),
        (Method::GET, "/rooms/1/messages/x", Value::Null, 400, ""),
        (
            Method::POST,
            "/rooms/2/messages",
            json!({"text": "hi"}),
            404,
            "There is no such room",
        ),
        (Method::POST, "/rooms/1/messages", json!({"text": " "}), 400, ""),
        (Method::POST, "/rooms/1/messages", json!({}), 400, "text"),
        (
            Method::POST,
            "/rooms/1/messages",
            json!({"text": "x".repeat(20_000)}),
            413,
            "16",
        ),
        (
            Method::GET,
            "/rooms/1/messages?before=1&after=1",
            Value::Null,
            400,
            "not both",
        ),
        (
            Method::PATCH,
            "/rooms/1/messages/9",
            json!({"text": "hi"}),
            404,
            "There is no such message",
        ),
        (Method::GET, "/search?q=before:noon", Value::Null, 400, "2026-11-20"),
        (Method::GET, "/search", Value::Null, 400, "q"),
        (Method::DELETE, "/rooms/1/messages/x", Value::Null, 400, ""),
        (Method::GET, "/nonsense", Value::Null, 404, "openapi.json"),
    ] {
        let (answered, problem) = problem(bot.answer(method, path, body).await).await;
        assert_eq!(answered, status, "{path}: {problem}");
        assert!(
            problem["detail"].as_str().expect("words").contains(words),
            "{path}: {problem}"
        );
    }
    let nobody = Program {
        app: &app,
        token: "sbx_nonsense".into(),
    };
    assert_eq!(
        problem(nobody.answer(Method::GET, "/rooms", Value::Null).await).await.0,
        401
    );
    let ingest = Program {
        app: &app,
        token: app.token().await,
    };
    let refused = problem(ingest.answer(Method::GET, "/rooms", Value::Null).await).await;
    assert_eq!(refused.0, 403, "a token for ingest reads no chat");
    let sign_in = [("name", "deploy"), ("password", "")];
    let refused = app
        .client()
        .post(format!("{}/do/sign_in", app.url))
        .form(&sign_in)
        .send()
        .await;
    assert!(
        !refused.expect("an answer").status().is_success(),
        "a bot doesn't sign in"
    );
}

/// Status and document of a refusal, which must be one.
async fn problem(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    let kind = answer.headers()["content-type"].to_str().expect("text").to_owned();
    let text = answer.text().await.expect("a body");
    assert_eq!(kind, "application/problem+json", "{status}: {text}");
    let document: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(document["type"], "about:blank", "{document}");
    assert_eq!(document["status"], status, "{document}");
    for words in ["title", "detail"] {
        assert!(
            document[words].as_str().is_some_and(|text| !text.is_empty()),
            "{document}"
        );
    }
    (status, document)
}

#[tokio::test]
async fn whoever_sends_no_token_is_told_so_whatever_else_they_send() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let bot = app.bot("deploy").await;
    bot.call(Method::POST, "/rooms/1/messages", json!({"text": "mine"}))
        .await;
    let stranger = reqwest::Client::new();
    for (method, path) in [
        (Method::GET, "/rooms"),
        (Method::POST, "/rooms"),
        (Method::POST, "/rooms/1/messages"),
        (Method::PATCH, "/rooms/1/messages/1"),
        (Method::PUT, "/rooms/1/messages/1/pin"),
        (Method::DELETE, "/rooms/1/messages/1"),
        (Method::POST, "/files?room=1&name=a.txt"),
        (Method::DELETE, "/rooms/1/members/1"),
        (Method::DELETE, "/tokens/1"),
        (Method::DELETE, "/instruments?symbol=A&venue=desk"),
    ] {
        let url = format!("{}/api/v1{path}", app.url);
        let body = json!({"text": "not mine", "name": "theirs"});
        // The session's cookie opens nothing, not even from our own pages: another site could have a browser send it.
        let callers = [
            ("nothing", stranger.request(method.clone(), &url)),
            (
                "another scheme",
                stranger.request(method.clone(), &url).basic_auth("ines", Some("x")),
            ),
            (
                "another site",
                stranger
                    .request(method.clone(), &url)
                    .header("origin", "https://evil.test"),
            ),
            (
                "a cookie from another site",
                stranger
                    .request(method.clone(), &url)
                    .header("cookie", &ines.cookie)
                    .header("origin", "https://evil.test"),
            ),
            ("a cookie", ines.client.request(method.clone(), &url)),
        ];
        for (what, request) in callers {
            let answer = request.json(&body).send().await.expect("an answer");
            assert_eq!(
                answer.headers()["www-authenticate"],
                "Bearer",
                "{method} {path} with {what}"
            );
            let (status, document) = problem(answer).await;
            assert_eq!(status, 401, "{method} {path} with {what}: {document}");
            assert!(
                document["detail"]
                    .as_str()
                    .is_some_and(|text| text.contains("Bearer sbx_")),
                "{document}"
            );
        }
    }
    assert_eq!(bot.get("/rooms/1/messages").await.1[0]["text"], "mine");
    assert_eq!(bot.get("/rooms").await.1.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn what_no_handler_refuses_is_a_problem_document_too() {
    let app = TestApp::start().await;
    app.admin().await;
    let bot = app.bot("deploy").await;
    for path in [
        "",
        "/",
        "/nonsense",
        "/rooms/",
        "/rooms/1/messages/1/nonsense",
        "/files/1/name.png",
    ] {
        let (status, document) = problem(bot.answer(Method::GET, path, Value::Null).await).await;
        assert_eq!(status, 404, "{path}: {document}");
        let words = document["detail"].as_str().expect("words");
        assert!(words.contains("/api/v1/openapi.json"), "{path}: {words}");
    }
    for (method, path, allowed) in [
        (Method::DELETE, "/rooms", "GET,HEAD,POST"),
        (Method::PUT, "/rooms/1/messages/1", "GET,HEAD,PATCH,DELETE"),
        (Method::GET, "/files", "POST"),
        (Method::POST, "/openapi.json", "GET,HEAD"),
    ] {
        let answer = bot.answer(method, path, Value::Null).await;
        assert_eq!(answer.headers()["allow"], allowed, "{path}");
        let (status, document) = problem(answer).await;
        assert_eq!(status, 405, "{document}");
        assert!(
            document["detail"].as_str().is_some_and(|text| text.contains("Allow")),
            "{document}"
        );
    }
    // What isn't JSON, or is too much of it.
    let post = |kind: &'static str, body: String| {
        let url = format!("{}/api/v1/rooms/1/messages", app.url);
        let request = reqwest::Client::new().post(url).bearer_auth(&bot.token);
        request.header("content-type", kind).body(body).send()
    };
    for (kind, body, expected) in [
        ("text/plain", r#"{"text":"hi"}"#.to_owned(), 400),
        ("application/json", r#"{"text":"#.to_owned(), 400),
        ("application/json", r#"{"text":7}"#.to_owned(), 400),
        (
            "application/json",
            format!(r#"{{"text":"{}"}}"#, "x".repeat(300 * 1024)),
            413,
        ),
    ] {
        let (status, document) = problem(post(kind, body).await.expect("an answer")).await;
        assert_eq!(status, expected, "{document}");
    }
    let id = bot
        .call(Method::POST, "/rooms/1/messages", json!({"text": "hi"}))
        .await
        .1["author"]["id"]
        .as_i64();
    let id = crate::ids::UserId(id.expect("the bot's number"));
    let mut too_fast = None;
    for _ in 0..20 {
        while app.running.state.chat.pace.check(&id).is_ok() {}
        let answer = bot
            .answer(Method::POST, "/rooms/1/messages", json!({"text": "hi"}))
            .await;
        if answer.status() == 429 {
            too_fast = Some(answer);
            break;
        }
    }
    let too_fast = too_fast.expect("a refusal");
    assert_eq!(too_fast.headers()["retry-after"], "1");
    assert_eq!(problem(too_fast).await.0, 429);
    app.break_rooms().await;
    let answer = bot.answer(Method::GET, "/rooms", Value::Null).await;
    let id = answer.headers()["x-request-id"].to_str().expect("text").to_owned();
    let (status, document) = problem(answer).await;
    assert_eq!(status, 500);
    assert!(
        document["detail"].as_str().is_some_and(|text| text.contains(&id)),
        "{document}"
    );
}
