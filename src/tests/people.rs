//! How people are shown to each other: pictures, and who is here.

use std::io::Cursor;

use image::{DynamicImage, GenericImageView, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use reqwest::{
    Response,
    header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION},
    multipart::{Form, Part},
};

use super::app::{Member, TestApp};
use crate::{
    chat::{
        model::Person,
        wire::{ClientFrame, ServerFrame},
    },
    ids::RoomId,
};

const DESK: RoomId = RoomId(1);

fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, format).expect("encoded");
    bytes.into_inner()
}

fn text(response: &Response, name: reqwest::header::HeaderName) -> String {
    let value = response.headers().get(name);
    value.map_or("", |value| value.to_str().expect("text")).to_owned()
}

impl Member {
    /// Posts one's form, as a browser without scripts does; gives where it leads.
    async fn picture(&self, app: &TestApp, form: Form) -> String {
        let request = self.client.post(format!("{}/you/avatar", app.url)).multipart(form);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 303);
        text(&answer, LOCATION)
    }

    async fn avatar(&self, app: &TestApp, known: &str) -> Response {
        let url = format!("{}/avatars/1", app.url);
        let request = self.client.get(url).header(IF_NONE_MATCH, known);
        request.send().await.expect("an answer")
    }

    /// A page.
    pub(super) async fn reads(&self, app: &TestApp, path: &str) -> String {
        let request = self
            .client
            .get(format!("{}{path}", app.url))
            .header("accept", "text/html");
        request.send().await.expect("an answer").text().await.expect("a body")
    }
}

fn with(bytes: Vec<u8>) -> Form {
    Form::new().part("picture", Part::bytes(bytes).file_name("me.png"))
}

#[tokio::test]
async fn a_picture_is_made_small_shown_to_the_team_and_removed() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let none = bob.avatar(&app, "").await;
    assert_eq!(
        (none.status().as_u16(), text(&none, CONTENT_TYPE)),
        (200, "image/svg+xml".into())
    );
    assert_eq!(bob.avatar(&app, &text(&none, ETAG)).await.status(), 304);

    // Wide, red in its middle; what shows through becomes white.
    let wide = RgbImage::from_fn(400, 100, |x, _| {
        if (150..250).contains(&x) {
            Rgb([255, 0, 0])
        } else {
            Rgb([0, 0, 255])
        }
    });
    assert_eq!(
        ines.picture(&app, with(encoded(wide, ImageFormat::Png))).await,
        "/you?done=avatar"
    );
    let shown = bob.avatar(&app, &text(&none, ETAG)).await;
    assert_eq!(
        (shown.status().as_u16(), text(&shown, CONTENT_TYPE)),
        (200, "image/jpeg".into())
    );
    assert_eq!(text(&shown, CACHE_CONTROL), "private, max-age=60");
    assert_eq!(
        text(&shown, "x-content-type-options".parse().expect("a name")),
        "nosniff"
    );
    let tag = text(&shown, ETAG);
    let image = image::load_from_memory(&shown.bytes().await.expect("a body")).expect("an image");
    assert_eq!(image.dimensions(), (128, 128));
    let Rgba([red, _, blue, _]) = image.get_pixel(3, 64);
    assert!(red > 200 && blue < 60, "the middle, edge to edge");
    assert_eq!(bob.avatar(&app, &tag).await.status(), 304);
    assert!(
        ines.reads(&app, "/you?done=avatar")
            .await
            .contains(r#"alt="Your picture""#)
    );
    assert!(bob.reads(&app, "/people").await.contains(r#"src="/avatars/1""#));

    let clear = RgbaImage::from_pixel(10, 10, Rgba([0, 0, 0, 0]));
    ines.picture(&app, with(encoded(clear, ImageFormat::WebP))).await;
    let shown = bob.avatar(&app, &tag).await.bytes().await.expect("another");
    let image = image::load_from_memory(&shown).expect("an image");
    assert_eq!(image.get_pixel(64, 64), Rgba([255; 4]));

    assert_eq!(
        ines.picture(&app, Form::new().text("remove", "yes")).await,
        "/you?done=no-avatar"
    );
    assert_eq!(text(&bob.avatar(&app, &tag).await, CONTENT_TYPE), "image/svg+xml");
    let stranger = app.client().get(format!("{}/avatars/1", app.url)).send().await;
    assert_eq!(stranger.expect("an answer").status(), 401);
}

#[tokio::test]
async fn what_is_no_picture_is_refused_in_words() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    for (form, words) in [
        (
            with(b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec()),
            "This is no picture",
        ),
        (
            with(b"\x89PNG\r\n\x1a\n and then nothing".to_vec()),
            "This is no picture",
        ),
        (with(vec![0; 2 * 1024 * 1024 + 1]), "2 MiB at most"),
        (
            Form::new().part("picture", Part::bytes(Vec::new()).file_name("")),
            "Choose a picture first.",
        ),
    ] {
        let back = ines.picture(&app, form).await;
        assert!(back.starts_with("/you?"), "{back}");
        let html = ines.reads(&app, &back).await;
        assert!(html.contains(words) && html.contains(r#"role="alert""#), "{html}");
    }
    ines.picture(&app, Form::new()).await;
    let html = ines.reads(&app, &ines.picture(&app, Form::new()).await).await;
    assert!(html.contains("too fast"), "{html}");
    assert_eq!(text(&ines.avatar(&app, "").await, CONTENT_TYPE), "image/svg+xml");
}

#[tokio::test]
async fn whoever_is_away_is_shown_so_and_notified_of_what_an_open_page_shows() {
    let app = TestApp::with(&["--away-seconds", "1"]).await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    app.join("carla").await;
    let (mut a, mut b) = (ines.socket(&app).await, bob.socket(&app).await);
    a.follow(DESK, None).await;
    b.send(&ClientFrame::Look { room: Some(DESK) }).await;
    // What a page sends by itself is no sign of anybody.
    let by_itself = async |b: &mut super::socket::Socket| {
        for _ in 0..4 {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            b.send(&ClientFrame::Read { room: DESK, seq: 1 }).await;
            b.send(&ClientFrame::Count { room: DESK }).await;
        }
    };
    by_itself(&mut b).await;
    let bobs = |wanted: bool| {
        move |frame| match frame {
            ServerFrame::Presence { came, .. } => came
                .into_iter()
                .find(|person: &Person| person.name == "bob" && person.away == wanted)
                .map(drop),
            _ => None,
        }
    };
    a.until(bobs(true)).await.expect("bob went away");
    // A page that is only asked whether it is there shows nobody.
    b.notified().await;
    let html = ines.reads(&app, "/people").await;
    for words in ["away", "offline"] {
        assert_eq!(html.matches(&format!(">{words}<")).count(), 1, "{words}: {html}");
    }
    a.post(DESK, "c1", "@bob are you there?").await;
    a.acknowledged("c1").await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(b.notified().await.len(), 1, "he doesn't look at what is in front");

    b.send(&ClientFrame::Look { room: Some(DESK) }).await;
    a.until(bobs(false)).await.expect("bob came back");
    a.post(DESK, "c2", "@bob welcome back").await;
    a.acknowledged("c2").await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(b.notified().await.len(), 0, "he looks");
}

#[tokio::test]
async fn in_a_conversation_one_sees_how_far_the_other_has_read() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let talk = crate::chat::server::rooms::direct(&app.running.state.chat, ines.me.id, &[bob.me.id]).await;
    let talk = talk.expect("a conversation");
    let (mut a, mut b) = (ines.socket(&app).await, bob.socket(&app).await);
    let seen = |frame| match frame {
        ServerFrame::Seen(talk) => {
            let bob = talk.people.into_iter().find(|person| person.name == "bob");
            Some((talk.id, bob.expect("bob").read))
        }
        _ => None,
    };
    a.follow(talk, None).await;
    assert_eq!(a.until(seen).await, Some((talk, 0)), "as it is when one comes");
    for client_id in ["c1", "c2"] {
        a.post(talk, client_id, "are you there?").await;
        a.acknowledged(client_id).await;
    }
    assert!(!ines.reads(&app, &format!("/rooms/{talk}")).await.contains("Seen by"));
    b.send(&ClientFrame::Read { room: talk, seq: 1 }).await;
    assert_eq!(a.until(seen).await, Some((talk, 1)), "as it moves");
    let html = ines.reads(&app, &format!("/rooms/{talk}")).await;
    let at = |part: &str| html.find(part).unwrap_or_else(|| panic!("{part}: {html}"));
    assert!(at(r#"id="m1""#) < at("Seen by bob") && at("Seen by bob") < at(r#"id="m2""#));

    // In a room nobody is told what others have read.
    let (mut a, _) = (ines.socket(&app).await, ());
    a.follow(DESK, None).await;
    a.post(DESK, "c3", "hello").await;
    a.acknowledged("c3").await;
    b.send(&ClientFrame::Read { room: DESK, seq: 1 }).await;
    b.send(&ClientFrame::Ping).await;
    b.until(|frame| matches!(frame, ServerFrame::Pong).then_some(())).await;
    a.send(&ClientFrame::Ping).await;
    let told = a.until(|frame| match frame {
        ServerFrame::Seen(_) => Some(true),
        ServerFrame::Pong => Some(false),
        _ => None,
    });
    assert_eq!(told.await, Some(false));
    assert!(!ines.reads(&app, "/rooms/1").await.contains("Seen by"));
}

#[tokio::test]
async fn at_here_calls_those_who_are_here_and_at_room_everybody() {
    let app = TestApp::start().await;
    let (ines, bob, carla) = (app.admin().await, app.join("bob").await, app.join("carla").await);
    let (mut a, mut b) = (ines.socket(&app).await, bob.socket(&app).await);
    // Answered, so it is among those who are here.
    b.notified().await;
    for (name, text, expected) in [("a1", "@here lunch?", (1, 0)), ("a2", "@room all of you", (2, 1))] {
        a.post(DESK, name, text).await;
        a.acknowledged(name).await.expect("kept");
        let mentions = async |who: &Member| who.rooms(&app).await[0].mentions;
        assert_eq!((mentions(&bob).await, mentions(&carla).await), expected, "{text}");
    }
}

#[tokio::test]
async fn a_conversation_has_eight_people_at_most() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let mut ids = Vec::new();
    for n in 0..8 {
        ids.push(app.join(&format!("person{n}")).await.me.id.to_string());
    }
    let with = async |ids: &[String]| {
        let form: Vec<_> = ids.iter().map(|id| ("people[]", id.as_str())).collect();
        ines.form(&app, "open_direct", &form).await
    };
    assert_eq!(with(&ids).await, 400);
    assert_eq!(ines.rooms(&app).await.len(), 1, "and none is made");
    assert_eq!(with(&ids[..7]).await, 200);
    assert_eq!(ines.rooms(&app).await[1].people.len(), 8);
}
