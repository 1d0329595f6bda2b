//! What the API says of itself.

use reqwest::Method;
use serde_json::Value;

use crate::tests::app::TestApp;

/// What the server describes.
async fn described(app: &TestApp) -> Value {
    let answer = reqwest::get(format!("{}/api/v1/openapi.json", app.url)).await;
    answer.expect("an answer").json().await.expect("JSON")
}

/// Every call: its method, its path, and what is said of it.
fn calls(api: &Value) -> impl Iterator<Item = (Method, &String, &Value)> {
    let paths = api["paths"].as_object().expect("paths");
    paths.iter().flat_map(|(path, item)| {
        let calls = item.as_object().expect("calls");
        calls.iter().map(move |(method, call)| {
            let method = method.to_uppercase().parse().expect("a method");
            (method, path, call)
        })
    })
}

/// What a reference leads to, and what is no reference as it is.
fn found<'a>(api: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(link) => {
            let found = api.pointer(link.trim_start_matches('#'));
            found.unwrap_or_else(|| panic!("{link} leads nowhere"))
        }
        None => value,
    }
}

#[tokio::test]
async fn the_description_names_every_call() {
    let app = TestApp::start().await;
    let api = described(&app).await;
    assert_eq!(calls(&api).count(), 32, "{api}");
    let schemas = &api["components"]["schemas"];
    assert!(schemas["ApiMessage"].is_object());
    // No message is a place as well, or a program couldn't tell which it got.
    assert_eq!(schemas["ApiChanged"]["oneOf"].as_array().map(Vec::len), Some(2));
    assert_eq!(schemas["ApiPlace"]["additionalProperties"], false);
    // And there is what it names: without a token each says only that.
    app.admin().await;
    for (method, path, _) in calls(&api) {
        let parts = path
            .split('/')
            .map(|part| if part.starts_with('{') { "1" } else { part });
        let path = parts.collect::<Vec<_>>().join("/");
        let bare = reqwest::Client::new()
            .request(method.clone(), format!("{}{path}", app.url))
            .send();
        assert_eq!(bare.await.expect("an answer").status(), 401, "{method} {path}");
    }
}

#[tokio::test]
async fn every_call_says_how_it_is_refused() {
    let app = TestApp::start().await;
    let api = described(&app).await;
    let members = &api["components"]["schemas"]["Problem"]["properties"];
    for member in ["type", "title", "status", "detail"] {
        assert!(members[member].is_object(), "{member}: {members}");
    }
    for (method, path, call) in calls(&api) {
        let responses = call["responses"].as_object().expect("responses");
        let mut expected = vec!["401", "403", "429", "500", "503"];
        if path.contains('{') {
            expected.extend(["400", "404"]);
        }
        if !call["requestBody"].is_null() {
            expected.extend(["400", "413"]);
        }
        for status in expected {
            assert!(
                responses.contains_key(status),
                "{method} {path} says nothing of {status}"
            );
        }
        for (status, response) in responses.iter().filter(|(status, _)| status.as_str() >= "400") {
            let content = &found(&api, response)["content"]["application/problem+json"];
            assert_eq!(
                content["schema"]["$ref"], "#/components/schemas/Problem",
                "{method} {path}, {status}: {response}"
            );
            assert_eq!(content["example"]["status"].to_string(), *status, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn what_is_sent_and_answered_has_examples() {
    let app = TestApp::start().await;
    let api = described(&app).await;
    let has_example = |json: &Value| {
        let schema = &json["schema"];
        let of = if schema["items"].is_null() {
            schema
        } else {
            &schema["items"]
        };
        found(&api, of)["examples"][0].is_object()
    };
    for (method, path, call) in calls(&api) {
        let sent = &call["requestBody"]["content"]["application/json"];
        assert!(sent.is_null() || has_example(sent), "{method} {path}: {sent}");
        let taken = ["200", "201"].map(|status| &call["responses"][status]["content"]["application/json"]);
        for taken in taken.into_iter().filter(|taken| !taken.is_null()) {
            assert!(has_example(taken), "{method} {path}: {taken}");
        }
    }
    // A file comes as it is, or in a form.
    let ways = &api["paths"]["/api/v1/files"]["post"]["requestBody"]["content"];
    assert!(ways["application/octet-stream"].is_object(), "{ways}");
    let form = found(&api, &ways["multipart/form-data"]["schema"]);
    assert!(form["properties"]["file"].is_object(), "{ways} {form}");
    let wanted = api["paths"]["/api/v1/search"]["get"]["parameters"].to_string();
    assert!(wanted.contains("sort:best"), "{wanted}");
}
