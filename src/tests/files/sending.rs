//! Brought, sent and read: by pages, plain forms and programs, and by nobody else.

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::{DESK, png, send};
use crate::{
    chat::{
        model::{File, Message},
        wire::{ClientFrame, Draft},
    },
    error::AppError,
    ids::RoomId,
    tests::app::TestApp,
};

#[tokio::test]
async fn a_file_is_brought_sent_and_read_byte_for_byte() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let (mut a, mut b) = (ines.socket(&app).await, bob.socket(&app).await);
    b.follow(DESK, None).await;
    let bytes: Vec<u8> = (0..300_000u32).map(|n| (n * 7 % 251) as u8).collect();
    let file = ines.brought(&app, "prices, final.bin", &bytes).await;
    assert_eq!(
        (file.name.as_str(), file.bytes, file.kind.as_str(), file.size),
        ("prices, final.bin", 300_000, "application/octet-stream", None)
    );
    let path = crate::paths::file(file.id, &file.name);
    assert_eq!(bob.read(&app, &path).await.status(), 404, "not sent yet");
    assert_eq!(ines.read(&app, &path).await.status(), 200, "its own sender sees it");

    send(&mut a, "a1", "", &[file.id]).await;
    assert_eq!(a.acknowledged("a1").await, Some(1));
    let heard = b.said().await.expect("a message");
    assert_eq!((heard.body.as_str(), &heard.files), ("", &vec![file.clone()]));
    // The same draft again is the same message, although its file is sent by now.
    send(&mut a, "a1", "", &[file.id]).await;
    assert_eq!(a.acknowledged("a1").await, Some(1));
    let (resumed, _) = bob.socket(&app).await.follow(DESK, Some(0)).await;
    assert_eq!(resumed[0].files, vec![file.clone()]);

    let answer = bob.read(&app, &path).await;
    let header = |name: &str| answer.headers()[name].to_str().expect("text").to_owned();
    assert_eq!(header("content-type"), "application/octet-stream");
    assert_eq!(
        header("content-disposition"),
        "attachment; filename*=UTF-8''prices%2C%20final.bin"
    );
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(header("cross-origin-resource-policy"), "same-origin");
    assert_eq!(header("cache-control"), "private, max-age=31536000, immutable");
    assert!(answer.headers().get("content-encoding").is_none());
    let tag = header("etag");
    assert_eq!(answer.bytes().await.expect("bytes"), bytes);

    let asked =
        |name: &'static str, value: String| bob.client.get(format!("{}{path}", app.url)).header(name, value).send();
    let part = asked("range", "bytes=10-19".into()).await.expect("an answer");
    assert_eq!(
        (part.status().as_u16(), part.headers()["content-range"].to_str().ok()),
        (206, Some("bytes 10-19/300000"))
    );
    assert_eq!(part.bytes().await.expect("bytes"), bytes[10..20]);
    assert_eq!(
        asked("range", "bytes=400000-".into())
            .await
            .expect("an answer")
            .status(),
        416
    );
    assert_eq!(asked("if-none-match", tag).await.expect("an answer").status(), 304);
    let stranger = app
        .client()
        .get(format!("{}{path}", app.url))
        .send()
        .await
        .expect("an answer");
    assert_eq!(stranger.status(), 401);
    for nonsense in ["/files/x/y", "/files/99/y", "/files/-1/y", "/thumbnails/99"] {
        assert_eq!(bob.read(&app, nonsense).await.status(), 404, "{nonsense}");
    }
}

#[tokio::test]
async fn files_of_a_private_room_are_nobody_elses() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let form = [("name", "deals"), ("private", "true")];
    let made = ines
        .client
        .post(format!("{}/do/create_room", app.url))
        .form(&form)
        .send();
    assert_eq!(made.await.expect("an answer").status(), 200);
    assert_eq!(bob.bring(&app, 2, "a.txt", b"let me in").await.0, 404);
    assert_eq!(bob.bring(&app, 99, "a.txt", b"where").await.0, 404);
    let (status, file) = ines.bring(&app, 2, "deal.png", &png(30, 20)).await;
    assert_eq!(status, 201, "{file}");
    let file: File = serde_json::from_value(file).expect("a file");
    let mut a = ines.socket(&app).await;
    // Not in another room than the one that it was brought into, and not by somebody else.
    send(&mut a, "a1", "elsewhere", &[file.id]).await;
    assert!(matches!(a.refused().await, Some((Some(_), AppError::NotFound(_)))));
    let theirs = ines.brought(&app, "b.txt", b"mine").await;
    let mut b = bob.socket(&app).await;
    send(&mut b, "b1", "stolen", &[theirs.id]).await;
    assert!(matches!(b.refused().await, Some((Some(_), AppError::NotFound(_)))));
    let draft = Draft {
        room: RoomId(2),
        client_id: "a2".into(),
        files: vec![file.id],
        ..Draft::default()
    };
    a.send(&ClientFrame::Post(draft)).await;
    assert_eq!(a.acknowledged("a2").await, Some(1));
    let (whole, small) = (
        crate::paths::file(file.id, &file.name),
        crate::paths::thumbnail(file.id),
    );
    for path in [&whole, &small] {
        assert_eq!(bob.read(&app, path).await.status(), 404);
        assert_eq!(ines.read(&app, path).await.status(), 200);
    }
    let (messages, _) = ines.socket(&app).await.follow(DESK, Some(0)).await;
    assert!(messages.is_empty(), "what was refused was not half said");
}

#[tokio::test]
async fn a_plain_form_sends_files_too() {
    let app = TestApp::with(&["--max-file-mib", "1"]).await;
    let ines = app.admin().await;
    let file = |bytes: Vec<u8>, name: &str| Part::bytes(bytes).file_name(name.to_owned());
    let say = |form: Form| {
        ines.client
            .post(format!("{}/rooms/1/say", app.url))
            .multipart(form)
            .send()
    };
    let form = || {
        Form::new()
            .text("client_id", "form-1")
            .text("body", "two files")
            .part("file", file(png(5, 5), "a.png"))
    };
    for _ in 0..2 {
        let answer = say(form().part("file", file(b"x".to_vec(), "b.txt")))
            .await
            .expect("an answer");
        assert_eq!(
            (answer.status().as_u16(), answer.headers()["location"].to_str().ok()),
            (303, Some("/rooms/1"))
        );
    }
    // As a browser sends it where nothing was picked.
    let none = Form::new().text("body", "no file").part("file", file(Vec::new(), ""));
    assert_eq!(say(none).await.expect("an answer").headers()["location"], "/rooms/1");
    let page = ines.read(&app, "/rooms/1").await.text().await.expect("text");
    assert_eq!(page.matches(">two files<").count(), 1, "{page}");
    let (messages, _) = ines.socket(&app).await.follow(DESK, Some(0)).await;
    let names = |message: &Message| message.files.iter().map(|file| file.name.clone()).collect::<Vec<_>>();
    assert_eq!(
        messages.iter().map(names).collect::<Vec<_>>(),
        [vec!["a.png".to_owned(), "b.txt".into()], vec![]]
    );

    let large = Form::new()
        .text("body", "large")
        .part("file", file(vec![1; 1024 * 1024 + 9], "c.bin"));
    let refused = say(large).await.expect("an answer");
    assert_eq!(refused.status(), 413);
    let page = refused.text().await.expect("text");
    assert!(
        page.contains("1 MiB at most") && page.contains("\nlarge</textarea>"),
        "why, and what was said: {page}"
    );
    let elsewhere = app
        .client()
        .post(format!("{}/rooms/1/say", app.url))
        .multipart(form())
        .send()
        .await;
    let back = elsewhere.expect("an answer").headers()["location"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(back.contains("__err="), "signed out: {back}");
}

#[tokio::test]
async fn programs_bring_send_and_read_files() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let token = app
        .running
        .state
        .accounts
        .create_bot("deploy", None)
        .await
        .expect("a token");
    let api = |method, path: &str| {
        reqwest::Client::new()
            .request(method, format!("{}/api/v1{path}", app.url))
            .bearer_auth(&token)
    };
    let post = |path: &str| api(reqwest::Method::POST, path);
    let answer = post("/files?room=1&name=log.txt")
        .body("all went well")
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 201);
    let file: Value = answer.json().await.expect("a file");
    assert_eq!(
        (&file["name"], &file["bytes"]),
        (&json!("log.txt"), &json!(13)),
        "{file}"
    );
    let form = Form::new().part("any", Part::bytes(png(6, 4)).file_name("chart.png"));
    let image: Value = post("/files?room=1")
        .multipart(form)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("a file");
    assert_eq!(
        (&image["width"], &image["height"], &image["name"]),
        (&json!(6), &json!(4), &json!("chart.png"))
    );
    let new = json!({"text": "", "files": [file["id"], image["id"]], "client_id": "b1"});
    for status in [201, 200] {
        let answer = post("/rooms/1/messages").json(&new).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status);
        let said: Value = answer.json().await.expect("a message");
        assert_eq!(said["files"].as_array().map(Vec::len), Some(2), "{said}");
    }
    let url = file["url"].as_str().expect("a path");
    let read = reqwest::Client::new()
        .get(format!("{}{url}", app.url))
        .bearer_auth(&token)
        .send()
        .await
        .expect("an answer");
    assert_eq!(read.text().await.expect("text"), "all went well");
    let (status, problem) = {
        let answer = post("/files?room=99&name=x").body("x").send().await.expect("an answer");
        (
            answer.status().as_u16(),
            answer.json::<Value>().await.expect("a problem"),
        )
    };
    assert_eq!((status, &problem["status"]), (404, &json!(404)), "{problem}");
    assert_eq!(post("/files").body("x").send().await.expect("an answer").status(), 400);
    let cookie = ines
        .client
        .post(format!("{}/api/v1/files?room=1&name=x", app.url))
        .body("x")
        .send()
        .await;
    assert_eq!(cookie.expect("an answer").status(), 401, "a cookie opens nothing here");

    // Campfire's way: a form with an attachment, by a URL with the token in it.
    let form = Form::new().part("attachment", Part::bytes(b"report".to_vec()).file_name("report.txt"));
    let campfire = reqwest::Client::new()
        .post(format!("{}/rooms/1/{token}/messages", app.url))
        .multipart(form)
        .send()
        .await;
    let campfire = campfire.expect("an answer");
    assert_eq!(
        (campfire.status().as_u16(), campfire.headers()["location"].to_str().ok()),
        (201, Some("/api/v1/rooms/1/messages/2"))
    );
    let (messages, _) = ines.socket(&app).await.follow(DESK, Some(1)).await;
    assert_eq!(messages[0].files[0].name, "report.txt");
}
