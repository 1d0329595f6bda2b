//! Over HTTP: lines in, pages and the stream out.

use serde_json::{Value, json};

use super::*;
use crate::{paths, tests::app::TestApp};

struct Shipper {
    client: reqwest::Client,
    url: String,
    token: String,
}

impl Shipper {
    async fn new(app: &TestApp) -> Self {
        app.admin().await;
        Self {
            client: reqwest::Client::new(),
            url: format!("{}{}", app.url, paths::INGEST_LOGS),
            token: app.token().await,
        }
    }

    async fn post(&self, body: impl Into<reqwest::Body>) -> (u16, Value) {
        let answer = self
            .client
            .post(&self.url)
            .bearer_auth(&self.token)
            .body(body)
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}

#[tokio::test]
async fn lines_are_kept_and_bad_ones_reported() {
    let app = TestApp::start().await;
    let shipper = Shipper::new(&app).await;
    let body = b"{\"msg\":\"caf\xe9\",\"level\":\"ERR\",\"order_id\":8812}\nnonsense\n{\"message\":\"two\",\"source\":\"api\"}\n";
    let (status, answer) = shipper.post(&body[..]).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["accepted"], 2);
    assert_eq!(answer["rejected"][0]["line"], 2);
    assert!(
        answer["rejected"][0]["error"].as_str().unwrap().contains("expected"),
        "{answer}"
    );
    let lines = crate::logs::server::store::after(&app.running.state.logs.db.readers, 0, 10)
        .await
        .unwrap();
    assert_eq!(messages(&lines), ["caf\u{fffd}", "two"]);
    assert_eq!(
        (lines[0].level, lines[0].source.as_str()),
        (Level::Error, "test"),
        "the token names the source"
    );
    assert_eq!(
        (lines[0].fields.to_string().as_str(), lines[1].source.as_str()),
        ("order_id=8812", "api")
    );
}

#[tokio::test]
async fn the_url_names_the_parts_where_they_are_called_otherwise() {
    let app = TestApp::start().await;
    let mut shipper = Shipper::new(&app).await;
    shipper.url.push_str("?message=text&time=at&level=sev&source=app.name");
    let body = r#"[{"text":"one","at":1700000000,"sev":"warn","app":{"name":"api"},"message":"kept"},
                   {"msg":"WARN two"},{"at":"never","text":"three"}]"#;
    let (status, answer) = shipper.post(body).await;
    assert_eq!((status, &answer["accepted"]), (200, &json!(2)), "{answer}");
    assert!(
        answer["rejected"][0]["error"]
            .as_str()
            .unwrap()
            .starts_with("at: expected RFC 3339"),
        "{answer}"
    );
    let lines = crate::logs::server::store::after(&app.running.state.logs.db.readers, 0, 10)
        .await
        .unwrap();
    let shown: Vec<_> = lines
        .iter()
        .map(|line| (line.level, line.source.as_str(), line.message.as_str()))
        .collect();
    assert_eq!(shown, [(Level::Warn, "api", "one"), (Level::Warn, "test", "WARN two")]);
    assert_eq!(lines[0].time.micros(), 1_700_000_000_000_000);
    let fields = lines[0].fields.to_string();
    // It is kept as it was sent, and marked.
    assert!(
        fields.starts_with("message=kept clock=\"") && fields.ends_with(" days behind\""),
        "{fields}"
    );
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_in_words() {
    let app = TestApp::start().await;
    let shipper = Shipper::new(&app).await;
    let (status, answer) = shipper.post("nonsense").await;
    assert_eq!((status, &answer["error"]), (400, &json!("invalid")), "{answer}");
    let first = answer["rejected"][0]["error"].as_str().unwrap();
    assert!(answer["message"].as_str().unwrap().contains(first), "{answer}");
    let (status, answer) = shipper.post("x".repeat(5 * 1024 * 1024)).await;
    assert_eq!(
        (status, &answer["message"]),
        (
            413,
            &json!("A request can hold 4 MiB at most: send fewer lines at once.")
        )
    );
    let (status, answer) = shipper.post(" \n").await;
    assert_eq!(status, 400);
    assert!(
        answer["message"]
            .as_str()
            .unwrap()
            .starts_with("There is nothing to read")
    );
    let answer = shipper
        .client
        .post(&shipper.url)
        .bearer_auth("sbx_wrong")
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 401);
}

#[tokio::test]
async fn what_others_bring_at_once_is_bounded_and_refused_with_a_time_to_wait() {
    let app = TestApp::start().await;
    let shipper = Shipper::new(&app).await;
    // As if others were bringing all that there may be but a little.
    let others = app.running.state.in_flight.take(64 * 1024 * 1024 - 20).expect("room");
    let post = async |path: &str, body: &'static str| {
        let request = shipper
            .client
            .post(format!("{}{path}", app.url))
            .bearer_auth(app.token().await);
        let answer = request.body(body).send().await.unwrap();
        let wait = answer
            .headers()
            .get("retry-after")
            .map(|wait| wait.to_str().unwrap().to_owned());
        (answer.status().as_u16(), wait)
    };
    let (line, tick) = (r#"{"msg":"a line of its own"}"#, r#"{"symbol":"BTC","last":1}"#);
    for (path, body) in [("/ingest/logs", line), ("/ingest/ticks", tick)] {
        assert_eq!(post(path, body).await, (503, Some("1".to_owned())), "{path}");
    }
    drop(others);
    for (path, body) in [("/ingest/logs", line), ("/ingest/ticks", tick)] {
        assert_eq!(post(path, body).await, (200, None), "{path}");
    }
}

/// A body of many parts is kept whole and in its order.
#[tokio::test]
async fn a_large_body_is_kept_part_by_part() {
    let app = TestApp::start().await;
    let shipper = Shipper::new(&app).await;
    let body: String = (0..4_500)
        .map(|n| {
            if n % 1_000 == 7 {
                "no line\n".to_owned()
            } else {
                format!("{{\"msg\":\"{n}\"}}\n")
            }
        })
        .collect();
    let (status, answer) = shipper.post(body).await;
    assert_eq!((status, &answer["accepted"]), (200, &json!(4_495)), "{answer}");
    let refused: Vec<_> = answer["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bad| bad["line"].clone())
        .collect();
    assert_eq!(refused, [8, 1_008, 2_008, 3_008, 4_008]);
}

#[tokio::test]
async fn the_page_shows_lines_and_filters_them_without_scripts() {
    let app = TestApp::start().await;
    let token = {
        let shipper = Shipper::new(&app).await;
        let old = (0..300)
            .map(|i| format!("{{\"msg\":\"old {i}\",\"level\":\"error\"}}\n"))
            .collect::<String>();
        shipper.post(old).await;
        shipper
            .post(
                (0..250)
                    .map(|i| format!("{{\"msg\":\"<b>new</b> {i}\"}}\n"))
                    .collect::<String>(),
            )
            .await;
        shipper.token
    };
    let member = app.join("tomasz").await;
    let page = async |path: &str| {
        let answer = member.client.get(format!("{}{path}", app.url)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap()
    };
    let body = page("/logs").await;
    assert!(body.contains("&lt;b&gt;new&lt;/b&gt; 249") && !body.contains("<b>new</b> 249</span>"));
    // `lines` counts rows only: the page's data for hydration holds the text again.
    let rows = |body: &str| body.matches("<div class=\"line\">").count();
    assert_eq!(rows(&body), 200);
    assert!(!body.contains(&token));
    // The newest 200 hold no error: those the server finds before them are shown.
    let body = page("/logs?level=error&text=OLD+29").await;
    assert_eq!(rows(&body), 11, "29 and 290 to 299");
    assert!(body.contains("value=\"OLD 29\""));
    let body = page("/logs?level=error%2Cwarn&text=nowhere").await;
    assert_eq!(rows(&body), 0);
    assert!(body.contains("None of the 200 newest lines passes the filter."));
}

#[tokio::test]
async fn functions_answer_members_only() {
    let app = TestApp::start().await;
    let shipper = Shipper::new(&app).await;
    shipper
        .post((0..1_000).map(|i| format!("{{\"msg\":\"{i}\"}}\n")).collect::<String>())
        .await;
    let gap = format!("{}/do/log_gap", app.url);
    let form = json!({"after": 100, "before": 900});
    let stranger = app.client().post(&gap).json(&form).send().await.unwrap();
    assert_eq!(
        stranger.status(),
        401,
        "{:?} {}",
        stranger.headers().clone(),
        stranger.text().await.unwrap()
    );
    let member = app.join("tomasz").await;
    let piece: Value = member
        .client
        .post(&gap)
        .json(&form)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(piece["lines"].as_array().unwrap().len(), 500);
    assert_eq!((&piece["lines"][0]["id"], &piece["more"]), (&json!(400), &json!(299)));
    let tail = member
        .client
        .post(format!("{}/do/desk", app.url))
        .json(&json!({}))
        .send()
        .await
        .unwrap();
    let tail = &tail.json::<Value>().await.unwrap()["desk"]["tail"];
    assert_eq!(
        (&tail["cursor"], tail["lines"].as_array().unwrap().len()),
        (&json!(1_000), 200)
    );
}

#[tokio::test]
async fn a_posted_line_reaches_the_stream() {
    let app = TestApp::start().await;
    let shipper = Shipper::new(&app).await;
    let member = app.join("tomasz").await;
    let url = format!("{}{}?topics=logs&after=logs:0", app.url, paths::EVENTS);
    let mut stream = member.client.get(url).send().await.unwrap();
    assert_eq!(stream.status(), 200);
    shipper.post(r#"{"msg":"hello desk"}"#).await;
    let mut text = String::new();
    while !text.contains("hello desk") {
        let chunk = tokio::time::timeout(std::time::Duration::from_secs(5), stream.chunk())
            .await
            .expect("in time");
        text.push_str(std::str::from_utf8(&chunk.unwrap().expect("more")).unwrap());
    }
    assert!(
        text.contains("id: logs:1\nevent: logs\ndata: {\"lines\":[{\"id\":1,"),
        "{text}"
    );
}
