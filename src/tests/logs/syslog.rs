//! Syslog over UDP, TCP and TLS, from sockets and from the programs that people have.

use std::{net::SocketAddr, process::Stdio, sync::Arc, time::Duration};

use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::{
    io::{AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
    sync::oneshot,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::{kept, messages, shown};
use crate::{logs::server::store::after, tests::app::TestApp};

const BOTH: [&str; 4] = ["--syslog-udp", "127.0.0.1:0", "--syslog-tcp", "127.0.0.1:0"];

fn udp(app: &TestApp) -> SocketAddr {
    app.running.state.logs.syslog.udp.expect("it listens")
}

fn tcp(app: &TestApp) -> SocketAddr {
    app.running.state.logs.syslog.tcp.expect("it listens")
}

/// Sends in small pieces.
async fn send(stream: &mut (impl AsyncWrite + Unpin), bytes: &[u8], piece: usize) {
    for piece in bytes.chunks(piece) {
        stream.write_all(piece).await.expect("sent");
        stream.flush().await.expect("sent");
    }
}

#[tokio::test]
async fn datagrams_are_messages() {
    let app = TestApp::with(&BOTH).await;
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    for message in [
        &b"<165>1 2026-11-20T14:00:00.003Z host1 app 123 ID47 [ex@32473 k=\"v\"] \xef\xbb\xbfcaf\xc3\xa9"[..],
        b"<34>Oct 11 22:14:15 host su[99]: failed\nfor lonvick\n",
        b"<11>disk is full\0",
        b"no syslog, and no text: \xff",
        b"20 <14>order_id=7 ok=no",
        b"\n",
    ] {
        socket.send_to(message, udp(&app)).await.expect("sent");
        // In order, as far as it goes.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(
        shown(&kept(&app, 5).await),
        [
            "info app café hostname=host1 procid=123 msgid=ID47 ex.k=v facility=local4",
            "error su failed\nfor lonvick hostname=host procid=99 facility=auth",
            "error 127.0.0.1 disk is full facility=user",
            "info 127.0.0.1 no syslog, and no text: \u{fffd}",
            "info 127.0.0.1 order_id=7 ok=no facility=user order_id=7 ok=no",
        ]
    );
}

#[tokio::test]
async fn a_connection_may_count_end_lines_and_split_as_it_likes() {
    let app = TestApp::with(&BOTH).await;
    let bytes = b"<14>1 - h app - - - one\n26 <12>1 - h app - - - t\nw\no\r\n<14>three\0plain\n42 rows\n<14>1 - h app - - - last";
    for piece in [1, 7, bytes.len()] {
        let mut stream = TcpStream::connect(tcp(&app)).await.expect("a connection");
        send(&mut stream, bytes, piece).await;
    }
    let lines = kept(&app, 18).await;
    let mut texts = messages(&lines);
    texts.sort_unstable();
    let three = ["42 rows", "last", "one", "plain", "t\nw\no", "three"].map(|text| [text; 3]);
    assert_eq!(texts, three.concat());
}

const TRACE: [&str; 4] = [
    "java.io.IOException: closed",
    "\tat com.example.App.run(App.java:12)",
    "\tat com.example.App.main(App.java:5)",
    "\t... 2 more",
];

#[tokio::test]
async fn a_trace_is_one_entry_and_an_ordinary_line_waits_for_nothing() {
    let app = TestApp::with(&BOTH).await;
    let mut stream = TcpStream::connect(tcp(&app)).await.expect("a connection");
    for line in TRACE {
        send(&mut stream, format!("<11>1 - h app 7 - - {line}\n").as_bytes(), 9).await;
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    assert_eq!(kept(&app, 1).await[0].message, TRACE.join("\n"));
    // While the connection stays open, and nothing more comes.
    let asked = std::time::Instant::now();
    send(&mut stream, b"<14>1 - h app 7 - - next\n", 100).await;
    assert_eq!(kept(&app, 2).await[1].message, "next");
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
    // Where a line's end ends messages, the rest of one has no head.
    send(
        &mut stream,
        b"<11>failed: Traceback (most recent call last):\n  File \"x.py\", line 1\nKeyError: 1\0",
        100,
    )
    .await;
    let last = kept(&app, 3).await.pop().expect("a line");
    assert_eq!(
        last.message,
        "failed: Traceback (most recent call last):\n  File \"x.py\", line 1\nKeyError: 1"
    );
}

#[tokio::test]
async fn over_tls_with_a_certificate_of_ones_own() {
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let folder = tempfile::tempdir().expect("a folder");
    let pem = |name: &str, kind: &str, der: &[u8]| {
        let coded = data_encoding::BASE64_MIME.encode(der);
        let text = format!(
            "-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n",
            coded.trim_end().replace('\r', "")
        );
        let file = folder.path().join(name);
        std::fs::write(&file, text).expect("written");
        file.to_str().expect("a plain path").to_owned()
    };
    let (shown_cert, key) = (
        pem("cert.pem", "CERTIFICATE", cert.der()),
        pem("key.pem", "PRIVATE KEY", &signing_key.serialize_der()),
    );
    let app = TestApp::with(&[
        "--syslog-tls",
        "127.0.0.1:0",
        "--syslog-cert",
        &shown_cert,
        "--syslog-key",
        &key,
    ])
    .await;
    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).expect("a root");
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let address = app.running.state.logs.syslog.tls.expect("it listens");
    let stream = TcpStream::connect(address).await.expect("a connection");
    let name = ServerName::try_from("localhost").expect("a name");
    let mut stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .expect("TLS");
    send(&mut stream, b"23 <11>1 - h app - - - one23 <11>1 - h app - - - two", 10).await;
    assert_eq!(messages(&kept(&app, 2).await), ["one", "two"]);
    // Whoever speaks no TLS is let go, and holds up nobody.
    let mut plain = TcpStream::connect(address).await.expect("a connection");
    plain.write_all(b"<11>not encrypted\n").await.expect("sent");
    let mut rest = Vec::new();
    timeout(Duration::from_secs(5), plain.read_to_end(&mut rest))
        .await
        .expect("closed")
        .ok();
    send(&mut stream, b"25 <11>1 - h app - - - three", 100).await;
    assert_eq!(messages(&kept(&app, 3).await), ["one", "two", "three"]);
}

#[tokio::test]
async fn who_is_elsewhere_is_not_heard() {
    let app = TestApp::with(&[&BOTH[..], &["--syslog-from", "192.0.2.0/24"]].concat()).await;
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    socket.send_to(b"<11>hear me", udp(&app)).await.expect("sent");
    let mut stream = TcpStream::connect(tcp(&app)).await.expect("a connection");
    let _ = stream.write_all(b"<11>hear me\n").await;
    let mut rest = Vec::new();
    timeout(Duration::from_secs(5), stream.read_to_end(&mut rest))
        .await
        .expect("closed")
        .ok();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let (dropped, refused, from) = app.running.state.logs.syslog.losses.take();
    assert_eq!(
        (dropped, refused, from),
        (0, 2, Some("127.0.0.1".parse().expect("an address")))
    );
    kept(&app, 0).await;
}

#[tokio::test]
async fn a_connection_that_falls_silent_is_closed_and_what_it_began_is_kept() {
    let app = TestApp::with(&BOTH).await;
    for (bytes, rest) in [(&b"<14>one\n"[..], 0), (b"<14>two\n<14>thr", 2)] {
        let mut stream = TcpStream::connect(tcp(&app)).await.expect("a connection");
        send(&mut stream, bytes, 100).await;
        kept(&app, 1 + rest / 2).await;
        tokio::time::pause();
        // A message that was begun must go on sooner.
        let long = if rest == 0 { 3_601 } else { 61 };
        tokio::time::advance(Duration::from_secs(long)).await;
        tokio::time::resume();
        let mut rest = Vec::new();
        let closed = timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
        closed.expect("closed").expect("in order");
    }
    assert_eq!(messages(&kept(&app, 3).await), ["one", "two", "thr"]);
}

#[tokio::test]
async fn what_was_sent_before_a_stop_is_kept() {
    let app = TestApp::with(&BOTH).await;
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    let mut stream = TcpStream::connect(tcp(&app)).await.expect("a connection");
    // Until it is sure that the connection is served.
    send(&mut stream, b"<14>1 - h app - - - first\n", 100).await;
    kept(&app, 1).await;
    for n in 0..100 {
        let message = format!("<14>1 - h app - - - {n}\n");
        socket.send_to(message.as_bytes(), udp(&app)).await.expect("sent");
        send(&mut stream, message.as_bytes(), 100).await;
    }
    let app = app.again().await;
    kept(&app, 201).await;
}

/// Holds up whatever would be kept until the sender is dropped.
async fn held_up(app: &TestApp) -> oneshot::Sender<()> {
    let (free, held) = oneshot::channel::<()>();
    let (begun, begins) = oneshot::channel();
    let writer = app.running.state.logs.db.writer.clone();
    tokio::spawn(async move {
        let held = writer.write(|_| {
            Box::pin(async move {
                let _ = begun.send(());
                let _ = held.await;
                Ok(())
            })
        });
        held.await
    });
    begins.await.expect("it holds");
    free
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_brings_more_than_is_kept_is_not_read() {
    let app = TestApp::with(&BOTH).await;
    let mut stream = TcpStream::connect(tcp(&app)).await.expect("a connection");
    let free = held_up(&app).await;
    let line = format!("<14>1 - h app - - - {}\n", "x".repeat(30_000));
    let mut sent = 0;
    // The buffers of the system take some, and then nothing goes on.
    while timeout(Duration::from_millis(500), stream.write_all(line.as_bytes()))
        .await
        .is_ok()
    {
        sent += 1;
        assert!(sent < 2_000, "it isn't slowed");
    }
    drop(free);
    drop(stream);
    let mut lines = Vec::new();
    for _ in 0..500 {
        lines = after(&app.running.state.logs.db.readers, 0, 100_000)
            .await
            .expect("lines");
        if lines.len() >= sent {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // One more may have been broken off in its middle.
    assert!((sent..=sent + 1).contains(&lines.len()), "{} of {sent}", lines.len());
    assert!(lines[..sent].iter().all(|line| line.message.len() == 30_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn datagrams_that_nobody_can_hold_are_counted() {
    let app = TestApp::with(&BOTH).await;
    let free = held_up(&app).await;
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    let message = format!("<14>1 - h app - - - {}", "x".repeat(60_000));
    // What waits is bounded by its bytes; the system loses some on the way if it has much else to do.
    let (mut sent, mut dropped) = (0, 0);
    while dropped == 0 {
        socket.send_to(message.as_bytes(), udp(&app)).await.expect("sent");
        sent += 1;
        tokio::time::sleep(Duration::from_millis(2)).await;
        dropped += app.running.state.logs.syslog.losses.take().0;
        assert!(sent < 10_000, "it holds more than it may");
    }
    assert!(sent > 250, "{sent}");
    drop(free);
    for _ in 0..600 {
        let lines = after(&app.running.state.logs.db.readers, 0, 100_000).await;
        if lines.expect("lines").len() > 250 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("what waited isn't kept");
}

/// Runs a program that people have; false where this machine hasn't.
async fn run(program: &str, args: &[&str]) -> bool {
    let mut command = std::process::Command::new(program);
    command.args(args).stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .expect("it ends");
    let Ok(output) = output else { return false };
    assert!(
        output.status.success(),
        "{program}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    true
}

#[tokio::test]
async fn logger_of_util_linux() {
    let app = TestApp::with(&BOTH).await;
    let (udp, tcp) = (udp(&app).port().to_string(), tcp(&app).port().to_string());
    let all = [
        "--server",
        "127.0.0.1",
        "--tag",
        "deploy",
        "--id=7",
        "--priority",
        "user.warning",
    ];
    let ways: [&[&str]; 4] = [
        &["--udp", "--port", &udp, "--rfc5424", "one"],
        &["--udp", "--port", &udp, "--rfc3164", "two"],
        &["--tcp", "--port", &tcp, "--rfc5424", "--octet-count", "three"],
        &["--tcp", "--port", &tcp, "--rfc3164", "four"],
    ];
    for (count, way) in (1..).zip(ways) {
        if !run("logger", &[&all[..], way].concat()).await {
            return;
        }
        let line = kept(&app, count).await.pop().expect("a line");
        let text = *way.last().expect("a text");
        assert_eq!(
            (line.level.name(), line.source.as_str(), line.message.as_str()),
            ("warn", "deploy", text)
        );
        assert!(line.fields.to_string().contains("procid=7"), "{}", line.fields);
        let off = crate::time::Timestamp::now().seconds_since(line.time);
        assert!((0..60).contains(&off), "{off} s ago, by {way:?}");
    }
}

/// As the README has it, and as it sends by itself.
#[tokio::test]
async fn rsyslog() {
    let app = TestApp::with(&BOTH).await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("a plain path").to_owned();
    let (socket, settings, pid) = (path("log.sock"), path("rsyslog.conf"), path("pid"));
    let (udp, tcp) = (udp(&app).port(), tcp(&app).port());
    let text = format!(
        r#"global(parser.escapeControlCharactersOnReceive="off")
        module(load="imuxsock" SysSock.Use="off")
        input(type="imuxsock" Socket="{socket}")
        *.* action(type="omfwd" target="127.0.0.1" port="{tcp}" protocol="tcp" TCP_Framing="octet-counted"
                   template="RSYSLOG_SyslogProtocol23Format" queue.type="LinkedList" action.resumeRetryCount="-1")
        *.* action(type="omfwd" target="127.0.0.1" port="{udp}" protocol="udp")
        "#
    );
    std::fs::write(&settings, text).expect("written");
    let mut command = std::process::Command::new("rsyslogd");
    command.args(["-n", "-f", &settings, "-i", &pid]);
    let Ok(mut daemon) = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
    else {
        return;
    };
    while !std::path::Path::new(&socket).exists() {
        assert!(daemon.try_wait().expect("it runs").is_none(), "rsyslogd ended");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let trace = "Traceback (most recent call last):\n  File \"x.py\", line 1\nKeyError: 1";
    for (count, text) in [(2, "one"), (4, trace)] {
        let args = ["-u", &socket, "-t", "deploy", "--id=7", "-p", "user.err", text];
        assert!(run("logger", &args).await);
        let lines = kept(&app, count).await;
        for line in &lines[count - 2..] {
            assert_eq!(
                (line.level.name(), line.source.as_str(), line.message.as_str()),
                ("error", "deploy", text)
            );
        }
    }
    daemon.kill().expect("it ends");
    daemon.wait().expect("it ends");
}

const PYTHON: &str = "
import logging, logging.handlers, socket, sys
for port, kind in ((sys.argv[1], socket.SOCK_DGRAM), (sys.argv[2], socket.SOCK_STREAM)):
    handler = logging.handlers.SysLogHandler(('127.0.0.1', int(port)), socktype=kind)
    log = logging.getLogger(port)
    log.addHandler(handler)
    log.warning('late')
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception('failed')
    handler.close()
";

#[tokio::test]
async fn pythons_handler() {
    let app = TestApp::with(&BOTH).await;
    let (udp, tcp) = (udp(&app).port().to_string(), tcp(&app).port().to_string());
    if !run("python3", &["-c", PYTHON, &udp, &tcp]).await {
        return;
    }
    let lines = kept(&app, 4).await;
    for line in &lines {
        match line.level.name() {
            "warn" => assert_eq!(line.message, "late"),
            _ => {
                let message = line.message.as_str();
                assert!(
                    message.starts_with("failed\nTraceback (most recent call last):\n  File"),
                    "{message}"
                );
                assert!(message.ends_with("\nZeroDivisionError: division by zero"), "{message}");
            }
        }
    }
    assert_eq!(lines.iter().filter(|line| line.level.name() == "error").count(), 2);
}
