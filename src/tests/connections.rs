//! What connections are granted, and how those end that take more. With short times, on a listener of their own.

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use axum::{
    Extension, Router,
    body::{Body, Bytes},
    routing::get,
};
use futures::{StreamExt, stream::BoxStream};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::server::{
    limits::REQUEST_TIME,
    listen::{Grants, Line, listen},
    places::Places,
    shutdown::Shutdown,
    sse::{self, Cursors, Event, Feed},
};

use super::app::TestApp;

const SOON: Duration = Duration::from_secs(5);

fn grants(all: usize, per_address: usize) -> Grants {
    Grants {
        places: Places::new(all, per_address, |_| false),
        head_time: Duration::from_millis(300),
        write_time: Duration::from_millis(300),
    }
}

async fn serve(app: Router, grants: Grants) -> (SocketAddr, Shutdown) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, shutdown) = (listener.local_addr().unwrap(), Shutdown::default());
    tokio::spawn(listen(listener, app, shutdown.clone(), grants));
    (address, shutdown)
}

fn hello() -> Router {
    Router::new().route("/", get(async || "hello"))
}

async fn open(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.unwrap()
}

/// Asks for the root and reads its answer.
async fn ask(stream: &mut TcpStream) -> String {
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut answer = vec![0; 1_000];
    let length = timeout(SOON, stream.read(&mut answer))
        .await
        .expect("in time")
        .unwrap_or(0);
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

#[tokio::test]
async fn who_sends_nothing_or_nothing_more_is_let_go() {
    let (address, _shutdown) = serve(hello(), grants(10, 10)).await;
    let (mut silent, mut idle) = (open(address).await, open(address).await);
    assert!(ask(&mut idle).await.ends_with("hello"));
    let mut rest = Vec::new();
    for stream in [&mut silent, &mut idle] {
        timeout(SOON, stream.read_to_end(&mut rest))
            .await
            .expect("it is closed")
            .unwrap();
    }
    assert!(!String::from_utf8_lossy(&rest).contains("200"), "{rest:?}");
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_all_have_so_many() {
    let (address, _shutdown) = serve(hello(), grants(3, 2)).await;
    let (mut one, mut two) = (open(address).await, open(address).await);
    assert!(ask(&mut one).await.ends_with("hello") && ask(&mut two).await.ends_with("hello"));
    let refused = ask(&mut open(address).await).await;
    assert!(
        refused.starts_with("HTTP/1.1 503") && refused.contains("retry-after: 10"),
        "{refused}"
    );
    let (head, body) = refused.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
    assert!(body.contains("Too many connections from your address"), "{body}");
    drop(one);
    let again = async {
        while !ask(&mut open(address).await).await.ends_with("hello") {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(SOON, again).await.expect("what is closed gives its place back");

    let (address, _shutdown) = serve(hello(), grants(1, 2)).await;
    let mut first = open(address).await;
    assert!(ask(&mut first).await.ends_with("hello"));
    let mut second = open(address).await;
    second.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut answer = [0; 100];
    let early = timeout(Duration::from_millis(100), second.read(&mut answer)).await;
    assert!(early.is_err(), "it waits until there is a place");
    drop(first);
    let length = timeout(SOON, second.read(&mut answer))
        .await
        .expect("its turn")
        .unwrap();
    assert!(answer[..length].starts_with(b"HTTP/1.1 200"));
}

/// A body that never ends, and whether somebody still holds it.
fn endless() -> (Router, CancellationToken) {
    let gone = CancellationToken::new();
    let told = gone.clone();
    let body = async move || {
        let guard = told.drop_guard();
        let pieces = futures::stream::repeat_with(move || {
            let _ = &guard;
            Ok::<_, Infallible>(Bytes::from_static(&[b'x'; 16 * 1024]))
        });
        Body::from_stream(pieces)
    };
    (Router::new().route("/", get(body)), gone)
}

#[tokio::test]
async fn who_does_not_read_what_they_asked_for_is_cut_off() {
    let (app, gone) = endless();
    let (address, _shutdown) = serve(app, grants(10, 10)).await;
    let mut stalled = open(address).await;
    stalled.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    timeout(SOON, gone.cancelled()).await.expect("the server lets go of it");

    let (app, gone) = endless();
    let (address, _shutdown) = serve(app, grants(10, 10)).await;
    let mut reads = open(address).await;
    reads.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut some = vec![0; 256 * 1024];
    for _ in 0..10 {
        reads.read_exact(&mut some).await.expect("it goes on");
        sleep(Duration::from_millis(100)).await;
    }
    assert!(!gone.is_cancelled(), "whoever reads on, however slowly, is served");
}

struct Flood;

impl Feed for Flood {
    fn topic(&self) -> &'static str {
        "flood"
    }
    fn open(&self, _: Option<u64>) -> BoxStream<'static, Event> {
        let bytes = sse::encode("flood", &"x".repeat(16 * 1024));
        let events = futures::stream::repeat(Event { cursor: 1, bytes });
        // Other tasks get their turn: it is always ready.
        events
            .then(async |event| {
                tokio::task::yield_now().await;
                event
            })
            .boxed()
    }
}

#[tokio::test]
async fn a_stalled_event_stream_ends_with_its_session() {
    let (session, ended) = watch::channel(false);
    let lines = std::sync::Arc::new(std::sync::Mutex::new(None));
    let kept = lines.clone();
    let events = async move |Extension(line): Extension<Line>| {
        let mut ended = ended.clone();
        let end = async move {
            let _ = ended.wait_for(|ended| *ended).await;
        };
        let held = CancellationToken::new();
        *kept.lock().unwrap() = Some(held.clone());
        let response = sse::respond(
            &[&Flood],
            Cursors::default(),
            &sse::Asked::default(),
            crate::ids::UserId::default(),
            end,
            line,
        )
        .unwrap();
        let guard = held.drop_guard();
        response.map(|body| {
            Body::from_stream(body.into_data_stream().map(move |piece| {
                let _ = &guard;
                piece
            }))
        })
    };
    // A write may take long here: it is not that which ends the stream.
    let patient = Grants {
        write_time: Duration::from_secs(600),
        ..grants(10, 10)
    };
    let (address, _shutdown) = serve(Router::new().route("/", get(events)), patient).await;
    let mut stalled = open(address).await;
    stalled.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    sleep(Duration::from_millis(500)).await;
    let gone = lines.lock().unwrap().clone().expect("it was asked for");
    assert!(!gone.is_cancelled(), "it stalls");
    session.send(true).unwrap();
    timeout(SOON, gone.cancelled()).await.expect("it ends with the session");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up() {
    let app = TestApp::start().await;
    let mut slow = TcpStream::connect(app.running.address).await.unwrap();
    let head = format!(
        "POST /do/sign_in HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nContent-Length: 100\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\nname=",
        app.running.address
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let closed = timeout(REQUEST_TIME + SOON, slow.read_to_end(&mut answer)).await;
    assert!(closed.is_ok(), "the connection is still held open");
    let answer = String::from_utf8_lossy(&answer);
    let words = "broke off before its end, or came too slowly";
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains(words), "{answer}");
}
