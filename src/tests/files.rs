//! Files: brought in, sent, read by those who may, and gone when nobody needs them.

use std::{convert::Infallible, io::Cursor, path::PathBuf, task::Poll, time::Duration};

use axum::body::Bytes;
use futures::stream;
use image::{DynamicImage, ImageFormat, RgbImage, RgbaImage};
use reqwest::{
    Response,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{
    app::{Member, TestApp},
    socket::Socket,
};
use crate::{
    chat::{
        model::{File, Message},
        wire::{ClientFrame, Draft},
    },
    error::AppError,
    ids::{FileId, RoomId},
};

const DESK: RoomId = RoomId(1);

impl Member {
    async fn bring(&self, app: &TestApp, room: i64, name: &str, bytes: &[u8]) -> (u16, Value) {
        let answer = self
            .client
            .post(format!("{}/files", app.url))
            .query(&[("room", room.to_string().as_str()), ("name", name)])
            // Not believed.
            .header("content-type", "image/png")
            .body(bytes.to_vec())
            .send()
            .await
            .expect("an answer");
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    async fn brought(&self, app: &TestApp, name: &str, bytes: &[u8]) -> File {
        let (status, file) = self.bring(app, 1, name, bytes).await;
        assert_eq!(status, 201, "{file}");
        serde_json::from_value(file).expect("a file")
    }

    async fn read(&self, app: &TestApp, path: &str) -> Response {
        let answer = self.client.get(format!("{}{path}", app.url)).send().await;
        answer.expect("an answer")
    }
}

impl TestApp {
    /// What lies in the folder of files.
    fn kept(&self) -> Vec<PathBuf> {
        let list = |folder: PathBuf| {
            std::fs::read_dir(folder)
                .expect("a folder")
                .map(|e| e.expect("an entry").path())
        };
        let folders = list(self.folder.join("files"));
        folders.flat_map(list).collect()
    }

    async fn collect(&self) {
        self.running.state.chat.files.collect().await.expect("collected");
    }

    async fn sql(&self, statement: &'static str) {
        let work = self.running.state.desk.writer.write(move |conn| {
            Box::pin(async move {
                sqlx::query(statement).execute(conn).await?;
                Ok(())
            })
        });
        work.await.expect("written");
    }
}

async fn send(socket: &mut Socket, client_id: &str, body: &str, files: &[FileId]) {
    let draft = Draft {
        room: DESK,
        client_id: client_id.to_owned(),
        body: body.to_owned(),
        files: files.to_vec(),
        ..Draft::default()
    };
    socket.send(&ClientFrame::Post(draft)).await;
}

fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, format).expect("encoded");
    bytes.into_inner()
}

fn png(width: u32, height: u32) -> Vec<u8> {
    encoded(
        RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 7])),
        ImageFormat::Png,
    )
}

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
async fn the_content_says_what_a_file_is() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
    let polyglot = [&b"GIF89a/*"[..], b"*/=1;alert(1)//"].concat();
    for (name, bytes, kind, told) in [
        (
            "page.png",
            &b"<!DOCTYPE html><script>alert(1)</script>"[..],
            "text/html",
            "application/octet-stream",
        ),
        ("drawing.svg", svg, "text/plain", "text/plain; charset=utf-8"),
        ("script.gif", &polyglot, "image/gif", "image/gif"),
        ("notes.png", b"just words", "text/plain", "text/plain; charset=utf-8"),
        ("paper.exe", b"%PDF-1.7\n", "application/pdf", "application/pdf"),
    ] {
        let file = ines.brought(&app, name, bytes).await;
        assert_eq!((file.kind.as_str(), file.size), (kind, None), "{name}");
        let answer = ines.read(&app, &crate::paths::file(file.id, name)).await;
        assert_eq!(answer.headers()["content-type"], told, "{name}");
        let how = answer.headers()["content-disposition"].to_str().expect("text");
        assert!(how.starts_with("attachment;"), "{name}: {how}");
        assert_eq!(
            ines.read(&app, &crate::paths::thumbnail(file.id)).await.status(),
            404,
            "{name}"
        );
    }
    let file = ines.brought(&app, "../..\\a\u{202e}gnp.html", &png(8, 8)).await;
    assert_eq!((file.name.as_str(), file.size), ("agnp.html", Some((8, 8))));
    let answer = ines.read(&app, &crate::paths::file(file.id, "x")).await;
    assert_eq!(answer.headers()["content-type"], "image/png");
    assert_eq!(
        answer.headers()["content-disposition"],
        "inline; filename*=UTF-8''agnp.html"
    );
}

#[tokio::test]
async fn images_get_thumbnails_upright_and_without_what_else_they_hold() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let large = RgbImage::from_pixel(1300, 700, image::Rgb([10, 120, 90]));
    let mut clear = RgbaImage::from_pixel(40, 30, image::Rgba([1, 2, 3, 255]));
    clear.put_pixel(3, 3, image::Rgba([0, 0, 0, 0]));
    // Exif that says: turn by a quarter.
    let exif = b"\xff\xe1\x00\x22Exif\0\0II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let plain = encoded(RgbImage::from_pixel(40, 20, image::Rgb([200, 0, 0])), ImageFormat::Jpeg);
    let turned = [&plain[..2], exif, &plain[2..]].concat();
    for (bytes, size, kind, small) in [
        (
            encoded(large.clone(), ImageFormat::Png),
            (1300, 700),
            "image/jpeg",
            (640, 345),
        ),
        (encoded(large, ImageFormat::WebP), (1300, 700), "image/jpeg", (640, 345)),
        (
            encoded(clear.clone(), ImageFormat::Png),
            (40, 30),
            "image/png",
            (40, 30),
        ),
        (encoded(clear, ImageFormat::Gif), (40, 30), "image/png", (40, 30)),
        (turned, (20, 40), "image/jpeg", (20, 40)),
    ] {
        let file = ines.brought(&app, "image", &bytes).await;
        assert_eq!(file.size, Some(size));
        let answer = ines.read(&app, &crate::paths::thumbnail(file.id)).await;
        assert_eq!(
            (answer.status().as_u16(), answer.headers()["content-type"].to_str().ok()),
            (200, Some(kind))
        );
        let bytes = answer.bytes().await.expect("bytes");
        let shown = image::load_from_memory(&bytes).expect("an image");
        assert_eq!((shown.width(), shown.height()), small);
        assert!(!bytes.windows(4).any(|part| part == b"Exif"));
    }
}

#[tokio::test]
async fn an_image_too_large_to_decode_or_broken_is_a_card() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    for side in [19_000u32, 60_000, u32::MAX >> 1] {
        let mut bomb = encoded(RgbaImage::new(4, 4), ImageFormat::Png);
        bomb[16..20].copy_from_slice(&side.to_be_bytes());
        bomb[20..24].copy_from_slice(&side.to_be_bytes());
        let sum = crc(&bomb[12..29]).to_be_bytes();
        bomb[29..33].copy_from_slice(&sum);
        let file = ines.brought(&app, "bomb.png", &bomb).await;
        assert_eq!((file.kind.as_str(), file.size), ("image/png", None), "{side}");
    }
    let whole = png(64, 64);
    let cut = ines.brought(&app, "cut.png", &whole[..whole.len() / 2]).await;
    assert_eq!(cut.size, None);
}

/// The checksum of a PNG's chunk.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 * (sum & 1)))
    })
}

#[tokio::test]
async fn limits_are_told_and_nothing_is_left() {
    let app = TestApp::with(&["--max-file-mib", "1"]).await;
    let ines = app.admin().await;
    let (status, error) = ines.bring(&app, 1, "large.bin", &vec![7; 1024 * 1024 + 1]).await;
    assert_eq!(
        (status, error["message"].as_str()),
        (413, Some("A file can have 1 MiB at most."))
    );
    let (status, error) = ines.bring(&app, 1, "empty.bin", b"").await;
    assert_eq!(status, 400, "{error}");
    assert!(app.kept().is_empty(), "{:?}", app.kept());
    assert_eq!(ines.bring(&app, 1, "fits.bin", &vec![7; 1024 * 1024]).await.0, 201);

    let mut a = ines.socket(&app).await;
    let mut ids = Vec::new();
    for n in 0..11 {
        ids.push(
            ines.brought(&app, &format!("{n}.txt"), format!("file {n}").as_bytes())
                .await
                .id,
        );
    }
    send(&mut a, "many", "", &ids).await;
    assert!(matches!(a.refused().await, Some((Some(_), AppError::Invalid(_)))));
    send(&mut a, "twice", "", &[ids[0], ids[0]]).await;
    assert!(matches!(a.refused().await, Some((Some(_), AppError::Invalid(_)))));
    send(&mut a, "none", "", &[]).await;
    assert!(matches!(a.refused().await, Some((Some(_), AppError::Invalid(_)))));
    ids.truncate(10);
    ids.reverse();
    send(&mut a, "ten", "", &ids).await;
    assert_eq!(a.acknowledged("ten").await, Some(1));
    let (messages, _) = a.follow(DESK, Some(0)).await;
    assert_eq!(
        messages[0].files.iter().map(|file| file.id).collect::<Vec<_>>(),
        ids,
        "in their order"
    );
    send(&mut a, "again", "", &ids[..1]).await;
    assert!(matches!(a.refused().await, Some((Some(_), AppError::NotFound(_)))));
}

#[tokio::test]
async fn a_cut_upload_leaves_nothing_behind() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let address = app.url.trim_start_matches("http://");
    for length in ["content-length: 1000000", "transfer-encoding: chunked"] {
        let mut line = tokio::net::TcpStream::connect(address).await.expect("a connection");
        let head = format!(
            "POST /files?room=1&name=cut.bin HTTP/1.1\r\nhost: {address}\r\norigin: {}\r\ncookie: {}\r\n{length}\r\n\r\n",
            app.url, ines.cookie
        );
        line.write_all(head.as_bytes()).await.expect("sent");
        line.write_all(b"fff\r\nhalf of it").await.expect("sent");
        until(|| app.kept().len() == 1).await;
        line.shutdown().await.expect("cut");
        let mut answer = Vec::new();
        let _ = line.read_to_end(&mut answer).await;
        drop(line);
        until(|| app.kept().is_empty()).await;
    }
    app.collect().await;
}

async fn until(so: impl Fn() -> bool) {
    for _ in 0..200 {
        if so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("it never became so");
}

#[tokio::test]
async fn the_same_content_is_kept_once_until_nobody_needs_it() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let (mut a, mut b) = (ines.socket(&app).await, bob.socket(&app).await);
    let image = png(50, 40);
    let (one, other) = (
        ines.brought(&app, "one.png", &image).await,
        bob.brought(&app, "other.png", &image).await,
    );
    assert_eq!(
        app.kept().iter().filter(|path| path.is_file()).count(),
        2,
        "the image and its thumbnail"
    );
    send(&mut a, "a1", "the one", &[one.id]).await;
    assert_eq!(a.acknowledged("a1").await, Some(1));
    send(&mut b, "b1", "", &[other.id]).await;
    assert_eq!(b.acknowledged("b1").await, Some(2));
    let delete = |seq: u64| json!({"room": 1, "seq": seq, "change": "delete"});
    assert_eq!(ines.call(&app, "change_message", delete(1)).await.0, 200);
    assert_eq!(ines.read(&app, &crate::paths::file(one.id, "x")).await.status(), 404);
    assert_eq!(bob.read(&app, &crate::paths::file(other.id, "x")).await.status(), 200);
    app.collect().await;
    assert_eq!(app.kept().len(), 2, "the other one needs it");
    assert_eq!(ines.call(&app, "change_message", delete(2)).await.0, 200);
    // Behind the answer.
    for _ in 0..200 {
        if app.kept().is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(app.kept().is_empty(), "{:?}", app.kept());
    let (messages, _) = a.follow(DESK, Some(0)).await;
    assert!(
        messages
            .iter()
            .all(|message| message.deleted && message.files.is_empty())
    );
}

#[tokio::test]
async fn what_is_not_sent_for_a_day_and_what_no_row_names_goes() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let mut a = ines.socket(&app).await;
    let (sent, unsent) = (
        ines.brought(&app, "a.txt", b"sent").await,
        ines.brought(&app, "b.txt", b"unsent").await,
    );
    send(&mut a, "a1", "", &[sent.id]).await;
    a.acknowledged("a1").await;
    let stray = app.folder.join("files/ab");
    std::fs::create_dir_all(&stray).expect("made");
    std::fs::write(stray.join("0".repeat(62)), "a crash left it").expect("written");
    app.collect().await;
    assert_eq!(app.kept().len(), 2, "the stray one went: {:?}", app.kept());
    app.sql("UPDATE file SET at = 0").await;
    app.collect().await;
    assert_eq!(app.kept().len(), 1);
    assert_eq!(ines.read(&app, &crate::paths::file(sent.id, "x")).await.status(), 200);
    send(&mut a, "a2", "", &[unsent.id]).await;
    assert!(
        matches!(a.refused().await, Some((Some(_), AppError::NotFound(_)))),
        "in words"
    );
}

#[tokio::test]
async fn a_message_with_files_is_answered_edited_and_found() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let mut a = ines.socket(&app).await;
    let (chart, notes) = (
        ines.brought(&app, "chart.png", &png(9, 9)).await,
        ines.brought(&app, "notes.txt", b"x").await,
    );
    send(&mut a, "a1", "", &[chart.id]).await;
    a.acknowledged("a1").await;
    send(&mut a, "a2", "**see** notes", &[notes.id]).await;
    a.acknowledged("a2").await;
    a.answer(DESK, "a3", "nice chart", 1).await;
    a.acknowledged("a3").await;
    let edit = |seq: u64, text: &str| json!({"room": 1, "seq": seq, "change": {"edit": text}});
    assert_eq!(
        ines.call(&app, "change_message", edit(1, "the chart of today")).await.0,
        200
    );
    assert_eq!(
        ines.call(&app, "change_message", edit(2, "")).await.0,
        200,
        "the file says enough"
    );
    assert_eq!(
        ines.call(&app, "change_message", edit(3, "")).await.0,
        400,
        "nothing would be left"
    );
    assert_eq!(ines.call(&app, "change_message", edit(1, "")).await.0, 200);
    let (messages, _) = a.follow(DESK, Some(0)).await;
    let at = |seq: u64| messages.iter().find(|message| message.seq == seq).expect("a message");
    assert_eq!(at(3).reply.as_ref().map(|quote| quote.text.as_str()), Some("chart.png"));
    assert_eq!((at(2).body.as_str(), at(2).files.len()), ("", 1));
    for (query, places) in [
        ("has:file", vec![2, 1]),
        ("has:file in:desk from:ines", vec![2, 1]),
        ("nice has:file", vec![]),
        // Their names are words too.
        ("chart.png", vec![1]),
        ("NOTES", vec![2]),
        ("s. tx notes", vec![2]),
    ] {
        let (_, found) = ines
            .call(&app, "search_messages", json!({"query": query, "before": null}))
            .await;
        let hits = found["hits"].as_array().expect("a list").iter();
        assert_eq!(
            hits.map(|hit| hit["message"]["seq"].as_u64().expect("a place"))
                .collect::<Vec<_>>(),
            places,
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_file_is_not_found_any_more_when_its_message_is_deleted() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let mut a = ines.socket(&app).await;
    let file = ines.brought(&app, "takeover.pdf", b"x").await;
    send(&mut a, "a1", "", &[file.id]).await;
    a.acknowledged("a1").await;
    let asked = json!({"query": "takeover", "before": null});
    let hits = async || {
        let (_, found) = ines.call(&app, "search_messages", asked.clone()).await;
        found["hits"].as_array().expect("a list").len()
    };
    assert_eq!(hits().await, 1);
    let delete = json!({"room": 1, "seq": 1, "change": "delete"});
    assert_eq!(ines.call(&app, "change_message", delete).await.0, 200);
    assert_eq!(hits().await, 0);
    // Nothing of it is left in the index.
    let left = "SELECT count(*) FROM said_text WHERE said_text MATCH '\"takeover\"'";
    let left: i64 = sqlx::query_scalar(left)
        .fetch_one(&app.running.state.desk.readers)
        .await
        .expect("a count");
    assert_eq!(left, 0);
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

#[tokio::test]
async fn only_our_own_pages_bring_files() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    for path in ["/files?room=1&name=x", "/rooms/1/say"] {
        let evil = reqwest::Client::new()
            .post(format!("{}{path}", app.url))
            .header("cookie", &ines.cookie)
            .header("origin", "https://evil.test")
            .body("x");
        assert_eq!(evil.send().await.expect("an answer").status(), 403, "{path}");
    }
    let unknown = app
        .client()
        .post(format!("{}/files?room=1&name=x", app.url))
        .body("x")
        .send()
        .await;
    assert_eq!(unknown.expect("an answer").status(), 401);
}

#[tokio::test]
async fn a_sender_that_stalls_or_dribbles_is_given_up() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let files = &app.running.state.chat.files;
    // The clock jumps from here on, once the file has begun to come.
    let mut paused = false;
    let stalled = stream::poll_fn(move |_| {
        if !std::mem::replace(&mut paused, true) {
            tokio::time::pause();
        }
        Poll::<Option<Result<Bytes, Infallible>>>::Pending
    });
    let outcome = files.receive(ines.me.id, DESK, "stalled.bin", stalled).await;
    tokio::time::resume();
    assert!(
        matches!(&outcome, Err(AppError::TooSlow(words)) if words.contains("too slowly")),
        "{outcome:?}"
    );
    let dribble = stream::unfold(0, |n| async move {
        if n == 0 {
            tokio::time::pause();
        }
        tokio::time::sleep(Duration::from_secs(20)).await;
        Some((Ok::<_, Infallible>(Bytes::from_static(b"x")), n + 1))
    });
    let outcome = files.receive(ines.me.id, DESK, "dribble.bin", Box::pin(dribble)).await;
    tokio::time::resume();
    assert!(
        matches!(&outcome, Err(AppError::TooSlow(words)) if words.contains("too slowly")),
        "{outcome:?}"
    );
    assert!(app.kept().is_empty(), "{:?}", app.kept());
}

#[tokio::test]
async fn a_form_has_so_many_parts_in_which_a_file_is_looked_for() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let bring = async |texts: usize| {
        let form = (0..texts).fold(Form::new(), |form, n| form.text(format!("text-{n}"), "x"));
        let form = form.part("file", Part::bytes(b"here".to_vec()).file_name("a.txt"));
        let request = ines.client.post(format!("{}/files?room=1", app.url)).multipart(form);
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("text"))
    };
    assert_eq!(bring(31).await.0, 201);
    let (status, words) = bring(32).await;
    assert!(status == 400 && words.contains("first 32 parts"), "{status}: {words}");
}
