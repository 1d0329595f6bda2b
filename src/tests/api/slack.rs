//! Slack's incoming webhooks.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Program, bodies};
use crate::{
    accounts::server::scopes::Scope,
    ids::UserId,
    tests::app::{Member, TestApp},
};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Slack's word, under its status.
fn word(status: u16, word: &str) -> (StatusCode, String) {
    (StatusCode::from_u16(status).expect("a status"), word.to_owned())
}

async fn make_private(app: &TestApp, who: &Member, name: &str) {
    let form = [("name", name), ("private", "true")];
    let made = who
        .client
        .post(format!("{}/do/create_room", app.url))
        .form(&form)
        .send();
    assert_eq!(made.await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn slack_webhooks_speak_here_by_another_url() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let bot = app.bot("watch").await;
    let ok = word(200, "ok");
    assert_eq!(bot.hook(JSON, r#"{"text":"*disk* at 91%"}"#.into()).await, ok);
    let payload = "payload=%7B%22text%22%3A%22by+form%22%2C%22channel%22%3A%22%23desk%22%7D";
    assert_eq!(bot.hook(FORM, payload.into()).await, ok);
    assert_eq!(bodies(&ines, &app).await, ["**disk** at 91%", "by form"]);
    let huge = json!({"text": "x".repeat(300 * 1024)}).to_string();
    for (kind, body, status, said) in [
        (JSON, "{", 400, "invalid_payload"),
        (JSON, "{}", 400, "no_text"),
        (JSON, r#"{"attachments":null,"blocks":null}"#, 400, "no_text"),
        (FORM, "text=hello", 400, "invalid_payload"),
        (JSON, &huge, 413, "invalid_payload"),
    ] {
        let answered = bot.hook(kind, body.into()).await;
        assert_eq!(answered, word(status, said), "{}", &body[..body.len().min(80)]);
    }
    let revoked = Program {
        app: &app,
        token: "sbx_nonsense".into(),
    };
    assert_eq!(
        revoked.hook(JSON, r#"{"text":"x"}"#.into()).await,
        word(404, "no_service")
    );
}

#[tokio::test]
async fn a_channel_that_is_not_for_the_bot_is_not_found_like_one_that_is_not_there() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let bot = app.bot("watch").await;
    make_private(&app, &ines, "deals").await;
    let to = async |channel: Value| {
        bot.hook(JSON, json!({"text": "hi", "channel": channel}).to_string())
            .await
    };
    for channel in ["deals", "#deals", "#nonsense", "@ines", "C024BE91L", "!2"] {
        assert_eq!(to(json!(channel)).await, word(404, "channel_not_found"), "{channel}");
    }
    assert_eq!(bodies(&ines, &app).await, [""; 0], "nothing is said elsewhere instead");
    for own in [json!("#desk"), json!("DESK"), json!(""), json!("#"), Value::Null] {
        assert_eq!(to(own.clone()).await, word(200, "ok"), "{own}");
    }
    // In rooms that it is in, it is told more.
    assert_eq!(
        bot.call(reqwest::Method::POST, "/rooms", json!({"name": "old"}))
            .await
            .0,
        201
    );
    let archive = ines.client.post(format!("{}/do/archive_room", app.url));
    let archive = archive.form(&[("room", "3"), ("archived", "true")]).send().await;
    assert_eq!(archive.expect("an answer").status(), 200);
    assert_eq!(to(json!("#old")).await, word(410, "channel_is_archived"));
}

#[tokio::test]
async fn who_may_not_post_and_who_is_too_fast_get_slacks_words() {
    let app = TestApp::start().await;
    app.admin().await;
    let bot = app.bot("watch").await;
    let only_reads = app
        .running
        .state
        .accounts
        .create_token("reports", Scope::Read, Some("watch"));
    let reader = Program {
        app: &app,
        token: only_reads.await.expect("a token"),
    };
    let hi = || r#"{"text":"hi"}"#.to_owned();
    assert_eq!(reader.hook(JSON, hi()).await, word(403, "action_prohibited"));
    assert_eq!(bot.hook(JSON, hi()).await, word(200, "ok"));
    let (_, said) = bot.get("/rooms/1/messages").await;
    let id = UserId(said[0]["author"]["id"].as_i64().expect("the bot's number"));
    let mut answers = Vec::new();
    for _ in 0..20 {
        while app.running.state.chat.pace.check(&id).is_ok() {}
        answers.push(bot.hook(JSON, hi()).await);
    }
    // Those who speak Slack drop a message at every 4xx, and come back after a 503.
    assert!(answers.contains(&word(503, "rollup_error")), "{answers:?}");
}

#[tokio::test]
async fn what_alertmanager_sends_is_read() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let bot = app.bot("alertmanager").await;
    // As its Slack receiver encodes it, with the default templates and an action.
    let payload = r##"{"channel":"#desk","username":"Alertmanager","attachments":[{"title":"[FIRING:2] DiskFull n1 (critical)","title_link":"http://am.test:9093/#/alerts?receiver=slack","text":"Alert: /var at 91% &lt;n1&gt;\nRunbook: <https://runbooks.test/disk|disk>","fallback":"[FIRING:2] DiskFull n1 (critical) | http://am.test:9093/#/alerts?receiver=slack","callback_id":"","fields":[{"title":"severity","value":"critical","short":true}],"actions":[{"type":"button","text":"Silence","url":"http://am.test:9093/#/silences/new?filter=%7Balertname%3D%22DiskFull%22%7D","style":"","name":"","value":""}],"footer":"","color":"danger","mrkdwn_in":["fallback","pretext","text"]}]}"##;
    assert_eq!(bot.hook(JSON, payload.into()).await, word(200, "ok"));
    assert_eq!(
        bodies(&ines, &app).await,
        [
            "**[[FIRING:2] DiskFull n1 (critical)](http://am.test:9093/#/alerts?receiver=slack)**\n\
          Alert: /var at 91% <n1>\nRunbook: [disk](https://runbooks.test/disk)\n**severity**: critical\n\
          [Silence](http://am.test:9093/#/silences/new?filter=%7Balertname%3D%22DiskFull%22%7D)"
        ]
    );
    // A long list of alerts is cut rather than lost.
    let alert = "/var at 91% on a host with a long name\n";
    let long = json!({"attachments": [{"title": "[FIRING:900] DiskFull", "text": alert.repeat(900), "fallback": ""}]});
    assert_eq!(bot.hook(JSON, long.to_string()).await, word(200, "ok"));
    let said = bodies(&ines, &app).await;
    assert!(
        said[1].starts_with("**[FIRING:900] DiskFull**\n/var at 91%"),
        "{}",
        &said[1][..100]
    );
    let last = said[1].lines().last().expect("a line");
    assert!(
        said[1].len() <= 16 * 1024 && last.starts_with("… cut here: the whole text has 3"),
        "{last}"
    );
}

#[tokio::test]
async fn what_slack_go_sends_is_read() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let bot = app.bot("deploy").await;
    // Its Blocks are written as null where there are none.
    let payload = r##"{"username":"ci","text":"Deployed","attachments":[{"color":"good","fallback":"v1.4 by ines","author_name":"ines","title":"v1.4","title_link":"https://ci.test/7","text":"*3 min*","fields":[{"title":"host","value":"n1","short":false}],"blocks":null,"ts":1763647387}],"blocks":null,"replace_original":false,"delete_original":false}"##;
    assert_eq!(bot.hook(JSON, payload.into()).await, word(200, "ok"));
    let blocks = r##"{"blocks":[{"type":"header","text":{"type":"plain_text","text":"Deploy","emoji":true}},{"type":"section","text":{"type":"mrkdwn","text":"<https://ci.test/7|v1.4> is *out*"},"accessory":{"type":"button","text":{"type":"plain_text","text":"Open"},"action_id":"open","url":"https://ci.test/7"}},{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"emoji","name":"tada","skin_tone":0},{"type":"text","text":" by "},{"type":"user","user_id":"U02"}]}]}],"replace_original":false,"delete_original":false}"##;
    assert_eq!(bot.hook(JSON, blocks.into()).await, word(200, "ok"));
    assert_eq!(
        bodies(&ines, &app).await,
        [
            "Deployed\n\nines\n**[v1.4](https://ci.test/7)**\n**3 min**\n**host**: n1",
            "**Deploy**\n\n[v1.4](https://ci.test/7) is **out**\n[Open](https://ci.test/7)\n\n:tada: by @U02",
        ]
    );
}
