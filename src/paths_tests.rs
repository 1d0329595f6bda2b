use super::*;

#[test]
fn pages_beside_the_desk() {
    for path in [
        "/ticker/chart?symbol=A&venue=b",
        "/ticker/forget?symbol=A&venue=b",
        "/ticker/venues",
        "/rooms/1/about",
        "/logs/search?q=a",
        "/at/now",
    ] {
        assert!(is_beside(path), "{path}");
    }
    for path in ["/", "/rooms/1?before=9#m3", "/ticker", "/logs"] {
        assert!(!is_beside(path), "{path}");
    }
}

#[test]
fn shippers_paths() {
    for path in [
        LOKI_PUSH,
        OTLP_LOGS,
        "/_bulk",
        "/app-logs/_bulk",
        "/elastic/",
        "/elastic/x/_bulk",
    ] {
        assert!(is_shipped(path), "{path}");
    }
    for path in [
        "/",
        "/logs",
        "/v1/logs/x",
        "/rooms/1",
        "/ingest/logs",
        "/_bulky",
        "/do/x/_bulk",
        "/elastically",
    ] {
        assert!(!is_shipped(path), "{path}");
    }
}

#[test]
fn logs_show_no_path_that_opens_anything() {
    for secret in [
        "/hooks/sbx_abc",
        "/hooks/abc",
        "/rooms/1/abc/messages",
        "/join/x7Kq",
        "/reset/x7Kq",
        "/api/v1/rooms/sbx_abc",
        "/nonsense/sbx_abc",
    ] {
        assert_eq!(shown(secret), "(its URL is secret)", "{secret}");
    }
    for plain in [
        "/",
        "/join",
        "/rooms/1",
        "/rooms/1/say",
        "/hooks",
        "/api/v1/rooms/1/messages",
        "/you",
    ] {
        assert_eq!(shown(plain), plain);
    }
}
