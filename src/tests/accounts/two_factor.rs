//! Signing in with a second factor.

use reqwest::header::LOCATION;
use totp_rs::{Algorithm, TOTP};

use super::{call, header, page, post, said, who};
use crate::{
    accounts::model::{Offer, Visitor},
    tests::app::{Member, PASSWORD, TestApp},
    time::Timestamp,
};

/// The code that a phone with this secret shows, so many steps from now.
fn code(secret: &str, steps: i64) -> String {
    let key = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).expect("base32");
    let seconds = Timestamp::now().micros() / 1_000_000 + 30 * steps;
    let totp = TOTP::new(Algorithm::SHA1, 6, 1, 30, key).expect("a good key");
    totp.generate(seconds.unsigned_abs())
}

async fn offer(app: &TestApp, who: &Member) -> Offer {
    let answer = who.client.post(format!("{}/do/offer_two_factor", app.url));
    let answer = answer.json(&serde_json::json!({})).send().await.expect("an answer");
    answer.json().await.expect("an offer")
}

#[tokio::test]
async fn a_password_alone_opens_nothing_once_the_second_factor_is_on() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let html = page(&app, &ines.client, "/you/two-factor")
        .await
        .text()
        .await
        .expect("a body");
    let offer = offer(&app, &ines).await;
    assert!(
        html.contains(&offer.secret) && html.contains(&offer.recovery[0]),
        "the same until confirmed"
    );
    let confirm =
        async |code: &str| said(call(&app, &ines.client, "confirm_two_factor", &[("code", code)]).await).await;
    let (status, words) = confirm("000000").await;
    assert!(status == 400 && words.contains("not the current code"), "{words}");
    assert_eq!(confirm(&code(&offer.secret, -1)).await.0, 200);

    let browser = app.client();
    let form = [("name", "ines"), ("password", PASSWORD)];
    let first = post(&app, &browser, "sign_in", &form, "/sign-in").await;
    assert_eq!(header(&first, LOCATION), "/sign-in/code");
    assert!(matches!(who(&app, &browser).await, Visitor::SignedOut), "not in yet");
    assert_ne!(page(&app, &browser, "/rooms/1").await.status(), 200);
    assert_eq!(page(&app, &browser, "/sign-in/code").await.status(), 200);
    let give = async |code: &str| said(call(&app, &browser, "sign_in_code", &[("code", code)]).await).await;
    assert_eq!(
        give(&code(&offer.secret, -1)).await.0,
        400,
        "used when it was confirmed"
    );
    let now = code(&offer.secret, 0);
    assert_eq!(give(&now).await.0, 200);
    assert!(matches!(who(&app, &browser).await, Visitor::In { .. }));

    // Without the phone.
    let other = app.client();
    call(&app, &other, "sign_in", &form).await;
    let give = async |code: &str| said(call(&app, &other, "sign_in_code", &[("code", code)]).await).await;
    assert_eq!(give(&now).await.0, 400, "each code is good once");
    assert_eq!(give(&offer.recovery[3].to_uppercase().replace('-', " ")).await.0, 200);
    let third = app.client();
    call(&app, &third, "sign_in", &form).await;
    let (status, _) = said(call(&app, &third, "sign_in_code", &[("code", &offer.recovery[3])]).await).await;
    assert_eq!(status, 400, "used up");
    let (status, _) = said(call(&app, &app.client(), "sign_in_code", &[("code", &offer.recovery[4])]).await).await;
    assert_eq!(status, 401, "a code alone is nothing");
}

#[tokio::test]
async fn codes_can_not_be_guessed_and_the_factor_can_be_turned_off() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let secret = offer(&app, &bob).await.secret;
    assert_eq!(
        call(&app, &bob.client, "confirm_two_factor", &[("code", &code(&secret, -1))])
            .await
            .status(),
        200
    );
    let browser = app.client();
    let form = [("name", "bob"), ("password", PASSWORD)];
    call(&app, &browser, "sign_in", &form).await;
    let mut last = 0;
    for guess in 0..12 {
        let guess = format!("{guess:06}");
        last = call(&app, &browser, "sign_in_code", &[("code", &guess)])
            .await
            .status()
            .as_u16();
    }
    assert_eq!(last, 429);
    let off = [("current", "not this one")];
    assert_eq!(call(&app, &bob.client, "stop_two_factor", &off).await.status(), 403);
    // Whoever lost phone and codes asks an administrator.
    let id = bob.me.id.to_string();
    assert_eq!(
        call(&app, &ines.client, "drop_two_factor", &[("id", &id)])
            .await
            .status(),
        200
    );
    assert_eq!(app.sign_in("bob").await.me.id, bob.me.id);
}
