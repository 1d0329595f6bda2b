//! Lines found again: by the API, on the page without scripts, as a file, and on the stream of events.

use reqwest::{StatusCode, header};
use serde_json::{Value, json};

use super::shipper::Shipper;
use crate::{
    accounts::server::scopes::Scope,
    tests::app::{Member, TestApp},
    time::Timestamp,
};

/// The day of the lines: yesterday, as times that lie far back are marked.
fn day() -> String {
    Timestamp::now().plus_seconds(-86_400).day()
}

/// A server with lines of two sources, the last of them an error.
async fn filled() -> TestApp {
    let shipper = Shipper::start().await;
    let line = |i: u32| {
        let (source, level) = if i.is_multiple_of(10) {
            ("gateway", "error")
        } else {
            ("risk", "info")
        };
        let line = json!({
            "message": format!("order {i} <b>accepted</b>"), "level": level, "source": source, "n": i,
            "time": format!("{}T14:{:02}:{:02}Z", day(), i / 60, i % 60),
        });
        format!("{line}\n")
    };
    let sent = shipper
        .post("/ingest/logs", &[], (0..200).map(line).collect::<String>())
        .await;
    assert_eq!(sent.status, 200);
    shipper.app
}

async fn reader(app: &TestApp) -> impl AsyncFn(&str) -> reqwest::Response {
    let token = app
        .running
        .state
        .accounts
        .create_token("reader", Scope::Read, None)
        .await
        .unwrap();
    let url = app.url.clone();
    async move |path: &str| {
        let request = reqwest::Client::new()
            .get(format!("{url}/api/v1{path}"))
            .bearer_auth(&token);
        request.send().await.unwrap()
    }
}

fn numbers(answer: &Value) -> Vec<u64> {
    let lines = answer["lines"].as_array().expect("lines");
    lines
        .iter()
        .map(|line| line["fields"]["n"].as_u64().expect("a number"))
        .collect()
}

#[tokio::test]
async fn programs_page_through_what_a_query_finds() {
    let app = filled().await;
    let get = reader(&app).await;
    let answer: Value = get("/logs?query=source:gateway+n%3C100&limit=4")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(numbers(&answer), [90, 80, 70, 60]);
    assert_eq!(answer["complete"], false);
    let line = &answer["lines"][0];
    assert_eq!(
        (&line["level"], &line["source"], &line["time"]),
        (
            &json!("error"),
            &json!("gateway"),
            &json!(format!("{}T14:01:30.000000Z", day()))
        )
    );
    let next = answer["next"].as_str().expect("a cursor");
    let rest = get(&format!("/logs?query=source:gateway+n%3C100&cursor={next}&limit=100")).await;
    assert!(rest.headers().get(header::LINK).is_none());
    let rest: Value = rest.json().await.unwrap();
    assert_eq!(numbers(&rest), [50, 40, 30, 20, 10, 0]);
    assert!(rest["complete"] == true && rest.get("next").is_none());

    // The other way round, on both ways of saying so.
    let mut path = "/logs?query=source:gateway&order=asc&limit=7".to_owned();
    let (mut all, mut pages) = (Vec::new(), 0);
    loop {
        let answer = get(&path).await;
        let link = answer
            .headers()
            .get(header::LINK)
            .map(|link| link.to_str().unwrap().to_owned());
        all.extend(numbers(&answer.json().await.unwrap()));
        pages += 1;
        let Some(link) = link else { break };
        assert!(link.contains("&order=asc"), "{link}");
        path = link
            .trim_start_matches("</api/v1")
            .split('>')
            .next()
            .unwrap()
            .to_owned();
    }
    assert_eq!((all, pages), ((0..200).step_by(10).collect::<Vec<u64>>(), 3));
    let answer: Value = get("/logs?query=n%3C5+sort:oldest&limit=2").await.json().await.unwrap();
    assert_eq!(numbers(&answer), [0, 1]);
    let answer: Value = get("/logs?query=n%3C5+sort:oldest&order=desc&limit=2")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(numbers(&answer), [4, 3]);

    let between = format!("/logs?from={0}T14:00:10Z&to={0}T14:00:13Z", day());
    let answer: Value = get(&between).await.json().await.unwrap();
    assert_eq!(numbers(&answer), [12, 11, 10]);
    let csv = get(&format!("{between}&format=csv&limit=2")).await;
    assert_eq!(csv.headers()[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    let link = csv.headers()[header::LINK].to_str().unwrap().to_owned();
    assert!(link.contains("&limit=2") && link.contains("format=csv"), "{link}");
    let text = csv.text().await.unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "id,time,level,source,message,fields");
    assert!(
        lines.len() == 3 && lines[1].ends_with("info,risk,order 12 <b>accepted</b>,\"{\"\"n\"\":12}\""),
        "{text}"
    );
    let ndjson = get("/logs?query=n%3D7&format=ndjson").await.text().await.unwrap();
    let line: Value = serde_json::from_str(ndjson.trim()).unwrap();
    assert_eq!(line["message"], "order 7 <b>accepted</b>");
}

#[tokio::test]
async fn colours_are_shown_and_nothing_else_has_them() {
    let shipper = Shipper::start().await;
    let sent = json!({"message": "\u{1b}[1;31mdisk\u{1b}[0m full on \u{1b}[38;5;33mnode-7\u{1b}[0m"}).to_string();
    assert_eq!(shipper.post("/ingest/logs", &[], sent).await.status, 200);
    let app = &shipper.app;
    let get = reader(app).await;
    let answer = get("/logs?query=%22disk+full+on+node%22").await.text().await.unwrap();
    assert!(
        answer.contains("\"disk full on node-7\"") && !answer.contains("colours"),
        "{answer}"
    );
    for format in ["ndjson", "csv"] {
        let answer = get(&format!("/logs?format={format}")).await.text().await.unwrap();
        assert!(
            answer.contains("disk full on node-7") && !answer.contains("colours"),
            "{answer}"
        );
    }
    let ines = app.sign_in("ines").await;
    let export = page(&ines, app, "/logs/export?format=text").await;
    assert!(export.ends_with(": disk full on node-7\n"), "{export:?}");
    let found = page(&ines, app, "/logs/search?q=full").await;
    for part in [
        "<span class=\"sgr f1 bold\">disk<",
        "<mark>full<",
        "<span class=\"sgr f12\">node-7<",
    ] {
        assert!(found.contains(part), "{part} in {found}");
    }
    let desk = page(&ines, app, "/logs").await;
    assert!(desk.contains("<span class=\"sgr f1 bold\">disk<"), "{desk}");
}

#[tokio::test]
async fn programs_are_told_what_is_wrong() {
    let app = TestApp::start().await;
    let get = reader(&app).await;
    for (path, part) in [
        ("/logs?query=level%3Eloud", "`query`: At character 7: A level is one of"),
        ("/logs?from=yesterday", "`from`: expected RFC 3339"),
        ("/logs?cursor=x", "`cursor`: expected the `next`"),
        ("/logs?order=up", "`order`: expected asc or desc"),
        ("/logs?format=xml", "`format`: expected json, ndjson or csv"),
        ("/logs/histogram?query=%22", "`query`: At character 1"),
        ("/logs/histogram?to=1", "`to`: expected RFC 3339"),
    ] {
        let answer = get(path).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/problem+json");
        let text = answer.text().await.unwrap();
        assert!(text.contains(part), "{path}: {text}");
    }
    let with = reqwest::Client::new()
        .get(format!("{}/api/v1/logs", app.url))
        .bearer_auth(app.token().await);
    assert_eq!(with.send().await.unwrap().status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn lines_are_counted_by_time_and_level() {
    let app = filled().await;
    let get = reader(&app).await;
    let range = format!("from={0}T14:00:00Z&to={0}T14:03:00Z", day());
    let answer: Value = get(&format!("/logs/histogram?{range}&bars=3&query=accepted"))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(answer["step"], 60);
    let bars = answer["bars"].as_array().unwrap();
    let counts: Vec<(u64, u64)> = bars
        .iter()
        .map(|bar| (bar["info"].as_u64().unwrap(), bar["error"].as_u64().unwrap()))
        .collect();
    assert_eq!(counts, [(54, 6), (54, 6), (54, 6)]);
    assert!(bars[1]["time"] == format!("{}T14:01:00.000000Z", day()) && answer["complete"] == true);
}

async fn page(member: &Member, app: &TestApp, path: &str) -> String {
    let answer = member.client.get(format!("{}{path}", app.url)).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

#[tokio::test]
async fn the_page_finds_counts_and_looks_around_without_scripts() {
    let app = filled().await;
    let member = app.join("tomasz").await;
    let rows = |body: &str| body.matches("class=\"found-line").count();
    let body = page(&member, &app, "/logs/search?q=source:gateway+accepted").await;
    assert_eq!(rows(&body), 20);
    assert!(body.contains("<mark>accepted"), "what was looked for is marked");
    assert!(!body.contains("<b>accepted"));
    let body = page(&member, &app, "/logs/search?q=source:risk").await;
    assert_eq!(rows(&body), 100);
    let older = body
        .split("&amp;before=")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a link to older ones");
    let body = page(&member, &app, &format!("/logs/search?q=source:risk&before={older}")).await;
    assert_eq!(rows(&body), 80);

    let body = page(&member, &app, "/logs/search?q=level%3Eloud").await;
    assert!(
        body.contains("level&gt;loud\n      ^") && body.contains("A level is one of"),
        "it points at the mistake"
    );
    assert_eq!(rows(&body), 0);

    let body = page(&member, &app, "/logs/search?q=n%3E%3D0&by=source").await;
    assert!(body.contains("2 sources among 200 lines"));
    let body = page(&member, &app, "/logs/search?q=n%3E%3D0&by=pattern").await;
    assert!(
        body.contains("order # &lt;b&gt;accepted"),
        "lines that differ in numbers are one pattern"
    );
    let body = page(&member, &app, "/logs/search?q=&by=field:n").await;
    assert!(body.contains("200 values among"));

    let found = page(&member, &app, "/logs/search?q=n%3D42").await;
    let id = found
        .split("id=\"line-")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a line")
        .to_owned();
    let body = page(&member, &app, &format!("/logs/search?at={id}")).await;
    assert_eq!(rows(&body), 21);
    assert!(
        body.contains("aria-current=\"true\"") && body.contains("Only n=42"),
        "it is opened"
    );
    let around = page(&member, &app, &format!("/logs/search?at={id}&around=20")).await;
    assert_eq!(rows(&around), 41);
    let gone = page(&member, &app, "/logs/search?at=999999999").await;
    assert!(gone.contains("kept any more"));
    // The same after a restart.
    let app = app.again().await;
    let again = page(&member, &app, &format!("/logs/search?at={id}")).await;
    assert!(again.contains("order 42 "));
}

#[tokio::test]
async fn what_is_found_can_be_saved_as_a_file() {
    let app = filled().await;
    let member = app.join("tomasz").await;
    let get = async |path: &str| member.client.get(format!("{}{path}", app.url)).send().await.unwrap();
    let answer = get("/logs/export?format=text&q=source:gateway").await;
    let name = answer.headers()[header::CONTENT_DISPOSITION]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        name.starts_with("attachment; filename=\"logs-") && name.ends_with(".log\""),
        "{name}"
    );
    let text = answer.text().await.unwrap();
    assert_eq!(text.lines().count(), 20);
    assert_eq!(
        text.lines().next(),
        Some(
            format!(
                "{}T14:03:10.000000Z ERROR gateway: order 190 <b>accepted</b> n=190",
                day()
            )
            .as_str()
        )
    );
    let csv = get("/logs/export?format=csv&q=accepted").await.text().await.unwrap();
    assert_eq!(csv.lines().count(), 201);
    assert_eq!(get("/logs/export?format=csv&q=%22").await.status(), 400);
    let stranger = app
        .client()
        .get(format!("{}/logs/export?format=csv&q=a", app.url))
        .send()
        .await
        .unwrap();
    assert_eq!(stranger.status(), 401);
    let stranger = app
        .client()
        .get(format!("{}/logs/rows?q=a", app.url))
        .send()
        .await
        .unwrap();
    assert_eq!(stranger.status(), 401);
}

#[tokio::test]
async fn searches_are_kept_for_oneself_and_for_the_team() {
    let app = filled().await;
    let (ines, tomasz) = (app.join("ines").await, app.join("tomasz").await);
    let save = async |member: &Member, form: &[(&str, &str)]| {
        let request = member.client.post(format!("{}/do/save_search", app.url)).form(form);
        let request = request.header(header::ACCEPT, "text/html");
        let answer = request
            .header(header::REFERER, format!("{}/logs/search", app.url))
            .send()
            .await
            .unwrap();
        answer.headers()[header::LOCATION].to_str().unwrap().to_owned()
    };
    let led = save(&ines, &[("name", "Mine"), ("q", "source:gateway")]).await;
    assert!(led.ends_with("/logs/search?q=source%3Agateway&saved=1"), "{led}");
    save(
        &ines,
        &[("name", "Errors"), ("q", "level>=error  AND x"), ("team", "true")],
    )
    .await;
    let body = page(&ines, &app, "/logs/search").await;
    assert!(body.contains(">Mine<") && body.contains(">Errors<"));
    let body = page(&tomasz, &app, "/logs/search").await;
    assert!(
        !body.contains(">Mine<") && body.contains("level&gt;=error x"),
        "the team's, in its usual form"
    );
    // Nobody's hand replaces what the team has; one's own of the same name is the same search.
    let refused = save(&tomasz, &[("name", "Errors"), ("q", "level>=warn"), ("team", "true")]).await;
    assert!(refused.contains("__err"), "{refused}");
    save(&ines, &[("name", "Mine"), ("q", "source:risk")]).await;
    let body = page(&ines, &app, "/logs/search").await;
    assert!(body.contains("level&gt;=error x") && !body.contains("<code>level&gt;=warn<"));
    assert!(body.contains("<code>source:risk<") && !body.contains("<code>source:gateway<"));
    let mine = body
        .split("name=\"id\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap()
        .to_owned();
    let forget = async |member: &Member| {
        let request = member
            .client
            .post(format!("{}/do/forget_search", app.url))
            .form(&[("id", &*mine), ("q", "")]);
        request.header(header::ACCEPT, "text/html").send().await.unwrap()
    };
    forget(&tomasz).await;
    assert!(
        page(&ines, &app, "/logs/search").await.contains(">Mine<"),
        "others' own are their own"
    );
    forget(&ines).await;
    assert!(!page(&ines, &app, "/logs/search").await.contains(">Mine<"));
}

#[tokio::test]
async fn a_stream_takes_a_query_and_refuses_what_is_none() {
    let app = filled().await;
    let member = app.join("tomasz").await;
    let ask = async |query: &str| {
        let url = format!("{}/events?topics=logs&query={query}", app.url);
        member.client.get(url).send().await.unwrap()
    };
    assert_eq!(ask("level%3Eloud").await.status(), 400);
    let mut stream = ask("n%3D190").await;
    assert_eq!(stream.status(), 200);
    let mut text = String::new();
    while !text.contains("\"n\":190") {
        let piece = stream.chunk().await.unwrap().expect("more");
        text.push_str(std::str::from_utf8(&piece).unwrap());
    }
    assert_eq!(text.matches("\"message\"").count(), 1, "{text}");
}

#[tokio::test]
async fn the_page_of_sources_says_who_sends_what_was_refused_and_how_to_send() {
    let app = filled().await;
    let member = app.join("tomasz").await;
    let (client, url) = (reqwest::Client::new(), format!("{}/loki/api/v1/push", app.url));
    for token in ["sbx_wrong".to_owned(), app.token().await] {
        let request = client
            .post(&url)
            .bearer_auth(token)
            .header("content-type", "application/json");
        assert!(request.body("{]").send().await.unwrap().status().is_client_error());
    }
    let body = page(&member, &app, "/logs/sources").await;
    for part in [
        "source%3A%22gateway%22",
        ">180<",
        "(unknown)",
        "401 ",
        "/loki/api/v1/push",
        "400 ",
        &format!("endpoint = &quot;{}&quot;", app.url),
    ] {
        assert!(
            body.contains(part) || body.contains(&part.replace("&quot;", "\"")),
            "{part}"
        );
    }
}
