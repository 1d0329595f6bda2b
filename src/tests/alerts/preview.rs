//! What a rule would have said in the last day.

use super::*;

async fn preview(app: &TestApp, who: &Member, query: &str) -> String {
    let request = who.client.get(format!("{}/alerts/preview?room=1&{query}", app.url));
    request.send().await.expect("an answer").text().await.expect("text")
}

#[tokio::test]
async fn bars_tell_how_often_a_price_crossed() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let now = Timestamp::now();
    let ticker = &app.running.state.ticker;
    for (i, last) in [99, 101, 99, 102, 98, 103].into_iter().enumerate() {
        let time = now.plus_seconds(-6 * 3_600 + i as i64 * 1_800);
        let body = json!({"symbol": "ACME", "last": last.to_string(), "time": time.to_string()}).to_string();
        take(&ticker.recorder, "desk", body.as_bytes()).await.expect("a report");
    }
    let said = preview(&app, &ines, "test=above&symbol=desk:ACME&value=100").await;
    assert!(said.contains("It would have fired 3 times"), "{said}");
    assert_eq!(said.matches("/ticker/chart?symbol=ACME").count(), 3, "{said}");
    let said = preview(&app, &ines, "test=above&symbol=desk:ACME&value=100&cooldown=2h").await;
    assert!(
        said.contains("fired once"),
        "within the cool-down it is the same: {said}"
    );
    assert!(said.contains("ACME is 103 now, which is above 100 already"), "{said}");
    let said = preview(&app, &ines, "test=above&symbol=desk:ACME&value=1,5").await;
    assert!(said.contains("notice error") && said.contains("two ways"), "{said}");
    let said = preview(&app, &ines, "test=above&symbol=desk:ACME&value=1k").await;
    assert!(said.contains("would not have fired"), "{said}");
    let said = preview(&app, &ines, "test=spread&symbol=desk:ACME&value=1").await;
    assert!(
        said.contains("a spread can't be looked back on") && said.contains("no bid and ask of it are known"),
        "{said}"
    );
    let said = preview(&app, &ines, "test=above&symbol=NOWHERE-KNOWN&value=1").await;
    assert!(
        said.contains("No venue is known for NOWHERE-KNOWN") && !said.contains("Nothing was changed"),
        "{said}"
    );
    let said = preview(&app, &ines, "test=above&symbol=desk:ACME&value=much").await;
    assert!(said.contains("notice error") && said.contains("a number"), "{said}");
}

#[tokio::test]
async fn lines_tell_how_often_there_were_too_many_and_too_few() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let now = Timestamp::now();
    let burst =
        |hours: i64| (0..5).map(move |i| line(now.plus_seconds(-3_600 * hours + i), "XLON", "upstream timeout"));
    let lines: Vec<NewLine> = burst(20).chain(burst(9)).chain(burst(3)).chain(burst(30)).collect();
    app.running.state.logs.recorder.record(lines).await.expect("kept");
    let said = preview(&app, &ines, "test=more&query=timeout&value=3&within=1m&by=venue").await;
    assert!(said.contains("It would have fired 3 times"), "{said}");
    assert_eq!(said.matches("/logs/search?q=timeout").count(), 3, "{said}");
    let said = preview(&app, &ines, "test=fewer&query=timeout&value=1&within=4h").await;
    assert!(
        said.contains("It would have fired 2 times"),
        "between the bursts: {said}"
    );
    let page = ines
        .client
        .get(format!("{}/alerts/new?test=more&query=timeout&value=3", app.url))
        .send()
        .await;
    let page = page.expect("an answer").text().await.expect("text");
    assert!(
        page.contains("value=\"timeout\"") && page.contains("It would have fired 3 times"),
        "{page}"
    );
}
