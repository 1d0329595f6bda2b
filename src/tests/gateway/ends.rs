//! How a bot's line ends with the bot.

use crate::tests::app::TestApp;

#[tokio::test]
async fn a_suspended_bots_token_and_line_end_and_its_token_works_again_when_it_is_let_in() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let (bot, other) = (app.program("deploy").await, app.program("watch").await);
    let (mut line, mut kept) = (bot.register().await, other.register().await);
    let rooms = async || {
        let asked = reqwest::Client::new().get(format!("{}/api/v1/rooms", app.url));
        let answer = asked.bearer_auth(&bot.token).send().await;
        answer.expect("an answer").status().as_u16()
    };
    assert_eq!(rooms().await, 200);
    let id = bot.id.to_string();
    let suspend = async |on: &str| {
        ines.form(&app, "set_suspended", &[("id", &id), ("suspended", on)])
            .await
    };
    assert_eq!(suspend("true").await, 200);
    assert_eq!(rooms().await, 401, "at once");
    assert_eq!(line.closed().await.map(|frame| u16::from(frame.code)), Some(4401));
    kept.settle().await;
    assert_eq!(suspend("false").await, 200);
    assert_eq!(rooms().await, 200);
    bot.register().await;
}
