//! `POST /ingest/ticks`.

use serde_json::{Value, json};

use super::{TestApp, quote, without_venues};

async fn send(app: &TestApp, token: &str, body: impl Into<reqwest::Body>) -> (u16, Value) {
    let request = app
        .client()
        .post(format!("{}/ingest/ticks", app.url))
        .bearer_auth(token)
        .body(body);
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

#[tokio::test]
async fn good_lines_are_kept_and_bad_ones_named() {
    let app = without_venues().await;
    app.admin().await;
    app.running.state.ticker.choose_venues(&[]).await.expect("kept");
    let token = app.token().await;
    let body = concat!(
        "{\"symbol\":\"AAPL\",\"last\":\"228.310\",\"bid\":228.30,\"open\":\"227.90\"}\n",
        "{\"symbol\":\"MSFT\"}\r\n",
        "\n",
        "what is this\n",
        "{\"symbol\":\"NVDA\",\"last\":1.4277e2}\n",
        "{\"symbol\":\"N VDA\",\"last\":142}\n",
        "{\"symbol\":\"LATER\",\"last\":1,\"time\":\"2999-01-01T00:00:00Z\"}\n",
        "{\"symbol\":\"POWER\",\"venue\":\"epex\",\"last\":-37.630}\n",
    );
    let (status, report) = send(&app, &token, body).await;
    assert_eq!((status, &report["accepted"]), (200, &json!(2)), "{report}");
    let rejected = report["rejected"].as_array().expect("a list");
    for (refusal, (line, words)) in rejected.iter().zip([
        (2, "`last` is missing"),
        (4, "expected"),
        (5, "without an exponent"),
        (6, "a symbol is"),
        (7, "ahead of the server's clock"),
    ]) {
        assert_eq!(refusal["line"], line);
        assert!(refusal["error"].as_str().expect("text").contains(words), "{refusal}");
    }
    assert_eq!((rejected.len(), report.get("more_rejected")), (5, None));

    // Acknowledged means kept and shown, with the digits as sent.
    let board = app.running.state.ticker.board();
    let aapl = quote(&board, "AAPL").expect("kept");
    assert_eq!(
        (aapl.venue.as_str(), aapl.last.to_string().as_str()),
        ("test", "228.310"),
        "named after the token"
    );
    assert_eq!(
        (
            aapl.bid.unwrap().to_string().as_str(),
            aapl.open.unwrap().to_string().as_str()
        ),
        ("228.30", "227.90")
    );
    let power = quote(&board, "POWER").expect("kept");
    assert_eq!(
        (power.venue.as_str(), power.last.to_string().as_str()),
        ("epex", "-37.630")
    );
    assert_eq!(board.quotes.len(), 2);
    app.running.stop().await;
}

#[tokio::test]
async fn objects_arrays_and_a_thousand_lines() {
    let app = without_venues().await;
    app.admin().await;
    app.running.state.ticker.choose_venues(&[]).await.expect("kept");
    let token = app.token().await;
    let one = "{\n  \"symbol\": \"ONE\",\n  \"last\": 1.10\n}";
    assert_eq!(
        send(&app, &token, one).await,
        (200, json!({"accepted": 1, "rejected": []}))
    );
    let list = r#"[{"symbol":"A","last":1},{"symbol":"B"},{"symbol":"C","last":"3"}]"#;
    let (status, report) = send(&app, &token, list).await;
    assert_eq!(
        (status, &report["accepted"], &report["rejected"][0]["line"]),
        (200, &json!(2), &json!(2))
    );
    let lines: String = (0..1_000)
        .map(|i| {
            format!(
                "{{\"symbol\":\"S{}\",\"last\":\"{i}.00\",\"time\":\"2026-01-05T10:00:00Z\",\"seq\":{i}}}\n",
                i % 500
            )
        })
        .collect();
    assert_eq!(
        send(&app, &token, lines).await,
        (200, json!({"accepted": 1000, "rejected": []}))
    );
    let board = app.running.state.ticker.board();
    assert_eq!(board.quotes.len(), 503);
    assert_eq!(quote(&board, "S7").expect("kept").last.to_string(), "507.00");
    app.running.stop().await;
}

#[tokio::test]
async fn the_later_time_wins_whatever_comes_last() {
    let app = without_venues().await;
    app.admin().await;
    app.running.state.ticker.choose_venues(&[]).await.expect("kept");
    let token = app.token().await;
    let tick = |last: &str, second: u32, seq: u32| {
        format!(r#"{{"symbol":"A","last":"{last}","time":"2026-01-05T10:00:{second:02}Z","seq":{seq}}}"#)
    };
    for (body, shown) in [
        (tick("1.0", 30, 5), "1.0"),
        (tick("2.0", 29, 9), "1.0"),
        (tick("3.0", 30, 4), "1.0"),
        (tick("4.0", 30, 6), "4.0"),
        (tick("5.0", 31, 1), "5.0"),
    ] {
        assert_eq!(
            send(&app, &token, body.clone()).await,
            (200, json!({"accepted": 1, "rejected": []}))
        );
        assert_eq!(
            quote(&app.running.state.ticker.board(), "A").unwrap().last.to_string(),
            shown,
            "{body}"
        );
    }
    app.running.stop().await;
}

#[tokio::test]
async fn what_cannot_be_taken_is_said() {
    let app = without_venues().await;
    app.admin().await;
    app.running.state.ticker.choose_venues(&[]).await.expect("kept");
    let token = app.token().await;
    for (body, words) in [
        ("", "The body is empty"),
        ("[{\"symbol\":\"A\",\"last\":1}", "The array can't be read"),
        ("price,12\nprice,13", "None of the 2 lines can be taken. Line 1:"),
        (r#"{"symbol":"A","last":1,"venue":"coinbase"}"#, "watches itself"),
        (
            r#"{"symbol":"A","last":"12345678901234567890.123456789"}"#,
            "more than 28 digits",
        ),
    ] {
        let (status, answer) = send(&app, &token, body).await;
        assert_eq!((status, &answer["error"]), (400, &json!("invalid")), "{body}: {answer}");
        assert!(
            answer["message"].as_str().expect("text").contains(words),
            "{body}: {answer}"
        );
    }
    let (status, report) = send(&app, &token, "oops\n".repeat(250)).await;
    assert_eq!(
        (
            status,
            report["rejected"].as_array().map(Vec::len),
            &report["more_rejected"]
        ),
        (400, Some(100), &json!(150))
    );
    let (status, answer) = send(&app, &token, "x".repeat(5 * 1024 * 1024)).await;
    assert_eq!((status, &answer["error"]), (413, &json!("too_large")), "{answer}");
    let (status, _) = send(&app, "sbx_nonsense", r#"{"symbol":"A","last":1}"#).await;
    assert_eq!(status, 401);
    assert_eq!(app.running.state.ticker.board().quotes, []);
    app.running.stop().await;
}

#[tokio::test]
async fn the_board_is_bounded() {
    let app = without_venues().await;
    let ticker = &app.running.state.ticker;
    let lines: String = (0..2_010)
        .map(|i| format!("{{\"symbol\":\"S{i}\",\"last\":{i}}}\n"))
        .collect();
    let report = crate::ticker::server::ingest::take(&ticker.recorder, "test", lines.as_bytes())
        .await
        .expect("a report");
    assert_eq!((report.accepted, report.rejected.len()), (2_000, 10));
    assert!(
        report.rejected[0].error.contains("it holds 2000 symbols"),
        "{:?}",
        report.rejected[0]
    );
    super::post(ticker, r#"{"symbol":"S7","last":"7.5"}"#).await;
    assert_eq!(
        quote(&ticker.board(), "S7").unwrap().last.to_string(),
        "7.5",
        "those that it holds still move"
    );
    app.running.stop().await;
}
