//! The browser's end of a chat socket, as cheap as it can be: it shares the machine with what it measures.

use std::net::SocketAddr;

use futures::{SinkExt, StreamExt};
use squawkbox::{chat::wire::ClientFrame, ids::RoomId, paths::CHAT_SOCKET};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        Message, Utf8Bytes,
        client::IntoClientRequest,
        http::{HeaderValue, header},
        protocol::WebSocketConfig,
    },
};

use crate::people::Person;

/// About as long as people write.
pub const BODY: &str = "Bid pulled in the front month, sizes are thin on both sides until the print at half past.";
/// An open socket.
pub type Socket = WebSocketStream<TcpStream>;
/// The room that the database starts with.
pub const ROOM: RoomId = RoomId(1);

/// Opens a socket to the bare server, which knows nobody.
///
/// # Errors
/// When it is refused.
pub async fn open_bare(address: SocketAddr) -> Result<Socket, String> {
    open(address, None).await
}

/// Opens a socket as `person` and follows `room`; returns when the room has been caught up with.
///
/// # Errors
/// When the server refuses or says something else.
pub async fn join(address: SocketAddr, person: &Person, room: RoomId) -> Result<Socket, String> {
    let mut socket = follow(address, person, room, None).await?;
    loop {
        let text = next(&mut socket).await?;
        if text.starts_with(r#"{"caught_up":"#) {
            return Ok(socket);
        }
        if text.starts_with(r#"{"refused":"#) {
            return Err(format!("the room can't be followed: {text}"));
        }
    }
}

/// Opens a socket as `person` and asks for `room` from change `after` on.
///
/// # Errors
/// When the server refuses it.
pub async fn follow(address: SocketAddr, person: &Person, room: RoomId, after: Option<u64>) -> Result<Socket, String> {
    let mut socket = open(address, Some(&person.cookie)).await?;
    let follow = ClientFrame::Follow { room, after };
    let sent = socket.send(Message::text(follow.encode())).await;
    sent.map_err(|e| format!("following the room: {e}"))?;
    Ok(socket)
}

/// The next text, while control frames are answered.
///
/// # Errors
/// How the socket ended.
pub async fn next(socket: &mut (impl StreamExt<Item = Frame> + Unpin)) -> Result<Utf8Bytes, String> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => return Ok(text),
            Some(Ok(Message::Close(reason))) => return Err(format!("the server closed a socket: {reason:?}")),
            Some(Ok(_)) => (),
            Some(Err(error)) => return Err(format!("a socket broke: {error}")),
            None => return Err("the server closed a socket".into()),
        }
    }
}

/// What a socket's stream yields.
pub type Frame = Result<Message, tokio_tungstenite::tungstenite::Error>;

async fn open(address: SocketAddr, cookie: Option<&str>) -> Result<Socket, String> {
    let stream = TcpStream::connect(address)
        .await
        .and_then(|stream| stream.set_nodelay(true).map(|()| stream))
        .map_err(|e| format!("{address} can't be reached: {e}"))?;
    let words = |what: &str| format!("{what} can't be sent in a header");
    let mut request = format!("ws://{address}{CHAT_SOCKET}")
        .into_client_request()
        .map_err(|e| e.to_string())?;
    let origin = HeaderValue::from_str(&format!("http://{address}")).map_err(|_| words("the origin"))?;
    request.headers_mut().insert(header::ORIGIN, origin);
    if let Some(cookie) = cookie {
        let cookie = HeaderValue::from_str(cookie).map_err(|_| words("the cookie"))?;
        request.headers_mut().insert(header::COOKIE, cookie);
    }
    let small = WebSocketConfig::default()
        .read_buffer_size(4 * 1024)
        .write_buffer_size(0);
    match client_async_with_config(request, stream, Some(small)).await {
        Ok((socket, _)) => Ok(socket),
        Err(error) => Err(format!("the server refused a socket: {error}")),
    }
}
