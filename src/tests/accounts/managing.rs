//! What administrators do with accounts, and people with their own.

use std::time::Duration;

use reqwest::header::{LOCATION, SET_COOKIE, USER_AGENT};

use super::{call, header, page, post, said, session_of, who};
use crate::{
    accounts::model::{Role, Visitor},
    chat::wire::ServerFrame,
    ids::RoomId,
    tests::app::{PASSWORD, TestApp},
};

const DESK: RoomId = RoomId(1);
const WAIT: Duration = Duration::from_secs(5);

#[tokio::test]
async fn only_administrators_manage_and_nobody_their_own_account() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let (own, other) = (ines.me.id.to_string(), bob.me.id.to_string());
    let forms: [(&str, Vec<(&str, &str)>); 7] = [
        ("set_role", vec![("role", "admin")]),
        ("set_suspended", vec![("suspended", "true")]),
        ("remove_person", vec![("name", "ines")]),
        ("reset_link", vec![]),
        ("drop_two_factor", vec![]),
        ("rename_team", vec![("team", "Mine")]),
        ("new_join_link", vec![]),
    ];
    for (function, fields) in &forms {
        let form: Vec<_> = [("id", own.as_str())]
            .into_iter()
            .chain(fields.iter().copied())
            .collect();
        let (status, words) = said(call(&app, &bob.client, function, &form).await).await;
        assert_eq!(status, 403, "{function}: {words}");
    }
    for (function, fields) in &forms[..5] {
        let form: Vec<_> = [("id", own.as_str())]
            .into_iter()
            .chain(fields.iter().copied())
            .collect();
        let (status, words) = said(call(&app, &ines.client, function, &form).await).await;
        assert!(
            status == 403 && words.contains("your own account"),
            "{function}: {words}"
        );
    }
    // What a page shows is for administrators too.
    for path in ["/team".to_owned(), format!("/team/{other}")] {
        let html = page(&app, &bob.client, &path).await.text().await.expect("a body");
        assert!(html.contains("Only administrators"), "{html}");
    }
    let answer = call(&app, &ines.client, "set_role", &[("id", &other), ("role", "admin")]).await;
    assert_eq!(answer.status(), 200, "{}", answer.text().await.expect("a body"));
    let Visitor::In { me, .. } = who(&app, &bob.client).await else {
        panic!("still signed in")
    };
    assert_eq!(me.role, Role::Admin);
}

#[tokio::test]
async fn two_administrators_who_demote_each_other_leave_one() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let accounts = &app.running.state.accounts;
    accounts
        .set_role(&ines.me, bob.me.id, Role::Admin)
        .await
        .expect("promoted");
    for _ in 0..5 {
        let (one, two) = tokio::join!(
            accounts.set_role(&ines.me, bob.me.id, Role::Member),
            accounts.set_role(&bob.me, ines.me.id, Role::Member),
        );
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        for id in [ines.me.id, bob.me.id] {
            accounts
                .set_role(if id == ines.me.id { &bob.me } else { &ines.me }, id, Role::Admin)
                .await
                .expect("promoted");
        }
    }
}

#[tokio::test]
async fn whoever_is_suspended_is_out_at_once_and_comes_back_when_let_in() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let session = session_of(&app, &bob).await.expect("a session");
    let mut socket = bob.socket(&app).await;
    let id = bob.me.id.to_string();
    let suspend = |on: &'static str| vec![("id", id.clone()), ("suspended", on.to_owned())];
    let form = suspend("true");
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(call(&app, &ines.client, "set_suspended", &form).await.status(), 200);
    tokio::time::timeout(WAIT, session.ended())
        .await
        .expect("the session ends");
    assert!(socket.until(|_| None::<()>).await.is_none(), "the socket is closed");
    assert!(matches!(who(&app, &bob.client).await, Visitor::SignedOut));
    let sign_in = [("name", "bob"), ("password", PASSWORD)];
    let (status, words) = said(call(&app, &app.client(), "sign_in", &sign_in).await).await;
    assert!(status == 403 && words.contains("suspended"), "{words}");
    let wrong = [("name", "bob"), ("password", "not this one")];
    let (_, words) = said(call(&app, &app.client(), "sign_in", &wrong).await).await;
    assert!(
        !words.contains("suspended"),
        "only who knows the password is told: {words}"
    );
    let form = suspend("false");
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(call(&app, &ines.client, "set_suspended", &form).await.status(), 200);
    assert_eq!(app.sign_in("bob").await.me.id, bob.me.id);
}

#[tokio::test]
async fn whoever_is_removed_leaves_what_they_said_or_takes_it_along() {
    let app = TestApp::start().await;
    let (ines, bob, eve) = (app.admin().await, app.join("bob").await, app.join("eve").await);
    let mut watching = ines.socket(&app).await;
    watching.follow(DESK, None).await;
    for (who, text) in [(&bob, "bob stays"), (&eve, "eve goes")] {
        let mut socket = who.socket(&app).await;
        socket.post(DESK, "c1", text).await;
        socket.acknowledged("c1").await;
        watching.said().await.expect("a message");
    }
    let remove = async |id: String, name: &str, messages: &str| {
        let form = [("id", id.as_str()), ("name", name), ("messages", messages)];
        said(call(&app, &ines.client, "remove_person", &form).await).await
    };
    let (status, words) = remove(bob.me.id.to_string(), "eve", "false").await;
    assert!(status == 400 && words.contains("Type bob"), "{words}");
    assert_eq!(remove(bob.me.id.to_string(), "Bob", "false").await.0, 200);
    assert_eq!(remove(eve.me.id.to_string(), "eve", "true").await.0, 200);
    let gone = watching.said().await.expect("the message again");
    assert!(gone.deleted && gone.body.is_empty(), "{gone:?}");
    assert!(matches!(who(&app, &bob.client).await, Visitor::SignedOut));
    let (page_of_bob, _) = said(page(&app, &ines.client, "/rooms/1").await).await;
    assert_eq!(page_of_bob, 200);
    let (missed, _) = ines.socket(&app).await.follow(DESK, None).await;
    let kept: Vec<_> = missed
        .iter()
        .map(|m| (m.author.name.as_str(), m.body.as_str()))
        .collect();
    assert_eq!(kept, [("bob", "bob stays"), ("eve", "")]);
    // The name is free, and whoever takes it is somebody else.
    let new = app.join("bob").await;
    assert_ne!(new.me.id, bob.me.id);
    let (status, _) = remove(bob.me.id.to_string(), "bob", "false").await;
    assert_eq!(status, 404, "there is no such account any more");
}

#[tokio::test]
async fn a_link_to_choose_a_password_is_good_once() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let id = bob.me.id.to_string();
    let made = post(&app, &ines.client, "reset_link", &[("id", &id)], "/team").await;
    let shown = header(&made, LOCATION);
    let html = page(&app, &ines.client, &shown).await.text().await.expect("a body");
    let (_, rest) = html.split_once(&format!("{}/reset/", app.url)).expect("the link");
    let code: String = rest.chars().take_while(|c| *c != '"').collect();
    let stranger = app.client();
    let html = page(&app, &stranger, &format!("/reset/{code}"))
        .await
        .text()
        .await
        .expect("a body");
    assert!(html.contains("bob") && html.contains("New password"), "{html}");
    let choose = async |password: &str| {
        said(
            call(
                &app,
                &stranger,
                "choose_password",
                &[("code", &code), ("password", password)],
            )
            .await,
        )
        .await
    };
    let (status, words) = choose("short").await;
    assert!(status == 400 && words.contains("too short"), "{words}");
    assert_eq!(choose("another-long-secret-9").await.0, 200);
    assert!(
        matches!(who(&app, &bob.client).await, Visitor::SignedOut),
        "what was open is not"
    );
    assert_eq!(choose("another-long-secret-9").await.0, 404, "used");
    assert_eq!(page(&app, &stranger, &format!("/reset/{code}")).await.status(), 404);
    let new = [("name", "bob"), ("password", "another-long-secret-9")];
    assert_eq!(call(&app, &stranger, "sign_in", &new).await.status(), 200);
    assert_eq!(page(&app, &app.client(), "/reset/garbage").await.status(), 404);
}

#[tokio::test]
async fn one_sees_ones_sessions_and_ends_them() {
    let app = TestApp::start().await;
    app.admin().await;
    let (here, elsewhere) = (app.join("bob").await, app.client());
    let form = [("name", "bob"), ("password", PASSWORD)];
    let request = elsewhere.post(format!("{}/do/sign_in", app.url)).form(&form);
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let answer = request.header(USER_AGENT, firefox).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let (status, html) = said(page(&app, &here.client, "/you").await).await;
    assert_eq!(status, 200, "{html}");
    assert!(
        html.contains("Firefox on Linux") && html.contains("127.0.0.1") && html.contains("this one"),
        "{html}"
    );
    let (_, rest) = html.split_once(r#"name="session" value=""#).expect("a session to end");
    let id: String = rest.chars().take_while(char::is_ascii_digit).collect();
    // Only one's own.
    let eve = app.join("eve").await;
    assert_eq!(
        call(&app, &eve.client, "end_session", &[("session", &id)])
            .await
            .status(),
        200
    );
    assert!(
        matches!(who(&app, &elsewhere).await, Visitor::In { .. }),
        "it isn't hers"
    );
    assert_eq!(
        call(&app, &here.client, "end_session", &[("session", &id)])
            .await
            .status(),
        200
    );
    assert!(matches!(who(&app, &elsewhere).await, Visitor::SignedOut));
    let again = app.sign_in("bob").await;
    assert_eq!(call(&app, &here.client, "end_session", &[]).await.status(), 200);
    assert!(
        matches!(who(&app, &again.client).await, Visitor::SignedOut),
        "all others"
    );
    assert!(matches!(who(&app, &here.client).await, Visitor::In { .. }));
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_takes_the_old_one() {
    let app = TestApp::start().await;
    let (ines, elsewhere) = (app.admin().await, app.sign_in("ines").await);
    let change = async |current: &str, new: &str| {
        said(
            call(
                &app,
                &ines.client,
                "change_password",
                &[("current", current), ("password", new)],
            )
            .await,
        )
        .await
    };
    let (status, words) = change("not this one", "another-long-secret-9").await;
    assert!(status == 403 && words.contains("current password"), "{words}");
    let (status, words) = change(PASSWORD, "password12").await;
    assert_eq!(status, 400, "common: {words}");
    assert_eq!(change(PASSWORD, "another-long-secret-9").await.0, 200);
    assert!(matches!(who(&app, &elsewhere.client).await, Visitor::SignedOut));
    assert!(matches!(who(&app, &ines.client).await, Visitor::In { .. }));
}

#[tokio::test]
async fn a_name_is_changed_everywhere_and_stays_ones_own() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let mut socket = ines.socket(&app).await;
    socket.post(DESK, "c1", "hello").await;
    socket.acknowledged("c1").await;
    let rename = async |name: &str| said(call(&app, &ines.client, "rename", &[("name", name)]).await).await;
    assert_eq!(rename("BOB").await.0, 409);
    assert_eq!(rename("i").await.0, 400);
    assert_eq!(rename("Ines.M").await.0, 200);
    let (messages, _) = bob.socket(&app).await.follow(DESK, None).await;
    assert_eq!(messages[0].author.name, "Ines.M");
    let form = [("name", "ines.m"), ("password", PASSWORD)];
    assert_eq!(call(&app, &app.client(), "sign_in", &form).await.status(), 200);
    assert_eq!(app.join("ines").await.me.name, "ines", "the old name is free");
}

#[tokio::test]
async fn somebody_is_shown_by_one_name_and_called_by_another() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let mut watching = bob.socket(&app).await;
    watching.follow(DESK, None).await;
    let rename = async |name: &str, display: &str| {
        let form = [("name", name), ("display", display)];
        said(call(&app, &ines.client, "rename", &form).await).await
    };
    for taken in ["Bob", "BOB"] {
        assert_eq!(rename("ines", taken).await.0, 409, "somebody else is called so");
    }
    assert_eq!(rename("ines", "zero\u{200b}width").await.0, 400);
    assert_eq!(rename("ines", " Inés  Tan ").await.0, 200);
    let form = [("name", "Inés Tan"), ("password", PASSWORD)];
    assert_eq!(call(&app, &app.client(), "sign_in", &form).await.status(), 403);
    let again = app.sign_in("ines").await;
    assert_eq!(
        (again.me.name.as_str(), again.me.username.as_str()),
        ("Inés Tan", "ines")
    );
    let others = call(&app, &bob.client, "rename", &[("name", "bob"), ("display", "INÉS TAN")]).await;
    assert_eq!(others.status(), 409, "somebody else is shown so");

    // Whoever has a page open hears of it, and calls them by the same name as before.
    let _page = again.socket(&app).await;
    let shown = watching.until(|frame| match frame {
        ServerFrame::Presence { came, .. } => came.into_iter().find(|person| person.id == ines.me.id),
        _ => None,
    });
    assert_eq!(shown.await.expect("a frame").name, "Inés Tan");
    watching.post(DESK, "c1", "ask @ines or @tan").await;
    watching.acknowledged("c1").await;
    let html = page(&app, &again.client, "/rooms/1")
        .await
        .text()
        .await
        .expect("a body");
    assert!(html.contains(r#"<span class="mention">@ines</span> or @tan"#), "{html}");
    let found = again
        .client
        .get(format!("{}/options/words?q=%40tan&room=1", app.url))
        .send();
    assert!(
        found.await.expect("an answer").text().await.expect("a body").is_empty(),
        "oneself"
    );
    for typed in ["tan", "ine"] {
        let found = bob
            .client
            .get(format!("{}/options/words?q=%40{typed}&room=1", app.url))
            .send();
        let html = found.await.expect("an answer").text().await.expect("a body");
        assert!(
            html.contains(r#"data-text="@ines ""#) && html.contains("Inés Tan"),
            "{html}"
        );
    }
    for path in ["/people", "/rooms/1/about"] {
        let html = page(&app, &bob.client, path).await.text().await.expect("a body");
        assert!(html.contains("Inés Tan") && html.contains("@ines"), "{path}: {html}");
    }
    let html = page(&app, &again.client, "/team").await.text().await.expect("a body");
    assert!(html.contains("@ines, administrator"), "{html}");

    // Nobody comes in under a name that shows somebody else, until it is given up.
    assert_eq!(rename("ines", "carla").await.0, 200);
    let code = app.running.state.accounts.join_code().await.expect("a team");
    let join = [("code", code.as_str()), ("name", "Carla"), ("password", PASSWORD)];
    assert_eq!(call(&app, &app.client(), "join", &join).await.status(), 409);
    assert_eq!(rename("ines", "").await.0, 200);
    assert_eq!(app.join("carla").await.me.name, "carla");
}

#[tokio::test]
async fn colours_are_kept_on_the_device() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let html = page(&app, &ines.client, "/rooms/1").await.text().await.expect("a body");
    assert!(html.contains(r#"data-theme="system" data-pair="green-red""#), "{html}");
    let form = [("theme", "dark"), ("pair", "blue-orange")];
    let kept = call(&app, &ines.client, "set_looks", &form).await;
    let kept: Vec<_> = kept.headers().get_all(SET_COOKIE).iter().collect();
    for cookie in ["squawkbox_theme=dark", "squawkbox_pair=blue-orange"] {
        assert!(
            kept.iter().any(|set| set.as_bytes().starts_with(cookie.as_bytes())),
            "{kept:?}"
        );
    }
    for path in ["/rooms/1", "/you", "/team"] {
        let html = page(&app, &ines.client, path).await.text().await.expect("a body");
        assert!(
            html.contains(r#"data-theme="dark" data-pair="blue-orange""#),
            "{path}: {html}"
        );
    }
    let (status, _) = said(call(&app, &ines.client, "set_looks", &[("theme", "pink\" onload=x")]).await).await;
    assert_eq!(status, 400);
}
