//! What forms say, keep and lead to.

use super::*;

#[tokio::test]
async fn a_form_that_comes_again_has_the_address_which_is_in_no_url() {
    let app = TestApp::start().await;
    let (ines, tomasz) = (app.admin().await, app.join("tomasz").await);
    let url = "https://example.com/hooks/0123456789";
    let form = [
        ("test", "more"),
        ("query", "timeout"),
        ("value", "5"),
        ("room", "1"),
        ("url", url),
    ];
    let wrong = [&form[..], &[("words", "{nonsense}")]].concat();
    let back = |answer: &Response| answer.headers()[LOCATION].to_str().expect("text").to_owned();
    let refused = back(&send(&app, &ines, &wrong).await);
    assert!(!refused.contains("example"), "{refused}");
    let page = ines.reads(&app, &refused).await;
    assert!(
        page.contains(&format!("value=\"{url}\"")) && page.contains("{nonsense}"),
        "{page}"
    );
    // Without scripts a look back takes the same way.
    let look = ines
        .client
        .post(format!("{}/alerts/look", app.url))
        .form(&form)
        .send()
        .await;
    let looked = back(&look.expect("an answer"));
    assert!(!looked.contains("example"), "{looked}");
    assert!(ines.reads(&app, &looked).await.contains(url));
    // Whoever is given that address sees that one is missing, and not which.
    let page = tomasz.reads(&app, &refused).await;
    assert!(
        !page.contains(url) && page.contains("address again: it is a secret"),
        "{page}"
    );
    make(&app, &ines, &form[..3]).await;
    let page = ines.reads(&app, &refused).await;
    assert!(!page.contains(url), "once an alert is made, nothing waits: {page}");
}

#[tokio::test]
async fn it_calls_only_who_is_there() {
    let app = TestApp::start().await;
    let (ines, _tomasz) = (app.admin().await, app.join("tomasz").await);
    let form = |mentions| [("test", "more"), ("value", "5"), ("room", "1"), ("mentions", mentions)];
    let answer = send(&app, &ines, &form("@tomasz @nobody")).await;
    let back = answer.headers()[LOCATION].to_str().expect("text").to_owned();
    assert!(back.starts_with("/alerts/new?"), "{back}");
    let page = ines.reads(&app, &back).await;
    assert!(page.contains("@nobody is nobody in that room"), "{page}");
    for mentions in ["@Tomasz", "@here, @room", ""] {
        let answer = send(&app, &ines, &form(mentions)).await;
        let to = answer.headers()[LOCATION].to_str().expect("text");
        assert_eq!(to, "/alerts?done=kept", "{mentions}");
    }
}

#[tokio::test]
async fn the_list_says_what_is_to_be_known_and_what_was_done() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let form = [
        ("test", "more"),
        ("value", "5000"),
        ("mentions", "@here"),
        ("days", "mon,tue"),
        ("from", "08:00"),
        ("until", "17:30"),
        ("cooldown", "10m"),
        ("url", "https://example.com/hook"),
    ];
    make(&app, &ines, &form).await;
    let page = ines.reads(&app, "/alerts").await;
    let terms = "calls @here \u{b7} mon, tue, 08:00 to 17:30 UTC \u{b7} cool-down 10 min \u{b7} webhook: JSON";
    assert!(page.contains(terms) && page.contains("more than 5,000 lines"), "{page}");
    assert!(!page.contains("example.com"), "{page}");
    let page = ines.reads(&app, "/alerts?done=tested&rule=1").await;
    assert!(
        page.contains("The webhook of more than 5,000 lines within 5 min: any took the call."),
        "{page}"
    );
    let delete = ines
        .client
        .post(format!("{}/do/delete_alert", app.url))
        .form(&[("id", "1")]);
    let answer = delete.header("accept", "text/html").send().await.expect("an answer");
    assert_eq!(answer.headers()[LOCATION], "/alerts?done=deleted");
    let page = ines.reads(&app, "/alerts?done=deleted").await;
    assert!(page.contains("The alert is deleted. What it said stays."), "{page}");
}
