//! What fields offer, over the real server: to whoever is signed in, of what they may see.

use super::app::{Member, TestApp};
use crate::{chat::wire::ServerFrame, ids::RoomId};

impl Member {
    /// What the server offers: the status and the list.
    pub async fn offered(&self, app: &TestApp, query: &str) -> (u16, String) {
        let answer = self.client.get(format!("{}/options/{query}", app.url)).send();
        let answer = answer.await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a body"))
    }
}

fn texts(html: &str) -> Vec<&str> {
    let after = html.split("data-text=\"").skip(1);
    after.filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test]
async fn names_are_offered_to_those_in_the_room() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    app.join("hector").await;
    let (status, html) = ines.offered(&app, "words?room=1&q=@").await;
    assert_eq!(
        (status, texts(&html)),
        (200, vec!["@bob ", "@hector ", "@here ", "@room "])
    );
    assert_eq!(
        texts(&ines.offered(&app, "words?room=1&q=@HE").await.1),
        ["@hector ", "@here "]
    );
    assert_eq!(ines.offered(&app, "words?room=1&q=@bob").await, (200, String::new()));
    assert_eq!(ines.offered(&app, "words?room=1&q=nobody").await, (200, String::new()));

    // Who is in a private room is known in it only.
    assert_eq!(
        ines.form(&app, "create_room", &[("name", "deals"), ("private", "true")])
            .await,
        200
    );
    assert_eq!(
        texts(&ines.offered(&app, "words?room=2&q=@").await.1),
        ["@here ", "@room "]
    );
    assert_eq!(bob.offered(&app, "words?room=2&q=@").await.0, 404);
}

#[tokio::test]
async fn nothing_is_offered_to_strangers_or_in_masses() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let stranger = app.client().get(format!("{}/options/words?room=1&q=@", app.url)).send();
    assert_eq!(stranger.await.expect("an answer").status(), 401);
    assert_eq!(ines.offered(&app, "none").await.0, 404);
    assert_eq!(
        ines.offered(&app, &format!("words?room=1&q=@{}", "x".repeat(200)))
            .await
            .0,
        413
    );
    let mut last = 200;
    for _ in 0..80 {
        last = ines.offered(&app, "words?room=1&q=@").await.0;
        if last != 200 {
            break;
        }
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn emoji_commands_and_keys_are_offered() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    assert_eq!(texts(&ines.offered(&app, "words?q=:smile").await.1)[0], "😄 ");
    assert_eq!(texts(&ines.offered(&app, "words?q=/t").await.1), ["/topic "]);
    assert!(texts(&ines.offered(&app, "words?q=/").await.1).len() >= 7);
    assert_eq!(ines.offered(&app, "words?q=/topic").await, (200, String::new()));
    assert!(ines.offered(&app, "emoji?q=rocket").await.1.contains("🚀"));
    let (_, keys) = ines.offered(&app, "keys").await;
    assert!(keys.contains("<kbd>Enter</kbd>"), "{keys}");
    let page = ines
        .client
        .get(format!("{}/keys", app.url))
        .send()
        .await
        .expect("a page");
    assert!(page.text().await.expect("a body").contains("<kbd>Ctrl K"));
}

#[tokio::test]
async fn whom_one_names_comes_before_the_groups_that_they_are_in() {
    let app = TestApp::start().await;
    let (ines, bob, cara) = (app.admin().await, app.join("bob").await, app.join("cara").await);
    let people = [
        ("people[]", &*bob.me.id.to_string()),
        ("people[]", &*cara.me.id.to_string()),
    ];
    assert_eq!(ines.form(&app, "open_direct", &people).await, 200);
    for (typed, is_person_first) in [("cara", true), ("CARA", true), ("car", false)] {
        let (_, found) = ines.offered(&app, &format!("jump?q={typed}")).await;
        let (person, group) = (found.find("people[]"), found.find("href=\"/rooms/2\""));
        assert!(person.is_some() && group.is_some(), "{found}");
        assert_eq!(person < group, is_person_first, "{typed}: {found}");
    }
}

#[tokio::test]
async fn one_jumps_where_one_may_go() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    assert_eq!(
        ines.form(&app, "create_room", &[("name", "deals"), ("private", "true")])
            .await,
        200
    );
    let (_, all) = ines.offered(&app, "jump").await;
    for there in [
        "href=\"/rooms/1\"",
        "href=\"/rooms/2\"",
        "# deals",
        "name=\"people[]\"",
        "href=\"/rooms/new\"",
        "action=\"/do/sign_out\"",
        "href=\"/team\"",
    ] {
        assert!(all.contains(there), "{there} in {all}");
    }
    let (_, all) = bob.offered(&app, "jump").await;
    assert!(!all.contains("deals") && !all.contains("/team"), "{all}");
    let (_, found) = bob.offered(&app, "jump?q=%3Cb%3E%22%26").await;
    assert!(
        found.contains("\"/search?q=%3Cb%3E%22%26") && found.contains("/logs/search?q=%3Cb") && !found.contains("<b>"),
        "{found}"
    );
    assert_eq!(found.matches("<li").count(), 2, "{found}");
    // What was said, to those who may read it.
    let mut a = ines.socket(&app).await;
    for (n, (room, body)) in [(1, "the <b>gateway</b> is slow"), (2, "gateway deal")]
        .into_iter()
        .enumerate()
    {
        a.post(RoomId(room), &format!("a{n}"), body).await;
        a.acknowledged(&format!("a{n}")).await;
    }
    let (_, all) = ines.offered(&app, "jump?q=GATEWAY").await;
    for there in ["<mark>gateway</mark> deal", "#m1", "the &lt;b&gt;<mark>gateway</mark>"] {
        assert!(all.contains(there), "{there} in {all}");
    }
    let (_, all) = bob.offered(&app, "jump?q=gateway").await;
    assert!(!all.contains("deal") && all.contains("is slow"), "{all}");
}

#[tokio::test]
async fn pages_are_found_by_name_and_squawks_by_their_words() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    for (typed, there) in [
        ("alerts", "href=\"/alerts\""),
        ("venues", "href=\"/ticker/venues\""),
        ("notifications", "href=\"/you/notifications\""),
        ("sources", "href=\"/logs/sources\""),
        ("squawks", "href=\"/squawks\""),
        ("saved", "href=\"/logs/search\""),
        ("connection", "href=\"/checkup\""),
        ("share", "href=\"/share\""),
    ] {
        let (_, found) = bob.offered(&app, &format!("jump?q={typed}")).await;
        assert!(found.contains(there), "{typed}: {found}");
    }
    let mut socket = ines.socket(&app).await;
    socket.post(RoomId(1), "heard", "/squawk Zinc mine closed").await;
    let done = socket.until(|frame| matches!(frame, ServerFrame::Done { .. }).then_some(()));
    done.await.expect("heard");
    let (_, found) = bob.offered(&app, "jump?q=zinc").await;
    assert!(
        found.contains("Zinc mine closed") && found.contains("href=\"/at/20"),
        "{found}"
    );
    let (_, found) = bob.offered(&app, "jump?q=zi").await;
    assert!(!found.contains("Zinc"), "{found}");
    assert_eq!(bob.offered(&app, "squawks?q=zinc").await.0, 404);
}
