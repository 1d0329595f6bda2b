//! Cards under links: by a site of one's own that also tries to get in, to get through, and to wear the server out.

use std::{
    io::Cursor,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use image::{DynamicImage, ImageFormat, RgbImage};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep},
};

use super::{
    app::{Member, TestApp},
    socket::Socket,
};
use crate::{
    chat::{model::Message, server::previews::fetch},
    ids::RoomId,
    server::outbound::{Reach, Refused},
};

const DESK: RoomId = RoomId(1);
const HERE: [&str; 1] = ["--allow-private-addresses"];

/// A web site that counts how often each of its pages is asked for.
struct Site {
    url: String,
    asked: Arc<AtomicUsize>,
    heads: Arc<std::sync::Mutex<Vec<String>>>,
}

impl Site {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (asked, heads) = (
            Arc::<AtomicUsize>::default(),
            Arc::<std::sync::Mutex<Vec<String>>>::default(),
        );
        let (count, seen) = (asked.clone(), heads.clone());
        tokio::spawn(async move {
            while let Ok((mut line, _)) = listener.accept().await {
                let (count, seen) = (count.clone(), seen.clone());
                tokio::spawn(async move {
                    let mut head = vec![0; 4096];
                    let read = line.read(&mut head).await.unwrap_or(0);
                    let head = String::from_utf8_lossy(&head[..read]).into_owned();
                    count.fetch_add(1, Ordering::SeqCst);
                    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                    seen.lock().expect("a list").push(head);
                    let _ = serve(&mut line, &path).await;
                    let _ = line.shutdown().await;
                });
            }
        });
        Self { url, asked, heads }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn answer(kind: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

const PAGE: &str = "<html><head><title>plain</title><meta property=og:title content='Orders &amp; fills &lt;b>'>\
                    <meta name=description content='What was filled today'><meta property=og:site_name content='Floor'>\
                    <meta property=og:image content='/chart.png'></head></html>";

async fn serve(line: &mut TcpStream, path: &str) -> std::io::Result<()> {
    let html = |body: &str| answer("text/html; charset=utf-8", body.as_bytes());
    let bytes = match path {
        "/page" | "/other" => html(PAGE),
        "/moved" => b"HTTP/1.1 302 Found\r\nlocation: /page\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec(),
        "/round" => {
            b"HTTP/1.1 302 Found\r\nlocation: /round\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec()
        }
        "/chart.png" => {
            let mut png = Cursor::new(Vec::new());
            let image = DynamicImage::from(RgbImage::new(800, 400));
            image.write_to(&mut png, ImageFormat::Png).expect("a picture");
            answer("image/png", &png.into_inner())
        }
        "/latin" => answer("text/html; charset=iso-8859-1", b"<title>Z\xfcrich</title>"),
        "/broken" => answer("text/html", b"<title>a\xff\xfeb</title>"),
        "/script" => html("<title><script>alert(1)</script></title>"),
        "/huge" => html(&format!("<title>{}</title>", "x".repeat(400_000))),
        "/pdf" => answer("application/pdf", b"%PDF-1.7 <title>no</title>"),
        "/svg" => answer(
            "image/svg+xml",
            b"<svg xmlns='http://www.w3.org/2000/svg'><title>no</title></svg>",
        ),
        "/bomb" => {
            let mut bomb =
                b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n"
                    .to_vec();
            bomb.extend([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
            bomb.extend([0; 4096]);
            bomb
        }
        "/endless" => {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<title>Endless</title>";
            line.write_all(head.as_bytes()).await?;
            loop {
                line.write_all(&[b' '; 16 * 1024]).await?;
            }
        }
        "/drip" => {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<title>Slow";
            line.write_all(head.as_bytes()).await?;
            loop {
                line.write_all(b" ").await?;
                sleep(Duration::from_millis(200)).await;
            }
        }
        _ => b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec(),
    };
    line.write_all(&bytes).await
}

/// Says it, and waits for the message to come again with a card.
async fn card(who: &mut Socket, name: &str, body: &str) -> Message {
    who.post(DESK, name, body).await;
    loop {
        let message = who.said().await.expect("the message, and then its card");
        if message.client_id == name && html(&message).contains("class=\"card\"") {
            return message;
        }
    }
}

fn html(message: &Message) -> &str {
    message.html.as_deref().unwrap_or_default()
}

async fn now(app: &TestApp, seq: u64) -> Message {
    let mut conn = app.running.state.desk.readers.acquire().await.expect("a connection");
    let message = crate::chat::server::store::message(&mut conn, DESK, seq).await;
    message.expect("a look").expect("the message")
}

async fn edit(app: &TestApp, who: &Member, text: &str) {
    let change = json!({"room": 1, "seq": 1, "change": {"edit": text}});
    assert_eq!(who.call(app, "change_message", change).await.0, 200);
}

#[tokio::test]
async fn a_link_gets_a_card_that_everybody_sees_and_nobody_searches() {
    let (app, site) = (TestApp::with(&HERE).await, Site::open().await);
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let (mut a, mut b) = (ines.socket(&app).await, bob.socket(&app).await);
    a.follow(DESK, None).await;
    b.follow(DESK, None).await;
    let url = format!("{}/moved", site.url);
    let said = card(&mut a, "c1", &format!("look: {url}")).await;
    let html = html(&said);
    assert!(html.contains("<strong>Orders &amp; fills &lt;b&gt;</strong>"), "{html}");
    assert!(
        html.contains("<span>What was filled today</span>") && html.contains("<small>Floor</small>"),
        "{html}"
    );
    assert!(!html.contains("chart.png"), "nobody's browser asks the page: {html}");
    assert!(said.edited.is_none() && said.changed > said.seq);
    let first = b.said().await.expect("the message");
    let second = b.said().await.expect("its card");
    assert_eq!((first.seq, second.seq, second.html.as_deref()), (1, 1, Some(html)));

    // Its picture is ours, small, and for those who are signed in.
    let (_, rest) = html.split_once("src=\"").expect("a picture");
    let picture = format!("{}{}", app.url, rest.split('"').next().expect("its address"));
    let answer = bob.client.get(&picture).send().await.expect("an answer");
    assert_eq!(
        (answer.status().as_u16(), answer.headers()["content-type"].as_bytes()),
        (200, &b"image/jpeg"[..])
    );
    let bytes = answer.bytes().await.expect("a picture");
    let small = image::load_from_memory(&bytes).expect("a picture");
    assert_eq!((small.width(), small.height()), (320, 160));
    assert_eq!(
        app.client().get(&picture).send().await.expect("an answer").status(),
        401
    );

    // As a stranger: no cookies, no referrer, a name.
    let heads = site.heads.lock().expect("a list").join("\n").to_lowercase();
    assert!(heads.contains("user-agent: squawkbox/"), "{heads}");
    assert!(!heads.contains("cookie") && !heads.contains("referer"), "{heads}");

    let (_, found) = bob
        .call(&app, "search_messages", json!({"query": "filled", "before": null}))
        .await;
    assert_eq!(found["hits"].as_array().map(Vec::len), Some(0));
    assert_eq!(now(&app, 1).await.body, format!("look: {url}"));

    // The same page again is not asked again.
    let asked = site.asked();
    card(&mut a, "c2", &format!("again {url}#part")).await;
    assert_eq!(site.asked(), asked);
}

#[tokio::test]
async fn an_edit_takes_the_card_along_and_brackets_keep_it_away() {
    let (app, site) = (TestApp::with(&HERE).await, Site::open().await);
    let ines = app.admin().await;
    let mut a = ines.socket(&app).await;
    a.follow(DESK, None).await;
    card(&mut a, "c1", &format!("{}/page", site.url)).await;
    edit(&app, &ines, &format!("<{}/page>", site.url)).await;
    assert!(!html(&now(&app, 1).await).contains("class=\"card\""));
    edit(&app, &ines, &format!("better: {}/latin", site.url)).await;
    let with = loop {
        let message = a.said().await.expect("the card");
        if html(&message).contains("class=\"card\"") {
            break message;
        }
    };
    assert!(html(&with).contains("<strong>Zürich</strong>"), "{with:?}");
    assert_eq!(html(&with).matches("class=\"card\"").count(), 1);
    // What was deleted stays so.
    let delete = json!({"room": 1, "seq": 1, "change": "delete"});
    assert_eq!(ines.call(&app, "change_message", delete).await.0, 200);
    assert_eq!(now(&app, 1).await.html, None);
}

#[tokio::test]
async fn a_team_that_wants_none_asks_nobody() {
    let (app, site) = (TestApp::with(&HERE).await, Site::open().await);
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    assert_eq!(bob.form(&app, "set_previews", &[]).await, 403);
    assert_eq!(ines.form(&app, "set_previews", &[]).await, 200);
    let mut a = ines.socket(&app).await;
    a.follow(DESK, None).await;
    let url = format!("{}/page", site.url);
    a.post(DESK, "c1", &url).await;
    a.acknowledged("c1").await;
    sleep(Duration::from_millis(400)).await;
    assert_eq!(site.asked(), 0);
    assert_eq!(ines.form(&app, "set_previews", &[("on", "true")]).await, 200);
    card(&mut a, "c2", &url).await;
}

#[tokio::test]
async fn whatever_a_page_does_it_is_a_line_of_text_or_nothing() {
    let (app, site) = (TestApp::with(&HERE).await, Site::open().await);
    app.admin().await;
    let outbound = fetch::client(Reach::Anywhere).expect("a client");
    let files = &app.running.state.chat.files;
    let title = async |path: &str| {
        let found = fetch::fetch(&outbound, files, &format!("{}{path}", site.url)).await;
        found.map(|found| found.map(|found| found.card.title))
    };
    let said = |text: &str| Ok(Some(text.to_owned()));
    assert_eq!(title("/latin").await, said("Zürich"));
    assert_eq!(title("/broken").await, said("a\u{fffd}\u{fffd}b"));
    assert_eq!(title("/script").await, said("<script>alert(1)</script>"));
    assert_eq!(
        title("/huge")
            .await
            .map(|title| title.map(|title| title.chars().count())),
        Ok(Some(201))
    );
    assert_eq!(title("/chart.png").await, said("chart.png"));
    assert_eq!(title("/pdf").await, Ok(None));
    assert_eq!(title("/svg").await, Ok(None));
    assert!(
        matches!(title("/bomb").await, Err(Refused::NoAnswer(_))),
        "nothing is unpacked"
    );
    assert!(matches!(title("/nothing").await, Err(Refused::NoAnswer(_))));
    assert_eq!(title("/round").await, Err(Refused::TooFar));
    let begun = Instant::now();
    assert_eq!(
        title("/endless").await,
        said("Endless"),
        "no more than its beginning is read"
    );
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(title("/drip").await, Err(Refused::Slow));
    assert!(begun.elapsed() < fetch::LIMIT * 2);
}

#[tokio::test]
async fn no_link_leads_into_private_networks() {
    // Without the setting that tests have.
    let (app, site) = (TestApp::start().await, Site::open().await);
    let ines = app.admin().await;
    let outbound = fetch::client(Reach::Public).expect("a client");
    let files = &app.running.state.chat.files;
    for host in [
        "127.0.0.1",
        "localhost",
        "[::ffff:127.0.0.1]",
        "[::1]",
        "0x7f.1",
        "2130706433",
        "169.254.169.254",
        "0.0.0.0",
    ] {
        let url = format!("{}/page", site.url.replace("127.0.0.1", host));
        let found = fetch::fetch(&outbound, files, &url).await;
        assert_eq!(found.err(), Some(Refused::Private), "{host}");
    }
    let mut a = ines.socket(&app).await;
    a.post(DESK, "c1", &format!("{}/page", site.url)).await;
    a.acknowledged("c1").await;
    sleep(Duration::from_millis(400)).await;
    assert_eq!(site.asked(), 0);
    assert!(!html(&now(&app, 1).await).contains("class=\"card\""));
}

#[tokio::test]
async fn a_page_that_fails_is_left_alone_for_an_hour() {
    let (app, site) = (TestApp::with(&HERE).await, Site::open().await);
    let mut a = app.admin().await.socket(&app).await;
    let url = format!("{}/nothing", site.url);
    let expires = async || -> Option<i64> {
        let expires = sqlx::query_scalar("SELECT expires FROM preview WHERE url = ?").bind(&url);
        let expires = expires.fetch_optional(&app.running.state.desk.readers).await;
        expires.expect("a look")
    };
    for name in ["c1", "c2"] {
        a.post(DESK, name, &url).await;
        a.acknowledged(name).await;
        for _ in 0..100 {
            if expires().await.is_some() {
                break;
            }
            sleep(Duration::from_millis(50)).await;
        }
        sleep(Duration::from_millis(200)).await;
        assert_eq!(site.asked(), 1);
    }
    let left = expires().await.expect("remembered") - crate::time::Timestamp::now().micros();
    assert!((3_500_000_000..=3_600_000_000).contains(&left), "{left}");
    let forget = app.running.state.desk.writer.write(|conn| {
        Box::pin(async move {
            let sql = "UPDATE preview SET expires = 0";
            Ok(sqlx::query(sql).execute(conn).await.map(|_| ())?)
        })
    });
    forget.await.expect("an hour passes");
    a.post(DESK, "c3", &url).await;
    a.acknowledged("c3").await;
    for _ in 0..100 {
        if site.asked() == 2 {
            return;
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("it isn't asked again");
}
