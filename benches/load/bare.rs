//! The yardstick: axum, one route, one broadcast, and nothing else. No sessions, no rooms, no disk.
//!
//! Told `give 120 8192`, it answers that socket alone with frames of so many bytes.

use std::{convert::Infallible, process::Command, sync::LazyLock};

use axum::{
    Router,
    body::Body,
    extract::{
        State,
        ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade},
    },
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
    routing::{get, post},
    serve::ListenerExt,
};
use bytes::Bytes;
use squawkbox::paths::{CHAT_SOCKET, EVENTS, INGEST_TICKS};
use tokio::{net::TcpListener, sync::broadcast};

use crate::process::Process;

/// What this program is called with to be the bare server.
pub const ARGUMENT: &str = "bare";
/// Frames that a socket may lag behind, as many as ours: a socket further behind is closed.
const RING: usize = 1_024;

/// What a request for frames begins with; their sizes follow, with spaces between.
pub const GIVE: &str = "give ";
/// Bytes of the largest frame given.
const LARGEST: usize = 1024 * 1024;

type Ring = broadcast::Sender<Utf8Bytes>;

/// Starts it as a process of its own, so that its memory and CPU time are its own.
///
/// # Errors
/// When it doesn't start.
pub fn start() -> Result<Process, String> {
    let exe = std::env::current_exe().map_err(|e| format!("this program can't be found: {e}"))?;
    let mut command = Command::new(exe);
    command.arg(ARGUMENT);
    Process::start(command)
}

/// Is the bare server, until it is killed.
///
/// # Errors
/// When it can't listen.
pub fn serve() -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|e| e.to_string())?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|e| e.to_string())?;
        println!("http://{}", listener.local_addr().map_err(|e| e.to_string())?);
        let ring: Ring = broadcast::channel(RING).0;
        let app = Router::new()
            .route(CHAT_SOCKET, get(open))
            .route(EVENTS, get(stream))
            .route(INGEST_TICKS, post(tell))
            .with_state(ring);
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        axum::serve(listener, app).await.map_err(|e| e.to_string())
    })
}

async fn open(State(ring): State<Ring>, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        // As small as ours: axum's defaults would take 128 KiB per socket, and the comparison would flatter us.
        .read_buffer_size(4 * 1024)
        .write_buffer_size(0)
        .on_upgrade(move |socket| pass_on(ring, socket))
}

/// What was posted, to everyone who reads.
async fn tell(State(ring): State<Ring>, body: String) {
    let _ = ring.send(body.into());
}

async fn stream(State(ring): State<Ring>) -> impl IntoResponse {
    let heard = futures::stream::unfold(ring.subscribe(), async |mut heard| {
        let text = heard.recv().await.ok()?;
        Some((Ok::<_, Infallible>(Bytes::from(text)), heard))
    });
    ([(CONTENT_TYPE, "text/event-stream")], Body::from_stream(heard))
}

/// Says to everyone what anyone says.
async fn pass_on(ring: Ring, mut socket: WebSocket) {
    let mut heard = ring.subscribe();
    loop {
        tokio::select! {
            text = heard.recv() => {
                let Ok(text) = text else { return };
                if socket.send(Message::Text(text)).await.is_err() {
                    return;
                }
            }
            frame = socket.recv() => match frame {
                Some(Ok(Message::Text(text))) => match text.strip_prefix(GIVE) {
                    Some(sizes) => {
                        if give(&mut socket, sizes).await.is_err() {
                            return;
                        }
                    }
                    None => {
                        let _ = ring.send(text);
                    }
                },
                Some(Ok(_)) => (),
                Some(Err(_)) | None => return,
            },
        }
    }
}

/// Sends frames of these sizes, all from one text that is made once.
async fn give(socket: &mut WebSocket, sizes: &str) -> Result<(), axum::Error> {
    static TEXT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from("x".repeat(LARGEST)));
    for size in sizes.split(' ').filter_map(|size| size.parse().ok()) {
        let part = TEXT.slice(..LARGEST.min(size));
        let text = Utf8Bytes::try_from(part).unwrap_or_default();
        socket.send(Message::Text(text)).await?;
    }
    Ok(())
}
