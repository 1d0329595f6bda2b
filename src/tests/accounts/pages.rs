//! The pages, and their forms without scripts.

use reqwest::{Client, header::LOCATION};

use super::{SET_UP, header, page, post, said, who};
use crate::{
    accounts::model::{Role, Visitor},
    ids::RoomId,
    tests::app::{PASSWORD, TestApp},
};

#[tokio::test]
async fn forms_work_without_scripts_and_errors_come_back() {
    let app = TestApp::start().await;
    let client = app.client();
    let refused = post(
        &app,
        &client,
        "set_up",
        &[("team", "T"), ("name", "ines"), ("password", "short")],
        "/set-up",
    );
    let refused = refused.await;
    assert_eq!(refused.status(), 302);
    let back = header(&refused, LOCATION)
        .strip_prefix(&app.url)
        .expect("our own page")
        .to_owned();
    assert!(back.starts_with("/set-up?") && !back.contains("short"), "{back}");
    let (status, html) = said(page(&app, &client, &back).await).await;
    assert!(
        status == 200 && html.contains(r#"role="alert""#) && html.contains("too short"),
        "{status} {html}"
    );

    assert!(
        html.contains(r#"value="ines""#) && html.contains(r#"value="T""#),
        "what was typed: {html}"
    );

    // From the page that shows the error: the new one takes its place.
    let form = [("team", "T"), ("name", "i"), ("password", PASSWORD)];
    let back = header(&post(&app, &client, "set_up", &form, &back).await, LOCATION);
    assert_eq!(back.matches("__err").count(), 1, "{back}");
    let html = page(&app, &client, back.strip_prefix(&app.url).expect("our own page"))
        .await
        .text()
        .await;
    let html = html.expect("a body");
    assert!(
        html.contains("2 to 32 characters.") && !html.contains("too short"),
        "{html}"
    );

    let set_up = post(&app, &client, "set_up", &SET_UP, "/set-up").await;
    assert_eq!(
        (set_up.status().as_u16(), header(&set_up, LOCATION).as_str()),
        (302, "/")
    );
    let Visitor::In { me, team } = who(&app, &client).await else {
        panic!("not signed in")
    };
    assert_eq!(
        (me.name.as_str(), me.role, team.as_str()),
        ("ines", Role::Admin, "North desk")
    );

    let out = post(&app, &client, "sign_out", &[], "/you").await;
    assert_eq!(
        (out.status().as_u16(), header(&out, LOCATION).as_str()),
        (302, "/sign-in")
    );
    let wrong = post(
        &app,
        &client,
        "sign_in",
        &[("name", "ines"), ("password", "not this one")],
        "/sign-in",
    )
    .await;
    let back = header(&wrong, LOCATION)
        .strip_prefix(&app.url)
        .expect("our own page")
        .to_owned();
    let html = page(&app, &client, &back).await.text().await.expect("a body");
    assert!(html.contains("No account has this name and this password."), "{html}");
    let right = post(
        &app,
        &client,
        "sign_in",
        &[("name", "ines"), ("password", PASSWORD)],
        "/sign-in",
    )
    .await;
    assert_eq!((right.status().as_u16(), header(&right, LOCATION).as_str()), (302, "/"));
}

#[tokio::test]
async fn pages_send_everyone_where_they_belong() {
    let app = TestApp::start().await;
    let stranger = app.client();
    let goes_to = async |client: &Client, path: &str| {
        let answer = page(&app, client, path).await;
        (answer.status().as_u16(), header(&answer, LOCATION))
    };
    assert_eq!(goes_to(&stranger, "/sign-in").await, (302, "/set-up".into()));
    assert_eq!(goes_to(&stranger, "/join/guess").await, (302, "/set-up".into()));
    let html = page(&app, &stranger, "/set-up").await.text().await.expect("a body");
    for part in [
        "Team name",
        "Where prices come from",
        r#"autocomplete="new-password""#,
        r#"minlength="10""#,
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(!html.contains("style="), "the policy forbids it: {html}");

    let admin = app.admin().await;
    assert_eq!(goes_to(&stranger, "/set-up").await, (302, "/sign-in".into()));
    for path in ["/set-up", "/sign-in", "/join/guess"] {
        assert_eq!(goes_to(&admin.client, path).await, (302, "/".into()), "{path}");
    }
    let html = page(&app, &stranger, "/sign-in").await.text().await.expect("a body");
    assert!(
        html.contains(r#"autocomplete="current-password""#) && html.contains("Sign in · Squawkbox"),
        "{html}"
    );

    let (status, html) = said(page(&app, &stranger, "/join/guess").await).await;
    assert!(
        status == 404 && html.contains("no longer good") && !html.contains("<form"),
        "{status} {html}"
    );
    let code = app.running.state.accounts.join_code().await.expect("a team");
    let (status, html) = said(page(&app, &stranger, &format!("/join/{code}")).await).await;
    assert!(
        status == 200 && html.contains("North desk") && html.contains(&format!(r#"value="{code}""#)),
        "{html}"
    );

    let html = page(&app, &admin.client, "/team").await.text().await.expect("a body");
    assert!(html.contains(&format!(r#"value="{}/join/{code}""#, app.url)), "{html}");
    let member = app.join("tomasz").await;
    let html = page(&app, &member.client, "/you").await.text().await.expect("a body");
    assert!(html.contains("tomasz") && html.contains("Sign out"), "{html}");
    let html = page(&app, &member.client, "/team").await.text().await.expect("a body");
    assert!(html.contains("Only administrators") && !html.contains(&code), "{html}");
}

#[tokio::test]
async fn the_teams_new_name_is_on_everybodys_pages() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let renamed = post(
        &app,
        &ines.client,
        "rename_team",
        &[("team", "South & East desk")],
        "/team",
    )
    .await;
    assert_eq!(header(&renamed, LOCATION), "/team?done=name");
    for (who, path) in [(&ines, "/team"), (&bob, "/rooms/1"), (&bob, "/you")] {
        let (_, html) = said(page(&app, &who.client, path).await).await;
        assert!(html.contains("South &amp; East desk"), "{path}: {html}");
        assert!(!html.contains("North desk"), "{path}: {html}");
    }
}

#[tokio::test]
async fn the_empty_first_room_leads_administrators_to_the_join_link() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let text = async |who: &Client, path: &str| page(&app, who, path).await.text().await.expect("a body");
    let way = "Others come in by the join link";
    assert!(text(&ines.client, "/rooms/1").await.contains(way));
    let theirs = text(&bob.client, "/rooms/1").await;
    assert!(
        theirs.contains("Nothing has been said here yet.") && !theirs.contains(way),
        "{theirs}"
    );
    assert_eq!(ines.form(&app, "create_room", &[("name", "floor")]).await, 200);
    assert!(
        !text(&ines.client, "/rooms/2").await.contains(way),
        "people arrive elsewhere"
    );
    let team = text(&ines.client, "/team").await;
    let link = team
        .split("data-copy=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let code = app.running.state.accounts.join_code().await.expect("a team");
    assert!(
        link.is_some_and(|link| link.ends_with(&format!("/join/{code}"))),
        "{team}"
    );
    assert!(
        team.contains(r#"id="link-heading""#) && team.contains("/copy.js"),
        "{team}"
    );

    let mut line = ines.socket(&app).await;
    line.post(RoomId(1), "a1", "hello").await;
    line.acknowledged("a1").await;
    assert!(!text(&ines.client, "/rooms/1").await.contains(way));
}
