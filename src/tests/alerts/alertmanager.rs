//! Alertmanager's webhook, by what it sends.

use super::*;

const FIRES: &str = r#"{"version":"4","groupKey":"{}/{sev=\"page\"}:{alertname=\"HighCPU\"}","truncatedAlerts":0,
 "receiver":"room","status":"firing",
 "groupLabels":{"alertname":"HighCPU"},"commonLabels":{"alertname":"HighCPU","severity":"page"},
 "commonAnnotations":{"summary":"cpu"},"externalURL":"http://am:9093",
 "alerts":[{"status":"firing","labels":{"alertname":"HighCPU","instance":"n1"},"annotations":{"summary":"cpu 97%"},
  "startsAt":"2026-08-22T10:00:00Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://prom/graph","fingerprint":"a1b2c3d4e5f60718"}]}"#;

async fn hook(app: &TestApp, token: &str, body: &str) -> (u16, String) {
    let request = reqwest::Client::new()
        .post(format!("{}/hooks/{token}/alertmanager", app.url))
        .header("content-type", "application/json")
        .body(body.to_owned());
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("text"))
}

#[tokio::test]
async fn a_group_is_one_message_from_its_beginning_to_its_end() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let token = bot(&app, "prometheus").await;
    assert_eq!(hook(&app, &token, FIRES).await, (200, "ok".to_owned()));
    let all = messages(&app, &ines).await;
    let body = "**Firing: HighCPU**\n• cpu 97% `instance=n1` (since 10:00:00) [source](<http://prom/graph>)\n\
                Since 2026-08-22 10:00:00 UTC";
    assert_eq!(
        (all.len(), all[0].body.as_str(), all[0].author.name.as_str()),
        (1, body, "prometheus")
    );
    assert!(all[0].html.as_deref().expect("marked up").contains(">Acknowledge<"));

    // The same again, as after `repeat_interval`, and with what newer ones add.
    let repeat = FIRES.replacen(
        r#""version""#,
        r#""notification_reason":"repeat interval elapsed","routeLabels":{},"version""#,
        1,
    );
    assert_eq!(hook(&app, &token, &repeat).await.0, 200);
    let again = messages(&app, &ines).await;
    assert_eq!(
        (again.len(), again[0].changed),
        (1, all[0].changed),
        "nothing has changed, so nobody is told"
    );

    // Another joins the group.
    let second = r#"{"status":"firing","labels":{"alertname":"HighCPU","instance":"n2"},"annotations":{},
        "startsAt":"2026-08-22T10:01:00Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"","fingerprint":"b2"}"#;
    let both = FIRES.replace(
        r#""fingerprint":"a1b2c3d4e5f60718"}]"#,
        &format!(r#""fingerprint":"a1b2c3d4e5f60718"}},{second}]"#),
    );
    assert_eq!(hook(&app, &token, &both).await.0, 200);
    let more = messages(&app, &ines).await;
    assert!(
        more[0].body.contains("cpu\n") && more[0].body.contains("• `instance=n2` (since 10:01:00)"),
        "{}",
        more[0].body
    );
    assert_eq!(press(&app, &ines, &more[0], "acknowledge").await.status().as_u16(), 303);

    let over = both
        .replace(r#""status":"firing""#, r#""status":"resolved""#)
        .replace("0001-01-01T00:00:00Z", "2026-08-22T10:05:00Z");
    assert_eq!(hook(&app, &token, &over).await.0, 200);
    let last = messages(&app, &ines).await;
    assert_eq!(last.len(), 1);
    assert!(last[0].body.starts_with("**Resolved: HighCPU**"), "{}", last[0].body);
    assert!(
        last[0].body.contains("resolved 10:05:00, acknowledged by ines"),
        "{}",
        last[0].body
    );
    assert_eq!(hook(&app, &token, &over).await.0, 200, "what is over is over");
    assert_eq!(hook(&app, &token, FIRES).await.0, 200);
    assert_eq!(
        messages(&app, &ines).await.len(),
        2,
        "and another time is another message"
    );
}

#[tokio::test]
async fn what_is_wrong_is_said_and_what_may_pass_is_a_503() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let token = bot(&app, "prometheus").await;
    for (token, body, status, words) in [
        ("sbx_nonsense", FIRES, 404, "unknown"),
        (token.as_str(), "{", 400, "not what Alertmanager sends"),
        (token.as_str(), "{}", 400, "groupKey"),
        (
            token.as_str(),
            r#"{"groupKey":"g","alerts":"none"}"#,
            400,
            "not what Alertmanager sends",
        ),
    ] {
        let (got, said) = hook(&app, token, body).await;
        assert_eq!(got, status, "{said}");
        assert!(said.contains(words), "{said}");
    }
    // A group without anything but its key is still one.
    assert_eq!(hook(&app, &token, r#"{"groupKey":"g"}"#).await.0, 200);
    assert_eq!(messages(&app, &ines).await.len(), 1);
    let nowhere = format!("{token}/alertmanager?room=nowhere");
    let answer = reqwest::Client::new()
        .post(format!("{}/hooks/{nowhere}", app.url))
        .body(FIRES)
        .send()
        .await;
    assert_eq!(answer.expect("an answer").status().as_u16(), 404);
    let bodies: Vec<String> = (0..120)
        .map(|i| FIRES.replace("HighCPU", &format!("High{i}")))
        .collect();
    let all = futures::future::join_all(bodies.iter().map(|body| hook(&app, &token, body))).await;
    assert!(all.iter().all(|(status, _)| matches!(status, 200 | 503)), "{all:?}");
    let busy = all.iter().filter(|(status, _)| *status == 503).count();
    assert!(busy > 0, "beyond its pace");
}
