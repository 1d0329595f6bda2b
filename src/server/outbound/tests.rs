use proptest::prelude::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;

const LIMIT: Duration = Duration::from_secs(5);

fn outbound(reach: Reach) -> Outbound {
    Outbound::new(reach, LIMIT).unwrap()
}

/// Answers every request with this, and gives its address.
async fn server(answer: impl Into<String>) -> String {
    let answer = answer.into();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut line, _)) = listener.accept().await {
            let mut head = vec![0; 4096];
            let _ = line.read(&mut head).await;
            let _ = line.write_all(answer.as_bytes()).await;
            let _ = line.shutdown().await;
        }
    });
    url
}

fn redirect(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

fn text(body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
}

#[test]
fn only_addresses_that_anyone_could_reach_are_public() {
    for public in [
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00:1450:4001:80b::200e",
        "2001:4860:4860::8888",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
    ] {
        assert!(is_public(public.parse().unwrap()), "{public}");
    }
    for private in [
        "0.0.0.0",
        "0.1.2.3",
        "10.1.2.3",
        "100.64.0.1",
        "100.127.255.254",
        "127.0.0.1",
        "127.8.8.8",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "203.0.113.9",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a00:1",
        "fe80::1",
        "fec0::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "3fff::1",
    ] {
        assert!(!is_public(private.parse().unwrap()), "{private}");
    }
}

proptest! {
    #[test]
    fn an_ipv4_address_is_the_same_however_it_is_written(v4: u32) {
        let v4 = Ipv4Addr::from(v4);
        let nat = Ipv6Addr::from((0x64_ff9b_u128 << 96) | u128::from(u32::from(v4)));
        prop_assert_eq!(is_public(v4.into()), is_public(v4.to_ipv6_mapped().into()));
        prop_assert_eq!(is_public(v4.into()), is_public(nat.into()));
    }
}

#[test]
fn addresses_are_judged_by_their_text_first() {
    let check = |url: &str, scheme| outbound(Reach::Public).check(url, scheme).map(|url| url.to_string());
    assert!(check("https://push.example.com/x?y", Scheme::Https).is_ok());
    assert!(check("http://news.example.com/", Scheme::Any).is_ok());
    for (url, refused) in [
        ("http://push.example.com/", Refused::NotHttps),
        ("ftp://push.example.com/", Refused::NoUrl),
        ("file:///etc/passwd", Refused::NoUrl),
        ("javascript:1", Refused::NoUrl),
        ("push.example.com", Refused::NoUrl),
        ("https://me@push.example.com/", Refused::NoUrl),
        ("https://:secret@push.example.com/", Refused::NoUrl),
        ("https://127.0.0.1/", Refused::Private),
        // As URLs have numbers: all of them are 127.0.0.1.
        ("https://2130706433/", Refused::Private),
        ("https://0x7f.1/", Refused::Private),
        ("https://017700000001/", Refused::Private),
        ("https://[::1]/", Refused::Private),
        ("https://[::ffff:10.0.0.1]:8443/", Refused::Private),
    ] {
        assert_eq!(check(url, Scheme::Https), Err(refused), "{url}");
    }
    let anywhere = outbound(Reach::Anywhere);
    assert!(anywhere.check("http://127.0.0.1:9/", Scheme::Https).is_ok());
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_not_connected_to() {
    let url = server(text("inside")).await;
    let named = url.replace("127.0.0.1", "localhost");
    let asked = outbound(Reach::Public)
        .get(&named, Scheme::Any, 0, |request| request)
        .await;
    assert_eq!(asked.map(|answer| answer.status()), Err(Refused::Private));
    let posted = outbound(Reach::Anywhere)
        .post(&named, Scheme::Https)
        .unwrap()
        .send()
        .await;
    assert_eq!(body(posted.unwrap(), 64).await, Ok(b"inside".to_vec()));
}

#[tokio::test]
async fn every_redirect_is_checked_as_the_first_address_was() {
    let end = server(text("here")).await;
    let one = server(redirect(&format!("{end}/end"))).await;
    let two = server(redirect(&one)).await;
    let get = async |reach, url: &str, steps| {
        let answer = outbound(reach).get(url, Scheme::Any, steps, |request| request).await?;
        let at = answer.url().to_string();
        Ok((at, body(answer, 1024).await?))
    };
    assert_eq!(
        get(Reach::Anywhere, &two, 2).await,
        Ok((format!("{end}/end"), b"here".to_vec()))
    );
    assert_eq!(get(Reach::Anywhere, &two, 1).await, Err(Refused::TooFar));
    for (to, refused) in [
        ("ftp://example.com/", Refused::NoUrl),
        ("http://", Refused::NoUrl),
        ("http://a:b@example.com/", Refused::NoUrl),
    ] {
        let url = server(redirect(to)).await;
        assert_eq!(get(Reach::Anywhere, &url, 3).await, Err(refused), "{to}");
    }
}

#[tokio::test]
async fn no_redirect_leads_from_outside_to_inside() {
    let secret = server(text("inside")).await;
    for to in [
        secret.clone(),
        secret.replace("127.0.0.1", "localhost"),
        secret.replace("http:", ""),
        secret.replace("127.0.0.1", "[::1]"),
        secret.replace("127.0.0.1", "[::ffff:127.0.0.1]"),
        secret.replace("127.0.0.1", "0x7f.1"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
    ] {
        let outside = server(redirect(&to)).await;
        let port = outside.rsplit(':').next().unwrap();
        // A public name, as far as the guard can tell; it leads here.
        let address = outside.trim_start_matches("http://").parse().unwrap();
        let outbound = Outbound {
            client: client(Reach::Public, LIMIT)
                .resolve("outside.test", address)
                .build()
                .unwrap(),
            reach: Reach::Public,
        };
        let url = format!("http://outside.test:{port}/");
        let asked = outbound.get(&url, Scheme::Any, 3, |request| request).await;
        assert_eq!(asked.map(|answer| answer.status()), Err(Refused::Private), "{to}");
    }
}

#[tokio::test]
async fn what_is_too_large_or_too_slow_is_left() {
    let url = server(text(&"x".repeat(2048))).await;
    let answer = outbound(Reach::Anywhere)
        .get(&url, Scheme::Any, 0, |request| request)
        .await
        .unwrap();
    assert_eq!(body(answer, 1024).await, Err(Refused::TooLarge(1)));
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let hasty = Outbound::new(Reach::Anywhere, Duration::from_millis(200)).unwrap();
    let asked = hasty.get(&url, Scheme::Any, 0, |request| request).await;
    assert_eq!(asked.map(|answer| answer.status()), Err(Refused::Slow));
}
