//! Others' webhooks, by one of one's own.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc,
};

use super::*;

const HERE: [&str; 1] = ["--allow-private-addresses"];

/// A server that answers with these statuses, the last one for ever, and tells what it got.
async fn endpoint(statuses: &'static [&'static str]) -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let (tell, got) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut turn = 0;
        while let Ok((mut line, _)) = listener.accept().await {
            let (mut text, mut piece) = (Vec::new(), [0; 4_096]);
            loop {
                let read = line.read(&mut piece).await.unwrap_or(0);
                text.extend_from_slice(&piece[..read]);
                let whole = String::from_utf8_lossy(&text).into_owned();
                let length = whole
                    .lines()
                    .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
                let body = whole.split_once("\r\n\r\n").map_or(0, |(_, body)| body.len());
                if read == 0 || length.is_some_and(|length: usize| body >= length) {
                    break;
                }
            }
            let status = statuses.get(turn).or(statuses.last()).expect("a status");
            turn += 1;
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let _ = line.write_all(answer.as_bytes()).await;
            let _ = line.shutdown().await;
            let _ = tell.send(String::from_utf8_lossy(&text).into_owned());
        }
    });
    (url, got)
}

async fn next(got: &mut mpsc::UnboundedReceiver<String>) -> String {
    let wait = tokio::time::timeout(Duration::from_secs(20), got.recv());
    wait.await.expect("in time").expect("a call")
}

fn body(got: &str) -> &str {
    got.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

async fn rule(app: &TestApp, who: &Member, shape: &str, url: &str) {
    let form = [
        ("test", "more"),
        ("query", "timeout"),
        ("value", "0"),
        ("within", "5s"),
        ("name", "Größe <1>"),
        ("by", "venue"),
        ("shape", shape),
        ("url", url),
    ];
    make(app, who, &form).await;
}

#[tokio::test]
async fn a_firing_and_its_end_are_told_and_told_again_where_that_may_help() {
    let app = TestApp::with(&HERE).await;
    let ines = app.admin().await;
    let (url, mut got) = endpoint(&["500 Oops", "200 OK"]).await;
    rule(&app, &ines, "json", &url).await;
    post_lines(&app, 2, "XLON").await;
    let first = next(&mut got).await;
    let again = next(&mut got).await;
    assert_eq!(body(&first), body(&again), "the same, a second later");
    let told: Value = serde_json::from_str(body(&again)).expect("JSON");
    let rule = json!({"id": 1, "name": "Größe <1>", "test": "more"});
    assert_eq!(
        (&told["event"], &told["state"], &told["rule"]),
        (&json!("firing"), &json!("firing"), &rule)
    );
    assert_eq!(
        (&told["firing"], &told["threshold"], &told["within"]),
        (&json!(1), &json!("0"), &json!("5s"))
    );
    assert_eq!((&told["query"], &told["symbol"]), (&json!("timeout"), &Value::Null));
    assert!(
        told["count"].as_u64().is_some_and(|count| (1..=2).contains(&count)),
        "{told}"
    );
    assert_eq!(told["labels"]["name"], "venue");
    assert_eq!(told["labels"]["values"][0]["value"], "XLON", "{told}");
    let message = told["message"].as_str().expect("a link");
    assert!(
        message.contains("/rooms/1?before=") && message.ends_with("#m1"),
        "{told}"
    );
    let started = Timestamp::parse(told["started"].as_str().expect("a time"));
    assert!(
        started.is_some_and(|at| Timestamp::now().seconds_since(at) < 60),
        "{told}"
    );
    assert!(
        told["text"].as_str().expect("text").starts_with("Firing: Größe <1>\n"),
        "{told}"
    );
    assert!(
        told["url"].as_str().expect("a url").contains("/logs/search?q=timeout"),
        "{told}"
    );
    assert_eq!(told["resolved"], Value::Null);
    let secret = secret(&app, &ines, 1).await;
    for got in [&first, &again] {
        assert_eq!(signature(got), signed(&secret, got), "{got}");
    }
    let (_, his) = form_of(&app, &app.join("tomasz").await, 1).await;
    assert!(!his.contains(&secret), "who may not change it isn't told: {his}");
    let over: Value = serde_json::from_str(body(&next(&mut got).await)).expect("JSON");
    assert_eq!(
        (&over["event"], &over["state"]),
        (&json!("resolved"), &json!("resolved"))
    );
    assert!(over["resolved"].is_string(), "{over}");
    assert_eq!((&over["message"], &over["firing"]), (&told["message"], &told["firing"]));
}

/// The page on which a rule is changed.
async fn form_of(app: &TestApp, who: &Member, rule: i64) -> (u16, String) {
    let request = who.client.get(format!("{}/alerts/new?rule={rule}", app.url));
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("text"))
}

/// What calls of a rule are signed with, as the form shows it to whoever may change the rule.
async fn secret(app: &TestApp, who: &Member, rule: i64) -> String {
    let (_, page) = form_of(app, who, rule).await;
    let (_, rest) = page
        .split_once("<code class=\"secret\">")
        .unwrap_or_else(|| panic!("{page}"));
    rest.split('<').next().expect("a secret").to_owned()
}

#[tokio::test]
async fn a_secret_is_made_anew_by_who_may_change_the_rule_and_the_old_one_signs_nothing_more() {
    let app = TestApp::with(&HERE).await;
    let (ines, tomasz) = (app.admin().await, app.join("tomasz").await);
    let (url, mut got) = endpoint(&["200 OK"]).await;
    rule(&app, &ines, "json", &url).await;
    let old = secret(&app, &ines, 1).await;
    let renew = async |who: &Member, id: &str| {
        let request = who.client.post(format!("{}/do/renew_alert_secret", app.url));
        request.form(&[("id", id)]).send().await.expect("an answer")
    };
    assert_eq!(renew(&tomasz, "1").await.status(), 403);
    assert_eq!(renew(&ines, "9").await.status(), 404);
    assert_eq!(secret(&app, &ines, 1).await, old);

    let answer = renew(&ines, "1").await;
    let to = answer.headers().get(LOCATION).map(|to| to.to_str().expect("text"));
    assert_eq!(to, Some("/alerts/new?rule=1&done=renewed"), "{}", answer.status());
    let page = ines.reads(&app, "/alerts/new?rule=1&done=renewed").await;
    assert!(
        page.contains("The old one signs nothing any more.") && !page.contains(&old),
        "{page}"
    );
    let new = secret(&app, &ines, 1).await;
    assert!(new != old && new.starts_with("sbxwh_"), "{new}");
    let request = ines
        .client
        .post(format!("{}/do/test_alert", app.url))
        .form(&[("id", "1")]);
    assert!(request.send().await.expect("an answer").status().as_u16() < 400);
    let call = next(&mut got).await;
    assert_eq!(signature(&call), signed(&new, &call), "{call}");

    // The third is another one again, and a restart knows which it is.
    renew(&ines, "1").await;
    let third = secret(&app, &ines, 1).await;
    assert!(third != new && third != old);
    let counted = crate::alerts::server::store::secrets(&app.running.state.desk.readers).await;
    assert_eq!(counted.expect("read"), [(crate::ids::AlertId(1), 2)]);
    // Without a webhook there is none.
    make(
        &app,
        &ines,
        &[("test", "more"), ("query", "other"), ("value", "5"), ("within", "5s")],
    )
    .await;
    assert_eq!(renew(&ines, "2").await.status(), 400);
}

fn signature(got: &str) -> &str {
    let is_it = |line: &&str| line.to_lowercase().starts_with("x-squawkbox-signature: ");
    let line = got.lines().find(is_it).expect("signed");
    line.split_once(": ").map_or("", |(_, value)| value)
}

/// As the README says that it is signed: the HMAC-SHA256 of the time, a full stop and the body.
fn signed(secret: &str, got: &str) -> String {
    use ring::hmac;
    let t = signature(got)
        .trim_start_matches("t=")
        .split(',')
        .next()
        .expect("a time");
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{t}.{}", body(got)).as_bytes());
    format!("t={t},v1={}", data_encoding::HEXLOWER.encode(tag.as_ref()))
}

#[tokio::test]
async fn each_shape_is_as_its_readers_want_it_and_what_says_no_is_left_alone() {
    let app = TestApp::with(&HERE).await;
    let ines = app.admin().await;
    let (url, mut slack) = endpoint(&["404 Not Found"]).await;
    rule(&app, &ines, "slack", &url).await;
    let (url, mut ntfy) = endpoint(&["200 OK"]).await;
    rule(&app, &ines, "ntfy", &url).await;
    post_lines(&app, 1, "XLON").await;
    let told: Value = serde_json::from_str(body(&next(&mut slack).await)).expect("JSON");
    let text = told["text"].as_str().expect("text");
    assert!(
        text.starts_with("Firing: Größe &lt;1&gt;\n") && text.contains("|Open>"),
        "{text}"
    );
    let got = next(&mut ntfy).await;
    assert!(
        got.to_lowercase().contains("title: gr??e <1>") && got.to_lowercase().contains("tags: rotating_light"),
        "{got}"
    );
    assert!(body(&got).starts_with("Firing: Größe <1>\n"), "{got}");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(slack.try_recv().is_err(), "a 404 isn't tried again");
    let test = async |id: &str| {
        let form = [("id", id)];
        let answer = ines
            .client
            .post(format!("{}/do/test_alert", app.url))
            .form(&form)
            .send()
            .await;
        let answer = answer.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("text"))
    };
    let (status, said) = test("1").await;
    assert!(status == 400 && said.contains("404"), "{status} {said}");
    assert!(test("2").await.0 < 400);
    next(&mut slack).await;
    assert!(body(&next(&mut ntfy).await).contains("This is how an alert is told here."));
}

#[tokio::test]
async fn private_addresses_are_not_called() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    for url in ["http://127.0.0.1:9/x", "https://10.0.0.1/x", "http://example.com/x"] {
        let form = [("test", "more"), ("value", "0"), ("room", "1"), ("url", url)];
        let answer = send(&app, &ines, &form).await;
        let back = answer
            .headers()
            .get(LOCATION)
            .expect("back")
            .to_str()
            .expect("text")
            .to_owned();
        assert!(
            back.starts_with("/alerts/new?") && !back.contains("url="),
            "{url}: {back}"
        );
        let page = ines.reads(&app, &back).await;
        assert!(
            page.contains(&format!("value=\"{url}\"")),
            "{url}: it comes back: {page}"
        );
        assert!(
            page.contains(r#"role="alert""#),
            "{url}: what is wrong with it is said: {page}"
        );
    }
}
