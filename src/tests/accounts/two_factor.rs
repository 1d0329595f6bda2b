//! Signing in with a second factor.

use reqwest::header::LOCATION;
use sha2::{Digest, Sha256};
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
async fn recovery_codes_are_counted_and_made_anew() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let see = async |who: &Member, path: &str| said(page(&app, &who.client, path).await).await.1;
    let renew = async |password: &str| {
        let form = [("current", password)];
        header(
            &post(&app, &ines.client, "renew_recovery", &form, "/you").await,
            LOCATION,
        )
    };
    assert!(renew(PASSWORD).await.contains("__err"), "there is no second factor");
    let offer = offer(&app, &ines).await;
    let first = code(&offer.secret, -1);
    assert_eq!(
        call(&app, &ines.client, "confirm_two_factor", &[("code", &first)])
            .await
            .status(),
        200
    );
    let html = see(&ines, "/you").await;
    assert!(html.contains("10 of 10 recovery codes are left.<"), "{html}");

    assert!(renew("not this one").await.contains("__err"));
    assert!(see(&ines, "/you").await.contains("10 of 10"));
    let way = renew(PASSWORD).await;
    let path = way
        .strip_suffix("#factor-heading")
        .expect("where it stands on the page");
    let html = see(&ines, path).await;
    let codes: Vec<_> = html.split("<li><code>").skip(1).map(|rest| &rest[..19]).collect();
    assert_eq!(codes.len(), 10, "{html}");
    assert!(codes.iter().all(|code| !offer.recovery.contains(&(*code).to_owned())));
    assert!(html.contains("not shown again") && !see(&ines, "/you").await.contains(codes[0]));
    assert!(!see(&bob, path).await.contains("<code>"), "nor to anybody else");

    let browser = app.client();
    call(&app, &browser, "sign_in", &[("name", "ines"), ("password", PASSWORD)]).await;
    let give = async |code: &str| post(&app, &browser, "sign_in_code", &[("code", code)], "/sign-in/code").await;
    let refused = header(&give(&offer.recovery[0]).await, LOCATION);
    assert!(refused.contains("__err"), "those before are no longer good: {refused}");
    assert_eq!(header(&give(codes[0]).await, LOCATION), "/");
    let html = see(&ines, path).await;
    assert!(
        html.contains("9 of 10 recovery codes are left.<") && !html.contains(codes[0]),
        "{html}"
    );

    // Whoever has few left is told when coming in.
    let few = [codes[1], codes[2], codes[3]].map(|code| Sha256::digest(code.replace('-', "")).to_vec());
    let lost = app.running.state.desk.writer.write(move |conn| {
        Box::pin(async move {
            let lost = sqlx::query("DELETE FROM recovery_code WHERE hash NOT IN (?, ?, ?)");
            let lost = few.into_iter().fold(lost, |query, hash| query.bind(hash));
            Ok(lost.execute(conn).await?.rows_affected())
        })
    });
    assert_eq!(lost.await.expect("written"), 6);
    call(&app, &browser, "sign_in", &[("name", "ines"), ("password", PASSWORD)]).await;
    let way = header(&give(codes[1]).await, LOCATION);
    assert_eq!(way, "/you?done=recovery-code#factor-heading");
    let html = see(&ines, "/you?done=recovery-code").await;
    assert!(
        html.contains("It is used up.") && html.contains("2 of 10 recovery codes are left. Make new ones"),
        "{html}"
    );
}

#[tokio::test]
async fn only_a_field_on_which_all_depends_has_the_focus() {
    let app = TestApp::start().await;
    let newcomer = page(&app, &app.client(), "/set-up").await;
    assert!(!said(newcomer).await.1.contains("autofocus"));
    let ines = app.admin().await;
    let html = said(page(&app, &ines.client, "/you/two-factor").await).await.1;
    assert!(html.contains(r#"id="code""#) && !html.contains("autofocus"), "{html}");
    let wrong = post(
        &app,
        &ines.client,
        "confirm_two_factor",
        &[("code", "1")],
        "/you/two-factor",
    )
    .await;
    let back = header(&wrong, LOCATION);
    let back = back.strip_prefix(&app.url).expect("our own page");
    assert!(
        said(page(&app, &ines.client, back).await).await.1.contains("autofocus"),
        "to try again"
    );
    for path in ["/sign-in", "/sign-in/code"] {
        let html = said(page(&app, &app.client(), path).await).await.1;
        assert_eq!(html.matches("autofocus").count(), 1, "{path}");
    }
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
