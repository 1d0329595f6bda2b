//! What a file is, by what it holds. Neither its name nor what its sender says of it counts.

/// Bytes at a file's beginning that tell what it is.
pub const HEAD: usize = 8 * 1024;

/// Images that are shown, once they have been decoded.
pub const IMAGES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

const UNKNOWN: &str = "application/octet-stream";

/// The media type of what begins with `head`.
pub fn kind(head: &[u8]) -> &'static str {
    match infer::get(head) {
        Some(found) => found.mime_type(),
        None if is_text(head) => "text/plain",
        None => UNKNOWN,
    }
}

/// What a browser is told: nothing that it would run or render as a page.
pub fn told(kind: &str) -> &str {
    match kind {
        "text/plain" => "text/plain; charset=utf-8",
        "application/pdf" | "application/zip" | "application/gzip" => kind,
        _ if IMAGES.contains(&kind) || kind.starts_with("audio/") || kind.starts_with("video/") => kind,
        _ => UNKNOWN,
    }
}

/// UTF-8 without control characters; a character may be cut at the end.
fn is_text(head: &[u8]) -> bool {
    let text = match str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
        Err(_) => return false,
    };
    text.chars()
        .all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_decides() {
        for (head, expected) in [
            (&b"\x89PNG\r\n\x1a\n...."[..], "image/png"),
            (b"GIF89a/*", "image/gif"),
            (b"%PDF-1.7", "application/pdf"),
            (b"<!DOCTYPE html><script>", "text/html"),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\">", "text/plain"),
            ("price,größe\n1,2\n".as_bytes(), "text/plain"),
            (&"größe".as_bytes()[..4], "text/plain"),
            (b"\0\x01\x02", UNKNOWN),
            (b"\xff\xfe\xfd\xfc\xfb", UNKNOWN),
        ] {
            assert_eq!(kind(head), expected, "{head:?}");
        }
    }

    #[test]
    fn no_browser_is_told_of_a_page() {
        for kind in [
            "text/html",
            "text/xml",
            "image/svg+xml",
            "application/xhtml+xml",
            "text/javascript",
            "x",
        ] {
            assert_eq!(told(kind), UNKNOWN);
        }
        assert_eq!(told("image/png"), "image/png");
    }
}
