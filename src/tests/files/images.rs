//! What a file is by its content, and the thumbnails of images.

use image::{ImageFormat, RgbImage, RgbaImage};

use super::{encoded, png};
use crate::tests::app::TestApp;

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
