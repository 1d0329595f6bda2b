//! A symbol's page: what it is made of, and what it says before any script runs.

use serde_json::{Value, json};

use super::{bars::desk, post};

#[tokio::test]
async fn a_symbol_has_its_figures_its_bars_and_earlier_ones() {
    let (app, _) = desk().await;
    let ines = app.sign_in("ines").await;
    let ticker = &app.running.state.ticker;
    for minute in 0..5 {
        let line = format!(
            r#"{{"symbol":"A/B","venue":"x","last":"10{minute}.50","size":"2","bid":"100.10","time":"2026-01-05T10:0{minute}:00Z"}}"#
        );
        post(ticker, &line).await;
    }
    let ask = async |asked: Value| {
        let request = ines.client.post(format!("{}/do/chart", app.url));
        let answer = request
            .json(&json!({ "asked": asked }))
            .send()
            .await
            .expect("an answer");
        (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON"))
    };
    let (status, chart) = ask(json!({"symbol": "A/B", "limit": 2})).await;
    assert_eq!((status, &chart["venue"]), (200, &json!("x")), "{chart}");
    let closes = |chart: &Value| -> Vec<String> {
        let candles = chart["candles"].as_array().expect("a list").iter();
        candles
            .map(|candle| candle["close"].as_str().expect("text").to_owned())
            .collect()
    };
    assert_eq!(
        (closes(&chart), &chart["more"]),
        (vec!["103.50".into(), "104.50".into()], &json!(true))
    );
    assert_eq!(
        (&chart["day"]["high"], &chart["day"]["volume"]),
        (&json!("104.50"), &json!("10"))
    );
    assert_eq!(
        (&chart["quote"]["bid"], &chart["seconds"]),
        (&json!("100.10"), &json!(60))
    );
    let before = &chart["candles"][0]["time"];
    let (_, earlier) = ask(json!({"symbol": "A/B", "venue": "x", "before": before})).await;
    assert_eq!((closes(&earlier).len(), &earlier["more"]), (3, &json!(false)));
    let (_, day) = ask(json!({"symbol": "A/B", "interval": "1d"})).await;
    assert_eq!(closes(&day), ["104.50"]);

    // Beside another, from where both have bars.
    for (minute, last) in [(1, "50"), (4, "49")] {
        let line = format!(r#"{{"symbol":"C","venue":"x","last":"{last}","time":"2026-01-05T10:0{minute}:30Z"}}"#);
        post(ticker, &line).await;
    }
    let (_, both) = ask(json!({"symbol": "A/B", "with": "x:C"})).await;
    assert_eq!(
        (
            &both["other"]["written"],
            &both["other"]["candles"][1]["close"],
            &both["unlike"]
        ),
        (&json!("x:C"), &json!("49"), &json!(null))
    );
    assert_eq!(
        both["other"]["since"],
        json!([
            "2026-01-05T10:01:00.000000Z",
            ["+3.00", "+2.96%"],
            ["\u{2212}1", "\u{2212}2.00%"]
        ])
    );
    let (status, alone) = ask(json!({"symbol": "A/B", "with": "NONE"})).await;
    assert_eq!((status, closes(&alone).len(), &alone["other"]), (200, 5, &json!(null)));
    assert!(
        alone["unlike"].as_str().is_some_and(|why| why.contains("NONE")),
        "{alone}"
    );

    // Where it has two venues one is meant, and the other is told; what isn't known is told apart.
    post(
        ticker,
        r#"{"symbol":"A/B","venue":"w","last":"1","time":"2026-01-05T10:06:00Z"}"#,
    )
    .await;
    for (asked, venue, elsewhere) in [
        (json!({"symbol": "A/B"}), "w", "x"),
        (json!({"symbol": "A/B", "venue": "x"}), "x", "w"),
        (json!({"symbol": "x:A/B"}), "x", "w"),
    ] {
        let (status, chart) = ask(asked).await;
        assert_eq!((status, &chart["venue"]), (200, &json!(venue)), "{chart}");
        assert_eq!(
            (&chart["symbol"], &chart["elsewhere"]),
            (&json!("A/B"), &json!([elsewhere]))
        );
    }
    let (status, refused) = ask(json!({"symbol": "A/B", "venue": "z"})).await;
    assert!(
        status == 404 && refused.to_string().contains("at z; there are at w, x."),
        "{refused}"
    );
    assert_eq!(ask(json!({"symbol": "NONE"})).await.0, 404);
    assert_eq!(
        ask(json!({"symbol": "A/B", "venue": "x", "interval": "2m"})).await.0,
        400
    );

    let page = format!("{}/ticker/chart?symbol=A%2FB&venue=x&with=C", app.url);
    let html = ines
        .client
        .get(&page)
        .send()
        .await
        .expect("a page")
        .text()
        .await
        .expect("a body");
    for shown in [
        "<h1>A/B<",
        ">104.50<",
        ">100.50<",
        "C close",
        "\u{2212}2.00%",
        "2026-01-05 10:04",
        "src=\"/chart.js\"",
        "also at w",
    ] {
        assert!(html.contains(shown), "{shown} in {html}");
    }
    let signed_out = app.client().get(&page).send().await.expect("an answer");
    assert!(!signed_out.text().await.expect("a body").contains("104.50"));
}

#[tokio::test]
async fn a_span_is_shown_and_quoted_with_what_it_brought() {
    let (app, token) = desk().await;
    let ines = app.sign_in("ines").await;
    for (minute, last) in [(0, "100.50"), (1, "101.50"), (2, "104.00"), (3, "103.50"), (4, "90.00")] {
        let line = format!(
            r#"{{"symbol":"A/B","venue":"x","last":"{last}","size":"2","time":"2026-01-05T10:0{minute}:07Z"}}"#
        );
        post(&app.running.state.ticker, &line).await;
    }
    let page = async |path: String| {
        let request = ines.client.get(format!("{}{path}", app.url));
        request.send().await.expect("an answer").text().await.expect("a page")
    };
    let chart = "/ticker/chart?symbol=A%2FB&venue=x&interval=1m";
    let span = format!("{chart}&from=2026-01-05T10:01:00Z&to=2026-01-05T10:04:00Z");
    let html = page(span.clone()).await;
    for shown in [
        "aria-label=\"The span\"",
        "data-from=\"2026-01-05T10:01:00.000000Z\"",
        "+2.00",
        "(+1.97%)",
        ">104.00<",
        "Back to now",
        "2026-01-05 10:03",
        "%26from%3D2026-01-05T10%3A01%3A00.000000Z%26to%3D",
    ] {
        assert!(html.contains(shown), "{shown} in {html}");
    }
    assert!(
        !html.contains("2026-01-05 10:04<") && !html.contains("2026-01-05 10:00<"),
        "{html}"
    );
    let discussed = async |link: &str| page(format!("/discuss?link={}", crate::paths::encoded(link))).await;
    let card = discussed(&span).await;
    for shown in [
        "<small>Prices</small> <strong>A/B</strong>",
        "<b class=\"figure\">103.50</b> at x",
        "<b class=\"up\">▲ +2.00 (+1.97%)</b> from 2026-01-05 10:01:00 to 10:04:00 UTC",
        "open 101.50, high 104.00, low 101.50, close 103.50",
        "<polyline",
        "interval=1m&amp;from=2026-01-05T10:01:00.000000Z&amp;to=2026-01-05T10:04:00.000000Z",
    ] {
        assert!(card.contains(shown), "{shown} in {card}");
    }
    // To the second, where it begins and ends within minutes.
    let seconds = span.replace("10:01:00Z", "10:01:08Z").replace("10:04:00Z", "10:04:08Z");
    let card = discussed(&seconds).await;
    assert!(
        card.contains("open 104.00, high 104.00, low 90.00, close 90.00"),
        "{card}"
    );
    // What isn't kept as shortly any more is shown as long as it is.
    let days = span.replace("interval=1m", "interval=1s");
    let old = r#"{"symbol":"OLD","venue":"x","last":"5","time":"2020-01-05T10:00:00Z"}
{"symbol":"OLD","venue":"x","last":"6","time":"2020-01-06T10:00:00Z"}"#;
    post(&app.running.state.ticker, old).await;
    crate::ticker::server::bars::retention::sweep(
        &app.running.state.ticker.db.writer,
        crate::ticker::server::bars::retention::Keep {
            seconds: 2,
            minutes: 700,
        },
        crate::time::Timestamp::parse("2026-01-05T10:10:00Z").expect("a time"),
    )
    .await
    .expect("swept");
    let old = days
        .replace("A%2FB", "OLD")
        .replace("2026-01-05", "2020-01-05")
        .replace("10:04", "10:40");
    let card = discussed(&old).await;
    assert!(card.contains("open 5, high 5, low 5, close 5"), "{card}");
    assert!(page(old).await.contains("Bars of 1 day"), "the page");

    let wrong = page(format!("{chart}&from=2026-01-05T10:04:00Z&to=2026-01-05T10:01:00Z")).await;
    assert!(wrong.contains("A span begins before it ends"), "{wrong}");
    drop(token);
}
