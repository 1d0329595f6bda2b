//! Feeds of the web that are followed, by a server of one's own that counts how it is asked.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Instant,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response as Answer},
};
use tokio::{net::TcpListener, time::sleep};

use super::*;

#[derive(Default)]
struct Said {
    entries: Vec<(u32, String)>,
    etag: String,
    /// Answered instead, with this `Retry-After`.
    fault: Option<(u16, &'static str)>,
    /// How often it answered with each status.
    whole: usize,
    unchanged: usize,
    asked: usize,
}

/// A site with a feed.
#[derive(Clone)]
struct Site {
    url: String,
    said: Arc<Mutex<Said>>,
}

impl Site {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/feed", listener.local_addr().expect("an address"));
        let said = Arc::<Mutex<Said>>::default();
        let app = Router::new().fallback(answer).with_state(said.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, said }
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().expect("a feed")
    }

    /// Puts an entry in front.
    fn says(&self, id: u32, text: &str) {
        self.says_all([(id, text.to_owned())]);
    }

    /// Puts several in front at once, the last one first.
    fn says_all(&self, entries: impl IntoIterator<Item = (u32, String)>) {
        let mut said = self.said();
        for (id, text) in entries {
            said.etag = format!("\"{id}\"");
            said.entries.insert(0, (id, text));
        }
    }

    /// Waits until it was asked once more, whole or not.
    async fn is_asked(&self) {
        let before = self.said().asked;
        for _ in 0..1_000 {
            if self.said().asked > before {
                // And until what it said is kept.
                return sleep(Duration::from_millis(100)).await;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("the feed isn't asked");
    }
}

async fn answer(State(said): State<Arc<Mutex<Said>>>, headers: HeaderMap) -> Answer {
    let mut said = said.lock().expect("a feed");
    said.asked += 1;
    if let Some((status, retry_after)) = said.fault {
        let status = StatusCode::from_u16(status).expect("a status");
        return (status, [(header::RETRY_AFTER, retry_after)]).into_response();
    }
    if headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|etag| etag == said.etag.as_str())
    {
        said.unchanged += 1;
        return StatusCode::NOT_MODIFIED.into_response();
    }
    said.whole += 1;
    let items: String = said
        .entries
        .iter()
        .map(|(id, text)| {
            format!("<item><guid>{id}</guid><title>{text}</title><link>https://ecb.test/{id}</link></item>")
        })
        .collect();
    let feed = format!("<rss version=\"2.0\"><channel><title>ECB &amp; friends</title>{items}</channel></rss>");
    ([(header::ETAG, said.etag.clone())], feed).into_response()
}

const QUICK: [&str; 2] = ["--feed-every-ms", "50"];

#[tokio::test]
async fn what_is_new_in_a_feed_everyone_hears_once() {
    let site = Site::open().await;
    site.says(1, "old news");
    let flags = ["--feed", &site.url, QUICK[0], QUICK[1]];
    let app = TestApp::with(&flags).await;
    let ines = app.admin().await;
    let see = |app: &TestApp, after: u32| ines.client.get(format!("{}/see?after={after}", app.url));
    let mut ear = Ear::of(see(&app, 0)).await;
    assert_eq!(ear.next().await.kind, "custom");
    site.is_asked().await;
    site.is_asked().await;
    site.says(2, "ECB holds at 2.00%");
    site.says(3, "Rates &amp; more");
    let heard = ear.next().await;
    assert_eq!(
        (heard.id.as_str(), heard.data.as_str()),
        ("1", "ECB holds at 2.00%"),
        "not the old, and in order"
    );
    assert_eq!(ear.text().await, "Rates & more");
    // As long as nothing is new, it is asked only that.
    site.is_asked().await;
    let whole = site.said().whole;
    let unchanged = site.said().unchanged;
    site.is_asked().await;
    site.is_asked().await;
    assert_eq!(site.said().whole, whole);
    assert!(site.said().unchanged > unchanged);
    // An entry that comes again with other words is the same one.
    site.said().entries[1].1 = "ECB holds at 2.00% (corrected)".into();
    site.said().etag = "\"other\"".into();
    site.is_asked().await;

    // What came while nobody asked is told after the restart, and nothing of before.
    let token = app.token_for("reads", Scope::Read).await;
    app.running.state.shutdown.begun.cancel();
    site.says(4, "while it was down");
    site.said().etag = "\"another\"".into();
    let app = app.again_with(&flags).await;
    let see = Client::new().get(format!("{}/see?after=0&token={token}", app.url));
    let mut ear = Ear::of(see).await;
    ear.next().await;
    for text in ["ECB holds at 2.00%", "Rates & more", "while it was down"] {
        assert_eq!(ear.text().await, text);
    }
    // A flood is cut to the newest ten.
    site.says_all((5..30).map(|n| (n, format!("flood {n}"))));
    for n in 20..30 {
        assert_eq!(ear.text().await, format!("flood {n}"));
    }
    site.says(30, "after it");
    assert_eq!(ear.text().await, "after it");
    let page = ines.looks_at(&app, "/squawks").await;
    assert!(
        page.contains("ECB &amp; friends") && page.contains("by --feed"),
        "{page}"
    );
    assert!(page.contains("https://ecb.test/30"), "{page}");
}

#[tokio::test]
async fn administrators_keep_the_list_and_nobody_reaches_inside() {
    let site = Site::open().await;
    site.says(1, "old news");
    let app = TestApp::with(&QUICK).await;
    let (ines, tomasz) = (app.admin().await, app.join("tomasz").await);
    let refused = tomasz
        .submits(&app, "follow_feed", &[("feed", "https://ecb.test/rss")])
        .await;
    assert_eq!(refused.status(), 403);
    assert!(!tomasz.looks_at(&app, "/squawks").await.contains("Feeds</h2>"));
    for (url, words) in [
        (site.url.as_str(), "private network"),
        ("http://[::1]/rss", "private network"),
        ("ecb.test", "https://"),
        ("file:///etc/passwd", "https://"),
        ("https://me:secret@ecb.test/", "no address"),
    ] {
        let refused = ines.submits(&app, "follow_feed", &[("feed", url)]).await;
        assert_eq!(refused.status(), 400, "{url}");
        let said = refused.text().await.expect("text");
        assert!(said.contains(words), "{url}: {said}");
    }
    assert_eq!(site.said().asked, 0);

    let app = app.again_with(&["--allow-private-addresses", QUICK[0], QUICK[1]]).await;
    let ines = app.sign_in("ines").await;
    let followed = ines.submits(&app, "follow_feed", &[("feed", &site.url)]).await;
    assert_eq!(followed.headers()["location"], "/squawks?done=followed");
    assert_eq!(
        ines.submits(&app, "follow_feed", &[("feed", &site.url)]).await.status(),
        409
    );
    let mut ear = Ear::of(ines.client.get(format!("{}/see", app.url))).await;
    ear.next().await;
    site.is_asked().await;
    site.said().fault = Some((503, "0"));
    site.is_asked().await;
    // What came of it is noted a moment later.
    let says = async |wanted: bool| {
        let until = Instant::now() + Duration::from_secs(10);
        loop {
            let page = ines.looks_at(&app, "/squawks").await;
            if page.contains("its server answers 503") == wanted {
                return;
            }
            assert!(Instant::now() < until, "{page}");
            sleep(Duration::from_millis(100)).await;
        }
    };
    says(true).await;
    site.said().fault = None;
    site.says(2, "it is back");
    assert_eq!(ear.text().await, "it is back");
    says(false).await;

    assert_eq!(ines.submits(&app, "leave_feed", &[("id", "1")]).await.status(), 200);
    assert_eq!(ines.submits(&app, "leave_feed", &[("id", "1")]).await.status(), 404);
    sleep(Duration::from_millis(200)).await;
    let asked = site.said().asked;
    sleep(Duration::from_millis(300)).await;
    assert_eq!(site.said().asked, asked, "it is left alone");
}

#[tokio::test]
async fn a_feed_that_wants_to_be_left_alone_is_also_after_a_restart() {
    let site = Site::open().await;
    site.said().fault = Some((429, "3600"));
    let flags = ["--feed", &site.url, QUICK[0], QUICK[1]];
    let app = TestApp::with(&flags).await;
    let ines = app.admin().await;
    for _ in 0..500 {
        if ines.looks_at(&app, "/squawks").await.contains("its server answers 429") {
            break;
        }
        sleep(Duration::from_millis(20)).await;
    }
    let app = app.again_with(&flags).await;
    sleep(Duration::from_millis(500)).await;
    assert_eq!(site.said().asked, 1);
    drop(app);
}
