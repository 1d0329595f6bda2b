//! Who tells headlines, and how.

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use super::*;

#[tokio::test]
async fn everyone_hears_what_is_told_by_any_way() {
    let app = TestApp::start().await;
    let (ines, tomasz) = (app.admin().await, app.join("tomasz").await);
    let wire = app.token_for("wire", Scope::Post).await;
    let reads = app.token_for("reads", Scope::Read).await;
    let see = format!("{}/see", app.url);
    let mut by_cookie = Ear::of(tomasz.client.get(&see)).await;
    let mut by_token = Ear::of(Client::new().get(format!("{see}?token={reads}"))).await;
    for ear in [&mut by_cookie, &mut by_token] {
        let hello = ear.next().await;
        let expected = Heard {
            kind: "custom".into(),
            id: "0".into(),
            data: "Squawks of North desk".into(),
        };
        assert_eq!(hello, expected);
    }

    let told = ines
        .submits(&app, "squawk", &[("text", "by a form"), ("client_id", "f1")])
        .await;
    assert_eq!(told.headers()["location"], "/squawks?done=told");
    let said = reqwest::multipart::Form::new().text("body", "/squawk by a command");
    let said = tomasz
        .client
        .post(format!("{}/rooms/1/say", app.url))
        .multipart(said)
        .send();
    assert!(said.await.expect("an answer").status().is_redirection());
    let (status, made) = app
        .squawk(&wire, json!({"text": "by the API", "url": "https://ecb.test/"}))
        .await;
    assert_eq!(
        (
            status,
            &made["id"],
            &made["author"]["name"],
            &made["url"],
            &made["seen"]
        ),
        (201, &json!(3), &json!("wire"), &json!("https://ecb.test/"), &json!(0))
    );
    let send = format!("{}/send", app.url);
    let client = Client::new();
    for request in [
        client.get(format!("{send}?m=by%20GET&token={wire}")),
        client.get(format!("{send}?m=by+Bearer")).bearer_auth(&wire),
        client.post(format!("{send}?token={wire}")).body("by a text"),
        client.post(&send).bearer_auth(&wire).form(&[("m", "by a field")]),
        // As curl calls it.
        client
            .post(&send)
            .bearer_auth(&wire)
            .header("content-type", "application/x-www-form-urlencoded")
            .body("by -d 100%"),
        client
            .post(format!("{send}?m=by+a+query"))
            .bearer_auth(&wire)
            .body("not this"),
    ] {
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 201);
        assert!(
            answer.headers()["content-type"]
                .to_str()
                .expect("text")
                .starts_with("text/plain")
        );
        assert_eq!(answer.text().await.expect("text"), "Everyone hears it.\n");
    }
    let ways = [
        "by a form",
        "by a command",
        "by the API",
        "by GET",
        "by Bearer",
        "by a text",
        "by a field",
        "by -d 100%",
        "by a query",
    ];
    for (n, way) in ways.iter().enumerate() {
        for ear in [&mut by_cookie, &mut by_token] {
            let heard = ear.next().await;
            let id = (n + 1).to_string();
            assert_eq!((heard.kind.as_str(), heard.id, heard.data.as_str()), ("", id, *way));
        }
    }
}

#[tokio::test]
async fn the_same_again_is_told_once() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let token = app
        .token_for("wire", [Scope::Post, Scope::Read].into_iter().collect::<Scopes>())
        .await;
    let mut ear = Ear::of(ines.client.get(format!("{}/see", app.url))).await;
    ear.next().await;
    let new = json!({"text": "once", "client_id": "8d9f"});
    let (first, again) = (app.squawk(&token, new.clone()).await, app.squawk(&token, new).await);
    assert_eq!((first.0, again.0), (201, 200));
    assert_eq!(first.1, again.1);
    let twice = Client::new()
        .get(format!("{}/send?m=again&client_id=8d9f&token={token}", app.url))
        .send();
    let twice = twice.await.expect("an answer");
    assert_eq!(
        (twice.status().as_u16(), twice.text().await.expect("text").as_str()),
        (200, "Everyone has heard it before.\n")
    );
    for _ in 0..2 {
        ines.submits(&app, "squawk", &[("text", "by her"), ("client_id", "8d9f")])
            .await;
    }
    assert_eq!((ear.text().await, ear.text().await), ("once".into(), "by her".into()));
    app.squawk(&token, json!({"text": "the end"})).await;
    assert_eq!(ear.text().await, "the end", "nothing came between");
}

#[tokio::test]
async fn what_cannot_be_told_is_refused_in_the_senders_words() {
    let app = TestApp::start().await;
    app.admin().await;
    let (posts, reads) = (
        app.token_for("wire", Scope::Post).await,
        app.token_for("reads", Scope::Read).await,
    );
    let long = "x".repeat(501);
    let get = |query: String| Client::new().get(format!("{}/send?{query}", app.url));
    for (request, status, words) in [
        (get("m=hi".into()), 401, "Send a token"),
        (get("m=hi&token=sbx_nonsense".into()), 401, "unknown here"),
        (get(format!("m=hi&token={reads}")), 403, "lacks the scope `post`"),
        (get(format!("token={posts}")), 400, "The headline is empty"),
        (get(format!("m=two%0Alines&token={posts}")), 400, "one line"),
        (get(format!("m={long}&token={posts}")), 413, "500 characters"),
        (get(format!("m=hi&url=javascript:x&token={posts}")), 400, "https://"),
        (get(format!("m=hi&client_id=%20&token={posts}")), 400, "client_id"),
    ] {
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), status, "{words}");
        let kind = answer.headers()["content-type"].to_str().expect("text").to_owned();
        assert!(kind.starts_with("text/plain"), "{words}: {kind}");
        assert_eq!(status == 401, answer.headers().contains_key("www-authenticate"));
        let said = answer.text().await.expect("text");
        assert!(
            said.contains(words) && said.ends_with('\n') && !said.contains('{'),
            "{said}"
        );
    }
    // What is asked for its head alone tells nothing, and no cookie or origin of others does.
    let head = Client::new()
        .head(format!("{}/send?m=hi&token={posts}", app.url))
        .send();
    assert_eq!(head.await.expect("an answer").status(), StatusCode::METHOD_NOT_ALLOWED);
    let evil = app
        .client()
        .post(format!("{}/send?m=hi", app.url))
        .header("origin", "https://evil.test");
    assert_eq!(evil.send().await.expect("an answer").status(), 401);
    for (new, status) in [
        (json!({"text": ""}), 400),
        (json!({"text": "a\nb"}), 400),
        (json!({"text": long}), 413),
        (json!({"text": "a", "url": "ftp://x"}), 400),
        (json!({"text": "a", "client_id": ""}), 400),
    ] {
        let (answered, problem) = app.squawk(&posts, new).await;
        assert_eq!((answered, &problem["status"]), (status, &json!(status)), "{problem}");
    }
    assert_eq!(app.squawk(&reads, json!({"text": "a"})).await.0, 403);
    // A burst, and then only as fast as one can read. (What was refused above for what it says wasn't counted.)
    let mut statuses = Vec::new();
    for n in 0..12 {
        let answer = get(format!("m={n}&token={posts}")).send().await.expect("an answer");
        if answer.status() == 429 {
            assert!(answer.headers().contains_key("retry-after"));
        }
        statuses.push(answer.status().as_u16());
    }
    assert_eq!((statuses[0], statuses[11]), (201, 429), "{statuses:?}");
    let list = Client::new()
        .get(format!("{}/api/v1/squawks", app.url))
        .bearer_auth(&reads)
        .send();
    let list: Vec<Value> = list.await.expect("an answer").json().await.expect("JSON");
    let told = statuses.iter().filter(|status| **status == 201).count();
    assert_eq!(list.len(), told, "nothing else was told");
}

#[tokio::test]
async fn programs_read_and_search_page_by_page() {
    let app = TestApp::start().await;
    app.admin().await;
    let token = app
        .token_for("wire", [Scope::Post, Scope::Read].into_iter().collect::<Scopes>())
        .await;
    for n in 1..=5 {
        let text = format!("rate {n}{}", if n % 2 == 0 { " ECB" } else { "" });
        assert_eq!(app.squawk(&token, json!({"text": text})).await.0, 201);
    }
    let ids = async |query: &str| {
        let call = Client::new()
            .get(format!("{}/api/v1/squawks{query}", app.url))
            .bearer_auth(&token);
        let found: Vec<Value> = call.send().await.expect("an answer").json().await.expect("JSON");
        found
            .iter()
            .map(|one| one["id"].as_i64().expect("a number"))
            .collect::<Vec<_>>()
    };
    assert_eq!(ids("").await, [5, 4, 3, 2, 1]);
    assert_eq!(ids("?limit=2").await, [5, 4]);
    assert_eq!(ids("?limit=2&before=4").await, [3, 2]);
    assert_eq!(ids("?q=ecb%20ate").await, [4, 2]);
    assert_eq!(ids("?q=wire%203").await, [3], "by its source as well");
    let wrong = Client::new().request(Method::GET, format!("{}/api/v1/squawks?before=x", app.url));
    assert_eq!(wrong.bearer_auth(&token).send().await.expect("an answer").status(), 400);
}

#[tokio::test]
async fn who_may_squawk_is_set_by_administrators() {
    let app = TestApp::start().await;
    let (ines, tomasz) = (app.admin().await, app.join("tomasz").await);
    let wire = app.token_for("wire", Scope::Post).await;
    let refused = tomasz.submits(&app, "set_squawks", &[("admins", "true")]).await;
    assert_eq!(refused.status(), 403);
    let set = ines.submits(&app, "set_squawks", &[("admins", "true")]).await;
    assert_eq!(set.headers()["location"], "/team?done=squawks");
    assert!(
        ines.looks_at(&app, "/team")
            .await
            .contains("Only administrators squawk")
    );

    let refused = tomasz.submits(&app, "squawk", &[("text", "hear me")]).await;
    assert_eq!(refused.status(), 403);
    assert!(refused.text().await.expect("text").contains("Only administrators"));
    let said = reqwest::multipart::Form::new().text("body", "/squawk hear me");
    let said = tomasz
        .client
        .post(format!("{}/rooms/1/say", app.url))
        .multipart(said)
        .send();
    assert_eq!(said.await.expect("an answer").status(), 403);
    let page = tomasz.looks_at(&app, "/squawks").await;
    assert!(
        !page.contains("Tell everyone") && page.contains("administrators squawk"),
        "{page}"
    );
    assert!(
        ines.submits(&app, "squawk", &[("text", "hear me")])
            .await
            .status()
            .is_success()
    );
    assert_eq!(app.squawk(&wire, json!({"text": "hear me"})).await.0, 201);

    ines.submits(&app, "set_squawks", &[]).await;
    assert!(
        tomasz
            .submits(&app, "squawk", &[("text", "hear me now")])
            .await
            .status()
            .is_success()
    );
    assert!(tomasz.looks_at(&app, "/squawks").await.contains("hear me now"));
}
